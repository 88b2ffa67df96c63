import {
  type AddressFamily,
  type Direction,
  describePeer,
  formatCidr,
  formatProtocol,
  type Peer,
  type PortRange,
  PROTOCOL_NUMBERS,
  type Protocol,
  parseCidr,
  parseProtocol,
} from '../../security-group';
import type { Flow } from '../../traffic';
import type { DeniedTraffic } from '../policy';
import { mergePorts } from '../ports';
import { mergeBlocks } from './blocks';
import { INTERNET, INTERNET_BLOCKS } from './internet';

/** A protocol, with a range of destination ports where it has ports. */
export interface Services {
  readonly protocol: Protocol;
  readonly ports: 'all' | PortRange;
}

/** One far side, protocol and port range; a drop rule for each of its peers stops it. */
export interface Denial extends Services {
  /** The far side as a policy names it. */
  readonly name: string;
  readonly peers: readonly DeniedPeer[];
}

export type DeniedPeer = Exclude<Peer, { kind: 'none' }>;

/**
 * Denied traffic cut so that few rules can stop each piece: ports that touch are made one range, then
 * blocks that touch one block, and pieces that others hold are left out.
 */
export function denialsOf(deny: readonly DeniedTraffic[]): Denial[] {
  const pieces = deny.flatMap((traffic) =>
    traffic.peers.flatMap((text) =>
      servicesOf(traffic).map(
        (services): Denial => ({ ...parsePeers(text, services.protocol), ...services }),
      ),
    ),
  );
  return withoutHeld(joinBlocks(joinPorts(pieces)));
}

/** The protocol and port ranges that a policy names, one by one. */
export function servicesOf({
  protocol,
  ports,
}: Pick<DeniedTraffic, 'protocol' | 'ports'>): Services[] {
  return (ports ?? (['all'] as const)).map((range) => ({
    protocol: parseProtocol(protocol),
    ports: range,
  }));
}

/** The traffic of a denial, but for exceptions. What an id stands for may be of both families. */
export function flowsOf(
  { peers, protocol, ports }: Omit<Denial, 'name'>,
  except: readonly Flow[] = [],
): Flow[] {
  return peers.flatMap((peer) => {
    const families: readonly AddressFamily[] = peer.kind === 'cidr' ? [peer.cidr.family] : [4, 6];
    return families.map((family): Flow => {
      const flow = { family, protocol, ports, sourcePorts: 'all', peer } as const;
      return except.length === 0 ? flow : { ...flow, except };
    });
  });
}

/** A denial in words: `TCP 25 to 0.0.0.0/0`. */
export function formatDenial(
  { name, protocol, ports }: Omit<Denial, 'peers'>,
  direction: Direction,
): string {
  const port =
    ports === 'all'
      ? ''
      : ` ${ports.first === ports.last ? ports.first : `${ports.first}-${ports.last}`}`;
  const preposition = direction === 'egress' ? 'to' : 'from';
  return `${formatProtocol(protocol)}${port} ${preposition} ${name}`;
}

/** The far side that a policy names by a text. */
export function parsePeers(text: string, protocol: Protocol): Pick<Denial, 'name' | 'peers'> {
  if (text === INTERNET) {
    const { ICMP, ICMPV6 } = PROTOCOL_NUMBERS;
    const blocks = INTERNET_BLOCKS.filter(
      ({ family }) => protocol !== (family === 4 ? ICMPV6 : ICMP),
    );
    return { name: 'the Internet', peers: blocks.map((cidr) => ({ kind: 'cidr', cidr })) };
  }
  const peer = parsePeer(text);
  return { name: describePeer(peer), peers: [peer] };
}

function parsePeer(text: string): DeniedPeer {
  if (text.startsWith('sg-')) return { kind: 'group', securityGroupId: text };
  if (text.startsWith('pl-')) return { kind: 'prefix-list', prefixListId: text };
  return { kind: 'cidr', cidr: parseCidr(text) };
}

function joinPorts(denials: readonly Denial[]): Denial[] {
  return groupBy(denials, ({ name, protocol }) => `${protocol} ${name}`).flatMap((alike) => {
    const [first] = alike;
    const ranges = alike.flatMap(({ ports }) => (ports === 'all' ? [] : [ports]));
    if (!first || ranges.length < alike.length) return first ? [{ ...first, ports: 'all' }] : [];
    return mergePorts(ranges).map((ports): Denial => ({ ...first, ports }));
  });
}

function joinBlocks(denials: readonly Denial[]): Denial[] {
  // What has a name of its own is not taken apart to be joined with blocks.
  const blockOf = ({ name, peers: [peer] }: Denial) =>
    peer?.kind === 'cidr' && name === describePeer(peer) ? peer.cidr : undefined;
  const keyOf = (denial: Denial) =>
    JSON.stringify([denial.protocol, denial.ports, blockOf(denial)?.family ?? denial.name]);
  return groupBy(denials, keyOf).flatMap((alike) => {
    const cidrs = alike.flatMap((denial) => blockOf(denial) ?? []);
    const [first] = alike;
    if (!first || cidrs.length === 0) return alike;
    return mergeBlocks(cidrs).map(
      (cidr): Denial => ({ ...first, name: formatCidr(cidr), peers: [{ kind: 'cidr', cidr }] }),
    );
  });
}

/** Leaves out each peer that another denial holds; of two that hold each other the first one stays. */
function withoutHeld(denials: readonly Denial[]): Denial[] {
  return denials.flatMap((inner, position) => {
    const peers = inner.peers.filter(
      (peer) =>
        !denials.some(
          (outer, index) =>
            index !== position &&
            holdsServices(outer, inner) &&
            outer.peers.some(
              (other) =>
                holdsPeer(other, peer) &&
                (index < position || !holdsServices(inner, outer) || !holdsPeer(peer, other)),
            ),
        ),
    );
    return peers.length === 0 ? [] : [{ ...inner, peers }];
  });
}

function holdsServices(outer: Denial, inner: Denial): boolean {
  return (
    (outer.protocol === 'all' || outer.protocol === inner.protocol) &&
    (outer.ports === 'all' ||
      (inner.ports !== 'all' &&
        outer.ports.first <= inner.ports.first &&
        inner.ports.last <= outer.ports.last))
  );
}

function holdsPeer(outer: DeniedPeer, inner: DeniedPeer): boolean {
  return outer.kind === 'cidr' && inner.kind === 'cidr'
    ? outer.cidr.family === inner.cidr.family &&
        outer.cidr.first <= inner.cidr.first &&
        inner.cidr.last <= outer.cidr.last
    : describePeer(outer) === describePeer(inner);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
