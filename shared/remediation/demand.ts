import type { RecordStore } from '../evidence';
import { mapConcurrently } from './concurrency';
import type { Run, RunLimits } from './run';

const HOUR_MS = 60 * 60 * 1000;
/** No run goes on for longer; what is older is not looked at. */
const LONGEST_RUN_MS = 24 * HOUR_MS;
/** Bookings read at the same time. */
const CONCURRENCY = 8;
const FOLDER = 'limits/';

/** What a part of a run calls for. */
export interface Demand {
  readonly changes: number;
  /** The groups that would be changed, each as `REGION/ID`. */
  readonly groups: readonly string[];
}

/** What several parts call for. */
export interface Sum {
  readonly changes: number;
  readonly groups: number;
}

/** What a run calls for, next to what other runs have called for within the hour. */
export interface Booking {
  /** Of this run; a sweep that was tried again may have found more groups, and the widest limit holds. */
  readonly limits: RunLimits;
  /** All parts of this run that have booked so far. */
  readonly own: Sum;
  /** Other runs within the hour, without those that were held back; groups of this run are not counted twice. */
  readonly others: Sum;
  /** Says that this part is held back, so that other runs need not count it. */
  withdraw(): Promise<void>;
}

/**
 * Books what a part of a run calls for and gives what is booked by then. Two parts that book at the same
 * moment each see the other, so that the sum never slips past a limit. A retry of a part calls for what
 * is left; the greatest demand of a part counts. Throws RecordStoreError.
 */
export async function bookDemand(
  records: RecordStore,
  run: Run,
  demand: Demand,
  now: number,
): Promise<Booking> {
  const { runId, part, limits } = run;
  const counts = `${demand.changes}_${demand.groups.length}_${limits.maxGroups}`;
  const key = `${FOLDER}${now}/${runId}/${part}_${counts}`;
  await records.putIfAbsent(key, JSON.stringify(demand.groups));
  const started = Date.parse(run.trigger.time) || now;
  const since = Math.max(Math.min(started, now - HOUR_MS), now - LONGEST_RUN_MS);
  const entries = (await records.list(FOLDER, `${FOLDER}${since}`)).flatMap(
    (name) => parseEntry(name) ?? [],
  );
  const withdrawn = new Set(entries.filter((entry) => entry.isWithdrawn).map(nameOf));
  const own = entries.filter((entry) => entry.run === runId);
  const others = entries.filter(
    (entry) => entry.run !== runId && entry.time > now - HOUR_MS && !withdrawn.has(nameOf(entry)),
  );
  const maxGroups = Math.max(...own.map((entry) => entry.maxGroups));
  const [ownSum, othersSum] = [sumOf(own), sumOf(others)];
  return {
    limits: { ...limits, maxGroups },
    own: ownSum,
    others:
      ownSum.groups + othersSum.groups > maxGroups
        ? { ...othersSum, groups: await countOtherGroups(records, own, others) }
        : othersSum,
    async withdraw() {
      await records.putIfAbsent(`${key}.withdrawn`, '');
    },
  };
}

/**
 * The groups of other runs, each counted once: one that somebody sets wrong again and again must not use
 * up what is there for all. It takes a read for each booking, so it is done only where it decides.
 */
async function countOtherGroups(
  records: RecordStore,
  own: readonly Entry[],
  others: readonly Entry[],
): Promise<number> {
  const groupsOf = async (entries: readonly Entry[]) => {
    const contents = await mapConcurrently(
      entries.filter((entry) => !entry.isWithdrawn),
      CONCURRENCY,
      ({ key }) => records.get(key),
    );
    return new Set(contents.flatMap((content) => JSON.parse(content ?? '[]') as string[]));
  };
  const [ownGroups, otherGroups] = [await groupsOf(own), await groupsOf(others)];
  return [...otherGroups].filter((group) => !ownGroups.has(group)).length;
}

interface Entry extends Sum {
  readonly key: string;
  readonly time: number;
  readonly run: string;
  readonly part: string;
  readonly maxGroups: number;
  readonly isWithdrawn: boolean;
}

function nameOf({ run, part }: Entry): string {
  return `${run} ${part}`;
}

function parseEntry(key: string): Entry | undefined {
  const [, time, run, part, changes, groups, maxGroups, withdrawn] =
    /^(\d+)\/([^/]+)\/(.+)_(\d+)_(\d+)_(\d+)(\.withdrawn)?$/.exec(key.slice(FOLDER.length)) ?? [];
  if (run === undefined || part === undefined) return undefined;
  return {
    key,
    time: Number(time),
    run,
    part,
    changes: Number(changes),
    groups: Number(groups),
    maxGroups: Number(maxGroups),
    isWithdrawn: withdrawn !== undefined,
  };
}

function sumOf(entries: readonly Entry[]): Sum {
  const parts = new Map<string, Sum>();
  for (const entry of entries) {
    const known = parts.get(nameOf(entry)) ?? { changes: 0, groups: 0 };
    parts.set(nameOf(entry), {
      changes: Math.max(known.changes, entry.changes),
      groups: Math.max(known.groups, entry.groups),
    });
  }
  const sum = { changes: 0, groups: 0 };
  for (const { changes, groups } of parts.values()) {
    sum.changes += changes;
    sum.groups += groups;
  }
  return sum;
}
