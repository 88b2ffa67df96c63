import { type Permission, parseRule } from '../../security-group';
import type { DescribeRulesPolicy } from '../policy';
import { egress, groupOf } from '../testing/groups';
import { describePlannedRule, judgeDescribeRules } from './describe-rules';

const POLICY: DescribeRulesPolicy = {
  id: 'descriptions',
  kind: 'describe-rules',
  mode: 'enforce',
  severity: 'low',
  match: { regions: ['*'], names: ['*'], types: ['normal', 'enterprise'], tags: {} },
  exempt: [],
  direction: ['ingress', 'egress'],
  template: '{owner} | {text}',
  fields: { owner: { tag: 'owner', default: 'unowned' } },
};
const group = { tags: { owner: 'ann' } };
const ingress: Permission = {
  Direction: 'ingress',
  IpProtocol: 'ALL',
  PortRange: '-1/-1',
  SourceCidrIp: '10.0.0.0/8',
};

function judge(permissions: readonly Permission[], fields = {}, options = {}) {
  return judgeDescribeRules(POLICY, groupOf(permissions, { ...group, ...fields }, options));
}

test('a rule with another description is a finding with the standard one', () => {
  expect(judge([egress({ Description: 'web' })])).toEqual([
    {
      policyId: 'descriptions',
      severity: 'low',
      status: 'violating',
      message: 'rule sgr-0 is described as "web", the standard is "ann | web"',
      changes: [
        {
          kind: 'describe-rule',
          rule: expect.objectContaining({ id: 'sgr-0' }),
          description: 'ann | web',
        },
      ],
    },
  ]);
});

test('a rule with the standard description is none, in both directions', () => {
  const Description = 'ann | web';
  expect(judge([egress({ Description }), { ...ingress, Description }])).toEqual([]);
  expect(judge([egress({}), ingress])).toHaveLength(2);
});

test('rules of the other direction are left alone', () => {
  const policy = { ...POLICY, direction: ['egress' as const] };
  expect(judgeDescribeRules(policy, groupOf([ingress]))).toEqual([]);
});

test('a rule without an id is named by what it does', () => {
  const [finding] = judge([egress({})], {}, { ids: false });
  expect(finding).toMatchObject({ status: 'violating' });
  expect(finding?.message).toContain('rule accept egress TCP 1/65535 to 0.0.0.0/0, priority 1');
});

test('a description of up to 512 characters is possible, and a longer one is not', () => {
  const judgeText = (length: number) => judge([egress({ Description: 'x'.repeat(length) })]);
  expect(judgeText(512 - 'ann | '.length)).toMatchObject([{ status: 'violating' }]);
  const [finding] = judgeText(513 - 'ann | '.length);
  expect(finding).toMatchObject({ status: 'unrepairable', changes: [] });
  expect(finding?.message).toContain('would have 513 characters, and 512 are allowed');
});

test('a group that another product manages is not written to', () => {
  expect(judge([egress({})], { serviceManaged: true })).toMatchObject([
    { status: 'unrepairable', message: expect.stringContaining('manages the group'), changes: [] },
  ]);
});

describe('a rule that the API refuses to name', () => {
  test.each<[string, Permission]>([
    ['ALL with ports', egress({ IpProtocol: 'ALL', PortRange: '22/22' })],
    ['ICMP with ports', egress({ IpProtocol: 'ICMP', PortRange: '1/65535' })],
    ['TCP without ports', egress({ PortRange: '-1/-1' })],
    ['no peer', egress({ DestCidrIp: '' })],
  ])('because it has %s can be described only by its id', (_what, permission) => {
    expect(judge([permission])).toMatchObject([{ status: 'violating' }]);
    expect(judge([permission], {}, { ids: false })).toMatchObject([
      { status: 'unrepairable', message: expect.stringContaining('the rule has no id') },
    ]);
  });

  test.each<[string, Permission]>([
    ['TCP with ports', egress({})],
    ['ALL without ports', egress({ IpProtocol: 'ALL', PortRange: '-1/-1' })],
    ['a port list', egress({ PortRange: '', PortRangeListId: 'prl-1' })],
  ])('is not one with %s', (_what, permission) => {
    expect(judge([permission], {}, { ids: false })).toMatchObject([{ status: 'violating' }]);
  });
});

describe('a rule about to be added', () => {
  const planned = (Description: string, policy: Partial<DescribeRulesPolicy> = {}) =>
    describePlannedRule(
      [{ ...POLICY, ...policy }],
      groupOf([], group),
      parseRule(egress({ Description })),
    ).description;

  test('carries the standard description from the start', () => {
    expect(planned('managed')).toBe('ann | managed');
  });

  test('keeps its whole description as text, even one that looks like the standard', () => {
    expect(planned('no-mail-out | managed')).toBe('ann | no-mail-out | managed');
  });

  test('is not stamped twice if it follows the standard already', () => {
    expect(planned('ann | managed')).toBe('ann | managed');
    const rule = parseRule(egress({ Description: 'managed' }));
    expect(describePlannedRule([POLICY, POLICY], groupOf([], group), rule).description).toBe(
      'ann | managed',
    );
  });

  test('is left as it is by standards for the other direction, and by one with no room', () => {
    expect(planned('managed', { direction: ['ingress'] })).toBe('managed');
    expect(planned('x'.repeat(510))).toBe('x'.repeat(510));
  });
});
