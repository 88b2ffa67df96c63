import type { Environment } from './environment';
import { newId } from './ids';
import {
  type GroupInventory,
  type RegionInventory,
  type RuleInventory,
  regionInventorySchema,
  unwrapped,
} from './inventory-schema';
import { REGIONS } from './regions';
import type { Rule } from './rule';
import { endNames } from './rule-input';
import { peerGroupAccount } from './rule-target';
import type { GroupState } from './store';

/**
 * Loads groups and lists into the default account, or the one that `AccountId` names, visible at once. Takes
 * one region in the shape of DescribeSecurityGroupAttribute, `{RegionId, SecurityGroups: [{…, Permissions}]}`,
 * or several in an array. Rules are taken as they are, even those that the API would refuse; those without an id get
 * one. A group that is there already is replaced. `now`, in milliseconds, dates what has no date.
 * Throws an Error that names the group and the field of malformed data, before anything is loaded.
 */
export function loadInventory(environment: Environment, data: unknown, now: number): void {
  const regions = (Array.isArray(data) ? data : [data]).map(parseRegion);
  for (const region of regions) {
    loadLists(environment, region, now);
    for (const group of region.SecurityGroups) {
      loadGroup(environment, region, group, now);
    }
  }
}

function parseRegion(data: unknown): RegionInventory {
  const result = regionInventorySchema.safeParse(data);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw malformed(data, issue?.path ?? [], issue?.message ?? 'not an inventory');
  }
  if (!REGIONS.has(result.data.RegionId)) {
    throw malformed(data, ['RegionId'], `${result.data.RegionId} is not a region`);
  }
  const groupIds = new Set<string>();
  for (const [index, group] of result.data.SecurityGroups.entries()) {
    const ruleIds = group.Permissions.map((rule) => rule.SecurityGroupRuleId).filter(Boolean);
    if (new Set(ruleIds).size < ruleIds.length) {
      throw malformed(data, ['SecurityGroups', index, 'Permissions'], 'two rules have one id');
    }
    if (groupIds.has(group.SecurityGroupId)) {
      throw malformed(data, ['SecurityGroups', index], 'the group is there twice');
    }
    groupIds.add(group.SecurityGroupId);
  }
  return result.data;
}

/** Names a group by its id rather than by its position alone. */
function malformed(data: unknown, path: readonly PropertyKey[], reason: string): Error {
  let value = data;
  const steps = path.map((step) => {
    value = memberOf(typeof step === 'number' ? unwrapped(value) : value, step);
    const id = memberOf(value, 'SecurityGroupId') ?? memberOf(value, 'SecurityGroupRuleId');
    return typeof id === 'string' ? `${String(step)} (${id})` : String(step);
  });
  return new Error(
    `Inventory: ${steps.join('.') || 'the file'}: ${reason}. ` +
      'Correct the field; its shape is that of DescribeSecurityGroupAttribute.',
  );
}

function memberOf(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function loadLists({ settings, store }: Environment, inventory: RegionInventory, now: number) {
  const accountId = inventory.AccountId ?? settings.accountId;
  const region = store.region(accountId, inventory.RegionId);
  for (const list of inventory.PrefixLists) {
    region.prefixLists.set(list.PrefixListId, {
      id: list.PrefixListId,
      name: list.PrefixListName,
      description: list.Description,
      addressFamily: list.AddressFamily,
      maxEntries: list.MaxEntries ?? Math.max(1, list.Entries.length),
      entries: list.Entries.map((entry) => ({ cidr: entry.Cidr, description: entry.Description })),
      resourceGroupId: list.ResourceGroupId,
      createdAt: list.CreationTime ?? now,
      tags: new Map(list.Tags),
    });
  }
  for (const list of inventory.PortRangeLists) {
    region.portRangeLists.set(list.PortRangeListId, {
      id: list.PortRangeListId,
      name: list.PortRangeListName,
      description: list.Description,
      maxEntries: list.MaxEntries ?? Math.max(1, list.Entries.length),
      entries: list.Entries.map((entry) => ({
        portRange: entry.PortRange,
        description: entry.Description,
      })),
      resourceGroupId: list.ResourceGroupId,
      createdAt: list.CreationTime ?? now,
      tags: new Map(list.Tags),
    });
  }
}

function loadGroup(
  environment: Environment,
  { RegionId: regionId, AccountId }: RegionInventory,
  inventory: GroupInventory,
  now: number,
): void {
  const { settings, store } = environment;
  const accountId = AccountId ?? settings.accountId;
  const type = inventory.SecurityGroupType ?? 'normal';
  const state: GroupState = {
    name: inventory.SecurityGroupName,
    description: inventory.Description,
    type,
    vpcId: inventory.VpcId,
    innerAccessPolicy: inventory.InnerAccessPolicy ?? (type === 'normal' ? 'Accept' : 'Drop'),
    serviceManaged: inventory.ServiceManaged ?? false,
    resourceGroupId: inventory.ResourceGroupId,
    createdAt: inventory.CreationTime ?? now,
    tags: new Map(inventory.Tags),
    rules: inventory.Permissions.map((rule, index) =>
      loadedRule(environment, accountId, inventory, rule, index + 1, now),
    ),
  };
  const region = store.region(accountId, regionId);
  // The beginning of time: readers see the inventory however far they lag behind.
  const since = Number.NEGATIVE_INFINITY;
  store.put(region, accountId, inventory.SecurityGroupId, state, since);
}

function loadedRule(
  { settings }: Environment,
  accountId: string,
  group: GroupInventory,
  rule: RuleInventory,
  sequence: number,
  now: number,
): Rule {
  const { peer, own } = endNames(rule.Direction);
  const peerGroupId = rule[`${peer}GroupId`];
  const owner = peerGroupAccount('', rule[`${peer}GroupOwnerAccount`], settings);
  return {
    ruleId: rule.SecurityGroupRuleId || newId('sgr-', settings.random),
    sequence,
    createdAt: rule.CreateTime ?? now,
    direction: rule.Direction,
    ipProtocol: rule.IpProtocol.toUpperCase(),
    portRange: rule.PortRange,
    portRangeListId: rule.PortRangeListId,
    sourcePortRange: rule.SourcePortRange,
    policy: rule.Policy === 'drop' ? 'Drop' : 'Accept',
    priority: rule.Priority,
    nicType: rule.NicType || (group.VpcId === '' ? 'internet' : 'intranet'),
    peerCidr: rule[`${peer}CidrIp`],
    peerIpv6Cidr: rule[`Ipv6${peer}CidrIp`],
    peerGroupId,
    peerGroupOwnerId: peerGroupId === '' ? '' : (owner ?? accountId),
    peerPrefixListId: rule[`${peer}PrefixListId`],
    ownCidr: rule[`${own}CidrIp`],
    ownIpv6Cidr: rule[`Ipv6${own}CidrIp`],
    description: rule.Description,
  };
}
