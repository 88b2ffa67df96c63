import type { PartProgress, RunProgress, Summary } from '../../shared/runs';
import { EXIT_CODES } from './exit-code';

/** How a run stands that was cut into shards. */
export interface RunView {
  readonly runId: string;
  /** `lost`: nothing has happened for an hour, and a shard of it has not ended. */
  readonly state: 'in progress' | 'done' | 'failed' | 'lost';
  readonly trigger: Summary['trigger'];
  readonly dryRun: boolean;
  /** When it was cut into shards, ISO 8601. */
  readonly startedAt: string;
  /** Milliseconds until it came to its end; absent while it goes on. */
  readonly durationMs?: number;
  readonly groups: { readonly done: number; readonly total: number };
  readonly shards: { readonly ended: number; readonly total: number };
  /** Made, or called for in a dry run. */
  readonly changes: number;
  /** Groups that nobody knows how they stand; known once the run is over. */
  readonly unknown: number;
  readonly heldBack: readonly string[];
  readonly unlisted: Summary['unlisted'];
  /** Of one run that is looked at closely. */
  readonly parts?: readonly PartProgress[];
}

/** Nothing happens for so long only where a shard got lost. */
const OVERDUE_MS = 60 * 60 * 1000;

/** A run by its summary. */
export function viewOfSummary({ parts, totals, durationMs, ...summary }: Summary): RunView {
  const { runId, trigger, dryRun, startedAt, failures, heldBack, unlisted } = summary;
  const ended = parts.done + parts.handedOn + parts.failed;
  const missing = failures.reduce((sum, { groups }) => sum + groups, 0);
  return {
    ...{ runId, trigger, dryRun, startedAt, durationMs, heldBack, unlisted },
    state: parts.failed + parts.lost > 0 ? 'failed' : 'done',
    groups: { done: totals.groups - missing, total: totals.groups },
    shards: { ended, total: ended + parts.lost },
    changes: totals.changes,
    unknown: totals.unknown,
  };
}

/** A run by its shards, and by its summary if it has one. `now` is in milliseconds since 1970. */
export function viewOfProgress(
  { plan, parts, lastActivity, summary }: RunProgress,
  now: number,
): RunView {
  const { runId, trigger, dryRun, time: startedAt, unlisted } = plan;
  if (summary) return { ...viewOfSummary(summary), parts };
  const sum = (value: (part: PartProgress) => number) =>
    parts.reduce((total, part) => total + value(part), 0);
  return {
    ...{ runId, trigger, dryRun, startedAt, unlisted, parts },
    state: now - lastActivity > OVERDUE_MS ? 'lost' : 'in progress',
    groups: {
      done: sum(({ done }) => done),
      // What a shard handed on is counted by the shard that it went to.
      total: sum(({ state, done, groups }) => (state === 'handed-on' ? done : groups)),
    },
    shards: {
      ended: parts.filter(({ state }) => state !== 'waiting' && state !== 'working').length,
      total: parts.length,
    },
    changes: sum(({ changes }) => changes),
    unknown: 0,
    heldBack: [],
  };
}

/** The exit code of some runs: what is in progress first, because it may end in any way. */
export function exitCodeOfRuns(views: readonly RunView[]): number {
  if (views.some(({ state }) => state === 'in progress')) return EXIT_CODES.unknown;
  if (views.some(({ state }) => state === 'failed' || state === 'lost')) {
    return EXIT_CODES.violations;
  }
  const isUnknown = views.some(({ unknown, unlisted }) => unknown > 0 || unlisted.length > 0);
  return isUnknown ? EXIT_CODES.unknown : EXIT_CODES.compliant;
}
