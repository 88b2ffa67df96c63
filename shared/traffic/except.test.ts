/** Flows with exceptions: a region is what is in a flow and in none of its exceptions. */
import fc from 'fast-check';
import {
  allowed,
  allowedTraffic,
  changesOutside,
  difference,
  type Flow,
  type Packet,
} from './index';
import { LISTS, regions, ruleSets } from './testing/arbitraries';
import { egress, flow, group } from './testing/build';
import { cornerPackets, exactly, inBox, inFlow, oracle, type World } from './testing/oracle';

const RUNS = { numRuns: 150 };
const NOWHERE: World = new Set();
const cutRegions = fc.record({ flows: regions(), except: regions() }).map(({ flows, except }) => ({
  flows,
  except,
  region: flows.map((each) => ({ ...each, except })),
}));

function isIn(flows: readonly Flow[], packet: Packet, portZero: boolean): boolean {
  return flows.some((each) => inFlow(each, packet, NOWHERE, portZero, LISTS));
}

test('only packets that are not excepted are judged and told', () => {
  const asked = fc.record({
    ruleSet: ruleSets('egress', { withUnknowns: false }),
    cut: cutRegions,
  });
  fc.assert(
    fc.property(asked, ({ ruleSet, cut: { flows, except, region } }) => {
      const answer = allowed(ruleSet, 'egress', region);
      const { traffic } = exactly(allowedTraffic(ruleSet, 'egress', region));
      let passes = false;
      const packets = cornerPackets('egress', [ruleSet], [...flows, ...except]);
      const wrong = packets.filter((packet) => {
        const inside = isIn(flows, packet, false) && !isIn(except, packet, true);
        const expected = inside && oracle(ruleSet, packet, NOWHERE).verdict === 'accept';
        passes ||= expected;
        return traffic.some(({ box }) => inBox(box, packet)) !== expected;
      });
      expect(wrong).toEqual([]);
      expect(answer.verdict).toBe(passes ? 'allowed' : 'denied');
      if (answer.verdict !== 'allowed') return;
      expect(isIn(flows, answer.witness, false)).toBe(true);
      expect(isIn(except, answer.witness, true)).toBe(false);
    }),
    RUNS,
  );
});

test('what is excepted lies outside a region', () => {
  const asked = fc.record({
    before: ruleSets('ingress', { withUnknowns: false, maxRules: 3 }),
    after: ruleSets('ingress', { withUnknowns: false, maxRules: 3 }),
    cut: cutRegions,
  });
  fc.assert(
    fc.property(asked, ({ before, after, cut: { flows, except, region } }) => {
      const { changes } = exactly(difference(before, after, 'ingress'));
      const outside = exactly(changesOutside(changes, region, LISTS)).changes;
      const packets = cornerPackets('ingress', [before, after], [...flows, ...except]);
      const wrong = packets.filter((packet) => {
        const inside = isIn(flows, packet, true) && !isIn(except, packet, true);
        const changing = changes.some(({ box }) => inBox(box, packet));
        return outside.some(({ box }) => inBox(box, packet)) !== (changing && !inside);
      });
      expect(wrong).toEqual([]);
    }),
    RUNS,
  );
});

describe('an exception that hangs on what was not read', () => {
  const all = flow('TCP', '25/25', '0.0.0.0/0');
  const list = { ...all, peer: { kind: 'prefix-list', prefixListId: 'pl-unread' } } as const;

  test('leaves in what may get through', () => {
    expect(allowed(group(), 'egress', [{ ...all, except: [list] }]).verdict).toBe('allowed');
  });

  test('leaves out what may have to stay as it is', () => {
    const drop = egress({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '25/25' });
    const { changes } = exactly(difference(group(), group(drop), 'egress'));
    expect(exactly(changesOutside(changes, [all])).changes).toEqual([]);
    expect(exactly(changesOutside(changes, [{ ...all, except: [list] }])).changes).toHaveLength(1);
  });

  test('takes all of a flow that hangs on the same list', () => {
    const inList = [{ ...list, except: [list] }];
    expect(allowed(group(), 'egress', inList)).toEqual({ verdict: 'denied' });
  });
});

test('members of a group are not let through for certain if all may be excepted', () => {
  const toGroup = {
    ...flow('TCP', '25/25', '0.0.0.0/0'),
    peer: { kind: 'group', securityGroupId: 'sg-peer' },
  } as const;
  const except = [flow('TCP', '25/25', '10.0.0.0/8')];
  expect(allowed(group(), 'egress', [{ ...toGroup, except }])).toMatchObject({
    verdict: 'depends',
    on: ['sg-peer'],
  });
});
