import fc from 'fast-check';
import { allowed, allowedTraffic, decide, type Flow, type Packet, type RuleSet } from './index';
import { LISTS, regions, ruleSets } from './testing/arbitraries';
import {
  cornerPackets,
  exactly,
  inBox,
  inFlow,
  oracle,
  verdictIn,
  type World,
  worlds,
} from './testing/oracle';

const RUNS = { numRuns: 300 };
const NOWHERE: World = new Set();

describe('allowed', () => {
  const asked = fc
    .boolean()
    .chain((withUnknowns) =>
      fc.record({ ruleSet: ruleSets('egress', { withUnknowns }), region: regions() }),
    );

  function packetsOf(ruleSet: RuleSet, region: readonly Flow[]): Packet[] {
    return cornerPackets('egress', [ruleSet], region).filter((packet) =>
      region.some((flow) => inFlow(flow, packet, NOWHERE, false, LISTS)),
    );
  }

  test('says denied, allowed or depends as single packets say', () => {
    fc.assert(
      fc.property(asked, ({ ruleSet, region }) => {
        const all = worlds([ruleSet]);
        const verdicts = new Set(
          packetsOf(ruleSet, region).map((packet) => verdictIn(all, ruleSet, packet)),
        );
        const expected = verdicts.has('accept')
          ? 'allowed'
          : verdicts.has('depends')
            ? 'depends'
            : 'denied';
        expect(allowed(ruleSet, 'egress', region).verdict).toBe(expected);
      }),
      RUNS,
    );
  });

  test('shows a witness of the region that the named rule lets through', () => {
    fc.assert(
      fc.property(asked, ({ ruleSet, region }) => {
        const answer = allowed(ruleSet, 'egress', region);
        if (answer.verdict !== 'allowed' && answer.verdict !== 'depends') return;
        const { witness, by } = answer;
        const decision = decide(ruleSet, witness);
        const wanted = answer.verdict === 'allowed' ? 'accept' : 'depends';
        expect(decision.verdict).toBe(wanted);
        expect(region.some((flow) => inFlow(flow, witness, NOWHERE, false, LISTS))).toBe(true);
        const deciders = worlds([ruleSet]).map((world) => oracle(ruleSet, witness, world).by);
        expect(deciders).toContain(by);
        if (answer.verdict === 'depends') {
          expect(answer.on).toEqual(expect.arrayContaining([...decision.on]));
        }
      }),
      RUNS,
    );
  });

  test('names all rules and defaults that let packets of the region through, and their packets', () => {
    fc.assert(
      fc.property(asked, ({ ruleSet, region }) => {
        const answer = allowed(ruleSet, 'egress', region);
        const { traffic } = exactly(allowedTraffic(ruleSet, 'egress', region));
        const all = worlds([ruleSet]);
        const passing = new Set<unknown>();
        for (const packet of packetsOf(ruleSet, region)) {
          const accepting = all
            .map((world) => oracle(ruleSet, packet, world))
            .filter(({ verdict }) => verdict === 'accept')
            .map(({ by }) => by);
          for (const by of accepting) passing.add(by);
          const boxes = traffic.filter(({ box }) => inBox(box, packet));
          expect(new Set(boxes.map(({ by }) => by))).toEqual(new Set(accepting));
        }
        const rules = 'rules' in answer ? answer.rules : [];
        expect(new Set(rules)).toEqual(passing);
        expect(rules).toHaveLength(passing.size);
      }),
      RUNS,
    );
  });

  test('judges a flow to a group for members of that group only, and never allows by guessing', () => {
    fc.assert(
      fc.property(
        ruleSets('egress', { withUnknowns: true }),
        regions('uncertain'),
        (ruleSet, region) => {
          const answer = allowed(ruleSet, 'egress', region);
          const [flow] = region;
          if (!flow || answer.verdict === 'undecided') return;
          const name = 'securityGroupId' in flow.peer ? flow.peer.securityGroupId : 'pl-unread';
          const all = worlds([ruleSet], region).filter((world) => world.has(name));
          const packets = cornerPackets('egress', [ruleSet], region).filter((packet) =>
            inFlow(flow, packet, new Set([name]), false, LISTS),
          );
          const verdicts = packets.map((packet) => verdictIn(all, ruleSet, packet));
          expect(answer.verdict === 'denied').toBe(verdicts.every((verdict) => verdict === 'drop'));
          if (answer.verdict === 'allowed') {
            const { witness } = answer;
            for (const { peer, family } of packets) {
              if (family !== flow.family) continue;
              const own = witness.own ?? flow.own?.first ?? 0n;
              const packet = { ...witness, own, peer };
              expect(verdictIn(all, ruleSet, packet)).toBe('accept');
            }
          }
          if (answer.verdict === 'depends') expect(answer.on).toContain(name);
        },
      ),
      RUNS,
    );
  });
});
