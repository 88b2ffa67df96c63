import fc from 'fast-check';
import { parseCidr } from '../../security-group';
import type { Packet } from '../../traffic';
import { LISTS } from '../../traffic/testing/arbitraries';
import { cornerPackets, inFlow } from '../../traffic/testing/oracle';
import type { DeniedPeer } from './denials';
import { exceptionsOf } from './exempt-traffic';
import { commonPieces, type ExemptPiece, type Piece, piecesWithout } from './pieces';

const services = fc.oneof(
  fc.record({
    protocol: fc.constantFrom(6, 17),
    ports: fc.constantFrom(
      'all' as const,
      { first: 1, last: 65535 },
      { first: 25, last: 25 },
      { first: 1, last: 1024 },
      { first: 20, last: 30 },
      { first: 65535, last: 65535 },
    ),
  }),
  fc.record({
    protocol: fc.constantFrom('all' as const, 1, 47, 58, 200),
    ports: fc.constant('all' as const),
  }),
);
const known = fc.constantFrom<DeniedPeer>(
  ...['0.0.0.0/0', '10.0.0.0/8', '10.128.0.0/9', '1.2.3.4', '::/0', '2001:db8::/32'].map(
    (text) => ({ kind: 'cidr', cidr: parseCidr(text) }) as const,
  ),
  { kind: 'prefix-list', prefixListId: 'pl-read' },
  { kind: 'prefix-list', prefixListId: 'pl-empty' },
);
const pieces = fc
  .record({ services, peer: known })
  .map((each): Piece => ({ ...each.services, peer: each.peer }));
const exemptPieces = fc
  .record({ services, peer: fc.oneof(known, fc.constant('anybody' as const)) })
  .map((each): ExemptPiece => ({ ...each.services, peer: each.peer }));

function holds(parts: readonly ExemptPiece[], packet: Packet): boolean {
  return exceptionsOf(parts).some((flow) => inFlow(flow, packet, new Set(), false, LISTS));
}

/** A protocol that a rule can be of alone. */
function hasName({ protocol, family }: Packet): boolean {
  return [6, 17, 47, family === 4 ? 1 : 58].includes(protocol);
}

test('a piece is what it has in common with an exempt one, and the rest, but for protocols without a name', () => {
  fc.assert(
    fc.property(pieces, exemptPieces, (piece, exempt) => {
      const common = commonPieces(piece, exempt, LISTS);
      const rest = piecesWithout(piece, exempt, LISTS);
      if (!common || !rest) throw new Error('all lists were read');
      const lists = {
        groupType: 'normal',
        innerAccessPolicy: 'accept',
        rules: [],
        lists: LISTS,
      } as const;
      const packets = cornerPackets('egress', [lists], exceptionsOf([piece, exempt]));
      const wrong = packets.filter((packet) => {
        const isCommon = holds([piece], packet) && holds([exempt], packet);
        const isRest = holds([piece], packet) && !isCommon;
        const mayMiss = piece.protocol === 'all' && !hasName(packet);
        return (
          holds(common, packet) !== isCommon ||
          (holds(rest, packet) !== isRest && !(isRest && mayMiss))
        );
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('what a piece has in common with an exempt one is not known of members and unread lists', () => {
  const any = { protocol: 6, ports: 'all' } as const;
  const piece = (peer: DeniedPeer): Piece => ({ ...any, peer });
  const block = piece({ kind: 'cidr', cidr: parseCidr('10.0.0.0/8') });
  for (const other of [
    piece({ kind: 'group', securityGroupId: 'sg-a' }),
    piece({ kind: 'prefix-list', prefixListId: 'pl-unread' }),
  ]) {
    for (const [one, two] of [
      [block, other],
      [other, block],
    ] as const) {
      expect(commonPieces(one, two, LISTS)).toBeUndefined();
      expect(piecesWithout(one, two, LISTS)).toBeUndefined();
      const elsewhere = { ...two, protocol: 17 };
      expect(commonPieces(one, elsewhere, LISTS)).toEqual([]);
      expect(piecesWithout(one, elsewhere, LISTS)).toEqual([one]);
    }
    expect(commonPieces(other, other, LISTS)).toEqual([other]);
    expect(piecesWithout(other, other, LISTS)).toEqual([]);
    expect(piecesWithout(other, { ...any, peer: 'anybody' }, LISTS)).toEqual([]);
  }
});
