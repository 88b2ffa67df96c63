import {
  type AddressFamily,
  type Cidr,
  describePeer,
  PROTOCOL_NUMBERS,
  type Protocol,
} from '../../security-group';
import type { ReadLists } from '../../traffic';
import { mergeBlocks, without } from './blocks';
import type { DeniedPeer, Services } from './denials';

/** Traffic that one rule can match. */
export interface Piece extends Services {
  readonly peer: DeniedPeer;
}

/** Traffic that is let pass; `anybody` is every far side, members of groups included. */
export interface ExemptPiece extends Services {
  readonly peer: DeniedPeer | 'anybody';
}

/**
 * What a piece and an exempt one have in common. Undefined where that hangs on the members of a group or
 * on a list that was not read.
 */
export function commonPieces(
  piece: Piece,
  exempt: ExemptPiece,
  lists: ReadLists,
): Piece[] | undefined {
  const services = commonServices(piece, exempt);
  if (!services) return [];
  return splitPeer(piece.peer, exempt.peer, lists)?.common.map((peer) => ({ ...services, peer }));
}

/**
 * A piece cut around an exempt one, so that rules can match each part. Undefined where that hangs on the
 * members of a group or on a list that was not read. Of all protocols less one, only those that have a
 * name are given: a rule names one protocol or all (AuthorizeSecurityGroupEgress page).
 */
export function piecesWithout(
  piece: Piece,
  exempt: ExemptPiece,
  lists: ReadLists,
): Piece[] | undefined {
  const common = commonServices(piece, exempt);
  if (!common) return [piece];
  const split = splitPeer(piece.peer, exempt.peer, lists);
  if (!split) return undefined;
  if (split.common.length === 0) return [piece];
  // Each way leaves as much as can be in as few rules as can be.
  if (piece.protocol === 'all') {
    return [
      ...split.rest.map((peer) => ({ ...piece, peer })),
      ...split.common.flatMap((peer) =>
        namedProtocols(familiesOf(peer, lists)).flatMap((protocol) =>
          servicesWithout({ protocol, ports: 'all' }, exempt).map((left) => ({ ...left, peer })),
        ),
      ),
    ];
  }
  return [
    ...servicesWithout(piece, exempt).map((left) => ({ ...left, peer: piece.peer })),
    ...split.rest.map((peer) => ({ ...common, peer })),
  ];
}

function commonServices(one: Services, other: Services): Services | undefined {
  if (one.protocol === 'all') return other;
  if (other.protocol === 'all') return one;
  if (one.protocol !== other.protocol) return undefined;
  if (one.ports === 'all') return other;
  if (other.ports === 'all') return one;
  const first = Math.max(one.ports.first, other.ports.first);
  const last = Math.min(one.ports.last, other.ports.last);
  return first <= last ? { protocol: one.protocol, ports: { first, last } } : undefined;
}

/** What is left of one protocol's ports. */
function servicesWithout(services: Services, exempt: Services): Services[] {
  const { protocol, ports } = services;
  if (exempt.protocol !== 'all' && exempt.protocol !== protocol) return [services];
  if (exempt.ports === 'all') return [];
  const whole = ports === 'all' ? { first: 1, last: 65535 } : ports;
  return [
    { first: whole.first, last: Math.min(whole.last, exempt.ports.first - 1) },
    { first: Math.max(whole.first, exempt.ports.last + 1), last: whole.last },
  ]
    .filter(({ first, last }) => first <= last)
    .map((range) => ({ protocol, ports: range }));
}

function namedProtocols(families: readonly AddressFamily[]): Protocol[] {
  const { TCP, UDP, GRE, ICMP, ICMPV6 } = PROTOCOL_NUMBERS;
  return [TCP, UDP, GRE, ...families.map((family) => (family === 4 ? ICMP : ICMPV6))];
}

/** A peer's part in an exemption and what is left of it. */
function splitPeer(
  peer: DeniedPeer,
  exempt: DeniedPeer | 'anybody',
  lists: ReadLists,
): { readonly common: readonly DeniedPeer[]; readonly rest: readonly DeniedPeer[] } | undefined {
  if (exempt === 'anybody' || describePeer(peer) === describePeer(exempt)) {
    return { common: [peer], rest: [] };
  }
  const [own, others] = [blocksOf(peer, lists), blocksOf(exempt, lists)];
  if (!own || !others) return undefined;
  const common = own.flatMap((block) => others.flatMap((other) => smaller(block, other)));
  if (common.length === 0) return { common, rest: [peer] };
  const rest = own.flatMap((block) => without(block, others));
  return rest.length === 0
    ? { common: [peer], rest: [] }
    : { common, rest: rest.map((cidr) => ({ kind: 'cidr', cidr })) };
}

/** Of two blocks one holds the other, or they have nothing in common. */
function smaller(one: Cidr, other: Cidr): DeniedPeer[] {
  const [outer, inner] = one.prefixLength <= other.prefixLength ? [one, other] : [other, one];
  const holds =
    outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
  return holds ? [{ kind: 'cidr', cidr: inner }] : [];
}

function blocksOf(peer: DeniedPeer, lists: ReadLists): readonly Cidr[] | undefined {
  switch (peer.kind) {
    case 'cidr':
      return [peer.cidr];
    case 'prefix-list': {
      const blocks = lists.prefixLists.get(peer.prefixListId);
      return blocks && mergeBlocks(blocks);
    }
    case 'group':
      return undefined;
    default:
      return peer satisfies never;
  }
}

function familiesOf(peer: DeniedPeer, lists: ReadLists): AddressFamily[] {
  const blocks = blocksOf(peer, lists);
  return blocks ? [...new Set(blocks.map(({ family }) => family))] : [4, 6];
}
