import fc from 'fast-check';
import { type RecordedRule, recordedRuleText, ruleDifference } from './rule-difference';

const egress = { Direction: 'egress', IpProtocol: 'TCP', PortRange: '25/25', Policy: 'Drop' };
const rule = fc.record({
  id: fc.option(fc.integer({ min: 0, max: 5 })),
  net: fc.integer({ min: 0, max: 3 }),
  text: fc.constantFrom('', 'a', 'b'),
});
const rules = fc.array(
  rule.map(
    ({ id, net, text }): RecordedRule => ({
      ...egress,
      DestCidrIp: `10.${net}.0.0/16`,
      ...(id === null ? {} : { SecurityGroupRuleId: `sgr-${id}` }),
      ...(text === '' ? {} : { Description: text }),
    }),
  ),
  { maxLength: 8 },
);
const sorted = (list: readonly RecordedRule[]) => list.map((each) => JSON.stringify(each)).sort();

describe('the difference of rules', () => {
  it('leads from the rules before to those after', () => {
    fc.assert(
      fc.property(rules, rules, (before, after) => {
        const changes = ruleDifference(before, after);
        const gone = changes.flatMap((change) =>
          change.kind === 'removed'
            ? [change.rule]
            : change.kind === 'changed'
              ? [change.before]
              : [],
        );
        const come = changes.flatMap((change) =>
          change.kind === 'added' ? [change.rule] : change.kind === 'changed' ? [change.after] : [],
        );
        expect(sorted([...before, ...come])).toEqual(sorted([...after, ...gone]));
      }),
    );
  });

  it('is empty for the same rules in another order', () => {
    const shuffled = rules.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(ruleDifference(list, other)).toEqual([]);
      }),
    );
  });

  it('shows a description that was changed as a change of the rule', () => {
    const before = { ...egress, DestCidrIp: '0.0.0.0/0' };
    const after = { ...before, Description: 'no mail' };
    expect(ruleDifference([before], [after])).toEqual([{ kind: 'changed', before, after }]);
  });
});

describe('a recorded rule', () => {
  it('is told in words, with its id and description', () => {
    const id = { SecurityGroupRuleId: 'sgr-1', Description: 'no mail' };
    expect(recordedRuleText({ ...egress, ...id, DestCidrIp: '0.0.0.0/0' })).toBe(
      'sgr-1  drop egress TCP 25/25 to 0.0.0.0/0, priority 1  "no mail"',
    );
  });

  it('that cannot be read is told as it was recorded', () => {
    expect(recordedRuleText({ Direction: 'sideways' })).toBe('{"Direction":"sideways"}');
    const odd = { Direction: 'sideways' };
    expect(ruleDifference([odd], [odd])).toEqual([]);
  });
});
