import { createEcsClient } from '../shared/ecs';
import { createFolderStore } from '../shared/evidence';
import { decodeShard, type RunResult, remediate, totalsOf } from '../shared/remediation';
import {
  createLogger,
  type FunctionContext,
  type Logger,
  readSettings,
  readStopSwitch,
} from '../shared/runtime';
import { policies } from './policies';

/** Kept back from the function's timeout for the last record. */
const RESERVE_MS = 5_000;

/**
 * Repairs one shard of a run: the sweep calls it asynchronously. Started again after it was killed, it
 * reads afresh and sends the same ClientTokens, so nothing is done twice. Throws when the shard cannot
 * be worked on at all, so that the platform tries again.
 */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<string> {
  const started = Date.now();
  const settings = readSettings(process.env);
  const shard = decodeShard(event);
  const { runId, part } = shard;
  const log = createLogger(settings.logLevel, { requestId: context.requestId, runId, part });
  const { credentials } = context;
  if (!credentials?.accessKeyId)
    throw new Error('the function has no role: give it one that may call ECS');
  if (settings.recordFolder === undefined) {
    throw new Error('PALISADE_RECORDS is not set: name the folder that records are written to');
  }
  if (shard.policyDigest !== policies.digest) {
    throw new Error('sweep and enforce carry different policies: deploy both from the same build');
  }

  const records = createFolderStore(settings.recordFolder);
  const deadline = started + Math.max(context.function.timeout * 1000 - RESERVE_MS, 1000);
  const result = await remediate(
    { ...shard, policies, dryRun: shard.dryRun || settings.dryRun },
    {
      ecs: (regionId) =>
        createEcsClient({
          regionId,
          credentials: async () => credentials,
          deadline,
          ...(settings.ecsEndpoint === undefined ? {} : { endpoint: settings.ecsEndpoint }),
          onCall: (call) => log.debug({ call }, 'ECS call'),
        }),
      records,
      now: Date.now,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      stop: () => readStopSwitch(settings.stop, records),
    },
  );
  report(log, result);
  return JSON.stringify({ runId, part, heldBack: result.heldBack, totals: totalsOf(result) });
}

function report(log: Logger, result: RunResult): void {
  for (const group of result.groups) {
    if (group.findingsBefore.length === 0) continue;
    const { regionId, securityGroupId, verdictBefore, verdict, heldBack } = group;
    const calls = group.calls.map(({ call, outcome }) => ({ action: call.action, ...outcome }));
    const level = verdict === 'compliant' || verdict === 'exempt' ? 'info' : 'warn';
    log[level]({ regionId, securityGroupId, verdictBefore, verdict, heldBack, calls }, 'group');
  }
  for (const reason of result.heldBack) log.warn({ reason }, 'run held back');
  log.info({ totals: totalsOf(result) }, 'shard done');
}
