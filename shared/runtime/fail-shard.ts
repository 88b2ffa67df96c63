import { type PolicySet, selectPolicies } from '../policy';
import { encodeShard, type Shard, taskIdOf, writeFailure } from '../remediation';
import { findEnd, noteEnded, withoutSecrets } from '../runs';
import type { Invocation } from './invocation';
import type { Settings } from './settings';
import { restOf } from './work-on-shard';

/** What that takes of an invocation. */
type Answering = Pick<Invocation, 'records' | 'callAsync' | 'closeAfter'> & {
  readonly settings: Pick<Settings, 'enforceFunction'>;
  readonly log: Readonly<Record<'warn' | 'error', (fields: object, message: string) => void>>;
};

/**
 * Sees to a shard that the enforce function failed at for good, so that its run comes to its end all the
 * same: records that how its groups stand is unknown, and why. If it had died while handing on its rest,
 * the rest is handed on now. Told of the same failure again, it changes nothing. Throws RecordStoreError and
 * FunctionCallError.
 */
export async function answerFailedShard(
  shard: Shard,
  given: string,
  policies: PolicySet,
  { settings, records, log, callAsync, closeAfter }: Answering,
): Promise<'recorded' | 'handed-on' | 'ended-before'> {
  const { runId, part, policyIds } = shard;
  const reason = withoutSecrets(given);
  const end = await findEnd(records, runId, part);
  if (end?.kind === 'handed-on') {
    const { rest } = end;
    const next = restOf(shard, rest.groupIds);
    await callAsync(settings.enforceFunction, encodeShard(next), taskIdOf(next));
    log.warn({ part, to: rest.part, reason }, 'rest of a failed shard handed on');
    return 'handed-on';
  }
  if (end) {
    await closeAfter(part, runId);
    return 'ended-before';
  }
  log.error({ part, groups: shard.groups.length, reason }, 'shard failed');
  // With other policies than it was cut by, nothing can be said of its groups but that they are unknown.
  if (shard.policyDigest === policies.digest) {
    const run = {
      ...shard,
      policies: policyIds ? selectPolicies(policies, policyIds) : policies,
    };
    await writeFailure(records, run, Date.now(), `the shard failed: ${reason}`);
  }
  await noteEnded(records, runId, part, { kind: 'failed', reason }, Date.now());
  await closeAfter(part, runId);
  return 'recorded';
}
