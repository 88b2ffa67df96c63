import type { RecordStore } from '../evidence';
import type { PolicySet } from '../policy';
import type { SecurityGroupSummary } from '../security-group';
import type { GroupPlan } from './plan';
import type { Run, RunLimits } from './run';

const HOUR_MS = 60 * 60 * 1000;

/** The limits of a run over so many groups; a percentage becomes a count, rounded down, at least one. */
export function runLimits(policies: PolicySet, groupCount: number): RunLimits {
  const { maxChanges, maxGroups, maxGroupsPercent } = policies.guardrails;
  const share = Math.floor((groupCount * maxGroupsPercent) / 100);
  return {
    maxChanges,
    maxGroups: Math.min(maxGroups, maxGroupsPercent === 0 ? 0 : Math.max(share, 1)),
  };
}

/** A group whose plan calls for changes. */
export interface PlannedGroup {
  readonly summary: SecurityGroupSummary;
  readonly plan: Pick<GroupPlan, 'changes'>;
}

/**
 * Why a run may not change anything: one of its limits would be exceeded, or somebody has pulled the stop
 * switch. Empty if it may go ahead. The parts of a run that was cut into shards book what they call for
 * with `records`, so that the limits hold for their sum; without it only this part is counted. `stop`
 * gives the reason to stop, if there is one. What cannot be checked holds the run back.
 */
export async function reasonsToHoldBack(
  run: Run,
  planned: readonly PlannedGroup[],
  stop: () => Promise<string | undefined>,
  records: RecordStore | undefined,
): Promise<string[]> {
  const reasons: string[] = [];
  try {
    const stopped = await stop();
    if (stopped) reasons.push(stopped);
  } catch (error) {
    reasons.push(
      `the stop switch could not be read, so nothing is changed: ${(error as Error).message}`,
    );
  }
  const own = {
    changes: planned.reduce((sum, group) => sum + group.plan.changes, 0),
    groups: planned.length,
  };
  try {
    const { limits } = run;
    const all =
      records && reasons.length === 0 ? await bookPart(records, run, own) : { ...own, limits };
    reasons.push(...exceeded(all.limits, all));
  } catch (error) {
    reasons.push(
      `the limits of the run could not be checked, so nothing is changed: ${(error as Error).message}`,
    );
  }
  return reasons;
}

/** What a run, or a part of it, calls for. */
interface Demand {
  readonly changes: number;
  readonly groups: number;
}

function exceeded({ maxChanges, maxGroups }: RunLimits, { changes, groups }: Demand): string[] {
  const reasons: string[] = [];
  if (changes > maxChanges) {
    reasons.push(
      `the run calls for ${changes} changes and may make ${maxChanges}: look at the plan, then raise guardrails.maxChanges or narrow the policies`,
    );
  }
  if (groups > maxGroups) {
    reasons.push(
      `the run would change ${groups} groups and may change ${maxGroups}: look at the plan, then raise guardrails.maxGroups or maxGroupsPercent, or narrow the policies`,
    );
  }
  return reasons;
}

/**
 * Books what a part calls for and gives what all parts of the run have booked so far. Two parts that
 * book at the same moment each see the other, so that the sum never slips past a limit. A retry of a
 * part calls for what is left; the greatest demand of a part counts. A sweep that is tried again knows
 * more groups than at first, so that a percentage is more; the widest limit of the run holds for all.
 */
async function bookPart(
  records: RecordStore,
  { runId, part, limits }: Run,
  own: Demand,
): Promise<Demand & { readonly limits: RunLimits }> {
  const folder = `limits/${runId}/`;
  await records.putIfAbsent(
    `${folder}${part}_${own.changes}_${own.groups}_${limits.maxGroups}`,
    '',
  );
  const parts = new Map<string, Demand>();
  let { maxGroups } = limits;
  for (const key of await records.list(folder)) {
    const [, name, ...numbers] = /^(.+)_(\d+)_(\d+)_(\d+)$/.exec(key.slice(folder.length)) ?? [];
    if (name === undefined) continue;
    const [changes = 0, groups = 0, limit = 0] = numbers.map(Number);
    const known = parts.get(name) ?? { changes: 0, groups: 0 };
    parts.set(name, {
      changes: Math.max(known.changes, changes),
      groups: Math.max(known.groups, groups),
    });
    maxGroups = Math.max(maxGroups, limit);
  }
  const sum = { changes: 0, groups: 0 };
  for (const { changes, groups } of parts.values()) {
    sum.changes += changes;
    sum.groups += groups;
  }
  return { ...sum, limits: { ...limits, maxGroups } };
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
  const check = async () => {
    const bookings = (await records.list(folder)).flatMap(
      (key) => parseBooking(key.slice(folder.length)) ?? [],
    );
    const used = bookings
      .filter(({ time, runId }) => time > now - HOUR_MS && runId !== run.runId)
      .reduce((sum, { changes }) => sum + changes, 0);
    const isBooked = bookings.some(({ runId }) => runId === run.runId);
    const reason =
      used + plan.changes > limit
        ? `${used} changes were made to the group within the hour and ${plan.changes} more are called for, ` +
          `but guardrails.maxChangesPerGroupPerHour is ${limit}: something may be undoing the repair`
        : undefined;
    return { reason, isBooked };
  };
  try {
    const { reason, isBooked } = await check();
    if (reason !== undefined || isBooked) return reason;
    await records.putIfAbsent(`${folder}${now}_${plan.changes}_${run.runId}`, '');
    // Again, for a run that booked at the same moment; a booking that was refused is only left then.
    return (await check()).reason;
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
