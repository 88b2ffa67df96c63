import type { RecordStore } from '../evidence';
import { placeName, type SecurityGroupSummary } from '../security-group';
import { mapConcurrently } from './concurrency';
import type { Run } from './run';

const HOUR_MS = 60 * 60 * 1000;
/** How long a run may take over one group before another one no longer waits for it. */
const LEASE_MS = 30_000;
/** How long a run waits for its turn: longer than a lease, so that it outlives one that has died. */
const PATIENCE_MS = 2 * LEASE_MS;
/** How far the clocks of two instances may be apart. */
const CLOCK_SKEW_MS = 5_000;
const WAITS_MS = [100, 200, 400, 800];
/** Claims read at the same time. */
const CONCURRENCY = 8;

/** What a run asks for before it changes a group. */
export interface TurnRequest {
  readonly run: Run;
  readonly group: SecurityGroupSummary;
  readonly changes: number;
  /** When the reading that the changes were planned on was begun, in milliseconds since 1970. */
  readonly readAt: number;
  /** The latest turn of another run that ended before that reading, if one is known. */
  readonly readAfterTurn: number;
  /** Who works on the run: the same when the platform tries an invocation again. */
  readonly holder: string;
  /** When to wait no longer, in milliseconds since 1970. */
  readonly until?: number;
  /** Turns that `listTurns` has begun to list after that reading. Default: they are listed now. */
  readonly listed?: Promise<readonly string[]> | undefined;
}

/**
 * Begins to list the turns at a group before it is clear whether the run may take one. The list may be out of
 * date by then: a turn that another run has begun since cannot be claimed again, upon which it is made anew.
 */
export function listTurns(
  records: RecordStore,
  group: SecurityGroupSummary,
): Promise<readonly string[]> {
  const listed = records.list(folderOf(group));
  // Whoever takes the turn learns of a failure; if nobody does, it does not matter.
  listed.catch(() => {});
  return listed;
}

/** Whether a run may change a group now. */
export type Turn =
  | {
      readonly kind: 'taken';
      /** Lets the next run have its turn, and says how many changes were made. */
      readonly end: (changes: number) => Promise<void>;
    }
  /** Another run has changed the group since it was read: read it again. */
  | { readonly kind: 'stale'; readonly turn: number }
  /** The group must be left alone; `tryAgain` if only for the moment. */
  | { readonly kind: 'refused'; readonly reason: string; readonly tryAgain: boolean };

/**
 * Lets one run at a time change a group, through whichever door it came, so that ten events about one
 * violation end in one repair; and counts the group's changes against its hourly limit. Turns are numbered
 * and claimed with put-if-absent. If the store fails, the group is left alone.
 */
export async function takeTurn(
  records: RecordStore,
  request: TurnRequest,
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<Turn> {
  try {
    return await queue(records, request, now, sleep);
  } catch (error) {
    return {
      kind: 'refused',
      reason: `the hourly limit of the group could not be checked: ${(error as Error).message}`,
      tryAgain: true,
    };
  }
}

async function queue(
  records: RecordStore,
  request: TurnRequest,
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<Turn> {
  const { run, group, changes } = request;
  const folder = folderOf(group);
  let waited = 0;
  let listed = request.listed;
  for (let round = 0; ; round += 1) {
    const turns = parseTurns(await (listed ?? records.list(folder)), folder);
    const isFresh = listed === undefined;
    listed = undefined;
    const last = turns.at(-1);
    if (last && !last.end) {
      // It may be over by now, and then nobody has died.
      if (!isFresh) continue;
      const claim = parseClaim(await records.get(last.key));
      if (claim?.holder === request.holder) {
        return taken(records, last.key, now);
      }
      if (claim && now() < claim.until) {
        if (waited >= PATIENCE_MS || now() >= (request.until ?? Number.POSITIVE_INFINITY)) {
          const reason = `another run (${claim.runId}) is changing the group`;
          return { kind: 'refused', reason, tryAgain: true };
        }
        const wait = WAITS_MS[Math.min(round, WAITS_MS.length - 1)] ?? 0;
        await sleep(wait);
        waited += wait;
        continue;
      }
      // Whoever held it has died or is stuck. What it was about to change counts as changed.
      await records.putIfAbsent(endKey(last.key, claim?.until ?? now(), claim?.changes ?? 0), '');
      continue;
    }
    if (
      last?.end &&
      last.number > request.readAfterTurn &&
      last.end.time > request.readAt - CLOCK_SKEW_MS
    ) {
      return { kind: 'stale', turn: last.number };
    }
    const limit = run.policies.guardrails.maxChangesPerGroupPerHour;
    const used = turns
      .filter(({ end }) => end && end.time > now() - HOUR_MS)
      .reduce((sum, { end }) => sum + (end?.changes ?? 0), 0);
    if (used + changes > limit) {
      const reason =
        changes > limit
          ? `${changes} changes are called for at once, but guardrails.maxChangesPerGroupPerHour is ${limit}: ` +
            'the group stays as it is until that is raised'
          : `${used} changes were made to the group within the hour and ${changes} more are called for, ` +
            `but guardrails.maxChangesPerGroupPerHour is ${limit}: something may be undoing the repair`;
      return { kind: 'refused', reason, tryAgain: false };
    }
    const key = `${folder}${String((last?.number ?? 0) + 1).padStart(6, '0')}`;
    const claim = { runId: run.runId, holder: request.holder, changes, until: now() + LEASE_MS };
    if (await records.putIfAbsent(key, JSON.stringify(claim))) return taken(records, key, now);
  }
}

/**
 * Ends the turn that an earlier attempt of the same invocation died in, if there is one. Throws
 * RecordStoreError.
 */
export async function endTurnOfDeadAttempt(
  records: RecordStore,
  group: SecurityGroupSummary,
  holder: string,
  now: () => number,
): Promise<void> {
  const folder = folderOf(group);
  const last = parseTurns(await records.list(folder), folder).at(-1);
  if (!last || last.end) return;
  const claim = parseClaim(await records.get(last.key));
  if (claim?.holder === holder) {
    await records.putIfAbsent(endKey(last.key, now(), claim.changes), '');
  }
}

/**
 * The runs that had a turn at a group which was not over before a time (milliseconds since 1970), in the
 * order of their turns. Throws RecordStoreError.
 */
export async function runsWithTurns(
  records: RecordStore,
  group: SecurityGroupSummary,
  since: number,
): Promise<string[]> {
  const folder = folderOf(group);
  const turns = parseTurns(await records.list(folder), folder).filter(
    ({ end }) => !end || end.time >= since - CLOCK_SKEW_MS,
  );
  const claims = await mapConcurrently(turns, CONCURRENCY, async ({ key }) =>
    parseClaim(await records.get(key)),
  );
  return claims.flatMap((claim) => claim?.runId ?? []);
}

function folderOf(group: SecurityGroupSummary): string {
  return `changes/${placeName(group)}/${group.id}/`;
}

function taken(records: RecordStore, key: string, now: () => number): Turn {
  return {
    kind: 'taken',
    async end(changes) {
      await records.putIfAbsent(endKey(key, now(), changes), '');
    },
  };
}

function endKey(key: string, time: number, changes: number): string {
  return `${key}.${time}_${changes}`;
}

interface NumberedTurn {
  readonly number: number;
  readonly key: string;
  end?: { readonly time: number; readonly changes: number };
}

/** The turns in order. If two runs ended a turn, the later end counts. */
function parseTurns(keys: readonly string[], folder: string): NumberedTurn[] {
  const turns = new Map<number, NumberedTurn>();
  for (const key of keys) {
    const [, digits, time, changes] =
      /^(\d+)(?:\.(\d+)_(\d+))?$/.exec(key.slice(folder.length)) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    const turn = turns.get(number) ?? { number, key: `${folder}${digits}` };
    if (time !== undefined) turn.end = { time: Number(time), changes: Number(changes) };
    turns.set(number, turn);
  }
  return [...turns.values()].sort((one, other) => one.number - other.number);
}

interface Claim {
  readonly runId: string;
  readonly holder: string;
  readonly changes: number;
  readonly until: number;
}

/** A claim that cannot be read holds nobody up. */
function parseClaim(content: string | undefined): Claim | undefined {
  try {
    const claim = JSON.parse(content ?? '') as Partial<Claim> | null;
    const { runId, holder, changes, until } = claim ?? {};
    if (typeof runId !== 'string' || typeof holder !== 'string') return undefined;
    if (typeof changes !== 'number' || typeof until !== 'number') return undefined;
    return { runId, holder, changes, until };
  } catch {
    return undefined;
  }
}
