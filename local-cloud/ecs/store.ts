import { History } from './history';
import type { Rule } from './rule';
import { SortedIds } from './sorted-ids';

/** Tags of a resource, value by key. */
export type Tags = ReadonlyMap<string, string>;

/** Everything about a group that can change; replaced as a whole by every write. */
export interface GroupState {
  readonly name: string;
  readonly description: string;
  readonly type: 'normal' | 'enterprise';
  /** '' for a group of the classic network. */
  readonly vpcId: string;
  readonly innerAccessPolicy: 'Accept' | 'Drop';
  readonly serviceManaged: boolean;
  readonly resourceGroupId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly tags: Tags;
  readonly rules: readonly Rule[];
}

/** A group and its states. */
export interface Group {
  readonly id: string;
  readonly accountId: string;
  readonly states: History<GroupState>;
  /** Sequence number of the rule that is added next. */
  nextSequence: number;
}

/** A group that exists now, with the state that a write starts from. */
export interface ExistingGroup {
  readonly group: Group;
  readonly state: GroupState;
}

/** A prefix list; ModifyPrefixList replaces it as a whole. */
export interface PrefixList {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly addressFamily: 'IPv4' | 'IPv6';
  readonly maxEntries: number;
  readonly entries: readonly { readonly cidr: string; readonly description: string }[];
  readonly resourceGroupId: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** A port range list; ModifyPortRangeList replaces it as a whole. */
export interface PortRangeList {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly maxEntries: number;
  readonly entries: readonly { readonly portRange: string; readonly description: string }[];
  readonly resourceGroupId: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

/** What one account has in one region. */
export class RegionStore {
  readonly groups = new Map<string, Group>();
  readonly groupIds = new SortedIds();
  readonly prefixLists = new Map<string, PrefixList>();
  readonly portRangeLists = new Map<string, PortRangeList>();
}

/** The state of the service: accounts apart from each other, and who refers to what. */
export class Store {
  readonly #regions = new Map<string, RegionStore>();
  readonly #referrers = new Map<string, Map<Group, number>>();
  #deleted: { readonly region: RegionStore; readonly group: Group }[] = [];
  readonly #readLagMs: number;

  /** `readLagMs`: how far behind Describe calls see groups, in milliseconds. */
  constructor(readLagMs: number) {
    this.#readLagMs = readLagMs;
  }

  /** What an account has in a region. */
  region(accountId: string, regionId: string): RegionStore {
    const key = `${accountId}/${regionId}`;
    const found = this.#regions.get(key) ?? new RegionStore();
    this.#regions.set(key, found);
    return found;
  }

  /** The group as it is now, or undefined. */
  existing(accountId: string, regionId: string, groupId: string): ExistingGroup | undefined {
    const group = this.region(accountId, regionId).groups.get(groupId);
    const state = group?.states.latest;
    return group === undefined || state === undefined ? undefined : { group, state };
  }

  /** The group as a Describe call sees it at `now`, or undefined. */
  visible(region: RegionStore, groupId: string, now: number): ExistingGroup | undefined {
    const group = region.groups.get(groupId);
    const state = group?.states.visible(now, this.#readLagMs);
    return group === undefined || state === undefined ? undefined : { group, state };
  }

  /** Adds a group, or replaces one with that id; lagging readers see it from `now` on. */
  put(region: RegionStore, accountId: string, id: string, state: GroupState, now: number): void {
    const present = region.groups.get(id);
    const group = present ?? { id, accountId, states: new History<GroupState>(), nextSequence: 1 };
    for (const rule of state.rules) {
      group.nextSequence = Math.max(group.nextSequence, rule.sequence + 1);
    }
    region.groups.set(id, group);
    region.groupIds.add(id);
    this.write(group, state, now);
  }

  /** Replaces the state of a group. */
  write(group: Group, state: GroupState, now: number): void {
    this.#replace(group, state, now);
  }

  /** Deletes a group; lagging readers still see it for a while, then it is forgotten. */
  delete(region: RegionStore, group: Group, now: number): void {
    this.#replace(group, undefined, now);
    this.#deleted.push({ region, group });
    this.#deleted = this.#deleted.filter((entry) => {
      const { states } = entry.group;
      const seen = states.visible(now, this.#readLagMs) !== undefined;
      if (!seen) {
        entry.region.groups.delete(entry.group.id);
        entry.region.groupIds.remove(entry.group.id);
      }
      // A group that came back with an inventory waits for nothing.
      return seen && states.latest === undefined;
    });
  }

  /** The groups with a rule that refers to the group or list of that id. */
  referrers(accountId: string, id: string): ReadonlyMap<Group, number> {
    return this.#referrers.get(`${accountId}/${id}`) ?? new Map<Group, number>();
  }

  #replace(group: Group, state: GroupState | undefined, now: number): void {
    const before = group.states.latest?.rules ?? [];
    const after = state?.rules ?? [];
    if (before !== after) {
      this.#count(group, before, -1);
      this.#count(group, after, 1);
    }
    group.states.write(state, now, this.#readLagMs);
  }

  #count(group: Group, rules: readonly Rule[], step: 1 | -1): void {
    for (const rule of rules) {
      this.#countOne(group, rule.peerGroupOwnerId, rule.peerGroupId, step);
      this.#countOne(group, group.accountId, rule.peerPrefixListId, step);
      this.#countOne(group, group.accountId, rule.portRangeListId, step);
    }
  }

  #countOne(group: Group, accountId: string, id: string, step: 1 | -1): void {
    if (id === '') {
      return;
    }
    const key = `${accountId}/${id}`;
    const referrers = this.#referrers.get(key) ?? new Map<Group, number>();
    const count = (referrers.get(group) ?? 0) + step;
    if (count > 0) {
      referrers.set(group, count);
    } else {
      referrers.delete(group);
    }
    if (referrers.size > 0) {
      this.#referrers.set(key, referrers);
    } else {
      this.#referrers.delete(key);
    }
  }
}
