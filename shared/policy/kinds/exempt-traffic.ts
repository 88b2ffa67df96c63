import { EVERY_ADDRESS } from '../../security-group';
import type { Flow, ReadLists } from '../../traffic';
import type { ExemptTraffic } from '../policy';
import { type Denial, flowsOf, parsePeers, servicesOf } from './denials';
import { commonPieces, type ExemptPiece, type Piece, piecesWithout } from './pieces';

const EVERYBODY = ([4, 6] as const).map(
  (family) => ({ kind: 'cidr', cidr: EVERY_ADDRESS[family] }) as const,
);

/** Exempt traffic in pieces, the widest first, which leaves the fewest parts when others are cut around it. */
export function exemptPieces(except: readonly ExemptTraffic[]): ExemptPiece[] {
  const widthOf = ({ protocol, ports }: ExemptPiece) =>
    protocol === 'all' ? 2 * 65536 : ports === 'all' ? 65536 : ports.last - ports.first;
  return except
    .flatMap((traffic) =>
      servicesOf(traffic).flatMap((services): ExemptPiece[] => {
        const { protocol } = services;
        const peers = traffic.peers?.flatMap((text) => parsePeers(text, protocol).peers);
        return (peers ?? (['anybody'] as const)).map((peer) => ({ ...services, peer }));
      }),
    )
    .sort((a, b) => widthOf(b) - widthOf(a));
}

/** Exempt pieces as traffic that is left out of a denial's. */
export function exceptionsOf(pieces: readonly ExemptPiece[]): Flow[] {
  return pieces.flatMap(({ peer, ...services }) =>
    flowsOf({ ...services, peers: peer === 'anybody' ? EVERYBODY : [peer] }),
  );
}

/**
 * What drop rules can stop of a denial without touching exempt traffic, a piece for each rule. Undefined
 * where it is not known what is exempt.
 */
export function cutAround(
  { peers, protocol, ports }: Denial,
  exempt: readonly ExemptPiece[],
  lists: ReadLists,
): Piece[] | undefined {
  let pieces: Piece[] = peers.map((peer) => ({ protocol, ports, peer }));
  for (const each of exempt) {
    const cut = pieces.map((piece) => piecesWithout(piece, each, lists));
    if (cut.includes(undefined)) return undefined;
    pieces = cut.flatMap((parts) => parts ?? []);
  }
  return pieces;
}

/** What a denial and an exempt piece have in common; undefined where that is not known. */
export function commonTraffic(
  { peers, protocol, ports }: Denial,
  exempt: ExemptPiece,
  lists: ReadLists,
): Piece[] | undefined {
  const parts = peers.map((peer) => commonPieces({ protocol, ports, peer }, exempt, lists));
  return parts.includes(undefined) ? undefined : parts.flatMap((pieces) => pieces ?? []);
}
