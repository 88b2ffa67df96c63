import type { EcsClient, WriteCall } from '../ecs';
import type { RecordStore } from '../evidence';
import { matches, type PolicySet, prefixListsOf } from '../policy';
import type { Permission, RegionId, SecurityGroup, SecurityGroupSummary } from '../security-group';
import { readBack, sendCalls, type TokenedCall, withTokens } from './act';
import { mapConcurrently } from './concurrency';
import { bookChanges, reasonsToHoldBack } from './guard';
import { judgeGroup } from './judge';
import { type GroupPlan, planGroup } from './plan';
import { type GroupReading, ListReader, readGroup } from './read';
import { writeIntent, writeOutcome } from './record';
import type { CallResult, GroupResult, ReportedFinding, Run, RunResult } from './run';
import { verdictOf } from './verdict';

/** What a run needs from the world around it. */
export interface Surroundings {
  readonly ecs: (regionId: RegionId) => EcsClient;
  /** Absent: the run is only looked at, and may not be anything but a dry run. */
  readonly records?: RecordStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The reason why nothing may be changed at the moment, if somebody has pulled the stop switch. */
  readonly stop: () => Promise<string | undefined>;
  /** Told as the work goes on; `total` is the number of groups of the step. */
  readonly onProgress?: (step: 'read' | 'repair', done: number, total: number) => void;
}

/** Groups read or repaired at the same time. ECS limits calls by account, region and API. */
const CONCURRENCY = 8;

interface Judged {
  readonly findings: readonly ReportedFinding[];
  readonly plan: GroupPlan;
}

interface Examined extends Judged {
  readonly summary: SecurityGroupSummary;
  readonly reading: GroupReading;
  readonly calls: readonly TokenedCall[];
}

/**
 * The one pipeline behind every door: read, judge, plan, guard, act, read back, record. Groups are read
 * to the end or are `unknown`; a run that a guardrail holds back changes nothing; what was sent is
 * judged by a fresh read. Throws RecordStoreError if a record cannot be written: nothing has been changed
 * if it is the first one; after the second a retry of the run sends nothing twice and records the rest.
 */
export async function remediate(run: Run, given: Surroundings): Promise<RunResult> {
  const surroundings = { ...given, ecs: perRegion(given.ecs) };
  const { records, now } = surroundings;
  if (!run.dryRun && !records)
    throw new TypeError('a run that may change groups needs a record store');
  const lists = perRegion((regionId) => new ListReader(surroundings.ecs(regionId)));

  const examined = await inTurn('read', run.groups, surroundings, (summary) =>
    examine(run, summary, surroundings.ecs(summary.regionId), lists(summary.regionId), now()),
  );
  const planned = examined.filter((group) => group.calls.length > 0);
  const heldBack =
    planned.length === 0
      ? []
      : await reasonsToHoldBack(run, planned, surroundings.stop, run.dryRun ? undefined : records);

  if (run.dryRun || !records) {
    return { runId: run.runId, heldBack, groups: examined.map(untouched) };
  }
  const attempt = await writeIntent(records, run, now(), examined.map(untouched), heldBack);
  const repaired = new Map<SecurityGroupSummary, GroupResult>();
  if (heldBack.length === 0) {
    await inTurn('repair', planned, surroundings, async (group) => {
      repaired.set(
        group.summary,
        await repair(run, group, surroundings, records, lists(group.summary.regionId)),
      );
    });
  }
  const result = {
    runId: run.runId,
    heldBack,
    groups: examined.map(
      (group) => repaired.get(group.summary) ?? { ...untouched(group), changes: 0 },
    ),
  };
  await writeOutcome(records, run, now(), attempt, result);
  return result;
}

async function examine(
  run: Run,
  summary: SecurityGroupSummary,
  ecs: EcsClient,
  lists: ListReader,
  now: number,
): Promise<Examined> {
  const reading = await readGroup(ecs, summary);
  const judged = await judgeReading(run, summary, reading, lists, now);
  return { summary, reading, ...judged, calls: withTokens(judged.plan.calls, run.trigger.id) };
}

async function judgeReading(
  run: Run,
  summary: SecurityGroupSummary,
  reading: GroupReading,
  lists: ListReader,
  now: number,
): Promise<Judged> {
  if (reading.status === 'unknown') {
    const findings = unreadable(run.policies, summary, reading.reason);
    return { findings, plan: { calls: [], changes: 0, findings } };
  }
  const { group } = reading;
  const readLists = await lists.read(group.rules, prefixListsOf(run.policies, summary));
  const plan = planGroup(
    run.policies,
    group,
    readLists,
    judgeGroup(run.policies, group, readLists, now),
    now,
  );
  return { findings: plan.findings, plan };
}

async function repair(
  run: Run,
  examined: Examined,
  surroundings: Surroundings,
  records: RecordStore,
  lists: ListReader,
): Promise<GroupResult> {
  const { summary } = examined;
  const tooMany = await bookChanges(records, run, examined, surroundings.now());
  if (tooMany) return { ...untouched(examined), changes: 0, heldBack: tooMany };

  const ecs = surroundings.ecs(summary.regionId);
  const calls = await sendCalls(ecs, examined.calls);
  const reading = await readBack(ecs, summary, calls, surroundings.sleep);
  const judged = await judgeReading(run, summary, reading, lists, surroundings.now());
  const findings = explainFailures(judged.findings, calls);
  return {
    ...untouched(examined),
    verdict: verdictOf(findings),
    findings,
    calls,
    changes: calls.reduce(
      (sum, { call, outcome }) => sum + (outcome.status === 'done' ? changesOf(call) : 0),
      0,
    ),
    ...(reading.status === 'complete' ? { after: permissionsOf(reading.group) } : {}),
  };
}

/** The result of a group at which nothing was done. */
function untouched({ summary, reading, findings, plan, calls }: Examined): GroupResult {
  const verdict = verdictOf(findings);
  return {
    regionId: summary.regionId,
    securityGroupId: summary.id,
    name: summary.name,
    verdict,
    verdictBefore: verdict,
    findings,
    findingsBefore: findings,
    calls: calls.map((call): CallResult => ({ ...call, outcome: { status: 'not-sent' } })),
    changes: plan.changes,
    ...(reading.status === 'complete' ? { before: permissionsOf(reading.group) } : {}),
  };
}

/** Rules added or descriptions changed by a call. */
function changesOf({ parameters }: WriteCall): number {
  return 'Permissions' in parameters ? parameters.Permissions.length : 1;
}

function permissionsOf(group: SecurityGroup): Permission[] {
  return group.rules.map((rule) => rule.permission);
}

/** A call that ECS refused for good leaves a finding that cannot be repaired, with ECS's reason. */
function explainFailures(
  findings: readonly ReportedFinding[],
  calls: readonly CallResult[],
): readonly ReportedFinding[] {
  const refused = calls.find(({ outcome }) => outcome.status === 'failed')?.outcome;
  if (refused?.status !== 'failed') return findings;
  const final = ['validation', 'state', 'quota'].includes(refused.kind);
  return findings.map((finding) =>
    finding.status !== 'violating' || finding.mode !== 'enforce'
      ? finding
      : {
          ...finding,
          status: final ? 'unrepairable' : 'violating',
          message: `${finding.message}; the repair failed: ${refused.message}`,
        },
  );
}

function unreadable(
  policies: PolicySet,
  summary: SecurityGroupSummary,
  reason: string,
): ReportedFinding[] {
  return policies.policies
    .filter((policy) => matches(policy.match, summary))
    .map((policy) => ({
      policyId: policy.id,
      severity: policy.severity,
      mode: policy.mode,
      status: 'unknown',
      message: reason,
      changes: [],
    }));
}

/** Runs a step over groups, a few at a time, and tells how far it is. */
async function inTurn<Item, Result>(
  step: 'read' | 'repair',
  items: readonly Item[],
  { onProgress }: Surroundings,
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  let done = 0;
  onProgress?.(step, done, items.length);
  return mapConcurrently(items, CONCURRENCY, async (item) => {
    const result = await action(item);
    done += 1;
    onProgress?.(step, done, items.length);
    return result;
  });
}

function perRegion<Value>(make: (regionId: RegionId) => Value): (regionId: RegionId) => Value {
  const made = new Map<RegionId, Value>();
  return (regionId) => {
    const value = made.get(regionId) ?? make(regionId);
    made.set(regionId, value);
    return value;
  };
}
