import {
  type AddressFamily,
  type Cidr,
  describePeer,
  formatProtocol,
  type Peer,
  type PortRange,
  type Protocol,
  parseCidr,
  parseProtocol,
} from '../../security-group';
import type { Flow } from '../../traffic';
import type { DeniedTraffic } from '../policy';
import { mergePorts } from '../ports';

/** One destination, protocol and port range: what a single drop rule can stop. */
export interface Denial {
  readonly peer: Exclude<Peer, { kind: 'none' }>;
  readonly protocol: Protocol;
  readonly ports: 'all' | PortRange;
}

/**
 * Denied traffic cut so that one rule can stop each piece, in as few pieces as joining finds: ports that
 * touch are made one range, then blocks that touch one block, and pieces that others hold are left out.
 */
export function denialsOf(deny: readonly DeniedTraffic[]): Denial[] {
  const pieces = deny.flatMap(({ to, protocol, ports }) =>
    to.flatMap((destination) =>
      (ports ?? (['all'] as const)).map(
        (range): Denial => ({
          peer: parseDestination(destination),
          protocol: parseProtocol(protocol),
          ports: range,
        }),
      ),
    ),
  );
  return withoutHeld(joinBlocks(joinPorts(pieces)));
}

/** The traffic of a denial. What an id stands for may have addresses of both families. */
export function flowsOf({ peer, protocol, ports }: Denial): Flow[] {
  const families: readonly AddressFamily[] = peer.kind === 'cidr' ? [peer.cidr.family] : [4, 6];
  return families.map((family) => ({ family, protocol, ports, sourcePorts: 'all', peer }));
}

/** A denial in words: `TCP 25 to 0.0.0.0/0`. */
export function formatDenial({ peer, protocol, ports }: Denial): string {
  const port =
    ports === 'all'
      ? ''
      : ` ${ports.first === ports.last ? ports.first : `${ports.first}-${ports.last}`}`;
  return `${formatProtocol(protocol)}${port} to ${describePeer(peer)}`;
}

function parseDestination(text: string): Denial['peer'] {
  if (text.startsWith('sg-')) return { kind: 'group', securityGroupId: text };
  if (text.startsWith('pl-')) return { kind: 'prefix-list', prefixListId: text };
  return { kind: 'cidr', cidr: parseCidr(text) };
}

function joinPorts(denials: readonly Denial[]): Denial[] {
  return groupBy(denials, ({ peer, protocol }) => `${protocol} ${describePeer(peer)}`).flatMap(
    (alike) => {
      const [first] = alike;
      const ranges = alike.flatMap(({ ports }) => (ports === 'all' ? [] : [ports]));
      if (!first || ranges.length < alike.length) return first ? [{ ...first, ports: 'all' }] : [];
      return mergePorts(ranges).map((ports): Denial => ({ ...first, ports }));
    },
  );
}

function joinBlocks(denials: readonly Denial[]): Denial[] {
  const keyOf = ({ peer, protocol, ports }: Denial) =>
    JSON.stringify([protocol, ports, peer.kind === 'cidr' ? peer.cidr.family : describePeer(peer)]);
  return groupBy(denials, keyOf).flatMap((alike) => {
    const cidrs = alike.flatMap(({ peer }) => (peer.kind === 'cidr' ? [peer.cidr] : []));
    const [first] = alike;
    if (!first || cidrs.length === 0) return alike;
    return mergeBlocks(cidrs).map((cidr): Denial => ({ ...first, peer: { kind: 'cidr', cidr } }));
  });
}

/** Blocks of one family in order, halves of a block made one and blocks within others left out. */
function mergeBlocks(cidrs: readonly Cidr[]): Cidr[] {
  const merged: Cidr[] = [];
  const ordered = [...cidrs].sort((a, b) =>
    a.first === b.first ? a.prefixLength - b.prefixLength : a.first < b.first ? -1 : 1,
  );
  for (const cidr of ordered) {
    let block = cidr;
    let previous = merged.at(-1);
    if (previous && block.last <= previous.last) continue;
    while (previous && areHalves(previous, block)) {
      block = { ...previous, prefixLength: previous.prefixLength - 1, last: block.last };
      merged.pop();
      previous = merged.at(-1);
    }
    merged.push(block);
  }
  return merged;
}

function areHalves(lower: Cidr, upper: Cidr): boolean {
  const size = lower.last - lower.first + 1n;
  return (
    lower.prefixLength === upper.prefixLength &&
    lower.last + 1n === upper.first &&
    lower.first % (2n * size) === 0n
  );
}

/** Drops what another denial holds. No two are the same here, so that the wider one always stays. */
function withoutHeld(denials: readonly Denial[]): Denial[] {
  return denials.filter(
    (inner) => !denials.some((outer) => outer !== inner && holds(outer, inner)),
  );
}

function holds(outer: Denial, inner: Denial): boolean {
  return (
    (outer.protocol === 'all' || outer.protocol === inner.protocol) &&
    (outer.ports === 'all' ||
      (inner.ports !== 'all' &&
        outer.ports.first <= inner.ports.first &&
        inner.ports.last <= outer.ports.last)) &&
    (outer.peer.kind === 'cidr' && inner.peer.kind === 'cidr'
      ? outer.peer.cidr.family === inner.peer.cidr.family &&
        outer.peer.cidr.first <= inner.peer.cidr.first &&
        inner.peer.cidr.last <= outer.peer.cidr.last
      : describePeer(outer.peer) === describePeer(inner.peer))
  );
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
