import {
  encodeShard,
  type Run,
  type RunResult,
  remediate,
  type Shard,
  shardOfRest,
  taskIdOf,
  totalsOf,
} from '../remediation';
import { findEnd, noteBegun, noteEnded } from '../runs';
import type { Invocation } from './invocation';

/** What work on a shard takes of an invocation. */
type Working = Pick<
  Invocation,
  'surroundings' | 'times' | 'report' | 'closeAfter' | 'callAsync'
> & { readonly log: { info(fields: object, message: string): void } };

/** What an invocation came to that was given a shard. */
export type ShardOutcome =
  | { readonly kind: 'worked'; readonly result: RunResult }
  /** An earlier attempt had come to its end, and died before everybody knew. */
  | { readonly kind: 'ended-before' };

/**
 * Works on one part of a run until it is done or its time is over. Then what is left goes on as a part of
 * its own, in a new call of the function `self`. Tried again after it was killed anywhere, it does nothing
 * twice: the call has the same task id, groups that are repaired are left as they are. Throws an Error when a
 * group was busy, or nothing could be done at all, so that the platform tries again.
 */
export async function workOnShard(
  run: Run,
  shard: Shard,
  self: string,
  { surroundings, times, log, report, closeAfter, callAsync }: Working,
): Promise<ShardOutcome> {
  const { records, now } = surroundings;
  const { runId, part } = run;
  const handOn = async (groupIds: readonly string[]) => {
    const rest = restOf(shard, groupIds);
    const { accepted } = await callAsync(self, encodeShard(rest), taskIdOf(rest));
    log.info({ to: rest.part, groups: rest.groups.length, accepted }, 'rest handed on');
  };

  const isNew = await noteBegun(records, runId, part, now());
  const before = isNew ? undefined : await findEnd(records, runId, part);
  if (before && before.kind !== 'failed') {
    if (before.kind === 'handed-on') await handOn(before.rest.groupIds);
    else await closeAfter(part, runId);
    return { kind: 'ended-before' };
  }
  const { callsPerSecond } = shard;
  const result = await remediate(run, { ...surroundings, times: { ...times, callsPerSecond } });
  await report(run, result, 'shard done');
  const busy = result.groups.filter((group) => group.tryAgain === true);
  if (busy.length > 0) {
    throw new Error(
      `run ${runId} will be tried again: ${busy.map((group) => `${group.securityGroupId}: ${group.heldBack}`).join('; ')}`,
    );
  }
  const totals = totalsOf(result);
  if (result.rest) {
    const groupIds = result.rest.groups.map(({ id }) => id);
    const rest = { part: result.rest.part, groupIds };
    await noteEnded(records, runId, part, { kind: 'handed-on', totals, rest }, now());
    await handOn(groupIds);
  } else {
    await noteEnded(records, runId, part, { kind: 'done', totals }, now());
    await closeAfter(part, runId);
  }
  return { kind: 'worked', result };
}

/** What was left of a shard, as a shard. */
export function restOf(shard: Shard, groupIds: readonly string[]): Shard {
  const left = new Set(groupIds);
  return shardOfRest(
    shard,
    shard.groups.filter(({ id }) => left.has(id)),
  );
}
