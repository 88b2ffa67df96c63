import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import { createEcsClient } from '../shared/ecs';
import { createFolderStore, type RecordStore, verifyChain } from '../shared/evidence';
import { cutIntoShards, decodeShard, payloadOf, type Run, taskIdOf } from '../shared/remediation';
import { closeRun, notePlan, planOf, readProgress, readSummary } from '../shared/runs';
import { workOnShard } from '../shared/runtime';
import { parseRegionId } from '../shared/security-group';
import {
  type Doom,
  doomed,
  duplicateRules,
  makeInventory,
  makeRun,
  policySet,
  type RulesByGroup,
  rulesOf,
  summariesOf,
} from './support';

jest.setTimeout(90_000);

/** More than are worked on at the same time. */
const inventory = makeInventory({ 'cn-hangzhou': 12 });
const policies = policySet();
const never: Doom = { operation: Number.POSITIVE_INFINITY, when: 'before' };
/** What one operation takes on the clock of these tests. */
const STEP_MS = 1_000;
/** Enough for some of the groups. */
const SHORT_MS = 20 * STEP_MS;

let cloud: LocalCloud;
let folder: string;
let store: RecordStore;
let clock: number;
let undisturbed: RulesByGroup;
let writes: number;

beforeAll(async () => {
  clock = Date.now();
  folder = await mkdtemp(join(tmpdir(), 'palisade-hand-on-'));
  store = createFolderStore(folder);
  cloud = await startLocalCloud({ inventory, ecs: { readLagMs: 0 } });
  await platform('undisturbed', { workMs: Number.POSITIVE_INFINITY });
  undisturbed = rulesOf(cloud, inventory);
  writes = writesOf();
});
afterAll(async () => {
  await cloud.close();
  await rm(folder, { recursive: true });
});

/** Changes that ECS was asked for; one that is asked for again has the same token, and is not made again. */
const writesOf = () =>
  new Set(
    cloud.calls
      .all()
      .flatMap(({ write, clientToken }) => (write && clientToken ? clientToken : [])),
  ).size;

/** A port whose operations take time. */
function slow<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        clock += STEP_MS;
        return Reflect.apply(member, target, parameters);
      };
    },
  });
}

interface PlatformOptions {
  /** How long an attempt may begin with groups; the first half may be read. */
  readonly workMs: number;
  /** After how many rules in memory no further group is read. */
  readonly mostRules?: number;
  /** Where attempts are killed, one after another. */
  readonly dooms?: readonly Doom[];
  readonly run?: Partial<Run>;
  /** Whether a call of the function fails; asked with how many there were. */
  readonly refuse?: (call: number) => boolean;
}

interface Attempt {
  readonly part: string;
  readonly status: 'ended' | 'killed' | 'failed';
  readonly error?: string;
}

/**
 * Function Compute as far as a run is concerned: starts a task once for each id, and tries one again that was
 * killed or failed, three times.
 */
async function platform(
  name: string,
  { workMs, mostRules, dooms = [], run: rest = {}, refuse = () => false }: PlatformOptions,
): Promise<{ attempts: Attempt[]; killed: number }> {
  // No run counts against the limits of the next.
  clock += 2 * 60 * 60 * 1000;
  cloud.ecs.loadInventory(inventory);
  cloud.calls.clear();
  const run = makeRun(name, summariesOf(inventory), { policies, ...rest });
  const shards = cutIntoShards(run, run.groups, 1000);
  const plan = planOf(run, shards, [], clock);
  if (plan) await notePlan(store, plan);
  const known = new Set<string>();
  const queue: { payload: string; tries: number }[] = [];
  let calls = 0;
  const callAsync = async (_name: string, payload: string, taskId: string) => {
    calls += 1;
    if (refuse(calls)) throw new Error('no instance is free');
    const accepted = known.has(taskId) ? 'duplicate' : 'new';
    if (accepted === 'new') queue.push({ payload, tries: 4 });
    known.add(taskId);
    return { requestId: taskId, accepted } as const;
  };
  for (const shard of shards) {
    known.add(taskIdOf({ runId: run.runId, part: shard.part }));
    queue.push({ payload: payloadOf(run, shard), tries: 4 });
  }
  const attempts: Attempt[] = [];
  const toCome = [...dooms];
  let killed = 0;
  for (let task = queue.shift(); task; task = queue.shift()) {
    const shard = decodeShard(Buffer.from(task.payload));
    const end = doomed(toCome.shift() ?? never);
    const records = end.wrap(slow(store));
    const port = end.wrap({ callAsync });
    const surroundings = {
      ecs: () =>
        end.wrap(
          slow(
            createEcsClient({
              regionId: parseRegionId('cn-hangzhou'),
              endpoint: cloud.endpoint,
              credentials: async () => cloud,
            }),
          ),
        ),
      records,
      holder: `request-of-${shard.part}`,
      now: () => clock,
      sleep: async (milliseconds: number) => {
        clock += milliseconds;
      },
      stop: () => records.get('STOP'),
    };
    const working = workOnShard({ ...shard, policies }, shard, 'enforce', {
      surroundings,
      times: {
        readUntil: clock + workMs / 2,
        changeUntil: clock + workMs,
        callsUntil: Number.POSITIVE_INFINITY,
        ...(mostRules === undefined ? {} : { mostRules }),
      },
      log: { info: () => {} },
      report: async () => {},
      closeAfter: async (part, runId) => {
        await closeRun(records, runId, { closedBy: part, now: clock });
      },
      callAsync: port.callAsync,
    }).then(
      (): Attempt => ({ part: shard.part, status: 'ended' }),
      (error: Error): Attempt => ({ part: shard.part, status: 'failed', error: error.message }),
    );
    const ended = await Promise.race([working, end.killed]);
    await end.settled();
    attempts.push(ended ?? { part: shard.part, status: 'killed' });
    if (!ended) killed += 1;
    clock += 60_000;
    if (ended?.status !== 'ended' && task.tries > 1) {
      queue.unshift({ payload: task.payload, tries: task.tries - 1 });
    }
  }
  return { attempts, killed };
}

/** Says that everything was done once, and the run was summarized once. */
async function expectSameEnd(name: string): Promise<void> {
  const rules = rulesOf(cloud, inventory);
  expect(rules).toEqual(undisturbed);
  expect(duplicateRules(rules)).toEqual([]);
  expect(writesOf()).toBe(writes);
  const summary = await readSummary(store, `run-${name}`);
  expect(summary).toMatchObject({
    totals: { groups: 12, compliant: 12 },
    parts: { planned: 1, done: 1, failed: 0, lost: 0 },
    failures: [],
  });
}

it('ends in the same state, with as many writes, when it runs out of time again and again', async () => {
  const { attempts } = await platform('short', { workMs: SHORT_MS });
  expect(attempts.length).toBeGreaterThan(2);
  expect(new Set(attempts.map(({ part }) => part)).size).toBe(attempts.length);
  await expectSameEnd('short');

  const progress = await readProgress(store, 'run-short');
  const parts = progress?.parts ?? [];
  expect(parts.map(({ state }) => state)).toEqual([
    ...Array(attempts.length - 1).fill('handed-on'),
    'done',
  ]);
  expect(parts.reduce((sum, { done }) => sum + done, 0)).toBe(12);
  expect(parts.slice(0, -1).map(({ to }) => to)).toEqual(parts.slice(1).map(({ part }) => part));
  expect(await verifyChain(store)).toMatchObject({ isIntact: true });
});

it('hands on what would not fit into its memory', async () => {
  const { attempts } = await platform('full', { workMs: Number.POSITIVE_INFINITY, mostRules: 1 });
  expect(attempts.length).toBeGreaterThan(1);
  expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set(['ended']));
  await expectSameEnd('full');
});

it('does not count a group twice against the limits that one part planned and the next one changes', async () => {
  const { attempts: whole } = await platform('booked', { workMs: Number.POSITIVE_INFINITY });
  expect(whole).toHaveLength(1);
  const { totals } = (await readSummary(store, 'run-booked')) ?? {};
  const maxChanges = totals?.changes ?? 0;
  expect(maxChanges).toBeGreaterThan(10);
  const { attempts } = await platform('bounded', {
    workMs: SHORT_MS,
    run: { limits: { maxChanges, maxGroups: 10 } },
  });
  expect(attempts.length).toBeGreaterThan(2);
  await expectSameEnd('bounded');
});

it.each([
  ['before', 1],
  ['after', 2],
] as const)(
  'ends in the same state when it is killed anywhere, %s the effect of an operation, and runs out of time',
  async (when, first) => {
    // Every third one, and the call that hands on the rest is the last of them.
    for (let operation = first; ; operation += 3) {
      const name = `killed-${when}-${operation}`;
      const dooms = [{ operation, when }];
      const { killed } = await platform(name, { workMs: SHORT_MS, dooms });
      if (killed === 0) {
        expect(operation).toBeGreaterThan(25);
        break;
      }
      await expectSameEnd(name);
    }
    expect((await verifyChain(store)).problems).toEqual([]);
  },
);

it('ends in the same state when the part that was handed on is killed as well', async () => {
  for (let operation = 2; operation < 30; operation += 7) {
    const name = `killed-later-${operation}`;
    const { killed } = await platform(name, {
      workMs: SHORT_MS,
      dooms: [
        { operation: 30, when: 'after' },
        never,
        { operation, when: 'before' },
        { operation: operation + 3, when: 'after' },
      ],
    });
    expect(killed).toBe(3);
    await expectSameEnd(name);
  }
});

it('only repeats the call when handing on the rest fails', async () => {
  const { attempts } = await platform('refused', {
    workMs: SHORT_MS,
    refuse: (call) => call <= 2,
  });
  expect(attempts.slice(0, 3).map(({ status }) => status)).toEqual(['failed', 'failed', 'ended']);
  expect(attempts[0]?.error).toMatch(/no instance is free/);
  await expectSameEnd('refused');
});

it('fails, and hands nothing on, when there is no time for a single group', async () => {
  const { attempts } = await platform('hurried', { workMs: 0 });
  expect(attempts.map(({ status }) => status)).toEqual(Array(4).fill('failed'));
  expect(attempts[0]?.error).toMatch(/no time for any of its 12 groups: raise the timeout/);
  expect(writesOf()).toBe(0);
  expect(await readSummary(store, 'run-hurried')).toBeUndefined();
});
