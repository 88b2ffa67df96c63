import type { EcsClient } from '../ecs';
import type { RecordStore } from '../evidence';
import { perPlace, type SecurityGroupSummary } from '../security-group';
import { changesIn, readBack, sendCalls, type TokenedCall } from './act';
import { mapConcurrently } from './concurrency';
import type { Examined } from './examine';
import { askPermit } from './guard';
import { unlessInterrupted } from './interrupted';
import { OutOfTimeError } from './out-of-time-error';
import { type GroupReading, ListReader } from './read';
import {
  hasDeadAttempt,
  linkEarlierAttempts,
  noteRequests,
  writeIntent,
  writeOutcome,
} from './record';
import type { CallResult, GroupResult, Rest, Run, RunResult } from './run';
import { partName } from './shards';
import type { Surroundings } from './surroundings';
import { endTurnOfDeadAttempt, listTurns, takeTurn } from './turn';

/**
 * Groups under way at the same time. What ECS allows is up to the client's limiter: these are enough for 500
 * reads a second that take 200 ms each. A group that is changed holds its turn while its calls wait, so there
 * are fewer of them, enough for 100 a second.
 */
const CONCURRENCY = { read: 100, repair: 32 };
/** Rules of the groups that a part keeps in memory, at some 2 KB each, before it leaves the rest to another. */
const MOST_RULES = 50_000;
/** What a group is taken to have while it is being read: as many as ECS lets one have by default. */
const RULES_OF_GROUP = 200;

/** What is read through in one region of one account. */
export interface Readers {
  readonly ecs: EcsClient;
  readonly lists: ListReader;
}

/** What a run does at each group: repair it by policies, or take back what an earlier run did. */
export interface Work<Found extends Examined> {
  /** Reads a group and plans what to do about it; `again` if another run has changed it meanwhile. */
  examine(summary: SecurityGroupSummary, readers: Readers, again: boolean): Promise<Found>;
  /** Why nothing at all may be changed, given what was found at a group; by default nothing stands against it. */
  objection?(found: Found): string | undefined;
  /** The result of a group at which nothing was done. */
  untouched(found: Found): GroupResult;
  /** The result of a group that was sent something and then read again. */
  conclude(
    found: Found,
    calls: readonly CallResult[],
    reading: GroupReading,
    readers: Readers,
  ): Promise<GroupResult>;
}

/**
 * What every run has in common, whatever it is for: read and plan, guard, record the intent, act, read
 * back, record the outcome. Groups that there is no time for are the `rest` of the result, and nothing was
 * done at them. Throws RecordStoreError if a record cannot be written: nothing has been changed if it is the
 * first one; after the second a retry of the run sends nothing twice and records the rest. Throws
 * OutOfTimeError if there was no time for any group, and the reason of `surroundings.interruption` if that
 * comes before anything is announced.
 */
export async function carryOut<Found extends Examined>(
  run: Run,
  surroundings: Surroundings,
  work: Work<Found>,
): Promise<RunResult> {
  const { records, now, times } = surroundings;
  if (!run.dryRun && !records)
    throw new TypeError('a run that may change groups needs a record store');
  const readers = perPlace((place) => {
    const ecs = surroundings.ecs(place);
    return { ecs, lists: new ListReader(ecs) };
  });

  let rules = 0;
  const { mostRules = MOST_RULES } = times ?? {};
  const mayRead = (callsAhead: number) =>
    times === undefined ||
    (isTimeLeft(surroundings, 'readUntil', callsAhead) &&
      rules + callsAhead * RULES_OF_GROUP < mostRules);
  const [isResumed, { results: examined, left: unread }] = await Promise.all([
    records && !run.dryRun ? (surroundings.hasDeadAttempt ?? hasDeadAttempt(records, run)) : false,
    unlessInterrupted(
      surroundings.interruption,
      inTurn(
        'read',
        run.groups,
        surroundings,
        mayRead,
        () => 1,
        async (summary) => {
          surroundings.interruption?.throwIfAborted();
          const found = await work.examine(summary, readers(summary), false);
          if (found.reading.status === 'complete') rules += found.reading.group.rules.length;
          return found;
        },
      ),
    ),
  ]);
  if (records && isResumed) {
    await linkEarlierAttempts(records, run);
    for (const { summary, calls } of examined) {
      if (calls.length > 0) continue;
      await endTurnOfDeadAttempt(records, summary, surroundings.holder, now);
    }
  }
  const planned = examined.flatMap((found) => {
    const { plan, calls, summary } = found;
    return plan && calls.length > 0 ? [{ found, plan, summary }] : [];
  });
  const mayChange = planned.length > 0 && !run.dryRun;
  const objections = examined.flatMap((each) => work.objection?.(each) ?? []);
  // Of more groups than are under way at once, the lists would be out of date when their turn comes.
  const turnsOf = new Map(
    records && mayChange && planned.length <= CONCURRENCY.repair
      ? planned.map(({ summary }) => [summary, listTurns(records, summary)])
      : [],
  );
  const permit =
    planned.length === 0 || objections.length > 0
      ? undefined
      : await askPermit(run, planned, surroundings.stop, run.dryRun ? undefined : records, now());

  const heldBack = [...objections, ...(permit?.reasons ?? [])];
  const common = {
    runId: run.runId,
    heldBack,
    ...(permit?.counted ? { counted: permit.counted } : {}),
    ...(permit?.tryAgain ? { tryAgain: permit.tryAgain } : {}),
  };
  const left = new Set(unread);
  const found: RunResult = { ...common, groups: examined.map(work.untouched) };
  // A run that will change nothing has nothing to announce.
  if (!records || !mayChange) {
    const result = { ...found, ...restOf(run, left) };
    if (records) await writeOutcome(records, run, now(), result);
    return result;
  }
  const attempt = await writeIntent(records, run, now(), found);
  const changed = new Map<SecurityGroupSummary, GroupResult>();
  if (heldBack.length === 0) {
    let isFirst = true;
    const mayBegin = (callsAhead: number) => {
      // Otherwise a part whose preparations took all the time would never get on.
      const may = isTimeLeft(surroundings, isFirst ? 'callsUntil' : 'changeUntil', callsAhead);
      isFirst = false;
      return may;
    };
    const most = ({ found }: (typeof planned)[number]) => mostOfOneApi(found.calls);
    const repaired = await inTurn(
      'repair',
      planned,
      surroundings,
      mayBegin,
      most,
      async (group) => {
        const { summary } = group;
        changed.set(
          summary,
          await change(
            run,
            group.found,
            surroundings,
            records,
            readers(summary),
            work,
            turnsOf.get(summary),
          ),
        );
      },
    );
    for (const { summary } of repaired.left) left.add(summary);
    // Whatever keeps a group busy may be over by the time that the rest has its turn.
    if (left.size > 0) {
      for (const [summary, { tryAgain }] of changed) if (tryAgain) left.add(summary);
    }
  }
  const isChanged = [...changed.values()].some(
    ({ calls }) => changesIn(calls, ['done', 'unknown']) > 0,
  );
  // A turn that was refused, or a group that another run had mended by then, must not count for others.
  if (!isChanged) await permit?.withdraw();
  const result: RunResult = {
    ...common,
    groups: examined
      .filter(({ summary }) => !left.has(summary))
      .map((group) => changed.get(group.summary) ?? { ...work.untouched(group), changes: 0 }),
    ...restOf(run, left),
  };
  await writeOutcome(records, run, now(), result, attempt);
  return result;
}

/**
 * Changes a group as planned, once no other run is at it. If another one has changed it meanwhile, it is
 * read and planned for afresh first.
 */
async function change<Found extends Examined>(
  run: Run,
  found: Found,
  surroundings: Surroundings,
  records: RecordStore,
  readers: Readers,
  work: Work<Found>,
  turns: Promise<readonly string[]> | undefined,
): Promise<GroupResult> {
  const { summary } = found;
  const { now, sleep, holder, interruption } = surroundings;
  const heldBack = (examined: Found, reason: string, tryAgain: boolean): GroupResult => ({
    ...work.untouched(examined),
    changes: 0,
    heldBack: reason,
    ...(tryAgain ? { tryAgain } : {}),
  });
  let examined = found;
  let readAfterTurn = 0;
  let listed = turns;
  for (;;) {
    const { readAt, calls, plan: { changes = 0 } = {} } = examined;
    if (calls.length === 0) return work.untouched(examined);
    if (interruption?.aborted) {
      return heldBack(examined, 'the run was interrupted before it came to the group', true);
    }
    const objection = work.objection?.(examined);
    if (objection !== undefined) return heldBack(examined, objection, false);
    if (changes > (found.plan?.changes ?? 0)) {
      return heldBack(
        examined,
        'the group was changed meanwhile and needs more than was planned',
        true,
      );
    }
    const until = surroundings.times?.changeUntil ?? Number.POSITIVE_INFINITY;
    const request = { run, group: summary, changes, readAt, readAfterTurn, holder, until, listed };
    const turn = await takeTurn(records, request, now, sleep);
    switch (turn.kind) {
      case 'taken': {
        const results = await sendCalls(readers.ecs, calls, now);
        const [reading] = await Promise.all([
          readBack(readers.ecs, summary, results, sleep),
          noteRequests(records, run, results),
        ]);
        const result = await work.conclude(examined, results, reading, readers);
        // The limit of the group must count a change of which nobody knows: it may have been made.
        await turn.end(changesIn(results, ['done', 'unknown']));
        return result;
      }
      case 'stale':
        readAfterTurn = turn.turn;
        listed = undefined;
        examined = await work.examine(summary, readers, true);
        break;
      case 'refused':
        return heldBack(examined, turn.reason, turn.tryAgain);
      default:
        return turn satisfies never;
    }
  }
}

/** Throws OutOfTimeError where the rest is everything: what hands on all it was given never ends. */
function restOf(run: Run, left: ReadonlySet<SecurityGroupSummary>): { rest?: Rest } {
  if (left.size === 0) return {};
  const groups = run.groups.filter((group) => left.has(group));
  if (groups.length === run.groups.length) throw new OutOfTimeError(run.part, groups.length);
  return { rest: { part: partName(groups), groups } };
}

/** Whether so many calls of an API end in time, one after another at the pace that the part may take. */
function isTimeLeft(
  { times, now }: Surroundings,
  until: 'readUntil' | 'changeUntil' | 'callsUntil',
  calls: number,
): boolean {
  if (times === undefined) return true;
  const { callsPerSecond = Number.POSITIVE_INFINITY } = times;
  return now() + (calls * 1000) / callsPerSecond < times[until];
}

function mostOfOneApi(calls: readonly TokenedCall[]): number {
  const counts = new Map<string, number>();
  for (const { call } of calls) counts.set(call.action, (counts.get(call.action) ?? 0) + 1);
  return Math.max(...counts.values());
}

/**
 * Runs a step over groups, a few at a time and while more may be begun, and tells how far it is. A group that
 * was begun waits for its calls behind those of the groups before it: `mayBegin` is given how many these are
 * with its own, so that none is cut off halfway; 0 where it is alone.
 */
async function inTurn<Item, Result>(
  step: 'read' | 'repair',
  items: readonly Item[],
  { onProgress }: Surroundings,
  mayBegin: (callsAhead: number) => boolean,
  callsOf: (item: Item) => number,
  action: (item: Item) => Promise<Result>,
): Promise<{ readonly results: Result[]; readonly left: Item[] }> {
  let done = 0;
  let ahead = 0;
  onProgress?.(step, done, items.length);
  const left: Item[] = [];
  const results = await mapConcurrently(items, CONCURRENCY[step], async (item) => {
    const calls = callsOf(item);
    if (!mayBegin(ahead === 0 ? 0 : ahead + calls)) {
      left.push(item);
      return [];
    }
    ahead += calls;
    const result = await action(item).finally(() => {
      ahead -= calls;
    });
    done += 1;
    onProgress?.(step, done, items.length);
    return [result];
  });
  return { results: results.flat(), left };
}
