import { chainOf, type RecordStore } from '../evidence';
import type { ToldRun } from '../notices';
import type { Run, Totals } from '../remediation';
import { listEnded } from './parts';
import { listPlans, type Plan, readPlan } from './plan';
import { type PartProgress, readProgress } from './progress';
import { type RunSoFar, readRunSoFar } from './run-so-far';
import { readSummary, type Summary, summaryKey } from './summary';

/** Who closes a run, and when. */
export interface Closing {
  /** The part that comes to its end, or what else looks after the run; the same when it is tried again. */
  readonly closedBy: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** No part goes on for so long: what has not ended is lost. */
  readonly isOverdue?: boolean;
}

/** A run that has just been closed. */
export interface ClosedRun {
  readonly summary: Summary;
  readonly run: Pick<Run, 'runId' | 'part' | 'trigger' | 'dryRun'>;
  readonly told: ToldRun;
}

/**
 * Writes the summary of a run that was cut into parts, if the last of them has come to its end. Of all that
 * see that at the same time one writes it and is given the run; the others, and whoever asks before the end,
 * are given undefined. Whoever wrote it and died is given it again. It costs two lists until then, however
 * many parts there are. Throws RecordStoreError.
 */
export async function closeRun(
  records: RecordStore,
  runId: string,
  closing: Closing,
): Promise<ClosedRun | undefined> {
  const plan = await planIfOver(records, runId, closing);
  if (!plan) return undefined;
  const written = await readSummary(records, runId);
  if (written && written.closedBy !== closing.closedBy) return undefined;
  const [progress, soFar] = await Promise.all([
    readProgress(records, runId),
    readRunSoFar(records, runId),
  ]);
  const summary = written ?? summaryOf(plan, progress?.parts ?? [], soFar, closing);
  const content = JSON.stringify(summary, null, 1);
  const record = summaryKey(runId);
  if (!written && !(await records.putIfAbsent(record, content))) return undefined;
  const { policyDigest, time } = summary;
  await chainOf(records).append({
    ...{ record, content, runId, policyDigest, time },
    // Whoever died after writing it may have linked it.
    ...(written ? { mayBeLinked: true } : {}),
  });
  const { trigger, dryRun } = plan;
  const { totals } = summary;
  const heldBack = [...summary.heldBack, ...problemsOf(summary)];
  return {
    summary,
    run: { runId, part: 'whole', trigger, dryRun },
    told: { groups: soFar?.groups ?? [], heldBack, totals },
  };
}

/** The plan of a run whose parts have all ended, counted before anything is read. */
async function planIfOver(
  records: RecordStore,
  runId: string,
  { isOverdue = false }: Closing,
): Promise<Plan | undefined> {
  const [plans, ended] = await Promise.all([listPlans(records, runId), listEnded(records, runId)]);
  const atLeast = Math.max(...plans.map(({ parts }) => parts));
  if (plans.length === 0 || (!isOverdue && ended.length < atLeast)) return undefined;
  const plan = await readPlan(records, plans);
  if (!plan || isOverdue) return plan;
  const hasEnded = new Set(ended.map(({ part }) => part));
  const begun = [...plan.parts.map(({ part }) => part), ...ended.flatMap(({ to }) => to ?? [])];
  // A sweep that could not list everything is tried again, and may yet come to more parts.
  const mayGrow = plan.trigger.kind === 'timer' && plan.unlisted.length > 0;
  const isOver = begun.every((part) => hasEnded.has(part)) && !mayGrow;
  return isOver ? plan : undefined;
}

function summaryOf(
  { runId, trigger, dryRun, policyDigest, time: startedAt, unlisted, parts: planned }: Plan,
  parts: readonly PartProgress[],
  soFar: RunSoFar | undefined,
  { closedBy, now }: Closing,
): Summary {
  const count = (...states: readonly PartProgress['state'][]) =>
    parts.filter(({ state }) => states.includes(state)).length;
  const failures = parts.flatMap(({ part, state, groups, reason }) => {
    if (state === 'done' || state === 'handed-on') return [];
    const lost = state === 'waiting' ? 'it was never begun' : 'it never came to its end';
    return [{ part, groups, reason: reason ?? lost }];
  });
  const unrecorded = failures
    .filter(({ part }) => !soFar?.parts.has(part))
    .reduce((sum, { groups }) => sum + groups, 0);
  const totals = soFar?.totals ?? NOTHING;
  return {
    version: 1,
    runId,
    time: new Date(now).toISOString(),
    trigger,
    dryRun,
    policyDigest,
    startedAt,
    durationMs: now - Date.parse(startedAt),
    closedBy,
    parts: {
      planned: planned.length,
      done: count('done'),
      handedOn: count('handed-on'),
      failed: count('failed'),
      lost: count('waiting', 'working'),
    },
    failures,
    unlisted,
    heldBack: soFar?.heldBack ?? [],
    totals: {
      ...totals,
      groups: totals.groups + unrecorded,
      unknown: totals.unknown + unrecorded,
    },
  };
}

const NOTHING: Totals = {
  groups: 0,
  changes: 0,
  compliant: 0,
  violating: 0,
  unknown: 0,
  exempt: 0,
  unrepairable: 0,
};

/** What is to be told of a run besides its groups. */
function problemsOf({ runId, parts, failures, unlisted }: Summary): string[] {
  const all = parts.done + parts.handedOn + parts.failed + parts.lost;
  return [
    ...(parts.lost === 0
      ? []
      : [
          `${all - parts.lost} of ${all} parts of run ${runId} came to their end: look for the others in the log of the enforce function`,
        ]),
    ...(parts.failed === 0
      ? []
      : failures
          .slice(0, MOST_TOLD)
          .map(
            ({ part, groups, reason }) => `part ${part} over ${groups} groups failed: ${reason}`,
          )),
    ...unlisted.slice(0, MOST_TOLD).map(({ place, reason }) => `${place}: ${reason}`),
  ];
}

/** Failures that are told one by one; the summary has all of them. */
const MOST_TOLD = 5;
