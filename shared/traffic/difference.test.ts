import fc from 'fast-check';
import { type Change, changesOutside, difference, type Flow } from './index';
import { LISTS, regions, ruleSets } from './testing/arbitraries';
import { egress, flow, group } from './testing/build';
import {
  cornerPackets,
  exactly,
  inBox,
  inFlow,
  oracle,
  type World,
  worlds,
} from './testing/oracle';

const RUNS = { numRuns: 150 };
const NOWHERE: World = new Set();

describe('difference', () => {
  const pairs = fc.boolean().chain((withUnknowns) =>
    fc
      .record({
        withUnknowns: fc.constant(withUnknowns),
        one: ruleSets('ingress', { withUnknowns, maxRules: 4 }),
        two: ruleSets('ingress', { withUnknowns, maxRules: 2 }),
        kept: fc.nat({ max: 4 }),
        region: regions(),
      })
      .map(({ one, two, kept, ...rest }) => ({
        ...rest,
        before: one,
        after: { ...two, rules: [...two.rules, ...one.rules.slice(0, kept)] },
      })),
  );

  function holding(change: Change, world: World): boolean {
    return change.on.every((name) => world.has(name));
  }

  test('holds the packets whose verdict changes and no others', () => {
    fc.assert(
      fc.property(pairs, ({ before, after, withUnknowns }) => {
        const { changes } = exactly(difference(before, after, 'ingress'));
        const all = worlds([before, after]);
        const wrong = cornerPackets('ingress', [before, after]).filter((packet) => {
          const found = changes.filter(({ box }) => inBox(box, packet));
          const changed = all.flatMap((world) => {
            const from = oracle(before, packet, world).verdict;
            const to = oracle(after, packet, world).verdict;
            return from === to ? [] : [{ from, to, world }];
          });
          const isMissing = changed.some(({ from, to, world }) => {
            const same = found.filter((change) => change.from === from && change.to === to);
            return !same.some((change) => holding(change, world));
          });
          const isDouble = !withUnknowns && found.length > 1;
          return isMissing || isDouble || found.length > 0 !== changed.length > 0;
        });
        expect(wrong).toEqual([]);
      }),
      RUNS,
    );
  });

  test('outside a region is what changes and does not belong to the region', () => {
    fc.assert(
      fc.property(pairs, ({ before, after, region }) => {
        const { changes } = exactly(difference(before, after, 'ingress'));
        const outside = exactly(changesOutside(changes, region, LISTS)).changes;
        const wrong = cornerPackets('ingress', [before, after], region).filter((packet) => {
          const inRegion = region.some((flow) => inFlow(flow, packet, NOWHERE, true, LISTS));
          const changing = changes.some(({ box }) => inBox(box, packet));
          return outside.some(({ box }) => inBox(box, packet)) !== (changing && !inRegion);
        });
        expect(wrong).toEqual([]);
      }),
      RUNS,
    );
  });

  test('what changes for others than members of a group lies outside a flow to that group', () => {
    const both = fc.record({
      before: ruleSets('ingress', { withUnknowns: true, maxRules: 3 }),
      after: ruleSets('ingress', { withUnknowns: true, maxRules: 3 }),
      region: regions('uncertain'),
    });
    fc.assert(
      fc.property(both, ({ before, after, region }) => {
        const { changes } = exactly(difference(before, after, 'ingress'));
        const outside = exactly(changesOutside(changes, region, LISTS)).changes;
        const all = worlds([before, after], region);
        const wrong = cornerPackets('ingress', [before, after], region).filter((packet) => {
          const found = outside.filter(({ box }) => inBox(box, packet));
          return all.some((world) => {
            const from = oracle(before, packet, world).verdict;
            if (from === oracle(after, packet, world).verdict) return false;
            if (region.some((flow) => inFlow(flow, packet, world, true, LISTS))) return false;
            return !found.some((change) => holding(change, world));
          });
        });
        expect(wrong).toEqual([]);
      }),
      RUNS,
    );
  });

  test('a drop rule for a group changes nothing outside the flow to that group', () => {
    const toGroup = {
      ...flow('TCP', '25/25', '0.0.0.0/0'),
      peer: { kind: 'group' as const, securityGroupId: 'sg-peer' },
    };
    const drop = egress({
      Policy: 'Drop',
      IpProtocol: 'TCP',
      PortRange: '25/25',
      DestGroupId: 'sg-peer',
    });
    const { changes } = exactly(difference(group(), group(drop), 'egress'));
    expect(changes.map(({ from, to, on }) => ({ from, to, on }))).toEqual([
      { from: 'accept', to: 'drop', on: ['sg-peer'] },
      { from: 'accept', to: 'drop', on: ['sg-peer'] },
    ]);
    const bothFamilies = [toGroup, { ...toGroup, family: 6 as const }];
    expect(exactly(changesOutside(changes, bothFamilies)).changes).toEqual([]);
    expect(exactly(changesOutside(changes, [toGroup])).changes).toHaveLength(1);
  });

  test('a drop rule for all ports stays within a policy for all ports, port 0 included', () => {
    const drop = egress({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '-1/-1' });
    const { changes } = exactly(difference(group(), group(drop), 'egress'));
    const within = (region: Flow) =>
      exactly(changesOutside(changes, [region])).changes.length === 0;
    expect(within(flow('TCP', '-1/-1', '0.0.0.0/0'))).toBe(true);
    expect(within(flow('TCP', '1/65535', '0.0.0.0/0'))).toBe(false);
  });
});
