import type { RecordStore } from '../evidence';
import type { PolicySet } from '../policy';
import type { SecurityGroupSummary } from '../security-group';
import type { GroupPlan } from './plan';
import type { Run, RunLimits } from './run';

const HOUR_MS = 60 * 60 * 1000;

/** The limits of a whole run over so many groups; the percentage becomes a count, rounded down. */
export function runLimits(policies: PolicySet, groupCount: number): RunLimits {
  const { maxChanges, maxGroups, maxGroupsPercent } = policies.guardrails;
  return {
    maxChanges,
    maxGroups: Math.min(maxGroups, Math.floor((groupCount * maxGroupsPercent) / 100)),
  };
}

/**
 * Divides limits among the parts of a run by their number of groups, so that the sum never exceeds the
 * whole although the parts do not know of each other.
 */
export function divideLimits(limits: RunLimits, groupCounts: readonly number[]): RunLimits[] {
  const changes = apportion(limits.maxChanges, groupCounts);
  const groups = apportion(limits.maxGroups, groupCounts);
  return groupCounts.map((_, index) => ({
    maxChanges: changes[index] ?? 0,
    maxGroups: groups[index] ?? 0,
  }));
}

/** Shares of a total in proportion to weights, whole numbers that add up to the total. */
function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, right) => left + right, 0);
  let weightSoFar = 0;
  let given = 0;
  return weights.map((weight) => {
    weightSoFar += weight;
    const upToHere = Math.floor((total * weightSoFar) / sum);
    const share = upToHere - given;
    given = upToHere;
    return share;
  });
}

/** A group whose plan calls for changes. */
export interface PlannedGroup {
  readonly summary: SecurityGroupSummary;
  readonly plan: GroupPlan;
}

/**
 * Why a run may not change anything, as far as its plan tells: none of its limits may be exceeded and
 * nobody may have pulled the stop switch. Empty if it may go ahead. `stop` gives the reason to stop, if
 * there is one; if it cannot tell, nothing is changed.
 */
export async function reasonsToHoldBack(
  run: Run,
  planned: readonly PlannedGroup[],
  stop: () => Promise<string | undefined>,
): Promise<string[]> {
  const reasons: string[] = [];
  const changes = planned.reduce((sum, group) => sum + group.plan.changes, 0);
  const { maxChanges, maxGroups } = run.limits;
  if (changes > maxChanges) {
    reasons.push(
      `the run calls for ${changes} changes and may make ${maxChanges}: look at the plan, then raise guardrails.maxChanges or narrow the policies`,
    );
  }
  if (planned.length > maxGroups) {
    reasons.push(
      `the run would change ${planned.length} of ${run.groups.length} groups and may change ${maxGroups}: look at the plan, then raise guardrails.maxGroups or maxGroupsPercent, or narrow the policies`,
    );
  }
  try {
    const stopped = await stop();
    if (stopped) reasons.push(stopped);
  } catch (error) {
    reasons.push(
      `the stop switch could not be read, so nothing is changed: ${(error as Error).message}`,
    );
  }
  return reasons;
}

/**
 * Books a group's changes against its hourly limit before they are made. Undefined when they fit;
 * otherwise why the group must be left alone. A retry of the same run is not counted twice. If the limit
 * cannot be checked, the group is left alone.
 */
export async function bookChanges(
  records: RecordStore,
  run: Run,
  { summary, plan }: PlannedGroup,
  now: number,
): Promise<string | undefined> {
  const limit = run.policies.guardrails.maxChangesPerGroupPerHour;
  const folder = `changes/${summary.regionId}/${summary.id}/`;
  try {
    const bookings = (await records.list(folder)).map((key) =>
      parseBooking(key.slice(folder.length)),
    );
    const others = bookings.filter(
      (booking) => booking && booking.time > now - HOUR_MS && booking.runId !== run.runId,
    );
    const own = bookings.some((booking) => booking?.runId === run.runId);
    const used = others.reduce((sum, booking) => sum + (booking?.changes ?? 0), 0);
    if (used + plan.changes > limit) {
      return (
        `${used} changes were made to the group within the hour and ${plan.changes} more are called for, ` +
        `but guardrails.maxChangesPerGroupPerHour is ${limit}: something may be undoing the repair`
      );
    }
    if (!own) await records.putIfAbsent(`${folder}${now}_${plan.changes}_${run.runId}`, '');
    return undefined;
  } catch (error) {
    return `the hourly limit of the group could not be checked: ${(error as Error).message}`;
  }
}

function parseBooking(
  name: string,
): { readonly time: number; readonly changes: number; readonly runId: string } | undefined {
  const [, time, changes, runId] = /^(\d+)_(\d+)_(.+)$/.exec(name) ?? [];
  if (runId === undefined) return undefined;
  return { time: Number(time), changes: Number(changes), runId };
}
