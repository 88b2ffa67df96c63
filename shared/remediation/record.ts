import { type RecordStore, RecordStoreError } from '../evidence';
import type { Permission } from '../security-group';
import { plainPacket } from './plain-packet';
import type { CallResult, GroupResult, ReportedFinding, Run, RunResult } from './run';
import { totalsOf } from './verdict';

/** Retries of a part that are recorded side by side; Function Compute makes at most eight. */
const MOST_ATTEMPTS = 100;

/**
 * Writes what a run found and is about to do, before it does anything. Gives the number of the attempt:
 * 1, or more when the same part of the run was started before and did not end. Throws RecordStoreError,
 * upon which nothing may be changed.
 */
export async function writeIntent(
  records: RecordStore,
  run: Run,
  now: number,
  found: RunResult,
): Promise<number> {
  const content = recordOf(run, now, found);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    if (await records.putIfAbsent(keyOf(run, attempt, 'intent'), content)) return attempt;
  }
  throw new RecordStoreError(
    `run ${run.runId} has ${MOST_ATTEMPTS} recorded attempts at part ${run.part}: find out why it never ends, and start a new run`,
  );
}

/** Writes what became of a run, next to its intent. Throws RecordStoreError. */
export async function writeOutcome(
  records: RecordStore,
  run: Run,
  now: number,
  attempt: number,
  result: RunResult,
): Promise<void> {
  await records.putIfAbsent(keyOf(run, attempt, 'outcome'), recordOf(run, now, result));
}

function keyOf(run: Run, attempt: number, step: 'intent' | 'outcome'): string {
  return `runs/${run.runId}/${run.part}.${attempt}.${step}.json`;
}

/** A compliant group is its id in a list; every other one is there with all that is known of it. */
function recordOf(run: Run, now: number, result: RunResult): string {
  const isPlain = (group: GroupResult) => group.findingsBefore.length === 0;
  return JSON.stringify(
    {
      version: 1,
      runId: run.runId,
      part: run.part,
      time: new Date(now).toISOString(),
      trigger: run.trigger,
      dryRun: run.dryRun,
      policyDigest: run.policies.digest,
      limits: run.limits,
      heldBack: result.heldBack,
      totals: totalsOf(result),
      compliant: result.groups.filter(isPlain).map((group) => group.securityGroupId),
      groups: result.groups.filter((group) => !isPlain(group)).map(groupRecord),
    },
    null,
    1,
  );
}

function groupRecord(group: GroupResult) {
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
