import type { RegionId, SecurityGroupSummary } from '../security-group';
import { mapConcurrently } from './concurrency';
import { examine, examineReading, untouched } from './examine';
import { reasonsToHoldBack } from './guard';
import { ListReader } from './read';
import { hasDeadAttempt, writeIntent, writeOutcome } from './record';
import { repair } from './repair';
import type { GroupResult, Run, RunResult } from './run';
import type { Surroundings } from './surroundings';
import { endTurnOfDeadAttempt } from './turn';

/** Groups read or repaired at the same time. ECS limits calls by account, region and API. */
const CONCURRENCY = 8;

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

  const [isResumed, examined] = await Promise.all([
    records && !run.dryRun ? hasDeadAttempt(records, run) : false,
    inTurn('read', run.groups, surroundings, (summary) => {
      const ecs = surroundings.ecs(summary.regionId);
      const read = lists(summary.regionId);
      const reading = surroundings.reading?.(summary);
      return reading
        ? examineReading(run, summary, reading, read, now())
        : examine(run, summary, ecs, read, now);
    }),
  ]);
  if (records && isResumed) {
    for (const { summary, calls } of examined) {
      if (calls.length > 0) continue;
      await endTurnOfDeadAttempt(records, summary, surroundings.holder, now);
    }
  }
  const planned = examined.flatMap(({ plan, ...group }) =>
    plan && plan.calls.length > 0 ? [{ ...group, plan }] : [],
  );
  const mayChange = planned.length > 0 && !run.dryRun;
  const heldBack =
    planned.length === 0
      ? []
      : await reasonsToHoldBack(
          run,
          planned,
          surroundings.stop,
          run.dryRun ? undefined : records,
          now(),
        );

  const found = { runId: run.runId, heldBack, groups: examined.map(untouched) };
  if (!records) return found;
  // A run that will change nothing has nothing to announce.
  if (!mayChange) {
    await writeOutcome(records, run, now(), found);
    return found;
  }
  const attempt = await writeIntent(records, run, now(), found);
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
  await writeOutcome(records, run, now(), result, attempt);
  return result;
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
