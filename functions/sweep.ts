import { createHash } from 'node:crypto';
import { createEcsClient } from '../shared/ecs';
import { createFunctionCaller } from '../shared/fc';
import { inScope, regionInScope } from '../shared/policy';
import {
  cutIntoShards,
  listGroups,
  mapConcurrently,
  type Run,
  runLimits,
  taskIdOf,
} from '../shared/remediation';
import { createLogger, type FunctionContext, readSettings } from '../shared/runtime';
import type { RegionId } from '../shared/security-group';
import { decodeTimerEvent } from '../shared/triggers';
import { policies } from './policies';

/** Calls of the enforce function under way at the same time. */
const CONCURRENCY = 8;

/**
 * Timer trigger: lists the groups that the policies are about, in every configured region, and hands
 * them in shards to the enforce function. A timer event that comes twice gives the same run and the
 * same task ids, so the second changes nothing. Throws if a region cannot be listed or a shard cannot
 * be handed over, after having handed over the others, so that the platform tries again.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const settings = readSettings(process.env);
  const { triggerTime, triggerName } = decodeTimerEvent(event);
  const runId = runIdOf(context, triggerName, triggerTime);
  const trigger = { kind: 'timer', id: runId, time: triggerTime } as const;
  const log = createLogger(settings.logLevel, { requestId: context.requestId, runId });
  const { credentials } = context;
  if (!credentials?.accessKeyId) {
    throw new Error('the function has no role: give it one that may call ECS and invoke functions');
  }

  const ecs = (regionId: RegionId) =>
    createEcsClient({
      regionId,
      credentials: async () => credentials,
      ...(settings.ecsEndpoint === undefined ? {} : { endpoint: settings.ecsEndpoint }),
      onCall: (call) => log.debug({ call }, 'ECS call'),
    });
  const {
    regionIds,
    groups: listed,
    unlisted,
  } = await listGroups(ecs, {
    regionIds: settings.regionIds,
    isWanted: (regionId) => regionInScope(policies, regionId),
  });
  for (const { regionId, reason } of unlisted) log.error({ regionId, reason }, 'region not listed');
  const failures = unlisted.map(({ regionId, reason }) => `${regionId}: ${reason}`);
  const groups = listed.filter((group) => inScope(policies, group));
  const run: Run = {
    runId,
    part: 'whole',
    trigger,
    dryRun: settings.dryRun,
    policies,
    limits: runLimits(policies, groups.length),
    groups,
  };

  const shards = cutIntoShards(run);
  const caller = createFunctionCaller({
    accountId: context.accountId,
    regionId: context.region,
    credentials,
    ...(settings.serviceName === undefined ? {} : { serviceName: settings.serviceName }),
    ...(settings.functionComputeEndpoint === undefined
      ? {}
      : { endpoint: settings.functionComputeEndpoint }),
  });
  const accepted = await mapConcurrently(shards, CONCURRENCY, async (shard) => {
    try {
      const payload = JSON.stringify(shard);
      const result = await caller.callAsync(settings.enforceFunction, payload, taskIdOf(shard));
      log.info(
        { part: shard.part, groups: shard.groups.length, accepted: result.accepted },
        'shard handed over',
      );
      return result.accepted;
    } catch (error) {
      log.error({ part: shard.part, reason: (error as Error).message }, 'shard not handed over');
      failures.push(`${shard.part}: ${(error as Error).message}`);
      return 'failed';
    }
  });
  const summary = {
    runId,
    regions: regionIds.length,
    groups: groups.length,
    shards: shards.length,
    started: accepted.filter((each) => each === 'new').length,
  };
  log.info(summary, 'sweep handed over');
  if (failures.length > 0) {
    throw new Error(`run ${runId} is not complete and will be tried again: ${failures.join('; ')}`);
  }
  return JSON.stringify(summary);
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
