/**
 * A second, slow opinion for tests: first match over sorted rules, one packet at a time. It shares no
 * code with the engine but the parsed rules, so that an error has to be made twice to go unseen.
 */
import type { AddressFamily, Cidr, Direction, Rule } from '../../security-group';
import { type Box, serviceOf } from '../box';
import type { Flow, Packet, ReadLists, RuleSet, Undecided } from '../index';

/** Unknowns that hold for a packet. */
export type World = ReadonlySet<string>;

export interface OracleVerdict {
  readonly verdict: 'accept' | 'drop';
  readonly by: Rule | 'default';
}

export function sorted(ruleSet: RuleSet, direction: Direction): Rule[] {
  const rules = ruleSet.rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.direction === direction);
  rules.sort((a, b) => {
    if (a.rule.priority !== b.rule.priority) return a.rule.priority - b.rule.priority;
    if (a.rule.policy !== b.rule.policy) return a.rule.policy === 'drop' ? -1 : 1;
    return a.index - b.index;
  });
  return rules.map(({ rule }) => rule);
}

/** The verdict on a packet of a peer outside the group. */
export function oracle(ruleSet: RuleSet, packet: Packet, world: World): OracleVerdict {
  for (const rule of sorted(ruleSet, packet.direction)) {
    if (matches(rule, packet, world, ruleSet.lists)) return { verdict: rule.policy, by: rule };
  }
  const accept = ruleSet.groupType === 'normal' && packet.direction === 'egress';
  return { verdict: accept ? 'accept' : 'drop', by: 'default' };
}

function matches(rule: Rule, packet: Packet, world: World, lists?: ReadLists): boolean {
  if (rule.protocol !== 'all' && rule.protocol !== packet.protocol) return false;
  if (packet.protocol === 6 || packet.protocol === 17) {
    const port = packet.destinationPort ?? -1;
    const source = packet.sourcePort ?? -1;
    const { ports, sourcePorts } = rule;
    if (ports !== 'all' && 'portRangeListId' in ports) {
      const ranges = lists?.portRangeLists.get(ports.portRangeListId);
      if (ranges && !ranges.some(({ first, last }) => first <= port && port <= last)) return false;
      if (!ranges && !world.has(ports.portRangeListId)) return false;
    } else if (ports !== 'all' && (port < ports.first || port > ports.last)) return false;
    if (sourcePorts !== 'all' && (source < sourcePorts.first || source > sourcePorts.last)) {
      return false;
    }
  }
  if (rule.own && !inBlock(rule.own, packet.family, packet.own ?? 0n)) return false;
  switch (rule.peer.kind) {
    case 'cidr':
      return inBlock(rule.peer.cidr, packet.family, packet.peer);
    case 'group':
      return world.has(rule.peer.securityGroupId);
    case 'prefix-list': {
      const blocks = lists?.prefixLists.get(rule.peer.prefixListId);
      if (!blocks) return world.has(rule.peer.prefixListId);
      return blocks.some((block) => inBlock(block, packet.family, packet.peer));
    }
    case 'none':
      return world.has(String(rule.id));
  }
}

function inBlock(block: Cidr, family: AddressFamily, address: bigint): boolean {
  return block.family === family && block.first <= address && address <= block.last;
}

/** Whether a packet belongs to a flow; port 0 belongs to `all` ports only if `portZero`. */
export function inFlow(
  flow: Flow,
  packet: Packet,
  world: World,
  portZero: boolean,
  lists?: ReadLists,
): boolean {
  if (flow.family !== packet.family) return false;
  if (flow.protocol !== 'all' && flow.protocol !== packet.protocol) return false;
  if (packet.protocol === 6 || packet.protocol === 17) {
    for (const [limit, port] of [
      [flow.ports, packet.destinationPort],
      [flow.sourcePorts, packet.sourcePort],
    ] as const) {
      if (port === null) return false;
      if (limit === 'all' ? port === 0 && !portZero : port < limit.first || port > limit.last) {
        return false;
      }
    }
  }
  if (flow.own && !inBlock(flow.own, packet.family, packet.own ?? 0n)) return false;
  switch (flow.peer.kind) {
    case 'cidr':
      return inBlock(flow.peer.cidr, packet.family, packet.peer);
    case 'group':
      return world.has(flow.peer.securityGroupId);
    case 'prefix-list': {
      const blocks = lists?.prefixLists.get(flow.peer.prefixListId);
      if (!blocks) return world.has(flow.peer.prefixListId);
      return blocks.some((block) => inBlock(block, packet.family, packet.peer));
    }
  }
}

/** Every choice of which unknowns hold, of those that rules or flows name. */
export function worlds(ruleSets: readonly RuleSet[], region: readonly Flow[] = []): World[] {
  const names = new Set<string>();
  for (const { rules } of ruleSets) {
    for (const { id, peer, ports } of rules) {
      if (peer.kind === 'group') names.add(peer.securityGroupId);
      if (peer.kind === 'prefix-list') names.add(peer.prefixListId);
      if (peer.kind === 'none') names.add(String(id));
      if (ports !== 'all' && 'portRangeListId' in ports) names.add(ports.portRangeListId);
    }
  }
  for (const { peer } of region) {
    if (peer.kind === 'group') names.add(peer.securityGroupId);
    if (peer.kind === 'prefix-list') names.add(peer.prefixListId);
  }
  return [...names].reduce<Set<string>[]>(
    (all, name) => all.flatMap((world) => [world, new Set([...world, name])]),
    [new Set()],
  );
}

/**
 * Packets at every corner: verdicts of rules and membership of flows are constant between the starts
 * of spans and the numbers after their ends, so these packets show every verdict that there is.
 */
export function cornerPackets(
  direction: Direction,
  ruleSets: readonly RuleSet[],
  region: readonly Flow[] = [],
): Packet[] {
  const protocols = new Set([6, 17, 1, 200]);
  const ports = new Set([0, 1]);
  const sources = new Set([0, 1]);
  const addresses = { 4: new Set([0n]), 6: new Set([0n]) };
  const owns = { 4: new Set([0n]), 6: new Set([0n]) };
  const addPorts = (to: Set<number>, limit: { first: number; last: number }) => {
    to.add(limit.first);
    if (limit.last < 65535) to.add(limit.last + 1);
  };
  const addBlock = (to: Record<AddressFamily, Set<bigint>>, { family, first, last }: Cidr) => {
    to[family].add(first);
    if (last + 1n < 1n << (family === 4 ? 32n : 128n)) to[family].add(last + 1n);
  };
  const lists = ruleSets.map((ruleSet) => ruleSet.lists);
  for (const part of [...ruleSets.flatMap(({ rules }) => rules), ...region]) {
    if (part.protocol !== 'all') protocols.add(part.protocol);
    if (part.ports !== 'all' && 'first' in part.ports) addPorts(ports, part.ports);
    if (part.sourcePorts !== 'all') addPorts(sources, part.sourcePorts);
    if (part.peer.kind === 'cidr') addBlock(addresses, part.peer.cidr);
    if (part.own) addBlock(owns, part.own);
  }
  for (const list of lists) {
    for (const block of [...(list?.prefixLists.values() ?? [])].flat()) addBlock(addresses, block);
    for (const range of [...(list?.portRangeLists.values() ?? [])].flat()) addPorts(ports, range);
  }
  const packets: Packet[] = [];
  for (const family of [4, 6] as const) {
    for (const peer of addresses[family]) {
      for (const own of owns[family]) {
        for (const protocol of protocols) {
          const base = { direction, family, protocol, peer, own };
          if (protocol !== 6 && protocol !== 17) {
            packets.push({ ...base, sourcePort: null, destinationPort: null });
            continue;
          }
          for (const destinationPort of ports) {
            for (const sourcePort of sources)
              packets.push({ ...base, sourcePort, destinationPort });
          }
        }
      }
    }
  }
  return packets;
}

/** Whether a box holds a packet whose ports and own address are known. */
export function inBox(box: Box, packet: Packet): boolean {
  const { family, protocol, destinationPort, sourcePort, peer, own } = packet;
  const service = serviceOf(protocol, destinationPort ?? 0);
  return (
    box.family === family &&
    box.service.first <= service &&
    service <= box.service.last &&
    box.sourcePorts.first <= (sourcePort ?? 0) &&
    (sourcePort ?? 0) <= box.sourcePorts.last &&
    box.peer.first <= peer &&
    peer <= box.peer.last &&
    box.own.first <= (own ?? 0n) &&
    (own ?? 0n) <= box.own.last
  );
}

/** An answer that must not be `undecided`. */
export function exactly<T extends { verdict: 'exact' }>(answer: T | Undecided): T {
  if (answer.verdict === 'undecided') throw new Error(answer.reason);
  return answer;
}

/** The verdict over several worlds. */
export function verdictIn(all: readonly World[], ruleSet: RuleSet, packet: Packet) {
  const verdicts = new Set(all.map((world) => oracle(ruleSet, packet, world).verdict));
  return verdicts.size === 2 ? 'depends' : [...verdicts][0];
}
