import type { Direction, Permission, RegionId, SecurityGroupId } from '../security-group';
import { identity } from './modify-call';
import { permissionBatches } from './permission-batches';
import type { NewPermission, RevokeCall } from './write-call';

/** Most entries of `SecurityGroupRuleId.N` in one call (RevokeSecurityGroupEgress page). */
const MAX_RULE_IDS = 100;

/**
 * The calls that revoke rules of a group, as few as may be. A rule is named by its id when the read gave
 * one, otherwise by everything that tells it from the group's other rules, with the values that were read.
 * Throws RangeError if one rule alone makes too long a request.
 */
export function revokeCalls(
  direction: Direction,
  regionId: RegionId,
  securityGroupId: SecurityGroupId,
  rules: readonly Permission[],
): RevokeCall[] {
  const ids: string[] = [];
  const permissions: NewPermission[] = [];
  for (const rule of rules) {
    if (rule.SecurityGroupRuleId) ids.push(rule.SecurityGroupRuleId);
    else permissions.push({ IpProtocol: '', ...identity(direction, rule) });
  }
  const group = { RegionId: regionId, SecurityGroupId: securityGroupId };
  const named = [
    ...batchesOf(ids).map((SecurityGroupRuleId) => ({ ...group, SecurityGroupRuleId })),
    ...permissionBatches(regionId, securityGroupId, permissions).map((Permissions) => ({
      ...group,
      Permissions,
    })),
  ];
  return named.map((parameters) => ({
    action: direction === 'ingress' ? 'RevokeSecurityGroup' : 'RevokeSecurityGroupEgress',
    regionId,
    securityGroupId,
    parameters,
  }));
}

function batchesOf(ids: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let start = 0; start < ids.length; start += MAX_RULE_IDS) {
    batches.push(ids.slice(start, start + MAX_RULE_IDS));
  }
  return batches;
}
