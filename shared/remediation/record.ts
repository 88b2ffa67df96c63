import { chainOf, parseRunKey, type RecordStore, RecordStoreError } from '../evidence';
import { matches, type Policy } from '../policy';
import { type Permission, placeName, placeOf, type SecurityGroupSummary } from '../security-group';
import { unknownGroup } from './examine';
import { plainPacket } from './plain-packet';
import type { CallResult, GroupResult, ReportedFinding, Run, RunResult } from './run';
import { isUnfinished, totalsOf } from './verdict';

/** Retries of a part that are recorded side by side; Function Compute makes at most eight. */
const MOST_ATTEMPTS = 100;

/**
 * Writes what a run found and is about to do, before it does anything. Gives the number of the attempt:
 * 1, or more when the same part of the run was started before and did not end. Throws RecordStoreError,
 * upon which nothing may be changed.
 */
export function writeIntent(
  records: RecordStore,
  run: Run,
  now: number,
  found: RunResult,
): Promise<number> {
  return writeFirstFree(records, run, 'intent', now, found);
}

/**
 * Writes what became of a run, next to its intent. Without the number of its attempt, which a run has that
 * changes something, it takes the first that is free. Throws RecordStoreError.
 */
export async function writeOutcome(
  records: RecordStore,
  run: Run,
  now: number,
  result: RunResult,
  attempt?: number,
): Promise<void> {
  if (attempt === undefined) await writeFirstFree(records, run, 'outcome', now, result);
  else await write(records, run, keyOf(run, attempt, 'outcome'), now, result);
}

async function writeFirstFree(
  records: RecordStore,
  run: Run,
  step: 'intent' | 'outcome',
  now: number,
  result: RunResult,
): Promise<number> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    if (await write(records, run, keyOf(run, attempt, step), now, result)) return attempt;
  }
  throw new RecordStoreError(
    `run ${run.runId} has ${MOST_ATTEMPTS} recorded attempts at part ${run.part}: find out why it never ends, and start a new run`,
  );
}

/** Writes a record under a key that is free and links it into the chain; false if the key is taken. */
async function write(
  records: RecordStore,
  run: Run,
  key: string,
  now: number,
  result: RunResult,
): Promise<boolean> {
  const time = new Date(now).toISOString();
  const content = recordOf(run, time, result);
  if (!(await records.putIfAbsent(key, content))) return false;
  const { runId, policies } = run;
  const entry = { record: key, content, runId, policyDigest: policies.digest, time };
  await chainOf(records).append(entry);
  return true;
}

/** Links what earlier attempts at the same part of a run wrote but died before linking. */
export async function linkEarlierAttempts(records: RecordStore, run: Run): Promise<void> {
  for (const record of await records.list(`runs/${run.runId}/${run.part}.`)) {
    const content = (await records.get(record)) ?? '';
    const about = parseRecord(content);
    // What a store kept only in part stays unlinked, and a verification names it.
    if (!about) continue;
    const { policyDigest, time } = about;
    const entry = { record, content, runId: run.runId, policyDigest, time, mayBeLinked: true };
    await chainOf(records).append(entry);
  }
}

/** What earlier attempts at a part of a run have left. */
export interface Attempts {
  /** One of them announced changes. */
  readonly hasAnnounced: boolean;
  /** One of them announced changes and died before it could say what became of them. */
  readonly hasDied: boolean;
  /** One of them came to its end, and is not to be tried again. */
  readonly hasEnded: boolean;
}

/** Finds out what earlier attempts at a part of a run have left. Throws RecordStoreError. */
export async function attemptsAt(
  records: RecordStore,
  run: Pick<Run, 'runId' | 'part'>,
): Promise<Attempts> {
  const { intents, outcomes } = await stepsOf(records, run);
  const about = { hasAnnounced: intents.length > 0, hasDied: intents.length > outcomes.length };
  for (const key of outcomes) {
    if (isOfEndedRun(await records.get(key))) return { ...about, hasEnded: true };
  }
  return { ...about, hasEnded: false };
}

/** Whether an attempt at the same part of a run has died: see Attempts. Throws RecordStoreError. */
export async function hasDeadAttempt(
  records: RecordStore,
  run: Pick<Run, 'runId' | 'part'>,
): Promise<boolean> {
  const { intents, outcomes } = await stepsOf(records, run);
  return intents.length > outcomes.length;
}

async function stepsOf(records: RecordStore, { runId, part }: Pick<Run, 'runId' | 'part'>) {
  const keys = await records.list(`runs/${runId}/${part}.`);
  const of = (step: string) => keys.filter((key) => key.endsWith(`.${step}.json`));
  return { intents: of('intent'), outcomes: of('outcome') };
}

/**
 * Records that a part failed for good: how its groups stand is unknown, unless its last attempt had come as
 * far as to record that. Throws RecordStoreError.
 */
export async function writeFailure(
  records: RecordStore,
  run: Run,
  now: number,
  failed: string,
): Promise<void> {
  const keys = (await records.list(`runs/${run.runId}/${run.part}.`)).flatMap(
    (key) => parseRunKey(key) ?? [],
  );
  await linkEarlierAttempts(records, run);
  const last = Math.max(0, ...keys.map(({ attempt }) => attempt));
  if (keys.some(({ attempt, step }) => attempt === last && step === 'outcome')) return;
  // Not beside an intent without an outcome: what was announced there may have been done.
  const groups = run.groups.map((group) => unknownGroup(run, group, failed));
  const result = { runId: run.runId, groups, heldBack: [], failed };
  await writeOutcome(records, run, now, result, last + 1);
}

/** The part of a run that was not cut into shards. */
export const WHOLE = 'whole';

/** A record that a store kept only in part tells of no end; the run is then made again. */
function isOfEndedRun(record: string | undefined): boolean {
  const about = parseRecord(record);
  return about !== undefined && about.unfinished !== true;
}

interface RecordAbout {
  readonly policyDigest: string;
  readonly time: string;
  readonly unfinished?: boolean;
}

function parseRecord(content: string | undefined): RecordAbout | undefined {
  try {
    return JSON.parse(content ?? '') as RecordAbout;
  } catch {
    return undefined;
  }
}

/** Notes which requests a run has made, so that the events about them are recognized. */
export async function noteRequests(
  records: RecordStore,
  run: Run,
  calls: readonly CallResult[],
): Promise<void> {
  await Promise.all(
    calls.map(async ({ outcome }) => {
      if (outcome.status !== 'done' || !REQUEST_ID.test(outcome.requestId)) return;
      await records.putIfAbsent(requestKey(outcome.requestId), run.runId);
    }),
  );
}

/** Whether a run has made a request. Throws RecordStoreError. */
export async function isOwnRequest(records: RecordStore, requestId: string): Promise<boolean> {
  if (!REQUEST_ID.test(requestId)) return false;
  return (await records.get(requestKey(requestId))) !== undefined;
}

/** One that does not begin like the part of a record's key is none of ours. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

function requestKey(requestId: string): string {
  return `requests/${requestId.toUpperCase()}`;
}

function keyOf(run: Run, attempt: number, step: 'intent' | 'outcome'): string {
  return `runs/${run.runId}/${run.part}.${attempt}.${step}.json`;
}

/** A compliant group is its id in a list of its place; every other one has all that is known of it. */
function recordOf(run: Run, time: string, result: RunResult): string {
  const left = new Set(result.rest?.groups);
  const groups = run.groups.filter((group) => !left.has(group));
  const isPlain = (group: GroupResult) => group.findingsBefore.length === 0;
  return JSON.stringify(
    {
      version: 1,
      runId: run.runId,
      part: run.part,
      time,
      trigger: run.trigger,
      dryRun: run.dryRun,
      policyDigest: run.policies.digest,
      ...(run.policyIds ? { policyIds: run.policyIds } : {}),
      ...(run.note === undefined ? {} : { note: run.note }),
      ...(run.plan ? { plan: run.plan } : {}),
      limits: run.limits,
      ...(result.counted ? { counted: result.counted } : {}),
      heldBack: result.heldBack,
      ...(isUnfinished(result) && result.failed === undefined ? { unfinished: true } : {}),
      ...(result.failed === undefined ? {} : { failed: result.failed }),
      ...(result.rest
        ? { rest: { part: result.rest.part, groups: result.rest.groups.length } }
        : {}),
      totals: totalsOf(result),
      policies: run.policies.policies.map((policy) => policyRecord(policy, groups)),
      compliant: idsByPlace(result.groups.filter(isPlain)),
      groups: result.groups.filter((group) => !isPlain(group)).map(groupRecord),
      exemptions: result.groups.flatMap(exemptionRecords),
    },
    null,
    1,
  );
}

/** A policy of the run, and how many groups of each place it is about. */
function policyRecord(
  { id, kind, severity, mode, match }: Policy,
  groups: readonly SecurityGroupSummary[],
) {
  const counts: Record<string, number> = {};
  for (const group of groups) {
    if (matches(match, group)) counts[placeName(group)] = (counts[placeName(group)] ?? 0) + 1;
  }
  return { id, kind, severity, mode, groups: counts };
}

function idsByPlace(groups: readonly GroupResult[]): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const group of groups) {
    const place = placeName(group);
    ids[place] = [...(ids[place] ?? []), group.securityGroupId];
  }
  return ids;
}

/** Exemptions are listed apart, because a group may be plainly compliant and still have one. */
function exemptionRecords({ securityGroupId, name, exemptions = [], ...result }: GroupResult) {
  return exemptions.map(({ policyId, exemption, letsThrough }) => {
    const { reason, ticket, until } = exemption;
    const group = { ...placeOf(result), securityGroupId, name };
    return { ...group, policyId, reason, ticket, until, letsThrough };
  });
}

function groupRecord({ exemptions: _exemptions, ...group }: GroupResult) {
  return {
    ...group,
    findings: group.findings.map(findingRecord),
    findingsBefore: group.findingsBefore.map(findingRecord),
    calls: group.calls.map(callRecord),
    before: group.before?.map(plain),
    after: group.after?.map(plain),
  };
}

function findingRecord({ changes: _changes, witness, ...finding }: ReportedFinding) {
  return { ...finding, ...(witness ? { witness: plainPacket(witness) } : {}) };
}

function callRecord({ call, ...rest }: CallResult) {
  return { action: call.action, parameters: call.parameters, ...rest };
}

/** Absent fields come as empty strings; leaving them out keeps records short. */
function plain(permission: Permission) {
  return Object.fromEntries(Object.entries(permission).filter(([, value]) => value !== ''));
}
