import { createFunctionCaller, type FunctionCaller } from '../shared/fc';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  makeInventory,
  onDeployment,
  policyText,
  recordsOf,
  rulesOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 11 });
const [GROUP, SECOND] = ['sg-cnhangzhoun0', 'sg-cnhangzhoun1'];
const ACCOUNT = '1234567890123456';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

/** A non-compliant group as Cloud Config names it. */
const resource = (resourceId: string, rest: object = {}) => ({
  accountId: ACCOUNT,
  regionId: 'cn-hangzhou',
  resourceId,
  resourceType: 'ACS::ECS::SecurityGroup',
  ...rest,
});

type Call = (event: unknown) => Promise<Readonly<Record<string, unknown>>>;

/** Calls the function as Cloud Config does: signed by a key that may invoke it, through an official SDK. */
const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment, call: Call, caller: FunctionCaller) => Promise<void>,
) =>
  onDeployment({ bundles, inventory, ...options }, async (deployment) => {
    const { cloud } = deployment;
    const caller = createFunctionCaller({
      accountId: ACCOUNT,
      regionId: 'cn-hangzhou',
      credentials: cloud,
      endpoint: cloud.endpoint,
      timeoutMs: 60_000,
      ...(options.generation === 'fc2' ? { serviceName: 'palisade' } : {}),
    });
    const call: Call = async (event) => {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      const { payload } = await caller.call('palisade-webhook', text);
      return JSON.parse(payload) as Record<string, unknown>;
    };
    await action(deployment, call, caller);
  });

const dropsOf = ({ cloud }: Deployment, group: string) =>
  rulesOf(cloud, inventory)[group]?.filter((rule) => rule.includes('Policy=Drop')).length;

describe.each(['fc3', 'fc2'] as const)('on %s', (generation) => {
  it.concurrent('the groups that it names are repaired, and the record says who asked', () =>
    deployed({ generation }, async (deployment, call) => {
      const answer = await call([resource(GROUP), resource(SECOND)]);
      expect(answer).toMatchObject({
        status: 'finished',
        skipped: 0,
        missing: [],
        outcome: { totals: { groups: 2, compliant: 2 }, heldBack: [] },
      });
      expect([GROUP, SECOND].map((group) => dropsOf(deployment, group))).toEqual([4, 4]);
      const runId = String(answer.runId);
      expect(runId).toMatch(/^cloud-config-[0-9a-f]{16}$/);
      expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([
        { dryRun: false, trigger: { kind: 'cloud-config', by: 'Cloud Config' } },
      ]);
    }));

  it.concurrent('a call whose result nobody waits for does the same', () =>
    deployed({ generation }, async (deployment, _call, caller) => {
      const event = JSON.stringify([resource(GROUP)]);
      await caller.callAsync('palisade-webhook', event, 'config_1');
      await caller.callAsync('palisade-webhook', event, 'config_1');
      await deployment.functionCompute.idle();
      expect(deployment.functionCompute.invocations).toMatchObject([
        { functionName: 'palisade-webhook', type: 'Async', status: 'Succeeded' },
      ]);
      expect(dropsOf(deployment, GROUP)).toBe(4);
    }));
});

it.concurrent('other resources and other accounts are passed over', () =>
  deployed({}, async (deployment, call) => {
    const answer = await call([
      resource('i-bp1', { resourceType: 'ACS::ECS::Instance' }),
      resource(SECOND, { accountId: '6543210987654321' }),
      resource('sg-***n1'),
      { resourceId: SECOND },
      resource(GROUP, { accountId: Number(ACCOUNT) }),
    ]);
    expect(answer).toMatchObject({
      status: 'finished',
      skipped: 4,
      outcome: { totals: { groups: 1 } },
    });
    expect([GROUP, SECOND].map((group) => dropsOf(deployment, group))).toEqual([4, 0]);
  }));

it.concurrent('the groups that are still there are repaired when others are gone', () =>
  deployed({}, async (deployment, call) => {
    const answer = await call([resource('sg-gone'), resource(GROUP)]);
    expect(answer).toMatchObject({
      status: 'finished',
      missing: ['cn-hangzhou/sg-gone'],
      outcome: { totals: { groups: 1, compliant: 1 } },
    });
    expect(dropsOf(deployment, GROUP)).toBe(4);
    expect(await call([resource('sg-gone')])).toEqual({
      status: 'nothing to do',
      skipped: 0,
      missing: ['cn-hangzhou/sg-gone'],
    });
  }));

it.concurrent('many groups are handed over', () =>
  deployed({}, async (deployment, call) => {
    const groups = inventory[0]?.SecurityGroups.map((group) => group.SecurityGroupId) ?? [];
    expect(await call(groups.map((group) => resource(group)))).toMatchObject({
      status: 'accepted',
      runId: expect.stringMatching(/^cloud-config-/),
    });
    await deployment.functionCompute.idle();
    expect(groups.map((group) => (dropsOf(deployment, group) ?? 0) >= 4)).toEqual(
      groups.map(() => true),
    );
  }));

it.concurrent.each([
  '[',
  '[1]',
  '["sg-cnhangzhoun0"]',
  [[]],
  [null, {}],
  Array.from({ length: 1001 }, () => resource(GROUP)),
])(
  'what cannot be understood is refused without a call of ECS, and not tried again (%#)',
  (event) =>
    deployed({}, async (deployment, call, caller) => {
      expect(await call(event)).toMatchObject({
        status: 'refused',
        problem: expect.stringContaining('custom remediation'),
      });
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      if (text.length < 100_000) await caller.callAsync('palisade-webhook', text, 'config_1');
      await deployment.functionCompute.idle();
      expect(new Set(deployment.functionCompute.invocations.map(({ attempt }) => attempt))).toEqual(
        new Set([1]),
      );
      expect(deployment.cloud.calls.all()).toEqual([]);
    }),
);

it.concurrent('a call that fails is tried again by the platform, with the same ClientTokens', () =>
  deployed({}, async (deployment, _call, caller) => {
    let failures = 0;
    deployment.fault = ({ action }) => {
      if (action !== 'AuthorizeSecurityGroupEgress' || failures > 0) return undefined;
      failures += 1;
      // The instance dies after the write took effect.
      void deployment.functionCompute.killInstances(deployment.webhookName);
      return { kind: 'hang-after' };
    };
    await caller.callAsync('palisade-webhook', JSON.stringify([resource(GROUP)]), 'config_1');
    await deployment.functionCompute.idle();
    const { invocations } = deployment.functionCompute;
    expect(invocations.map(({ status }) => status)).toEqual(['Failed', 'Succeeded']);
    expect(dropsOf(deployment, GROUP)).toBe(4);
    const tokens = deployment.writes().map(({ clientToken }) => clientToken);
    expect(new Set(tokens).size).toBe(tokens.length);
  }));

it.concurrent('a call that leaves a group unread fails, so that it is tried again', () =>
  deployed({ webhook: { maxAsyncRetryAttempts: 1 } }, async (deployment, _call, caller) => {
    const { functionCompute } = deployment;
    deployment.fault = ({ action }) =>
      functionCompute.invocations.length === 0 && action === 'DescribeSecurityGroupAttribute'
        ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
        : undefined;
    await caller.callAsync('palisade-webhook', JSON.stringify([resource(GROUP)]), 'config_1');
    await functionCompute.idle();
    expect(functionCompute.invocations.map(({ status }) => status)).toEqual([
      'Failed',
      'Succeeded',
    ]);
    expect(dropsOf(deployment, GROUP)).toBe(4);
  }));

it.concurrent('a list that comes through the HTTP trigger is not taken for a call of Cloud Config', () =>
  Promise.all(
    (['fc2', 'fc3'] as const).map((generation) =>
      deployed({ generation, webhookSecret: webhookSecret() }, async (deployment) => {
        const body = JSON.stringify([resource(GROUP)]);
        const unsigned = { 'webhook-signature': undefined };
        const answers = [
          await sendWebhook(deployment, { body }),
          await sendWebhook(deployment, { body, headers: unsigned }),
        ];
        expect(answers.map(({ status }) => status)).toEqual([400, 401]);
        expect(answers[0]?.text).toContain('is a list: write an object');
        expect(deployment.cloud.calls.all()).toEqual([]);
      }),
    ),
  ));
