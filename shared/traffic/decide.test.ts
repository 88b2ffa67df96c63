import fc from 'fast-check';
import { decide } from './index';
import { ruleSets } from './testing/arbitraries';
import { cornerPackets, oracle, verdictIn, type World, worlds } from './testing/oracle';

const RUNS = { numRuns: 150 };
const NOWHERE: World = new Set();
const directions = fc.constantFrom('ingress' as const, 'egress' as const);

describe('decide', () => {
  test('agrees with first match over sorted rules for every packet', () => {
    fc.assert(
      fc.property(
        directions.chain((direction) =>
          fc.tuple(fc.constant(direction), ruleSets(direction, { withUnknowns: false })),
        ),
        ([direction, ruleSet]) => {
          const wrong = cornerPackets(direction, [ruleSet]).filter((packet) => {
            const expected = oracle(ruleSet, packet, NOWHERE);
            const { verdict, by, on } = decide(ruleSet, packet);
            return verdict !== expected.verdict || by !== expected.by || on.length > 0;
          });
          expect(wrong).toEqual([]);
        },
      ),
      RUNS,
    );
  });

  test('depends exactly when the contents of unread groups and lists change the verdict', () => {
    fc.assert(
      fc.property(ruleSets('egress', { withUnknowns: true }), (ruleSet) => {
        const all = worlds([ruleSet]);
        const wrong = cornerPackets('egress', [ruleSet]).filter((packet) => {
          const { verdict, on } = decide(ruleSet, packet);
          const expected = verdictIn(all, ruleSet, packet);
          return verdict !== expected || on.length > 0 !== (verdict === 'depends');
        });
        expect(wrong).toEqual([]);
      }),
      RUNS,
    );
  });
});
