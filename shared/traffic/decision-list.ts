import {
  type AddressFamily,
  type Direction,
  describeRule,
  EVERY_ADDRESS,
  type Rule,
} from '../security-group';
import {
  ALL_ADDRESSES,
  ALL_PORTS,
  type Box,
  boxesOf,
  EVERYTHING,
  type Span,
  servicesOf,
} from './box';
import type { ReadLists, RuleSet } from './rule-set';

/**
 * One line of a decision list. A packet matches it when it is in one of the boxes and everything that
 * `unknowns` names holds for it, such as being sent by a member of a group.
 */
export interface Entry {
  readonly by: Rule | 'default';
  readonly accept: boolean;
  /**
   * Ids of groups and lists whose contents are not known and would have to hold the packet. Empty:
   * the boxes are the whole truth.
   */
  readonly unknowns: readonly string[];
  readonly boxes: readonly Box[];
}

const remembered = new WeakMap<RuleSet, Map<string, readonly Entry[]>>();

/**
 * A rule set's rules for one direction and address family, strongest first, ended by the default: the
 * first entry that matches a packet decides it. Smaller priority goes first, then drop before accept,
 * then the order in which the rules are given (security group help page "Security group rules").
 */
export function decisionList(
  ruleSet: RuleSet,
  direction: Direction,
  family: AddressFamily,
): readonly Entry[] {
  const key = `${direction}${family}`;
  const known = remembered.get(ruleSet)?.get(key);
  if (known) return known;
  const list = buildDecisionList(ruleSet, direction, family);
  const lists = remembered.get(ruleSet) ?? new Map<string, readonly Entry[]>();
  remembered.set(ruleSet, lists.set(key, list));
  return list;
}

function buildDecisionList(
  ruleSet: RuleSet,
  direction: Direction,
  family: AddressFamily,
): readonly Entry[] {
  const entries: Entry[] = [];
  for (const rule of rulesByStrength(ruleSet)) {
    if (rule.direction !== direction) continue;
    for (const entry of entriesOf(rule, family, ruleSet.lists)) {
      if (entry.boxes.length > 0) entries.push(entry);
    }
  }
  entries.push({
    by: 'default',
    accept: ruleSet.groupType === 'normal' && direction === 'egress',
    unknowns: [],
    boxes: [EVERYTHING[family]],
  });
  return entries;
}

const sorted = new WeakMap<RuleSet, readonly Rule[]>();

/** The rules of a rule set, strongest first. Rules of equal strength keep their order. */
export function rulesByStrength(ruleSet: RuleSet): readonly Rule[] {
  const known = sorted.get(ruleSet);
  if (known) return known;
  const strongestFirst = [...ruleSet.rules].sort(
    (a, b) =>
      a.priority - b.priority || Number(a.policy === 'accept') - Number(b.policy === 'accept'),
  );
  sorted.set(ruleSet, strongestFirst);
  return strongestFirst;
}

/** How a rule is named in lists of what a verdict depends on: by its id, or in words without one. */
export function nameRule(rule: Rule): string {
  return rule.id ?? describeRule(rule);
}

/**
 * The packets of one family that a rule matches, and on what beyond the packet that hangs. A rule for
 * ALL protocols with an unread port list gives two entries: only packets with ports hang on the list.
 */
function entriesOf(rule: Rule, family: AddressFamily, lists: ReadLists | undefined): Entry[] {
  const by = rule;
  const accept = rule.policy === 'accept';
  const own = rule.own ?? EVERY_ADDRESS[family];
  const { peers, unknowns } = peersOf(rule, family, lists);
  if (own.family !== family || peers.length === 0) return [];
  const sourcePorts = rule.sourcePorts === 'all' ? ALL_PORTS : rule.sourcePorts;
  const ports = portsOf(rule, lists);
  if (!('unread' in ports)) {
    const boxes = boxesOf(family, servicesOf(rule.protocol, ports), sourcePorts, peers, own);
    return [{ by, accept, unknowns, boxes }];
  }
  const { portless, withPorts } = servicesOf(rule.protocol, [ALL_PORTS]);
  return [
    {
      by,
      accept,
      unknowns,
      boxes: boxesOf(family, { portless, withPorts: [] }, sourcePorts, peers, own),
    },
    {
      by,
      accept,
      unknowns: [...unknowns, ports.unread],
      boxes: boxesOf(family, { portless: [], withPorts }, sourcePorts, peers, own),
    },
  ];
}

function peersOf(
  rule: Rule,
  family: AddressFamily,
  lists: ReadLists | undefined,
): { peers: readonly Span<bigint>[]; unknowns: readonly string[] } {
  const { peer } = rule;
  const anybody = [ALL_ADDRESSES[family]];
  switch (peer.kind) {
    case 'cidr':
      return { peers: peer.cidr.family === family ? [peer.cidr] : [], unknowns: [] };
    case 'prefix-list': {
      const cidrs = lists?.prefixLists.get(peer.prefixListId);
      if (!cidrs) return { peers: anybody, unknowns: [peer.prefixListId] };
      return { peers: cidrs.filter((cidr) => cidr.family === family), unknowns: [] };
    }
    case 'group':
      return { peers: anybody, unknowns: [peer.securityGroupId] };
    case 'none':
      // It should match nobody, but nothing says that the service agrees.
      return { peers: anybody, unknowns: [nameRule(rule)] };
  }
}

function portsOf(
  rule: Rule,
  lists: ReadLists | undefined,
): readonly Span<number>[] | { readonly unread: string } {
  if (rule.ports === 'all') return [ALL_PORTS];
  if (!('portRangeListId' in rule.ports)) return [rule.ports];
  const { portRangeListId } = rule.ports;
  return lists?.portRangeLists.get(portRangeListId) ?? { unread: portRangeListId };
}
