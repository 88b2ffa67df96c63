import { createHash } from 'node:crypto';
import { describeEnding, exemptionsEndingSoon } from '../shared/policy';
import {
  decodeShard,
  noteGroupCount,
  type RunToCut,
  runLimits,
  unlistedPlaces,
  WHOLE,
} from '../shared/remediation';
import {
  answerFailedShard,
  credentialsOf,
  type FunctionContext,
  startInvocation,
} from '../shared/runtime';
import { decodeFailedCall, type FailedCall } from '../shared/triggers/destination';
import { decodeTimerEvent } from '../shared/triggers/timer';
import { policies } from './policies';

/**
 * Timer trigger: lists the groups that the policies are about, in every configured account and region, and hands
 * them in shards to the enforce function. A timer event that comes twice gives the same run and the
 * same task ids, so the second changes nothing. Throws if an account or region cannot be listed or a shard cannot
 * be handed over, after having handed over the others, so that the platform tries again. It is also the
 * destination of shards that failed for good.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const failed = decodeFailedCall(event);
  if (failed) return answerFailed(failed, context);
  const { triggerTime, triggerName } = decodeTimerEvent(event);
  const runId = runIdOf(context, triggerName, triggerTime);
  const { settings, log, records, listInScope, cut, handOver, closeLostRuns } = startInvocation(
    context,
    process.env,
    policies,
    { runId },
  );
  credentialsOf(context);

  const endings = exemptionsEndingSoon(policies, Date.now());
  if (endings.length > 0) {
    log.warn({ exemptions: endings.map(describeEnding) }, 'exemptions end soon');
  }
  const run: RunToCut = {
    runId,
    part: WHOLE,
    trigger: { kind: 'timer', id: runId, time: triggerTime },
    dryRun: settings.dryRun,
    policies,
  };
  // Cut as soon as a place is listed: what is kept of an estate are its shards, and no groups.
  const { places, kept, unlisted } = await listInScope(policies, (groups) => cut(run, groups));
  const cutShards = kept.flat();
  const groupCount = cutShards.reduce((sum, shard) => sum + shard.groupCount, 0);
  for (const each of unlisted) {
    log.error(each, each.regionId === undefined ? 'account not listed' : 'region not listed');
  }
  // Without another account the count is too low, which makes a percentage of it stricter.
  if (unlisted.every(({ accountId }) => accountId !== undefined)) {
    await noteGroupCount(records, policies, groupCount, Date.now());
  }
  const { shards, started, failures } = await handOver(
    { ...run, limits: runLimits(policies, groupCount) },
    cutShards,
    unlistedPlaces(unlisted),
  );
  const summary = {
    runId,
    regions: places.length,
    groups: groupCount,
    shards,
    started,
  };
  log.info(summary, 'sweep handed over');
  await closeLostRuns();
  const problems = [
    ...unlistedPlaces(unlisted).map(({ place, reason }) => `${place}: ${reason}`),
    ...failures,
  ];
  if (problems.length > 0) {
    throw new Error(`run ${runId} is not complete and will be tried again: ${problems.join('; ')}`);
  }
  return JSON.stringify(summary);
}

async function answerFailed({ payload, reason }: FailedCall, context: FunctionContext) {
  const shard = decodeShard(payload);
  const { runId, part } = shard;
  const invocation = startInvocation(context, process.env, policies, { runId });
  credentialsOf(context);
  const outcome = await answerFailedShard(shard, reason, policies, invocation);
  return JSON.stringify({ runId, part, outcome });
}

/** The same for a timer event that comes again; it also begins with a letter, as task ids must. */
function runIdOf(context: FunctionContext, triggerName: string, triggerTime: string): string {
  const digest = createHash('sha256')
    .update(
      [context.accountId, context.region, context.function.name, triggerName, triggerTime].join(
        ' ',
      ),
    )
    .digest('hex');
  const time = new Date(triggerTime).toISOString().replace(/[-:]|\.\d+/g, '');
  return `sweep-${time}-${digest.slice(0, 8)}`;
}
