import { inScope, matches, regionInScope } from './index';
import type { Match, Policy, PolicySet } from './policy';
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

function policyAbout(match: Match): Policy {
  return {
    id: 'p',
    kind: 'describe-rules',
    mode: 'enforce',
    severity: 'low',
    match,
    exempt: [],
    direction: ['egress'],
    template: '{text}',
    fields: {},
  };
}

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
  const elsewhere = policyAbout({ ...ANY, regions: ['us-*'] });
  expect(inScope(policySet([elsewhere, policyAbout(ANY)]), group)).toBe(true);
  expect(inScope(policySet([elsewhere]), group)).toBe(false);
});

test('a region is in scope before its groups are known', () => {
  const policies = policySet([policyAbout({ ...ANY, regions: ['cn-*'], names: ['x'] })]);
  expect(regionInScope(policies, 'cn-beijing')).toBe(true);
  expect(regionInScope(policies, 'us-west-1')).toBe(false);
});
