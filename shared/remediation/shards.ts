import { createHash } from 'node:crypto';
import { type Place, placeName, placeOf, type SecurityGroupSummary } from '../security-group';
import type { Run, RunLimits, Trigger } from './run';
import { packGroups } from './shard-payload';

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
 * A shard until it is handed over: what it does not have in common with the rest of its run. The groups are
 * packed, in about 40 bytes each instead of 1,000 and outside of the heap, which has half of a function's
 * memory: a run may have millions of them.
 */
export interface CutShard {
  readonly part: string;
  readonly place: Place;
  /** How many groups it is about. */
  readonly groupCount: number;
  readonly callsPerSecond: number;
  /** By packGroups. */
  readonly packed: Buffer;
}

/** A run apart from its groups and from the limits that follow from their number. */
export type RunToCut = Omit<Run, 'groups' | 'limits'>;

/**
 * Largest payload. An asynchronous call may carry 128 KB, and so may the event about one that failed (page
 * "Result callback"), which holds the payload once more beside the reason.
 */
export const MOST_PAYLOAD_BYTES = 112 * 1024;
/** Most groups in a shard, so that what is known of them fits into a function's memory. */
const MOST_GROUPS = 1_000;
/** Takes as many digits as any limit, and as any rate in thousandths. */
const WIDEST = Number.MAX_SAFE_INTEGER;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts groups of a run into shards, each within one account and region; all groups of one must be cut at
 * once. ECS limits the calls of an account in a region, so more shards there would not be faster: they are
 * as few as payloads allow, and share `callsPerSecond` so that together they stay below it. A part is named
 * by its groups: cutting the same groups again gives the same names, by which Function Compute recognizes a
 * repeated call. Throws RangeError for a group that fits into no payload.
 */
export function cutIntoShards(
  run: RunToCut,
  groups: readonly SecurityGroupSummary[],
  callsPerSecond: number,
): CutShard[] {
  const places = new Map<string, SecurityGroupSummary[]>();
  for (const group of groups) {
    const name = placeName(group);
    const some = places.get(name) ?? [];
    some.push(group);
    places.set(name, some);
  }
  return inOrder(
    [...places.values()].flatMap((some) => {
      some.sort((one, other) => compare(one.id, other.id));
      const batches = cut(some, MOST_PAYLOAD_BYTES - bytesWithoutGroups(run, some));
      const share = shareOf(callsPerSecond, batches.length);
      return batches.map((batch) => ({ ...batch, callsPerSecond: share }));
    }),
  );
}

/** Shards that were cut place by place, in the order in which all of them at once would have been cut. */
export function inOrder(shards: readonly CutShard[]): CutShard[] {
  return [...shards].sort((one, other) => compare(placeName(one.place), placeName(other.place)));
}

/** The payload of the call that hands a shard over. */
export function payloadOf(run: Omit<Run, 'groups'>, shard: Omit<CutShard, 'place'>): string {
  return JSON.stringify({
    version: 2,
    runId: run.runId,
    part: shard.part,
    trigger: run.trigger,
    dryRun: run.dryRun,
    policyDigest: run.policies.digest,
    ...(run.policyIds ? { policyIds: run.policyIds } : {}),
    limits: run.limits,
    callsPerSecond: shard.callsPerSecond,
    groups: shard.packed.toString('base64'),
  } satisfies Omit<Shard, 'groups'> & { groups: string });
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

/** What the payload of a shard takes besides its groups, whatever the limits turn out to be. */
function bytesWithoutGroups(run: RunToCut, groups: readonly SecurityGroupSummary[]): number {
  const limits = { maxChanges: WIDEST, maxGroups: WIDEST };
  const part = partName(groups);
  const payload = payloadOf(
    { ...run, limits },
    { part, groupCount: 0, callsPerSecond: WIDEST, packed: NOTHING },
  );
  return Buffer.byteLength(payload);
}

/** In thousandths and rounded down, so that the shares never come to more than there is. */
function shareOf(callsPerSecond: number, shards: number): number {
  return Math.max(Math.floor((callsPerSecond * 1000) / shards), 1) / 1000;
}

type Batch = Omit<CutShard, 'callsPerSecond'>;

/**
 * Cuts groups of one place, in their order, into the fewest batches that take at most `room` bytes in base64.
 * How much is saved by compression is only known by doing it; the batch before tells where to begin.
 */
function cut(groups: readonly SecurityGroupSummary[], room: number): Batch[] {
  const batches: Batch[] = [];
  let guess = MOST_GROUPS;
  for (let start = 0; start < groups.length; start += guess) {
    const rest = groups.slice(start, start + MOST_GROUPS);
    const [first] = rest;
    const { count, packed } = mostThatFit(rest, guess, room);
    if (first === undefined || count === 0) throw tooLarge(first);
    const part = partName(rest.slice(0, count));
    batches.push({ part, place: placeOf(first), groupCount: count, packed });
    guess = count;
  }
  return batches;
}

/** Packs as many of the groups as fit, looked for from a guess on; `count` is 0 if not even one does. */
function mostThatFit(groups: readonly SecurityGroupSummary[], guess: number, room: number) {
  let fitting: { count: number; packed: Buffer } = { count: 0, packed: NOTHING };
  let tooMany = groups.length + 1;
  let next = Math.min(guess, groups.length);
  while (tooMany - fitting.count > 1) {
    const packed = packGroups(groups.slice(0, next));
    if (Math.ceil(packed.length / 3) * 4 <= room) fitting = { count: next, packed };
    else tooMany = next;
    next =
      tooMany > groups.length
        ? Math.min(fitting.count * 2, groups.length)
        : Math.floor((fitting.count + tooMany) / 2);
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
