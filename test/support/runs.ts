import {
  cutIntoShards,
  decodeShard,
  payloadOf,
  type Run,
  runLimits,
  type Shard,
} from '../../shared/remediation';
import {
  parseRegionId,
  parseSecurityGroupId,
  type SecurityGroupSummary,
} from '../../shared/security-group';
import type { Inventory } from './inventory';
import { policySet } from './policies';

/** The groups of an inventory as a list call tells of them. */
export function summariesOf(inventory: readonly Inventory[]): SecurityGroupSummary[] {
  return inventory.flatMap(({ RegionId, SecurityGroups }) =>
    SecurityGroups.map((group) => ({
      regionId: parseRegionId(RegionId),
      id: parseSecurityGroupId(group.SecurityGroupId),
      name: group.SecurityGroupName,
      type: group.SecurityGroupType,
      vpcId: group.VpcId,
      tags: Object.fromEntries(group.Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
      serviceManaged: group.ServiceManaged ?? false,
    })),
  );
}

/** A run over some groups; another name makes it another run, with ClientTokens of its own. */
export function makeRun(
  name: string,
  groups: readonly SecurityGroupSummary[],
  rest: Partial<Run> = {},
): Run {
  const policies = rest.policies ?? policySet();
  return {
    runId: `run-${name}`,
    part: 'whole',
    trigger: { kind: 'timer', id: `timer ${name}`, time: '2026-03-01T04:00:00Z' },
    dryRun: false,
    policies,
    limits: runLimits(policies, groups.length),
    groups,
    ...rest,
  };
}

/** The shards of a run, as the function reads them that they are handed to. */
export function shardsOf(run: Run, callsPerSecond: number): Shard[] {
  return cutIntoShards(run, run.groups, callsPerSecond).map((shard) =>
    decodeShard(Buffer.from(payloadOf(run, shard))),
  );
}
