import { hasPorts, type Rule } from '../security-group';
import { ALL_ADDRESSES, ALL_PORTS, type Box, boxContains, boxesOverlap, serviceOf } from './box';
import { decisionList, type Entry, nameRule } from './decision-list';
import type { Decider, Packet, RuleSet } from './rule-set';

/** What happens to a packet, and why. */
export interface Decision {
  /** `depends`: accept or drop, by the contents of what `on` names. */
  readonly verdict: 'accept' | 'drop' | 'depends';
  /** What decides; for `depends`, what decides if none of what `on` names holds the packet. */
  readonly by: Decider;
  /** Rules that match the packet for certain and lose to the decider, strongest first. */
  readonly beats: readonly Rule[];
  /** Ids of groups, lists and rules, or parts of the packet that were not given. Only for `depends`. */
  readonly on: readonly string[];
}

/**
 * Decides one packet: the strongest matching rule wins, then the default of the group type (help page
 * "Security group rules"). Traffic inside a basic group whose inner access policy is accept is let
 * through whatever the rules say (ModifySecurityGroupPolicy page); with drop, isolation is weaker than
 * every rule. A port or own address that is null is not guessed: where rules look at it, the verdict
 * depends on it.
 */
export function decide(ruleSet: RuleSet, packet: Packet): Decision {
  const { groupType, innerAccessPolicy } = ruleSet;
  if (packet.sameGroup && groupType === 'normal' && innerAccessPolicy === 'accept') {
    return { verdict: 'accept', by: 'intra-group', beats: [], on: [] };
  }
  const seen = boxOfPacket(packet);
  const entries = decisionList(ruleSet, packet.direction, packet.family);
  const maybe: { accept: boolean; unknowns: readonly string[] }[] = [];
  for (const [index, entry] of entries.entries()) {
    const match = matchEntry(entry, seen, packet);
    if (!match) continue;
    if (match.length > 0) {
      const implied = maybe.some(({ unknowns }) => unknowns.every((name) => match.includes(name)));
      if (!implied) maybe.push({ accept: entry.accept, unknowns: match });
      continue;
    }
    const on = maybe
      .filter(({ accept }) => accept !== entry.accept)
      .flatMap(({ unknowns }) => unknowns);
    return {
      verdict: on.length > 0 ? 'depends' : entry.accept ? 'accept' : 'drop',
      by: entry.by,
      beats: beaten(entries.slice(index + 1), entry, seen, packet),
      on: [...new Set(on)],
    };
  }
  throw new RangeError('a decision list must end with its default; build it with decisionList');
}

function beaten(weaker: readonly Entry[], winner: Entry, seen: Box, packet: Packet): Rule[] {
  const rules = new Set<Rule>();
  for (const entry of weaker) {
    if (entry.by === 'default' || entry.by === winner.by) continue;
    if (matchEntry(entry, seen, packet)?.length === 0) rules.add(entry.by);
  }
  return [...rules];
}

/** What a match hangs on, empty for a certain match; undefined for no match. */
function matchEntry(entry: Entry, seen: Box, packet: Packet): readonly string[] | undefined {
  let partial = false;
  for (const box of entry.boxes) {
    if (!boxesOverlap(box, seen)) continue;
    if (boxContains(box, seen)) return entry.unknowns;
    partial = true;
  }
  if (!partial || entry.by === 'default') return undefined;
  const missing: string[] = [];
  if (packet.destinationPort === null) missing.push('destination port');
  if (packet.sourcePort === null) missing.push('source port');
  if (packet.own === null) missing.push('own address');
  return [...entry.unknowns, `the ${missing.join(' or ')} (${nameRule(entry.by)})`];
}

/** All that a packet can be: what is not known about it spans everything. */
function boxOfPacket(packet: Packet): Box {
  const { family, protocol, destinationPort: port, sourcePort, peer, own } = packet;
  const [first, last] = hasPorts(protocol)
    ? [port ?? ALL_PORTS.first, port ?? ALL_PORTS.last]
    : [0, 0];
  const sources = hasPorts(protocol) ? sourcePort : 0;
  return {
    family,
    service: { first: serviceOf(protocol, first), last: serviceOf(protocol, last) },
    sourcePorts: sources === null ? ALL_PORTS : { first: sources, last: sources },
    peer: { first: peer, last: peer },
    own: own === null ? ALL_ADDRESSES[family] : { first: own, last: own },
  };
}
