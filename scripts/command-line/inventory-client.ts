import { type EcsClient, EcsError } from '../../shared/ecs';
import {
  formatCidr,
  formatPorts,
  type Place,
  type PortRange,
  placeName,
  type Rule,
} from '../../shared/security-group';
import type { InventoryGroup } from './inventory';

/**
 * ECS in one region of an account as an inventory file tells of it. What is not in the file is not there, and nothing can
 * be changed. A prefix list counts as having room for the entries that it has.
 */
export function createInventoryClient(
  place: Place,
  inventory: readonly InventoryGroup[],
): EcsClient {
  const here = new Map(
    inventory.flatMap(({ group, lists }) =>
      placeName(group) === placeName(place) ? [[group.id, { group, lists }]] : [],
    ),
  );
  const listed = <List>(
    action: string,
    id: string,
    of: (lists: InventoryGroup['lists']) => ReadonlyMap<string, List>,
  ): List => {
    for (const { lists } of here.values()) {
      const list = of(lists).get(id);
      if (list !== undefined) return list;
    }
    throw notThere(action, id);
  };
  return {
    describeRegions: async () => {
      const own = inventory.filter(({ group }) => group.accountId === place.accountId);
      return [...new Set(own.map(({ group }) => group.regionId))];
    },
    listSecurityGroups: async (filter = {}) =>
      [...here.values()].flatMap(({ group: { rules: _, innerAccessPolicy: __, ...summary } }) =>
        (filter.securityGroupIds?.includes(summary.id) ?? true) ? [summary] : [],
      ),
    async readSecurityGroup(id) {
      const found = here.get(id);
      if (!found) throw notThere('DescribeSecurityGroupAttribute', id);
      const { name, vpcId, innerAccessPolicy, rules } = found.group;
      return {
        name,
        ...(vpcId === undefined ? {} : { vpcId }),
        innerAccessPolicy,
        permissions: rules.map((rule) => rule.permission),
      };
    },
    async readPrefixList(id) {
      const cidrs = listed('DescribePrefixListAttributes', id, (lists) => lists.prefixLists);
      return { cidrs: cidrs.map(formatCidr), maxEntries: cidrs.length };
    },
    async readPortRangeList(id) {
      const ranges = listed('DescribePortRangeListEntries', id, (lists) => lists.portRangeLists);
      return ranges.map(portsText);
    },
    listGroupsThatName: async (kind, id) =>
      [...here.values()].flatMap(({ group }) =>
        group.rules.some((rule) => namedBy(rule, kind) === id) ? [group.id] : [],
      ),
    execute: async ({ action }) => {
      throw new TypeError(`${action} was to be sent, and a file cannot be changed`);
    },
  };
}

function namedBy({ peer, ports }: Rule, kind: 'prefix-list' | 'port-list'): string | undefined {
  if (kind === 'prefix-list') {
    return peer.kind === 'prefix-list' ? peer.prefixListId : undefined;
  }
  return typeof ports === 'object' && 'portRangeListId' in ports
    ? ports.portRangeListId
    : undefined;
}

/** Only "all ports" starts with port 0. */
function portsText(range: PortRange): string {
  return formatPorts(range.first === 0 ? 'all' : range);
}

function notThere(action: string, id: string): EcsError {
  return new EcsError(`${id} is not in the inventory: add it to the file`, {
    kind: 'not-found',
    action,
    attempts: 0,
  });
}
