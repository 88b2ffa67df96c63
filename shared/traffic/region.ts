import { type AddressFamily, type Cidr, EVERY_ADDRESS, type PortRange } from '../security-group';
import { ALL_ADDRESSES, ALL_PORTS, type Box, boxesOf, type Span, servicesOf } from './box';
import { isSubset } from './local-list';
import { minus } from './minus';
import type { Flow, ReadLists } from './rule-set';
import type { WorkMeter } from './work';

/** A flow as boxes, and the unknowns that hold for each of its packets, as its peer is one of them. */
export interface RegionPart {
  readonly family: AddressFamily;
  readonly boxes: readonly Box[];
  readonly given: readonly string[];
}

const USABLE_PORTS: Span<number> = { first: 1, last: ALL_PORTS.last };

/**
 * The packets of a flow. `allPorts` is what `all` ports stand for: `usable` is 1 to 65535, `every`
 * adds port 0. A prefix list that was read stands for its blocks. What is excepted is left out; where it
 * hangs on what was not read, `usable` keeps what may belong to the flow, and `every` only what must.
 * Throws WorkLimitReached.
 */
export function regionPart(
  flow: Flow,
  lists: ReadLists | undefined,
  allPorts: 'usable' | 'every',
  work: WorkMeter,
): RegionPart {
  const { family } = flow;
  const span = (ports: 'all' | PortRange) =>
    ports !== 'all' ? ports : allPorts === 'usable' ? USABLE_PORTS : ALL_PORTS;
  const own: Cidr = flow.own ?? EVERY_ADDRESS[family];
  const { peers, given } = flowPeers(flow, lists);
  const services = servicesOf(flow.protocol, [span(flow.ports)]);
  const boxes =
    own.family === family ? boxesOf(family, services, span(flow.sourcePorts), peers, own) : [];
  const excepted = (flow.except ?? [])
    .map((exception) => regionPart(exception, lists, 'every', work))
    .filter((part) => allPorts === 'every' || isSubset(part.given, given))
    .flatMap((part) => part.boxes);
  return { family, boxes: boxes.flatMap((box) => minus(box, excepted, work)), given };
}

function flowPeers(
  { family, peer }: Flow,
  lists: ReadLists | undefined,
): { peers: readonly Span<bigint>[]; given: readonly string[] } {
  const anybody = [ALL_ADDRESSES[family]];
  switch (peer.kind) {
    case 'cidr':
      return { peers: peer.cidr.family === family ? [peer.cidr] : [], given: [] };
    case 'group':
      return { peers: anybody, given: [peer.securityGroupId] };
    case 'prefix-list': {
      const cidrs = lists?.prefixLists.get(peer.prefixListId);
      if (!cidrs) return { peers: anybody, given: [peer.prefixListId] };
      return { peers: cidrs.filter((cidr) => cidr.family === family), given: [] };
    }
  }
}
