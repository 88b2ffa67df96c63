import fc from 'fast-check';
import type { Rule } from '../security-group';
import { decide, neverMatched, type Packet, type RuleSet, redundant } from './index';
import { ruleSets } from './testing/arbitraries';
import { egress, group, ingress } from './testing/build';
import { cornerPackets, exactly, oracle, sorted, type World, worlds } from './testing/oracle';

const RUNS = { numRuns: 300 };
const anyRules = fc.boolean().chain((withUnknowns) => ruleSets('ingress', { withUnknowns }));

function without(ruleSet: RuleSet, ...rules: readonly Rule[]): RuleSet {
  return { ...ruleSet, rules: ruleSet.rules.filter((rule) => !rules.includes(rule)) };
}

/** Calls back with every corner packet in every world. */
function everyCase(ruleSet: RuleSet, visit: (packet: Packet, world: World) => void): void {
  const all = worlds([ruleSet]);
  for (const packet of cornerPackets('ingress', [ruleSet])) {
    for (const world of all) visit(packet, world);
  }
}

describe('neverMatched', () => {
  test('two halves of the address space cover the whole, which none of them does alone', () => {
    const halves = ['0.0.0.0/1', '128.0.0.0/1'].map((DestCidrIp) => egress({ DestCidrIp }));
    const whole = egress({ Priority: 2, Policy: 'Drop' });
    expect(neverMatched(group(...halves, whole), 'egress')).toEqual({
      verdict: 'exact',
      rules: [{ rule: whole, coveredBy: halves }],
    });
  });

  test('a rule that the others can do without is not named as a cover', () => {
    const halves = ['0.0.0.0/1', '128.0.0.0/1'].map((SourceCidrIp) => ingress({ SourceCidrIp }));
    const tcp = ingress({ IpProtocol: 'TCP', PortRange: '1/65535' });
    const whole = ingress({ Priority: 2 });
    expect(neverMatched(group(tcp, ...halves, whole), 'ingress')).toMatchObject({
      rules: [{ rule: whole, coveredBy: halves }],
    });
    expect(neverMatched(group(...halves, tcp, whole), 'ingress')).toMatchObject({
      rules: [
        { rule: tcp, coveredBy: halves },
        { rule: whole, coveredBy: halves },
      ],
    });
  });

  test('a rule that matches no packet at all is covered by nothing', () => {
    const neither = ingress({ SourceCidrIp: '10.0.0.0/8', Ipv6DestCidrIp: '2001:db8::/32' });
    expect(neverMatched(group(neither), 'ingress')).toEqual({
      verdict: 'exact',
      rules: [{ rule: neither, coveredBy: [] }],
    });
  });

  test('rules behind one that matches everything are covered by it', () => {
    const all = [
      ingress({ Policy: 'Drop' }),
      ingress({ Policy: 'Drop', Ipv6SourceCidrIp: '::/0' }),
    ];
    const peer = ingress({ SourceGroupId: 'sg-peer', Priority: 2 });
    expect(neverMatched(group(...all, peer), 'ingress')).toEqual({
      verdict: 'exact',
      rules: [{ rule: peer, coveredBy: all }],
    });
  });

  test('names exactly the rules that decide no packet, strongest first', () => {
    fc.assert(
      fc.property(anyRules, (ruleSet) => {
        const deciders = new Set<unknown>();
        everyCase(ruleSet, (packet, world) => deciders.add(oracle(ruleSet, packet, world).by));
        const { rules } = exactly(neverMatched(ruleSet, 'ingress'));
        expect(rules.map(({ rule }) => rule)).toEqual(
          sorted(ruleSet, 'ingress').filter((rule) => !deciders.has(rule)),
        );
      }),
      RUNS,
    );
  });

  test('names stronger rules that cover the rule all by themselves', () => {
    fc.assert(
      fc.property(anyRules, (ruleSet) => {
        for (const { rule, coveredBy } of exactly(neverMatched(ruleSet, 'ingress')).rules) {
          const order = sorted(ruleSet, 'ingress');
          for (const cover of coveredBy) {
            expect(order.indexOf(cover)).toBeLessThan(order.indexOf(rule));
          }
          const alone = { ...ruleSet, rules: [...coveredBy, rule] };
          const left = exactly(neverMatched(alone, 'ingress')).rules;
          expect(left.map((each) => each.rule)).toContain(rule);
        }
      }),
      RUNS,
    );
  });
});

describe('redundant', () => {
  test('a rule that hides all others is needed if the default says otherwise', () => {
    const open = ingress({ Priority: 1 });
    const again = ingress({ Priority: 2, IpProtocol: 'TCP' });
    expect(redundant(group(open), 'ingress')).toEqual({ verdict: 'exact', rules: [] });
    expect(redundant(group(open, again), 'ingress')).toEqual({ verdict: 'exact', rules: [again] });
  });

  test('each of two equal rules is redundant while the other stays', () => {
    const rules = [ingress(), ingress()];
    expect(redundant(group(...rules), 'ingress')).toEqual({ verdict: 'exact', rules });
  });

  test('names exactly the rules without which no verdict changes', () => {
    fc.assert(
      fc.property(anyRules, (ruleSet) => {
        const needed = new Set<Rule>();
        everyCase(ruleSet, (packet, world) => {
          const { verdict, by } = oracle(ruleSet, packet, world);
          if (by === 'default' || needed.has(by)) return;
          if (oracle(without(ruleSet, by), packet, world).verdict !== verdict) needed.add(by);
        });
        const { rules } = exactly(redundant(ruleSet, 'ingress'));
        expect(rules).toEqual(ruleSet.rules.filter((rule) => !needed.has(rule)));
      }),
      RUNS,
    );
  });
});

test('a rule that is weaker than all others changes no packet that they match', () => {
  fc.assert(
    fc.property(
      ruleSets('ingress', { withUnknowns: false }),
      ruleSets('ingress', { withUnknowns: false, maxRules: 1 }),
      (ruleSet, { rules: [added] }) => {
        if (!added) return;
        const weakest: Rule = { ...added, policy: 'accept', priority: 110 };
        const more = { ...ruleSet, rules: [...ruleSet.rules, weakest] };
        for (const packet of cornerPackets('ingress', [more])) {
          const { by, verdict } = decide(ruleSet, packet);
          if (by === 'default') continue;
          const after = decide(more, packet);
          if (after.by !== by || after.verdict !== verdict) throw new Error('a verdict changed');
        }
      },
    ),
    RUNS,
  );
});
