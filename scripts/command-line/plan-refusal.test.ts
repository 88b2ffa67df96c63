import { type SavedPlan, sealPlan, unsealPlan } from '../../shared/remediation/saved-plan';
import { EXIT_CODES } from './exit-code';
import { type Circumstances, requireFitting } from './plan-refusal';

const made = Date.parse('2026-03-01T04:00:00Z');
const HOUR = 3_600_000;

const plan: SavedPlan = {
  palisadePlan: 1,
  time: new Date(made).toISOString(),
  account: '1234567890123456',
  endpoint: null,
  policyDigest: 'ab'.repeat(32),
  groupCount: 2,
  groups: [],
};

const here: Circumstances = {
  file: 'plan.json',
  policy: 'policy.yaml',
  policyDigest: plan.policyDigest,
  account: plan.account,
  endpoint: null,
  now: made + HOUR,
  maxAgeHours: 24,
};

it('a plan fits where nothing is different', () => {
  expect(() => requireFitting(plan, here)).not.toThrow();
  expect(() => requireFitting(plan, { ...here, now: made + 24 * HOUR })).not.toThrow();
});

it.each<[string, Partial<Circumstances>, RegExp]>([
  ['another policy file', { policyDigest: 'cd'.repeat(32) }, /policy\.yaml is not the policy file/],
  ['another account', { account: '6543210987654321' }, /for account 1234567890123456, and .* 6543/],
  ['another endpoint', { endpoint: 'http://x' }, /public endpoints, and this is the endpoint http/],
  ['being old', { now: made + 24 * HOUR + 1 }, /more than 24 hours ago \(--max-age\)/],
  ['being of the future', { now: made - HOUR }, /still to come by the clock/],
])('a plan is refused for %s', (_why, difference, reason) => {
  expect(() => requireFitting(plan, { ...here, ...difference })).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(reason),
      exitCode: EXIT_CODES.refused,
    }),
  );
});

it('every reason is named at once', () => {
  const different = { ...here, account: '6543210987654321', now: made + 30 * HOUR };
  expect(() => requireFitting(plan, different)).toThrow(/account 1234.*\n.*24 hours/);
});

describe('a sealed plan', () => {
  const { text, digest } = sealPlan(plan);

  it('is read as it was written, whatever the order and spacing of its keys', () => {
    expect(unsealPlan(text, 'plan.json')).toEqual({ plan, digest });
    const data = JSON.parse(text) as Record<string, unknown>;
    const turned = JSON.stringify(Object.fromEntries(Object.entries(data).reverse()));
    expect(unsealPlan(turned, 'plan.json')).toEqual({ plan, digest });
  });

  it.each([
    ['altered', text.replace('"groupCount": 2', '"groupCount": 200')],
    ['altered', text.replace(digest, '0'.repeat(64))],
    ['malformed', text.replace('"groupCount": 2', '"groupCount": "2"')],
    ['malformed', '{}'],
    ['malformed', '[]'],
    ['malformed', 'version: 1'],
  ])('is refused when it is %s', (kind, altered) => {
    expect(() => unsealPlan(altered, 'plan.json')).toThrow(expect.objectContaining({ kind }));
  });
});
