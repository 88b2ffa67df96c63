import type { RecordStore } from '../evidence';
import { mapConcurrently } from './concurrency';
import { WHOLE } from './record';
import type { Run, RunLimits } from './run';

const HOUR_MS = 60 * 60 * 1000;
/** No run goes on for longer; what is older is not looked at. */
const LONGEST_RUN_MS = 24 * HOUR_MS;
/** Bookings read at the same time. */
const CONCURRENCY = 8;
const FOLDER = 'limits/';

/** How many changes a part of a run calls for at each group that it would change, by `PLACE/ID`. */
export type Demand = Readonly<Record<string, number>>;

/** What several parts call for. */
export interface Sum {
  readonly changes: number;
  readonly groups: number;
}

/** What a run calls for, next to what other runs have called for within the hour. */
export interface Booking {
  /** Of this run; a sweep that was tried again may have found more groups, and the widest limit holds. */
  readonly limits: RunLimits;
  /**
   * All parts of this run that have booked so far. Far from a limit a group that was handed on from one part
   * to the next counts in both; nearer to it each group counts once.
   */
  readonly own: Sum;
  /**
   * Other runs within the hour, without what was held back; groups of this run are not counted twice. Nearer
   * a limit a group counts for no more changes than its hourly limit lets through.
   */
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
  const { runId, part, limits, policies } = run;
  const { changes, groups } = sumOfDemand(demand);
  const key = `${FOLDER}${now}/${runId}/${part}_${changes}_${groups}_${limits.maxGroups}`;
  await records.putIfAbsent(key, JSON.stringify(demand));
  const started = Date.parse(run.trigger.time) || now;
  const since = Math.max(Math.min(started, now - HOUR_MS), now - LONGEST_RUN_MS);
  const entries = (await records.list(FOLDER, `${FOLDER}${since}`)).flatMap(
    (name) => parseEntry(name) ?? [],
  );
  // Of one attempt only: an earlier one at the same part may have made changes.
  const withdrawn = new Set(entries.filter((entry) => entry.isWithdrawn).map(({ key }) => key));
  const own = entries.filter((entry) => entry.run === runId);
  const others = entries.filter(
    (entry) => entry.run !== runId && entry.time > now - HOUR_MS && !withdrawn.has(entry.key),
  );
  const maxGroups = Math.max(...own.map((entry) => entry.maxGroups));
  const [ownSum, othersSum] = [sumOf(own), sumOf(others)];
  const isNear =
    ownSum.changes + othersSum.changes > limits.maxChanges ||
    ownSum.groups + othersSum.groups > maxGroups;
  const { maxChangesPerGroupPerHour } = policies.guardrails;
  return {
    limits: { ...limits, maxGroups },
    ...(isNear
      ? await countClosely(records, own, others, maxChangesPerGroupPerHour)
      : { own: ownSum, others: othersSum }),
    async withdraw() {
      await records.putIfAbsent(`${key}.withdrawn`, '');
    },
  };
}

/**
 * What all runs have called for within the hour, without what was held back: what stands against the limits
 * of the next run. `now` is in milliseconds since 1970. Throws RecordStoreError.
 */
export async function demandWithinHour(records: RecordStore, now: number): Promise<Sum> {
  const entries = (await records.list(FOLDER, `${FOLDER}${now - HOUR_MS}`)).flatMap(
    (name) => parseEntry(name) ?? [],
  );
  const withdrawn = new Set(entries.filter((entry) => entry.isWithdrawn).map(({ key }) => key));
  return sumOf(entries.filter(({ key }) => !withdrawn.has(key)));
}

/**
 * What this run and the others call for, group by group. A group of this run counts once, however many
 * parts came to it. One that somebody sets wrong again and again must not use up what is there for all:
 * among other runs it counts as one group, and for the changes that its own hourly limit lets through at
 * most. It takes a read for each booking, so it is done only where it decides.
 */
async function countClosely(
  records: RecordStore,
  own: readonly Entry[],
  others: readonly Entry[],
  mostAtGroup: number,
): Promise<Pick<Booking, 'own' | 'others'>> {
  const [ownGroups, otherGroups] = await Promise.all([
    greatestDemands(records, own),
    greatestDemands(records, others),
  ]);
  const changesOf = (byRun: ReadonlyMap<string, number>) =>
    [...byRun.values()].reduce((sum, each) => sum + each, 0);
  const total = (changes: readonly number[]) => changes.reduce((sum, each) => sum + each, 0);
  return {
    own: { changes: total([...ownGroups.values()].map(changesOf)), groups: ownGroups.size },
    others: {
      changes: total(
        [...otherGroups.values()].map((byRun) => Math.min(changesOf(byRun), mostAtGroup)),
      ),
      groups: [...otherGroups.keys()].filter((group) => !ownGroups.has(group)).length,
    },
  };
}

/** By group and run: of parts that were tried again or handed on the greatest demand counts. */
async function greatestDemands(
  records: RecordStore,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const demands = await mapConcurrently(
    entries.filter((entry) => !entry.isWithdrawn),
    CONCURRENCY,
    async ({ key, run }) => ({
      run,
      demand: JSON.parse((await records.get(key)) ?? '{}') as Demand,
    }),
  );
  const asked = new Map<string, Map<string, number>>();
  for (const { run, demand } of demands) {
    for (const [group, changes] of Object.entries(demand)) {
      const byRun = asked.get(group) ?? new Map<string, number>();
      asked.set(group, byRun.set(run, Math.max(byRun.get(run) ?? 0, changes)));
    }
  }
  return asked;
}

/** What one part calls for. */
export function sumOfDemand(demand: Demand): Sum {
  const changes = Object.values(demand);
  return { changes: changes.reduce((sum, each) => sum + each, 0), groups: changes.length };
}

interface Entry extends Sum {
  /** Of the booking, also where the entry says that it is withdrawn. */
  readonly key: string;
  readonly time: number;
  readonly run: string;
  readonly part: string;
  readonly maxGroups: number;
  readonly isWithdrawn: boolean;
}

function parseEntry(key: string): Entry | undefined {
  const [, time, run, part, changes, groups, maxGroups, withdrawn] =
    /^(\d+)\/([^/]+)\/(.+)_(\d+)_(\d+)_(\d+)(\.withdrawn)?$/.exec(key.slice(FOLDER.length)) ?? [];
  if (run === undefined || part === undefined) return undefined;
  return {
    key: key.replace(/\.withdrawn$/, ''),
    time: Number(time),
    run,
    part,
    changes: Number(changes),
    groups: Number(groups),
    maxGroups: Number(maxGroups),
    isWithdrawn: withdrawn !== undefined,
  };
}

const NOTHING: Sum = { changes: 0, groups: 0 };

/** A run that was handed over in the middle has booked as a whole, and then again in its parts. */
function sumOf(entries: readonly Entry[]): Sum {
  const runs = new Map<string, Map<string, Sum>>();
  for (const entry of entries) {
    const parts = runs.get(entry.run) ?? new Map<string, Sum>();
    const known = parts.get(entry.part) ?? NOTHING;
    runs.set(entry.run, parts.set(entry.part, larger(known, entry)));
  }
  return [...runs.values()]
    .map((parts) => {
      const shards = [...parts].filter(([part]) => part !== WHOLE).map(([, sum]) => sum);
      return larger(parts.get(WHOLE) ?? NOTHING, shards.reduce(plus, NOTHING));
    })
    .reduce(plus, NOTHING);
}

function plus(one: Sum, other: Sum): Sum {
  return { changes: one.changes + other.changes, groups: one.groups + other.groups };
}

function larger(one: Sum, other: Sum): Sum {
  return {
    changes: Math.max(one.changes, other.changes),
    groups: Math.max(one.groups, other.groups),
  };
}
