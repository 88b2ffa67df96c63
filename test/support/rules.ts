import type { LocalCloud } from '../../local-cloud';
import type { Permission } from '../../shared/security-group';
import type { Inventory } from './inventory';

/** The rules of groups by group id, each rule as one comparable line. */
export type RulesByGroup = Readonly<Record<string, readonly string[]>>;

/** Far enough ahead of every write that no read lag hides it. */
const LATER_MS = 60 * 60 * 1000;

/**
 * The rules of every group of an inventory as they are now, whatever faults and read lag clients meet.
 * Past the wire, so that it is not in the call log. Lines leave out ids and times and are sorted.
 */
export function rulesOf(cloud: LocalCloud, inventory: readonly Inventory[]): RulesByGroup {
  return Object.fromEntries(
    inventory.flatMap(({ RegionId, AccountId = cloud.accountId, SecurityGroups }) =>
      SecurityGroups.map(({ SecurityGroupId }) => [
        SecurityGroupId,
        readPermissions(cloud, AccountId, RegionId, SecurityGroupId).map(comparable).sort(),
      ]),
    ),
  );
}

function readPermissions(
  cloud: LocalCloud,
  accountId: string,
  regionId: string,
  id: string,
): Permission[] {
  const describe = cloud.ecs.actions.get('DescribeSecurityGroupAttribute');
  const answer = describe?.(
    new Map([
      ['RegionId', regionId],
      ['SecurityGroupId', id],
      ['MaxResults', '1000'],
    ]),
    {
      requestId: 'test',
      now: Date.now() + LATER_MS,
      caller: {
        accountId,
        accessKeyId: cloud.accessKeyId,
        identity: { type: 'root-account' },
      },
    },
  );
  if (!answer) throw new Error('the local cloud has no DescribeSecurityGroupAttribute');
  return (answer.Permissions as { Permission: Permission[] }).Permission;
}

function comparable(permission: Permission): string {
  const { SecurityGroupRuleId: _id, CreateTime: _time, Description, ...rest } = permission;
  const fields = Object.entries(rest).filter(([, value]) => value !== '');
  return `${fields.map(([name, value]) => `${name}=${value}`).join(' ')} # ${Description}`;
}

/** Rules that stand twice in a group, whatever their descriptions. */
export function duplicateRules(rules: RulesByGroup): string[] {
  return Object.entries(rules).flatMap(([id, lines]) => {
    const bare = lines.map((line) => line.slice(0, line.indexOf(' # ')));
    return bare
      .filter((line, index) => bare.indexOf(line) !== index)
      .map((line) => `${id}: ${line}`);
  });
}
