import { describeExemption, exemptionOf, inScope, matches, regionInScope } from './index';
import type { Exemption, Match, Policy, PolicySet } from './policy';
import { groupOf } from './testing/groups';

const ANY: Match = { regions: ['*'], names: ['*'], types: ['normal', 'enterprise'], tags: {} };
const group = groupOf([], { name: 'web-1', tags: { env: 'prod', team: 'a' } });

test('a policy without a match is about every group', () => {
  expect(matches(ANY, group)).toBe(true);
  expect(matches(ANY, groupOf([], { name: '', type: 'enterprise' }))).toBe(true);
});

test.each([
  ['region', { regions: ['us-*', 'cn-hangzhou'] }, { regions: ['us-*'] }],
  ['name', { names: ['db', 'web-*'] }, { names: ['web'] }],
  ['type', { types: ['normal'] }, { types: ['enterprise'] }],
  ['tag value', { tags: { env: ['test', 'pr*'] } }, { tags: { env: ['test'] } }],
  [
    'several tags',
    { tags: { env: ['prod'], team: ['a'] } },
    { tags: { env: ['prod'], team: ['b'] } },
  ],
  ['tag with any value', { tags: { env: ['*'] } }, { tags: { owner: ['*'] } }],
  ['tag in the same case', { tags: { env: ['prod'] } }, { tags: { Env: ['prod'] } }],
] as const)('a group is matched by its %s', (_what, matching, other) => {
  expect(matches({ ...ANY, ...matching }, group)).toBe(true);
  expect(matches({ ...ANY, ...other }, group)).toBe(false);
});

test.each(['constructor', 'toString', '__proto__'])(
  'the tag %s is on a group only if somebody put it there',
  (key) => {
    const match = { ...ANY, tags: Object.fromEntries([[key, ['*']]]) };
    expect(matches(match, group)).toBe(false);
    expect(matches(match, groupOf([], { tags: Object.fromEntries([[key, 'x']]) }))).toBe(true);
  },
);

function policyWith(exempt: readonly Exemption[], match: Match = ANY): Policy {
  return {
    id: 'p',
    kind: 'describe-rules',
    mode: 'enforce',
    severity: 'low',
    match,
    exempt,
    direction: ['egress'],
    template: '{text}',
    fields: {},
  };
}

describe('an exemption', () => {
  const exemption = { groups: ['sg-bp1'], reason: 'mail relay', until: '2027-03-31' };
  const holds = (now: string, exempt: Exemption = exemption) =>
    exemptionOf(policyWith([exempt]), group, Date.parse(now)) !== undefined;

  test('holds to the end of its last day in UTC', () => {
    expect(holds('2027-03-31T23:59:59.999Z')).toBe(true);
    expect(holds('2027-04-01T00:00:00Z')).toBe(false);
    expect(holds('2027-04-01T07:59:00+08:00')).toBe(true);
  });

  test('without a last day holds for ever', () => {
    expect(holds('9999-01-01', { groups: ['sg-bp1'], reason: 'legacy' })).toBe(true);
  });

  test('holds for the groups that it names, and no others', () => {
    expect(holds('2027-01-01', { ...exemption, groups: ['sg-bp', 'sg-bp11'] })).toBe(false);
  });

  test('that has ended does not hide one that holds', () => {
    const ended = { ...exemption, reason: 'old', until: '2020-01-01' };
    const found = exemptionOf(policyWith([ended, exemption]), group, Date.parse('2027-01-01'));
    expect(found).toBe(exemption);
  });

  test('is described with its end, reason and ticket', () => {
    expect(describeExemption({ ...exemption, ticket: 'SEC-1' })).toBe(
      'exempt until 2027-03-31: mail relay (SEC-1)',
    );
    expect(describeExemption({ groups: [], reason: 'legacy' })).toBe('exempt: legacy');
  });
});

function policySet(policies: Policy[]): PolicySet {
  return {
    version: 1,
    guardrails: { maxChanges: 1, maxGroups: 1, maxGroupsPercent: 1, maxChangesPerGroupPerHour: 1 },
    quotas: { rulesPerGroup: 200 },
    policies,
    digest: '',
  };
}

test('a group is in scope if any policy is about it', () => {
  const elsewhere = policyWith([], { ...ANY, regions: ['us-*'] });
  expect(inScope(policySet([elsewhere, policyWith([])]), group)).toBe(true);
  expect(inScope(policySet([elsewhere]), group)).toBe(false);
});

test('a region is in scope before its groups are known', () => {
  const policies = policySet([policyWith([], { ...ANY, regions: ['cn-*'], names: ['x'] })]);
  expect(regionInScope(policies, 'cn-beijing')).toBe(true);
  expect(regionInScope(policies, 'us-west-1')).toBe(false);
});
