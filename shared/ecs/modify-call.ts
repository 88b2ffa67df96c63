import type { Direction, Permission, RegionId, SecurityGroupId } from '../security-group';
import type { ModifyCall, NewPermission } from './write-call';

/** Fields that say which rule is meant when it has no id (the Modify pages), for each direction. */
const IDENTIFYING_FIELDS = {
  ingress: [
    'PortRange',
    'PortRangeListId',
    'SourcePortRange',
    'NicType',
    'SourceCidrIp',
    'Ipv6SourceCidrIp',
    'SourceGroupId',
    'SourcePrefixListId',
    'DestCidrIp',
    'Ipv6DestCidrIp',
  ],
  egress: [
    'PortRange',
    'PortRangeListId',
    'SourcePortRange',
    'NicType',
    'DestCidrIp',
    'Ipv6DestCidrIp',
    'DestGroupId',
    'DestPrefixListId',
    'SourceCidrIp',
    'Ipv6SourceCidrIp',
  ],
} as const satisfies Record<Direction, readonly (keyof Permission & keyof NewPermission)[]>;

/**
 * The call that gives a rule a new description. The rule is named by its id when the read gave one,
 * otherwise by the parameters that tell it from the group's other rules (ModifySecurityGroupRule and
 * ModifySecurityGroupEgressRule pages), with the values that were read.
 */
export function modifyCall(
  direction: Direction,
  regionId: RegionId,
  securityGroupId: SecurityGroupId,
  rule: Permission,
  description: string,
): ModifyCall {
  return {
    action: direction === 'ingress' ? 'ModifySecurityGroupRule' : 'ModifySecurityGroupEgressRule',
    regionId,
    securityGroupId,
    parameters: {
      RegionId: regionId,
      SecurityGroupId: securityGroupId,
      ...(rule.SecurityGroupRuleId
        ? { SecurityGroupRuleId: rule.SecurityGroupRuleId }
        : identity(direction, rule)),
      Description: description,
    },
  };
}

/**
 * What tells a rule from the group's other rules, with the values that were read, as the Modify and
 * Revoke pages take it.
 */
export function identity(direction: Direction, rule: Permission): Partial<NewPermission> {
  const fields = IDENTIFYING_FIELDS[direction]
    .map((name) => [name, rule[name]])
    .filter(([, value]) => value !== undefined && value !== '');
  return {
    ...(rule.IpProtocol ? { IpProtocol: rule.IpProtocol } : {}),
    ...Object.fromEntries(fields),
    ...owner(direction, rule),
    ...(rule.Policy ? { Policy: rule.Policy.toLowerCase() === 'drop' ? 'drop' : 'accept' } : {}),
    ...(isWritable(rule.Priority) ? { Priority: String(rule.Priority) } : {}),
  };
}

/** Old rules may be read with priority 110, which no write may name. */
function isWritable(priority: string | number | undefined): boolean {
  return Number(priority) >= 1 && Number(priority) <= 100;
}

/** Reads give the account's id where writes take its name, or its id in a field of its own. */
function owner(direction: Direction, rule: Permission): Partial<NewPermission> {
  const account =
    direction === 'ingress' ? rule.SourceGroupOwnerAccount : rule.DestGroupOwnerAccount;
  if (!account) return {};
  const accountId = /^\d+$/.test(account) ? Number(account) : undefined;
  if (accountId !== undefined && Number.isSafeInteger(accountId)) {
    return direction === 'ingress'
      ? { SourceGroupOwnerId: accountId }
      : { DestGroupOwnerId: accountId };
  }
  return direction === 'ingress'
    ? { SourceGroupOwnerAccount: account }
    : { DestGroupOwnerAccount: account };
}
