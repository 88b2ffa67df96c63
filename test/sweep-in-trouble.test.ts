import type { Fault } from '../local-cloud';
import { encodeShard } from '../shared/remediation';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  duplicateRules,
  makeInventory,
  onDeployment,
  outcomesOf,
  policyText,
  rulesOf,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let enforcing: Bundles;
let observing: Bundles;
beforeAll(async () => {
  [enforcing, observing] = await Promise.all([
    buildBundles(policyText()),
    buildBundles(policyText({ mode: 'observe' })),
  ]);
});
afterAll(() => Promise.all([enforcing, observing].map((each) => each.remove())));

const oneRegion = makeInventory({ 'cn-hangzhou': 6 });
const DAY_1 = Date.parse('2026-03-01T04:00:00Z');

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles: enforcing, inventory: oneRegion, ...options }, action);

it.concurrent.each<[string, string, RegExp, () => Partial<DeploymentOptions>]>([
  [
    'enforce',
    'it carries other policies than the sweep',
    /other policies.*deploy all/,
    () => ({ bundles: { ...enforcing, sweep: observing.sweep } }),
  ],
  [
    'sweep',
    'there is no place for records',
    /PALISADE_RECORDS is not set/,
    () => ({ environment: { PALISADE_RECORDS: undefined } }),
  ],
])('%s refuses to work, on every attempt, when %s', (name, _when, reason, options) =>
  deployed(options(), async (deployment) => {
    const invocations = await deployment.sweep();
    const attempts = invocations.filter(({ functionName }) => functionName === `palisade-${name}`);
    expect(attempts.map(({ status }) => status)).toEqual(Array(4).fill('Failed'));
    for (const { errorMessage } of attempts) expect(errorMessage).toMatch(reason);
    const actions = new Set(deployment.cloud.calls.all().map(({ action }) => action));
    expect([...actions]).toEqual(['DescribeSecurityGroups']);
  }),
);

it.concurrent('functions without a role say so and call nothing', () =>
  deployed({ withoutRole: true }, async (deployment) => {
    const invocations = await deployment.sweep();
    expect(invocations.map(({ functionName }) => functionName)).toEqual(
      Array(4).fill('palisade-sweep'),
    );
    expect(invocations[0]?.errorMessage).toMatch(/no role: give it one/);
    expect(deployment.cloud.calls.all()).toEqual([]);

    const enforce = await deployment.functionCompute.invoke(
      deployment.enforceName,
      encodeShard({
        version: 2,
        runId: 'run',
        part: 'part',
        trigger: { kind: 'timer', id: 'timer', time: '2026-03-01T04:00:00Z' },
        dryRun: false,
        policyDigest: '',
        limits: { maxChanges: 1, maxGroups: 1 },
        callsPerSecond: 1,
        groups: [],
      }),
    );
    expect(enforce).toMatchObject({ errorType: 'UnhandledInvocationError' });
    expect(String('payload' in enforce && enforce.payload)).toMatch(/no role: give it one/);
  }));

it.concurrent('a region that cannot be listed holds up no other, and the sweep is tried again for it', () => {
  const inventory = makeInventory({ 'cn-hangzhou': 2, 'cn-shanghai': 3 });
  return deployed({ inventory }, async (deployment) => {
    let refusals = 2;
    deployment.fault = ({ action, parameters }): Fault | undefined => {
      const isMeant =
        action === 'DescribeSecurityGroups' && parameters.get('RegionId') === 'cn-shanghai';
      if (!isMeant || refusals === 0) return undefined;
      refusals -= 1;
      return { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' };
    };
    const invocations = await deployment.sweep();

    const sweeps = invocations.filter(({ functionName }) => functionName === 'palisade-sweep');
    expect(sweeps.map(({ status }) => status)).toEqual(['Failed', 'Failed', 'Succeeded']);
    expect(sweeps[0]?.errorMessage).toMatch(/not complete and will be tried again: cn-shanghai: /);
    const handedOver = await deployment.logged('shard handed over', 4);
    expect(
      handedOver.map(({ part, accepted }) => `${String(part).split('_')[0]} ${accepted}`).sort(),
    ).toEqual([
      'cn-hangzhou duplicate',
      'cn-hangzhou duplicate',
      'cn-hangzhou new',
      'cn-shanghai new',
    ]);
    expect((await outcomesOf(deployment)).map(({ totals }) => totals.compliant).sort()).toEqual([
      2, 3,
    ]);
  });
});

it.concurrent('a shard that cannot be handed over makes the sweep fail, and a region that does not exist does too', () =>
  deployed(
    {
      environment: {
        PALISADE_REGIONS: 'cn-hangzhou,cn-nowhere',
        PALISADE_ENFORCE_FUNCTION: 'gone',
      },
    },
    async (deployment) => {
      const [sweep] = await deployment.sweep();
      expect(sweep?.status).toBe('Failed');
      expect(sweep?.errorMessage).toMatch(
        /cn-nowhere: .*cn-hangzhou_[0-9a-f]{16}: .*AccessDenied.*fc:InvokeFunction/,
      );
    },
  ));

/** What happens to the first two attempts at a call, whichever turn it begins with; then it goes well. */
const BAD_WEATHER: readonly (Fault | undefined)[] = [
  { kind: 'reset-after' },
  undefined,
  { kind: 'error', status: 500, code: 'InternalError', message: 'oops', when: 'before' },
  { kind: 'reset-before' },
  undefined,
  { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'oops', when: 'after' },
  { kind: 'html', status: 502 },
];

it.concurrent('in bad weather a sweep ends as in good weather: each token has one effect and no rule is twice', () => {
  const inventory = makeInventory({ 'cn-hangzhou': 12, 'cn-shanghai': 6 });
  const cloud = {
    latency: 5,
    throttle: { perAction: { DescribeSecurityGroupAttribute: 15 }, retryAfter: true },
    ecs: { readLagMs: 150 },
  };
  return deployed({ inventory, cloud }, async (stormy) => {
    const attempts = new Map<string, number>();
    stormy.fault = ({ action, parameters }) => {
      const call = JSON.stringify([action, ...parameters]);
      const attempt = attempts.get(call) ?? 0;
      attempts.set(call, attempt + 1);
      return attempt < 2 ? BAD_WEATHER[(attempts.size + attempt) % BAD_WEATHER.length] : undefined;
    };
    await stormy.sweep(DAY_1);

    await deployed({ inventory }, async (calm) => {
      await calm.sweep(DAY_1);
      const rules = rulesOf(stormy.cloud, inventory);
      expect(rules).toEqual(rulesOf(calm.cloud, inventory));
      expect(duplicateRules(rules)).toEqual([]);
      const tokens = (one: Deployment) => one.writes().map((call) => call.clientToken);
      expect(new Set(tokens(stormy))).toEqual(new Set(tokens(calm)));
      expect(tokens(stormy).length).toBeGreaterThan(tokens(calm).length);
    });
    const verdicts = (await outcomesOf(stormy)).map(({ totals }) => totals.compliant);
    expect(verdicts.sort()).toEqual([12, 6]);
  });
});

it.concurrent('log lines carry the request id and the run id, and no secret is in any log, record or error', () =>
  deployed({}, async (deployment) => {
    let count = 0;
    deployment.fault = () => (count++ % 3 === 0 ? { kind: 'reset-after' } : undefined);
    const invocations = await deployment.sweep();

    await deployment.logged('ECS call', 20);
    await deployment.logged('shard done', 1);
    const requestIds = new Set(invocations.map(({ requestId }) => requestId));
    for (const line of deployment.logLines) {
      const { requestId, runId } = JSON.parse(line) as Record<string, string>;
      expect(requestIds.has(requestId ?? '')).toBe(true);
      expect(runId).toMatch(/^sweep-20260301T040000Z-[0-9a-f]{8}$/);
    }

    const records = [...(await deployment.records())].flat();
    const errors = invocations.map(({ errorMessage }) => errorMessage ?? '');
    const written = [...deployment.logLines, ...records, ...errors].join('\n');
    expect(deployment.secrets.size).toBeGreaterThan(4);
    for (const secret of deployment.secrets) expect(written).not.toContain(secret);
    expect(written).not.toMatch(/Signature=|acs3-hmac|LTAI|STS\./i);
  }));

it.concurrent('a shard that runs out of time still writes its record, unknown is unknown, and the rest goes on', () =>
  deployed({ enforce: { timeoutSeconds: 7 } }, async (deployment) => {
    deployment.fault = ({ action, parameters }) =>
      action === 'DescribeSecurityGroupAttribute' &&
      parameters.get('SecurityGroupId') === 'sg-cnhangzhoun2'
        ? { kind: 'hang' }
        : undefined;
    const invocations = await deployment.sweep();
    expect(invocations.map(({ status }) => status)).toEqual(Array(3).fill('Succeeded'));
    // Waiting for one group's answer takes all the time there is: the others have another call to themselves.
    const outcomes = (await outcomesOf(deployment)).map(({ totals }) => totals);
    expect(outcomes.sort((one, other) => (one.groups ?? 0) - (other.groups ?? 0))).toMatchObject([
      { groups: 2, compliant: 1, unknown: 1, changes: 0 },
      { groups: 4, compliant: 4, unknown: 0 },
    ]);
  }));
