import { makeInventory, makeRun, policySet, shardsOf, summariesOf } from '../../test/support';
import type { RecordStore } from '../evidence';
import { folderPlace, type Place } from '../evidence/testing/places';
import {
  cutIntoShards,
  decodeShard,
  type GroupResult,
  type Shard,
  shardOfRest,
  totalsOf,
} from '../remediation';
import { writeIntent, writeOutcome } from '../remediation/record';
import { closeRun, findEnd, noteEnded, notePlan, planOf, readSummary } from '../runs';
import { answerFailedShard } from './fail-shard';

const policies = policySet();
const run = makeRun('failed', summariesOf(makeInventory({ 'cn-hangzhou': 3 })), { policies });
const [shard] = shardsOf(run, 10) as [Shard];
const REASON = 'Function timed out after 600 seconds (maxMemoryUsage: 0MB)';
const NOW = Date.parse('2026-03-01T04:10:00Z');
const OUTCOME = `runs/run-failed/${shard.part}`;

let place: Place;
let records: RecordStore;
let called: { taskId: string; shard: Shard }[];
beforeEach(async () => {
  place = await folderPlace();
  records = place.open();
  called = [];
  const plan = planOf(run, cutIntoShards(run, run.groups, 10), [], NOW);
  if (plan) await notePlan(records, plan);
});
afterEach(() => place.close());

const answer = (carried = policies, reason = REASON) =>
  answerFailedShard(shard, reason, carried, {
    settings: { enforceFunction: 'palisade-enforce' },
    records,
    log: { warn: () => {}, error: () => {} },
    callAsync: async (_name, payload, taskId) => {
      called.push({ taskId, shard: decodeShard(Buffer.from(payload)) });
      return { requestId: 'r', accepted: 'duplicate' };
    },
    closeAfter: async (part, runId) => {
      await closeRun(records, runId, { closedBy: part, now: NOW });
    },
  });
const outcomes = async () =>
  (await records.list(`${OUTCOME}.`)).filter((key) => key.endsWith('.outcome.json'));

const resultOf = (groups: readonly GroupResult[]) => ({ runId: run.runId, heldBack: [], groups });

it('records that its groups are unknown and why, once, and closes the run', async () => {
  expect(await answer()).toBe('recorded');
  expect(await answer()).toBe('ended-before');
  expect(await outcomes()).toEqual([`${OUTCOME}.1.outcome.json`]);
  const record = JSON.parse((await records.get(`${OUTCOME}.1.outcome.json`)) ?? '') as object;
  expect(record).toMatchObject({
    failed: `the shard failed: ${REASON}`,
    totals: { groups: 3, unknown: 3, changes: 0 },
  });
  expect(record).not.toHaveProperty('unfinished');
  expect(await readSummary(records, run.runId)).toMatchObject({
    parts: { planned: 1, failed: 1 },
    failures: [{ part: shard.part, groups: 3, reason: REASON }],
    totals: { groups: 3, unknown: 3 },
  });
  expect(called).toEqual([]);
});

it('leaves what an attempt announced as it is, because it may have been done', async () => {
  const part = { ...run, part: shard.part };
  await writeIntent(records, part, NOW, resultOf([]));
  await answer();
  expect(await outcomes()).toEqual([`${OUTCOME}.2.outcome.json`]);
});

it('keeps what the last attempt recorded of its groups', async () => {
  const compliant = run.groups.map(
    ({ regionId, id, name }): GroupResult => ({
      ...{ regionId, securityGroupId: id, name, verdict: 'compliant', verdictBefore: 'compliant' },
      ...{ findings: [], findingsBefore: [], calls: [], changes: 0, before: [] },
    }),
  );
  const result = resultOf(compliant);
  expect(totalsOf(result).compliant).toBe(3);
  await writeOutcome(records, { ...run, part: shard.part }, NOW, result);
  await answer();
  expect(await outcomes()).toEqual([`${OUTCOME}.1.outcome.json`]);
  expect(await readSummary(records, run.runId)).toMatchObject({
    parts: { failed: 1 },
    totals: { groups: 3, compliant: 3, unknown: 0 },
  });
});

it('hands on the rest of one that died while it did, under the same task id', async () => {
  const rest = shardOfRest(shard, shard.groups.slice(1));
  const groupIds = rest.groups.map(({ id }) => id);
  const end = { kind: 'handed-on', totals: totalsOf(resultOf([])) } as const;
  await noteEnded(
    records,
    run.runId,
    shard.part,
    { ...end, rest: { part: rest.part, groupIds } },
    NOW,
  );
  expect(await answer()).toBe('handed-on');
  expect(called).toEqual([{ taskId: `${run.runId}_${rest.part}`, shard: rest }]);
  expect(await outcomes()).toEqual([]);
  expect(await readSummary(records, run.runId)).toBeUndefined();
});

it('counts its groups as unknown also when the sweep carries other policies by now', async () => {
  await answer(policySet({ mode: 'observe' }));
  expect(await outcomes()).toEqual([]);
  expect(await readSummary(records, run.runId)).toMatchObject({
    totals: { groups: 3, unknown: 3 },
  });
});

it('keeps secrets of the reason to itself', async () => {
  await answer(policies, 'GET http://x/?AccessKeyId=LTAIabc&Signature=abc failed');
  const end = await findEnd(records, run.runId, shard.part);
  expect(end).toMatchObject({ kind: 'failed', reason: 'GET http://x/?… failed' });
  const keys = await records.list('');
  for (const key of keys) expect(await records.get(key)).not.toMatch(/Signature|LTAI/);
});
