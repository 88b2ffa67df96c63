import fc from 'fast-check';
import { ruleDifference } from './rule-difference';

const rule = (id: string, rest: Readonly<Record<string, string>> = {}) => ({
  SecurityGroupRuleId: id,
  Direction: 'ingress',
  Policy: 'Accept',
  Priority: '1',
  IpProtocol: 'TCP',
  PortRange: '22/22',
  SourceCidrIp: '10.0.0.0/8',
  ...rest,
});
const kinds = (...sets: Parameters<typeof ruleDifference>) =>
  ruleDifference(...sets).map((change) => [change.kind, change.rule.id]);

test('rules are told apart by their ids: added, removed, changed, as before', () => {
  const before = [rule('a'), rule('b'), rule('c', { Description: 'old' })];
  const after = [rule('c', { Description: 'new' }), rule('a'), rule('d')];
  expect(kinds(before, after)).toEqual([
    ['same', 'a'],
    ['removed', 'b'],
    ['changed', 'c'],
    ['added', 'd'],
  ]);
});

test('a rule without an id is the same one if only its description differs', () => {
  const before = [rule('', { Description: 'old' }), rule('', { PortRange: '80/80' })];
  const after = [rule('', { Description: 'new' }), rule('', { PortRange: '81/81' })];
  expect(kinds(before, after).map(([kind]) => kind)).toEqual(['changed', 'removed', 'added']);
});

test('nothing is lost and nothing is told twice', () => {
  const rules = fc.array(
    fc.record({ id: fc.constantFrom('', 'a', 'b', 'c'), text: fc.constantFrom('x', 'y') }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(rules, rules, (one, other) => {
      const [before, after] = [one, other].map((set) =>
        set.map(({ id, text }) => rule(id, { Description: text })),
      );
      const found = ruleDifference(before ?? [], after ?? []);
      const count = (...wanted: string[]) =>
        found.filter(({ kind }) => wanted.includes(kind)).length;
      expect(count('same', 'changed', 'removed')).toBe(one.length);
      expect(count('same', 'changed', 'added')).toBe(other.length);
    }),
  );
});
