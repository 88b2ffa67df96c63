import type { RecordStore } from '../evidence';
import { mapConcurrently } from '../remediation';
import { type Ending, listBegun, listEnded, type PartEnd, readBegun, readEnd } from './parts';
import { findPlan, type Plan, type PlannedPart } from './plan';
import { readSummary, type Summary } from './summary';

/** Notes read at the same time. */
const CONCURRENCY = 8;

/** How far a part is. `waiting`: nobody has begun with it. */
export type PartState = 'waiting' | 'working' | PartEnd['kind'];

/** A part of a run and how far it is. */
export interface PartProgress extends PlannedPart {
  readonly state: PartState;
  /** How many of its groups were looked at to the end; the others went on to another part, or are not done. */
  readonly done: number;
  readonly changes: number;
  /** The part that its rest was handed on to. */
  readonly to?: string;
  /** Why it failed. */
  readonly reason?: string;
}

/** How far a run is. */
export interface RunProgress {
  readonly plan: Plan;
  /** As planned, each followed by those that it was handed on to. */
  readonly parts: readonly PartProgress[];
  /**
   * When a part last began or ended, in milliseconds since 1970: a run may go on for hours, in a queue or
   * handed on again and again, but not without anything happening.
   */
  readonly lastActivity: number;
  /** Present once the last part has come to its end. */
  readonly summary?: Summary;
}

/** How far a run is that was cut into parts; undefined if there is no such run. Throws RecordStoreError. */
export async function readProgress(
  records: RecordStore,
  runId: string,
): Promise<RunProgress | undefined> {
  // The summary first: what has ended by then is in what is read after it.
  const summary = await readSummary(records, runId);
  const [plan, begun, ended] = await Promise.all([
    findPlan(records, runId),
    listBegun(records, runId),
    listEnded(records, runId),
  ]);
  if (!plan) return undefined;
  const ends = new Map(
    await mapConcurrently(ended, CONCURRENCY, async (ending) => {
      const read: [string, Ending & { readonly end: Awaited<ReturnType<typeof readEnd>> }] = [
        ending.part,
        { ...ending, end: await readEnd(records, ending.key) },
      ];
      return read;
    }),
  );
  const isBegun = new Set(begun);
  const begunAt = await mapConcurrently(
    begun.filter((part) => !ends.has(part)),
    CONCURRENCY,
    (part) => readBegun(records, runId, part),
  );
  const lastActivity = Math.max(
    ...[plan.time, ...begunAt, ...[...ends.values()].map(({ end }) => end.time)].map(Date.parse),
  );
  const chainFrom = (planned: PlannedPart): PartProgress[] => {
    const ended = ends.get(planned.part);
    if (!ended) {
      const state = isBegun.has(planned.part) ? 'working' : 'waiting';
      return [{ ...planned, state, done: 0, changes: 0 }];
    }
    const { end } = ended;
    switch (end.kind) {
      case 'done':
        return [{ ...planned, state: 'done', done: planned.groups, changes: end.totals.changes }];
      case 'failed':
        return [{ ...planned, state: 'failed', done: 0, changes: 0, reason: end.reason }];
      case 'handed-on': {
        const { rest, totals } = end;
        const part: PartProgress = {
          ...planned,
          state: 'handed-on',
          done: planned.groups - rest.groupIds.length,
          changes: totals.changes,
          to: rest.part,
        };
        const next = { ...planned, part: rest.part, groups: rest.groupIds.length };
        return [part, ...chainFrom(next)];
      }
      default:
        return end satisfies never;
    }
  };
  const parts = plan.parts.flatMap(chainFrom);
  return { plan, parts, lastActivity, ...(summary ? { summary } : {}) };
}
