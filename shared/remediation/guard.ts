import type { RecordStore } from '../evidence';
import type { PolicySet } from '../policy';
import { placeName, type SecurityGroupSummary } from '../security-group';
import { type Booking, bookDemand, type Demand, type Sum, sumOfDemand } from './demand';
import type { GroupPlan } from './plan';
import type { Run, RunLimits } from './run';

/**
 * The limits of a run, given how many groups the policies are about. A percentage becomes a count, rounded
 * down, at least one; 0 allows none and 100 bounds nothing.
 */
export function runLimits(policies: PolicySet, groupCount: number): RunLimits {
  const { maxChanges, maxGroups, maxGroupsPercent } = policies.guardrails;
  const share = Math.max(Math.floor((groupCount * maxGroupsPercent) / 100), 1);
  const percentLimit = { 0: 0, 100: maxGroups }[maxGroupsPercent] ?? share;
  return { maxChanges, maxGroups: Math.min(maxGroups, percentLimit) };
}

/** A group whose plan calls for changes. */
export interface PlannedGroup {
  readonly summary: SecurityGroupSummary;
  readonly plan: Pick<GroupPlan, 'changes'>;
}

/** What stood against the limits of a run when it asked. */
export interface Counted {
  readonly limits: RunLimits;
  /** What all parts of the run call for. */
  readonly own: Sum;
  /** What other runs called for within the hour. */
  readonly others: Sum;
}

/** Whether a run may go ahead. */
export interface Permit {
  /** Why it may not; empty if it may. */
  readonly reasons: readonly string[];
  /** What was counted against the limits; absent if it could not be. */
  readonly counted?: Counted;
  /** Set when that was only because something could not be read: another attempt may be allowed. */
  readonly tryAgain?: true;
  /** Takes back what was booked, once it is clear that nothing was changed. Never throws. */
  readonly withdraw: () => Promise<void>;
}

/**
 * Whether a run may change anything. It may not when a limit would be exceeded, or somebody has pulled the
 * stop switch. What a run calls for is booked with `records`, so that the limits hold for
 * the parts of a run together, and for whatever other runs change within the hour, through whichever
 * door they came; without `records` only this part is counted. `stop` gives the reason to stop, if there
 * is one. What cannot be checked holds the run back.
 */
export async function askPermit(
  run: Run,
  planned: readonly PlannedGroup[],
  stop: () => Promise<string | undefined>,
  records: RecordStore | undefined,
  now: number,
): Promise<Permit> {
  const own: Demand = Object.fromEntries(
    planned.map(({ summary, plan }) => [`${placeName(summary)}/${summary.id}`, plan.changes]),
  );
  const [stopped, booking] = await Promise.all([
    reasonToStop(stop),
    records ? book(records, run, own, now) : uncounted(run, own),
  ]);
  const unread = [stopped, booking].flatMap((each) =>
    each instanceof Error ? [each.message] : [],
  );
  const reasons = [
    ...unread,
    ...(typeof stopped === 'string' ? [stopped] : []),
    ...(booking instanceof Error ? [] : exceeded(booking)),
  ];
  // If this fails, other runs count what was not done, which errs on the safe side.
  const withdraw = async () => {
    if (!(booking instanceof Error)) await booking.withdraw().catch(() => {});
  };
  if (reasons.length > 0) await withdraw();
  const isPassing = reasons.length > 0 && reasons.length === unread.length;
  const counted = booking instanceof Error ? {} : { counted: countedOf(booking) };
  return { reasons, withdraw, ...counted, ...(isPassing ? { tryAgain: true } : {}) };
}

function countedOf({ limits, own, others }: Booking): Counted {
  return { limits, own, others };
}

function uncounted({ limits }: Run, own: Demand): Booking {
  return {
    limits,
    own: sumOfDemand(own),
    others: { changes: 0, groups: 0 },
    withdraw: async () => {},
  };
}

async function reasonToStop(
  stop: () => Promise<string | undefined>,
): Promise<string | undefined | Error> {
  try {
    return await stop();
  } catch (error) {
    return unreadable('the stop switch could not be read', error);
  }
}

async function book(
  records: RecordStore,
  run: Run,
  own: Demand,
  now: number,
): Promise<Booking | Error> {
  try {
    return await bookDemand(records, run, own, now);
  } catch (error) {
    return unreadable('the limits of the run could not be checked', error);
  }
}

function unreadable(what: string, error: unknown): Error {
  return new Error(`${what}, so nothing is changed: ${(error as Error).message}`);
}

function exceeded({ limits, own, others }: Booking): string[] {
  const reasons: string[] = [];
  if (own.changes + others.changes > limits.maxChanges) {
    reasons.push(
      `the run calls for ${own.changes} changes and may make ${left(limits.maxChanges, others.changes)}: look at the plan, then raise guardrails.maxChanges or narrow the policies`,
    );
  }
  if (own.groups + others.groups > limits.maxGroups) {
    reasons.push(
      `the run would change ${own.groups} groups and may change ${left(limits.maxGroups, others.groups)}: look at the plan, then raise guardrails.maxGroups or maxGroupsPercent, or narrow the policies`,
    );
  }
  return reasons;
}

function left(limit: number, taken: number): string {
  if (taken === 0) return String(limit);
  return `${Math.max(limit - taken, 0)} (${limit} less ${taken} of other runs within the hour)`;
}
