import { createHash } from 'node:crypto';
import {
  parseAccountId,
  parseRegionId,
  parseSecurityGroupId,
  placeName,
  type SecurityGroupSummary,
} from '../security-group';
import type { Run, RunLimits, Trigger } from './run';

/** One part of a run, as the sweep hands it to the function that repairs it. It is plain JSON. */
export interface Shard {
  readonly version: 1;
  readonly runId: string;
  readonly part: string;
  /** How many parts the run was cut into. */
  readonly parts: number;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** Of the policies that the sweep chose the groups by; the repair must go by the same. */
  readonly policyDigest: string;
  /** Set when only some of them were asked for. */
  readonly policyIds?: readonly string[];
  /** Of the whole run. */
  readonly limits: RunLimits;
  readonly groups: readonly SecurityGroupSummary[];
}

/** Most groups in a shard: a minute's work with room to spare. */
const MOST_GROUPS = 50;
/** Half of the 128 KB that an asynchronous call may carry: the rest is for the shard's frame. */
const MOST_BYTES = 64 * 1024;

/**
 * Cuts a run into shards, each within one region of one account and with the limits of the whole run. A part is named
 * by its groups: cutting the same groups again gives the same names, by which Function Compute recognizes
 * a repeated call.
 */
export function cutIntoShards(run: Run): Shard[] {
  const batches: SecurityGroupSummary[][] = [];
  let bytes = 0;
  const ordered = [...run.groups].sort(
    (a, b) => compare(placeName(a), placeName(b)) || compare(a.id, b.id),
  );
  for (const group of ordered) {
    const size = Buffer.byteLength(JSON.stringify(group));
    const batch = batches.at(-1);
    if (
      batch?.[0] &&
      placeName(batch[0]) === placeName(group) &&
      batch.length < MOST_GROUPS &&
      bytes + size <= MOST_BYTES
    ) {
      batch.push(group);
      bytes += size;
    } else {
      batches.push([group]);
      bytes = size;
    }
  }
  return batches.map((groups) => ({
    version: 1,
    runId: run.runId,
    part: partName(groups),
    parts: batches.length,
    trigger: run.trigger,
    dryRun: run.dryRun,
    policyDigest: run.policies.digest,
    ...(run.policyIds ? { policyIds: run.policyIds } : {}),
    limits: run.limits,
    groups,
  }));
}

/** The task id of a shard: the same when the same trigger asks for the same groups again. */
export function taskIdOf(shard: Shard): string {
  return `${shard.runId}_${shard.part}`;
}

function partName(groups: readonly SecurityGroupSummary[]): string {
  const digest = createHash('sha256')
    .update(groups.map((group) => group.id).join(' '))
    .digest('hex');
  const place = groups[0] && placeName(groups[0]).replace('/', '_');
  return `${place}_${digest.slice(0, 16)}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Reads a shard back. Throws an Error that names what is wrong with it. */
export function decodeShard(event: Uint8Array): Shard {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(event).toString('utf8'));
  } catch {
    throw new Error('the event is not JSON: this function is called by the sweep');
  }
  const shard = value as Shard;
  const isShard =
    shard?.version === 1 &&
    typeof shard.runId === 'string' &&
    typeof shard.part === 'string' &&
    Number.isInteger(shard.parts) &&
    typeof shard.trigger?.id === 'string' &&
    typeof shard.dryRun === 'boolean' &&
    typeof shard.policyDigest === 'string' &&
    (shard.policyIds === undefined || Array.isArray(shard.policyIds)) &&
    Number.isInteger(shard.limits?.maxChanges) &&
    Number.isInteger(shard.limits?.maxGroups) &&
    Array.isArray(shard.groups);
  if (!isShard) {
    throw new Error('the event is not a shard of a run: this function is called by the sweep');
  }
  for (const group of shard.groups) {
    parseRegionId(String(group?.regionId));
    if (group.accountId !== undefined) parseAccountId(String(group.accountId));
    parseSecurityGroupId(String(group?.id));
  }
  return shard;
}
