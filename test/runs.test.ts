import Ajv2020 from 'ajv/dist/2020';
import { publishedSchemas } from '../scripts/published-schemas';
import { createFolderStore, verifyChain } from '../shared/evidence';
import type { Summary } from '../shared/runs';
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
  runPalisade,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const threeRegions = makeInventory({ 'cn-hangzhou': 6, 'cn-shanghai': 6, 'cn-beijing': 6 });

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory: threeRegions, ...options }, action);

async function summariesIn(deployment: Deployment): Promise<Summary[]> {
  const records = await deployment.records();
  return [...records].flatMap(([key, content]) =>
    /^runs\/[^/]+\/summary\.json$/.test(key) ? [JSON.parse(content) as Summary] : [],
  );
}

/** Runs `palisade runs` on the records of a deployment. */
const runsOf = ({ recordFolder }: Deployment, ...parameters: string[]) =>
  runPalisade(recordFolder, ['runs', ...parameters, '--records', recordFolder]);

/** Kills the enforce function whenever it reads a group of a region. */
function failAt(deployment: Deployment, regionId: string): void {
  deployment.fault = ({ action, parameters }) => {
    if (parameters.get('RegionId') !== regionId) return undefined;
    if (action !== 'DescribeSecurityGroupAttribute') return undefined;
    void deployment.functionCompute.killInstances(deployment.enforceName);
    return { kind: 'hang' };
  };
}

it.concurrent('a run over several shards, which end at the same time, is summarized once', () =>
  deployed({ store: 'oss' }, async (deployment) => {
    await deployment.sweep();
    const lines = await deployment.logged('run done', 1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      parts: { planned: 3, done: 3, handedOn: 0, failed: 0, lost: 0 },
      totals: { groups: 18, compliant: 18, unknown: 0 },
    });
    expect(deployment.logLines.filter((line) => line.includes('"run done"'))).toHaveLength(1);
  }));

it.concurrent('a shard that runs out of time again and again ends as one that does not, with as many writes', () => {
  const inventory = makeInventory({ 'cn-hangzhou': 48 });
  const hurried: Partial<DeploymentOptions> = {
    inventory,
    enforce: { timeoutSeconds: 20 },
    environment: { PALISADE_CALLS_PER_SECOND: '8' },
    cloud: { ecs: { readLagMs: 0 } },
  };
  return deployed(hurried, async (short) => {
    const attempts = await short.sweep();
    const parts = new Set(attempts.flatMap(({ taskId }) => taskId ?? []));
    expect(parts.size).toBeGreaterThan(1);

    await deployed({ inventory }, async (calm) => {
      await calm.sweep();
      const rules = rulesOf(short.cloud, inventory);
      expect(rules).toEqual(rulesOf(calm.cloud, inventory));
      expect(duplicateRules(rules)).toEqual([]);
      const tokens = (one: Deployment) => new Set(one.writes().map((call) => call.clientToken));
      expect(tokens(short)).toEqual(tokens(calm));
      const [summary] = await summariesIn(short);
      const [whole] = await summariesIn(calm);
      expect(summary?.totals).toEqual(whole?.totals);
      expect(summary?.parts).toEqual({
        planned: 1,
        done: 1,
        handedOn: parts.size - 1,
        failed: 0,
        lost: 0,
      });
    });
    expect(await verifyChain(createFolderStore(short.recordFolder))).toMatchObject({
      isIntact: true,
    });
  });
});

it.concurrent('a run makes no more calls of an API than it may', () => {
  const environment = { PALISADE_CALLS_PER_SECOND: '5' };
  return deployed(
    { inventory: makeInventory({ 'cn-hangzhou': 16 }), environment },
    async (deployment) => {
      await deployment.sweep();
      const times = deployment.cloud.calls
        .all()
        .filter(({ action }) => action === 'AuthorizeSecurityGroupEgress')
        .map(({ at }) => Date.parse(at));
      expect(times.length).toBeGreaterThan(10);
      // It can only take longer, however busy the machine is.
      const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
      expect((times.length - 2) / seconds).toBeLessThanOrEqual(5);
    },
  );
});

it.concurrent('a shard that fails for good is in the summary, its groups are unknown, and the others are repaired', () =>
  deployed({}, async (deployment) => {
    failAt(deployment, 'cn-beijing');
    const invocations = await deployment.sweep();
    deployment.fault = undefined;
    const told = invocations.filter(({ functionName }) => functionName === 'palisade-sweep');
    expect(told.length).toBeGreaterThan(1);

    const [summary, ...more] = await summariesIn(deployment);
    expect(more).toEqual([]);
    expect(summary?.failures).toContainEqual({
      part: expect.stringMatching(/^cn-beijing_/),
      groups: 6,
      reason: expect.stringMatching(/^Process exited unexpectedly/),
    });
    const ajv = new Ajv2020({ formats: { 'date-time': true }, allowUnionTypes: true });
    const validate = ajv.compile(publishedSchemas()['summary.schema.json'] ?? {});
    expect([validate(summary), validate.errors]).toEqual([true, null]);
    const outcomes = await outcomesOf(deployment);
    const failed = outcomes.find(({ part }) => part.startsWith('cn-beijing_'));
    expect(failed?.totals).toMatchObject({ groups: 6, unknown: 6, changes: 0 });
    const { isIntact } = await verifyChain(createFolderStore(deployment.recordFolder));
    expect(isIntact).toBe(true);

    const list = await runsOf(deployment);
    expect(list.stdout).toMatch(/failed, \d+ unknown/);
    expect(list.exitCode).toBe(2);
    const shown = await runsOf(deployment, summary?.runId ?? '', '--json');
    const view = JSON.parse(shown.stdout) as { state: string; parts: { state: string }[] };
    expect(view.state).toBe('failed');
    expect(view.parts.map(({ state }) => state)).toContain('failed');
  }));

it.concurrent('what goes on is shown while it does, and once it has ended', () =>
  deployed({}, async (deployment) => {
    let isHeld = true;
    deployment.fault = ({ action, parameters }) =>
      isHeld &&
      action === 'DescribeSecurityGroupAttribute' &&
      parameters.get('RegionId') === 'cn-beijing'
        ? { kind: 'hang' }
        : undefined;
    const sweeping = deployment.sweep();
    await deployment.logged('shard done', 2);
    const during = await runsOf(deployment);
    expect(during.stdout).toMatch(/timer.*12\/18.*2\/3.*in progress/);
    expect(during.exitCode).toBe(3);
    const [runId = ''] = /sweep-\S+/.exec(during.stdout) ?? [];
    const watching = runsOf(deployment, runId, '--watch', '--json');
    isHeld = false;
    await sweeping;

    const watched = await watching;
    expect(watched.exitCode).toBe(0);
    const last = JSON.parse(watched.stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({ state: 'done', shards: { ended: 3, total: 3 } });
    const after = await runsOf(deployment, runId);
    expect(after.stdout).toMatch(/18 of 18 groups, 3 of 3 shards/);
    expect(after.stdout).toMatch(/cn-beijing_[0-9a-f]{16}.*6\/6.*done/);
    expect(after.exitCode).toBe(0);
  }));

it.concurrent('a run that does not exist is an error that says what to do', () =>
  deployed({ inventory: [] }, async (deployment) => {
    const { exitCode, stderr } = await runsOf(deployment, 'sweep-none');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/no run sweep-none .*"palisade runs" shows them/);
    const none = await runsOf(deployment);
    expect([none.exitCode, none.stdout]).toEqual([
      0,
      `No run in ${deployment.recordFolder} was cut into shards: the sweep does that, and whatever is about many groups.\n`,
    ]);
  }));
