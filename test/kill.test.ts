import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import type { InvocationRecord } from '../local-cloud/function-compute';
import { createEcsClient } from '../shared/ecs';
import { createFolderStore, type RecordStore } from '../shared/evidence';
import { encodeShard, type RunResult, remediate, taskIdOf } from '../shared/remediation';
import { parseRegionId } from '../shared/security-group';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type Doom,
  deploy,
  doomed,
  duplicateRules,
  makeInventory,
  makeRun,
  policySet,
  policyText,
  type RulesByGroup,
  rulesOf,
  shardsOf,
  summariesOf,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

/** Everything out by rules, mail half denied, and a prefix list: each takes an added and a changed rule. */
const inventory = makeInventory({ 'cn-hangzhou': 4 }).map((region) => ({
  ...region,
  SecurityGroups: region.SecurityGroups.slice(1),
}));
const regionId = parseRegionId('cn-hangzhou');
const generous = { guardrails: '{ maxChangesPerGroupPerHour: 10000 }' };
const policies = policySet(generous);

const runCalled = (name: string) => makeRun(name, summariesOf(inventory), { policies });

/**
 * A change has one token through all attempts of a run, and a token one change: ECS would refuse another
 * change with the same token, and carry the same change out again with another.
 */
function expectOneTokenForEachChange(cloud: LocalCloud): void {
  const pairs = new Map<string, string>();
  for (const { write, clientToken = '', action, parameters } of cloud.calls.all()) {
    if (!write) continue;
    const { ClientToken: _token, ...rest } = parameters;
    const change = JSON.stringify([action, rest]);
    expect(pairs.get(clientToken) ?? change).toBe(change);
    pairs.set(clientToken, change);
  }
  expect(new Set(pairs.values()).size).toBe(pairs.size);
}

describe('the built function, killed at a call of ECS', () => {
  /** Where to kill an attempt: at which of its calls, and whether that call still takes effect. */
  interface Kill {
    readonly call: number;
    readonly when: 'before' | 'after';
  }

  let bundles: Bundles;
  let deployment: Deployment;
  let undisturbed: RulesByGroup;
  let calls: number;

  beforeAll(async () => {
    bundles = await buildBundles(policyText(generous));
    deployment = await deploy({ bundles, inventory, cloud: { ecs: { readLagMs: 0 } } });
    await enforce(deployment, 'undisturbed', []);
    undisturbed = rulesOf(deployment.cloud, inventory);
    calls = deployment.cloud.calls.all().length;
  });
  afterAll(async () => {
    await deployment.close();
    await bundles.remove();
  });

  /** Hands the groups, as they were in the beginning, to the function; kills one attempt after another. */
  async function enforce(
    target: Deployment,
    name: string,
    kills: readonly Kill[],
  ): Promise<InvocationRecord[]> {
    const { cloud, functionCompute, enforceName } = target;
    cloud.ecs.loadInventory(inventory);
    cloud.calls.clear();
    const toCome = [...kills];
    let call = 0;
    let dying = false;
    target.fault = () => {
      // What the dying instance still sends in the moments until its end is not to matter.
      if (dying) return { kind: 'hang' };
      call += 1;
      const [kill] = toCome;
      if (kill?.call !== call) return undefined;
      toCome.shift();
      call = 0;
      dying = true;
      void functionCompute.killInstances(enforceName).then(() => {
        dying = false;
      });
      return { kind: kill.when === 'before' ? 'hang' : 'hang-after' };
    };
    const before = functionCompute.invocations.length;
    const [shard] = shardsOf(runCalled(name), 10_000);
    if (!shard) throw new Error('the run has no shard');
    await functionCompute.invoke(enforceName, encodeShard(shard), {
      async: true,
      taskId: taskIdOf(shard),
    });
    await functionCompute.idle();
    target.fault = undefined;
    return functionCompute.invocations.slice(before);
  }

  function expectSameEnd(attempts: readonly InvocationRecord[], kills: number): void {
    expect(attempts.map(({ status }) => status)).toEqual([
      ...Array(kills).fill('Failed'),
      'Succeeded',
    ]);
    const rules = rulesOf(deployment.cloud, inventory);
    expect(rules).toEqual(undisturbed);
    expect(duplicateRules(rules)).toEqual([]);
    expectOneTokenForEachChange(deployment.cloud);
  }

  it.each(['before', 'after'] as const)(
    'ends in the same state after its retry, whichever call it dies at, %s the effect',
    async (when) => {
      expect(calls).toBe(13);
      for (let call = 1; call <= calls; call += 1) {
        const name = `${when}-${call}`;
        const attempts = await enforce(deployment, name, [{ call, when }]);
        expectSameEnd(attempts, 1);

        const records = await deployment.records();
        const [outcome] = [...records].filter(
          ([key]) => key.startsWith(`runs/run-${name}/`) && key.endsWith('.outcome.json'),
        );
        expect(JSON.parse(outcome?.[1] ?? '{}')).toMatchObject({
          totals: { groups: 3, compliant: 3 },
        });
        // The first reads leave no trace; from the first write on the intent of the dead attempt is there, and
        // that of the retry if anything was left for it to do.
        const intents = [...records.keys()].filter(
          (key) => key.startsWith(`runs/run-${name}/`) && key.endsWith('.intent.json'),
        );
        expect(intents.length).toBeGreaterThanOrEqual(1);
        expect(intents.length).toBeLessThanOrEqual(call <= 4 ? 1 : 2);
      }
    },
  );

  it('ends in the same state when its retries are killed too', async () => {
    for (const [first, second, third] of [
      [5, 2, 5],
      [7, 5, 1],
      [6, 6, 6],
      [9, 4, 4],
    ] as const) {
      const attempts = await enforce(deployment, `${first}-${second}-${third}`, [
        { call: first, when: 'after' },
        { call: second, when: 'before' },
        { call: third, when: 'after' },
      ]);
      expectSameEnd(attempts, 3);
    }
  });

  it('ends in the same state when the retry cannot see yet what the first attempt did', async () => {
    const lagging = await deploy({ bundles, inventory, cloud: { ecs: { readLagMs: 900 } } });
    try {
      const attempts = await enforce(lagging, 'lag', [{ call: 7, when: 'after' }]);
      expect(attempts.map(({ status }) => status)).toEqual(['Failed', 'Succeeded']);
      expect(rulesOf(lagging.cloud, inventory)).toEqual(undisturbed);
      expectOneTokenForEachChange(lagging.cloud);
    } finally {
      await lagging.close();
    }
  });
});

const never: Doom = { operation: Number.POSITIVE_INFINITY, when: 'before' };

describe.each([0, 3_000])(
  'the pipeline, killed at any await that leaves the process, with a read lag of %i ms',
  (readLagMs) => {
    let cloud: LocalCloud;
    let clock: number;
    let folder: string;
    let store: RecordStore;
    let undisturbed: RulesByGroup;

    beforeAll(async () => {
      clock = Date.now();
      folder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
      store = createFolderStore(folder);
      cloud = await startLocalCloud({ inventory, now: () => clock, ecs: { readLagMs } });
      await attempt('undisturbed', never);
      undisturbed = rulesOf(cloud, inventory);
    });
    afterAll(async () => {
      await cloud.close();
      await rm(folder, { recursive: true });
    });

    /** Runs the pipeline until its end, or until it is killed at an operation of a port. */
    async function attempt(name: string, doom: Doom): Promise<RunResult | undefined> {
      const end = doomed(doom);
      const records = end.wrap(store);
      const running = remediate(runCalled(name), {
        ecs: () =>
          end.wrap(
            createEcsClient({
              regionId,
              endpoint: cloud.endpoint,
              credentials: async () => cloud,
            }),
          ),
        records,
        holder: `request-of-${name}`,
        now: () => clock,
        sleep: async (milliseconds) => {
          clock += milliseconds;
        },
        stop: () => records.get('STOP'),
      });
      const result = await Promise.race([running, end.killed]);
      await end.settled();
      return result ?? undefined;
    }

    /** Says whether every attempt lived long enough to be killed. */
    async function expectSameEndAfter(name: string, dooms: readonly Doom[]): Promise<boolean> {
      cloud.ecs.loadInventory(inventory);
      cloud.calls.clear();
      let killed = 0;
      for (const doom of dooms) {
        if ((await attempt(name, doom)) === undefined) killed += 1;
        const writes = cloud.calls.all().filter((call) => call.write);
        const records = await store.list(`runs/run-${name}/`);
        if (writes.length > 0) expect(records).toContain(`runs/run-${name}/whole.1.intent.json`);
        clock += 10;
      }
      const result = await attempt(name, never);
      expect(result?.groups.map(({ verdict }) => verdict)).toEqual(Array(3).fill('compliant'));
      const rules = rulesOf(cloud, inventory);
      expect(rules).toEqual(undisturbed);
      expect(duplicateRules(rules)).toEqual([]);
      expectOneTokenForEachChange(cloud);
      expect((await store.list(`runs/run-${name}/`)).at(-1)).toMatch(/\.outcome\.json$/);
      return killed === dooms.length;
    }

    // Groups are repaired side by side, so that how often one is read again is not always the same.
    it.each(['before', 'after'] as const)(
      'ends in the same state after its retry, whichever it dies at, %s the effect',
      async (when) => {
        let operation = 1;
        while (await expectSameEndAfter(`${when}-${operation}`, [{ operation, when }])) {
          operation += 1;
        }
        // Three reads, a list, the stop record, intent and outcome; for each group two records, two writes, a read.
        expect(operation).toBeGreaterThan(3 + 4 + 3 * 5);
      },
    );

    it('ends in the same state after two attempts in a row were killed', async () => {
      for (let first = 1; first <= 22; first += 3) {
        const second = 1 + ((first * 7) % 5);
        const dooms: Doom[] = [
          { operation: first, when: 'after' },
          { operation: second, when: 'before' },
        ];
        expect(await expectSameEndAfter(`${first}-${second}`, dooms)).toBe(true);
      }
    });

    it('leaves nothing for the next run', async () => {
      clock += readLagMs;
      const result = await attempt('next', never);
      expect(result?.groups.flatMap(({ calls }) => calls)).toEqual([]);
    });
  },
);
