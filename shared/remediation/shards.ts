import { createHash } from 'node:crypto';
import { placeName, type SecurityGroupSummary } from '../security-group';
import type { Run, RunLimits, Trigger } from './run';
import { encodeShard } from './shard-payload';

/** One part of a run, as the sweep hands it to the function that repairs it. */
export interface Shard {
  readonly version: 2;
  readonly runId: string;
  readonly part: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** Of the policies that the sweep chose the groups by; the repair must go by the same. */
  readonly policyDigest: string;
  /** Set when only some of them were asked for. */
  readonly policyIds?: readonly string[];
  /** Of the whole run. */
  readonly limits: RunLimits;
  /** Most calls of one API that this part may make in a second. */
  readonly callsPerSecond: number;
  /** All of one account and region. */
  readonly groups: readonly SecurityGroupSummary[];
}

/**
 * Largest payload. An asynchronous call may carry 128 KB, and so may the event about one that failed (page
 * "Result callback"), which holds the payload once more beside the reason.
 */
export const MOST_PAYLOAD_BYTES = 112 * 1024;
/** Most groups in a shard, so that what is known of them fits into a function's memory. */
const MOST_GROUPS = 1_000;

/**
 * Cuts a run into shards, each within one account and region and with the limits of the whole run. ECS
 * limits the calls of an account in a region, so more shards there would not be faster: they are as few as
 * payloads allow, and share `callsPerSecond` so that together they stay below it. A part is named by its
 * groups: cutting the same groups again gives the same names, by which Function Compute recognizes a
 * repeated call. Throws RangeError for a group that fits into no payload.
 */
export function cutIntoShards(run: Run, callsPerSecond: number): Shard[] {
  const places = new Map<string, SecurityGroupSummary[]>();
  for (const group of run.groups) {
    const place = placeName(group);
    const groups = places.get(place) ?? [];
    groups.push(group);
    places.set(place, groups);
  }
  return [...places]
    .sort(([one], [other]) => compare(one, other))
    .flatMap(([, groups]) => {
      groups.sort((one, other) => compare(one.id, other.id));
      const batches = cut(groups, (some) => encodeShard(shardOf(run, some, callsPerSecond)).length);
      return batches.map((batch) => shardOf(run, batch, shareOf(callsPerSecond, batches.length)));
    });
}

/** What an earlier part did not come to, as a part of its own: the same in everything but its groups. */
export function shardOfRest(shard: Shard, groups: readonly SecurityGroupSummary[]): Shard {
  return { ...shard, part: partName(groups), groups };
}

/** The task id of a shard: the same when the same trigger asks for the same groups again. */
export function taskIdOf(shard: Pick<Shard, 'runId' | 'part'>): string {
  return `${shard.runId}_${shard.part}`;
}

/** The name of the part of a run that is about some groups of one account and region. */
export function partName(groups: readonly SecurityGroupSummary[]): string {
  const [first] = groups;
  const digest = createHash('sha256')
    .update(groups.map((group) => group.id).join(' '))
    .digest('hex');
  const place = first ? placeName(first).replace('/', '_') : '';
  return `${place}_${digest.slice(0, 16)}`;
}

function shardOf(run: Run, groups: readonly SecurityGroupSummary[], callsPerSecond: number): Shard {
  return {
    version: 2,
    runId: run.runId,
    part: partName(groups),
    trigger: run.trigger,
    dryRun: run.dryRun,
    policyDigest: run.policies.digest,
    ...(run.policyIds ? { policyIds: run.policyIds } : {}),
    limits: run.limits,
    callsPerSecond,
    groups,
  };
}

/** In thousandths and rounded down, so that the shares never come to more than there is. */
function shareOf(callsPerSecond: number, shards: number): number {
  return Math.max(Math.floor((callsPerSecond * 1000) / shards), 1) / 1000;
}

/**
 * Cuts groups, in their order, into the fewest batches whose payloads fit. How much is saved by compression
 * is only known by doing it; the batch before tells where to begin.
 */
function cut(
  groups: readonly SecurityGroupSummary[],
  sizeOf: (groups: readonly SecurityGroupSummary[]) => number,
): (readonly SecurityGroupSummary[])[] {
  const batches: (readonly SecurityGroupSummary[])[] = [];
  let count = MOST_GROUPS;
  for (let start = 0; start < groups.length; start += count) {
    const rest = groups.slice(start, start + MOST_GROUPS);
    count = mostThatFit(
      rest.length,
      count,
      (some) => sizeOf(rest.slice(0, some)) <= MOST_PAYLOAD_BYTES,
    );
    if (count === 0) throw tooLarge(rest[0]);
    batches.push(rest.slice(0, count));
  }
  return batches;
}

/** The largest number up to `most` that fits, looked for from a guess on; 0 if not even 1 does. */
function mostThatFit(most: number, guess: number, fits: (count: number) => boolean): number {
  let fitting = 0;
  let tooMany = most + 1;
  let next = Math.min(guess, most);
  while (tooMany - fitting > 1) {
    if (fits(next)) fitting = next;
    else tooMany = next;
    next = tooMany > most ? Math.min(fitting * 2, most) : Math.floor((fitting + tooMany) / 2);
  }
  return fitting;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function tooLarge(group: SecurityGroupSummary | undefined): RangeError {
  return new RangeError(
    `group ${group?.id} does not fit into a call of a function together with what the run was asked for: ` +
      'give a shorter reason, or name fewer policies',
  );
}
