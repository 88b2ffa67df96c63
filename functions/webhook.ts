import { isEcsError } from '../shared/ecs';
import { answerRequest, outcomeOf, type Trigger } from '../shared/remediation';
import {
  credentialsOf,
  type FunctionContext,
  type Invocation,
  reportRun,
  startInvocation,
} from '../shared/runtime';
import {
  type Answer,
  answerWebhook,
  decodeCloudConfig,
  type Fc2Request,
  type Fc2Response,
  type Fc3Response,
  type HttpRequest,
  isDirectInvocation,
  NOT_HTTP,
  parseSecrets,
  readHttpEvent,
  readHttpRequest,
  type Started,
  sendFc2Response,
  toFc3Response,
  type WebhookCommand,
  webhookRunId,
} from '../shared/triggers/webhook';
import { policies } from './policies';

/** How long the body of a request may take to arrive. */
const SLOW_REQUEST_MS = 10_000;
/** When a sender whose request ECS throttled should try again: its limits are by the minute. */
const THROTTLED_SECONDS = 60;

/**
 * HTTP trigger of FC 3.0 (event, context) and of FC 2.0 (request, response, context): answers signed
 * requests to look at groups and repair them. Cloud Config's remediation invokes the same function with a
 * list of resources. A request is never answered with a 5xx; a call of Cloud Config that fails throws, so
 * that the platform tries again.
 */
export async function handler(
  ...given:
    | readonly [Uint8Array, FunctionContext, unknown?]
    | readonly [Fc2Request, Fc2Response, FunctionContext]
): Promise<Fc3Response | string | undefined> {
  const [input] = given;
  if (!(input instanceof Uint8Array)) {
    const [request, response, context] = given as readonly [
      Fc2Request,
      Fc2Response,
      FunctionContext,
    ];
    const signal = AbortSignal.timeout(SLOW_REQUEST_MS);
    sendFc2Response(
      response,
      await answerHttp(await readHttpRequest(request, { signal }), context),
    );
    return undefined;
  }
  const context = given[1] as FunctionContext;
  if (isDirectInvocation(input)) return answerCloudConfig(input, context);
  const request = readHttpEvent(input);
  return toFc3Response(request ? await answerHttp(request, context) : NOT_HTTP);
}

function answerHttp(request: HttpRequest, context: FunctionContext): Promise<Answer> {
  const invocation = startInvocation(context, process.env);
  const { settings, log, records, surroundings } = invocation;
  return answerWebhook(request, {
    secrets: secretsOf(invocation),
    store: records,
    policyIds: policies.policies.map(({ id }) => id),
    start: (command, id) => start(command, webhookTrigger(command, id), invocation, context),
    now: surroundings.now,
    sleep: surroundings.sleep,
    random: Math.random,
    log,
    claimMs: context.function.timeout * 1000,
    requestsPerMinute: settings.webhookRequestsPerMinute,
  });
}

/** Without a secret nothing is authentic; whoever looks into the log learns why. */
function secretsOf({ settings, log }: Invocation): readonly string[] {
  try {
    return parseSecrets(settings.webhookSecrets ?? '');
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'PALISADE_WEBHOOK_SECRETS is of no use');
    return [];
  }
}

function webhookTrigger(command: WebhookCommand, id: string): Trigger {
  return {
    kind: 'webhook',
    id: webhookRunId(id),
    time: new Date().toISOString(),
    by: command.requester,
    reason: command.reason,
    reference: id,
  };
}

async function start(
  command: WebhookCommand,
  trigger: Trigger,
  invocation: Invocation,
  context: FunctionContext,
): Promise<Started> {
  credentialsOf(context);
  const { settings, log, surroundings } = invocation;
  try {
    const given = await answerRequest(command, trigger, {
      policies,
      ...(settings.regionIds === undefined ? {} : { regionIds: settings.regionIds }),
      dryRun: settings.dryRun,
      listInScope: invocation.listInScope,
      limits: () => invocation.limitsOfFew(policies),
      handOver: async (run) => {
        const { failures } = await invocation.handOver(run);
        if (failures.length > 0) throw new Error(`not handed over: ${failures.join('; ')}`);
      },
      surroundings,
    });
    if (given.kind !== 'finished') return given;
    reportRun(log.child({ runId: given.runId }), given.result, 'request answered');
    return { kind: 'finished', runId: given.runId, outcome: outcomeOf(given.result) };
  } catch (error) {
    if (!isEcsError(error) || error.kind !== 'throttled') throw error;
    log.warn({ reason: error.message }, 'request put off');
    return { kind: 'busy', retryAfterSeconds: THROTTLED_SECONDS };
  }
}

async function answerCloudConfig(event: Uint8Array, context: FunctionContext): Promise<string> {
  const invocation = startInvocation(context, process.env);
  const { log } = invocation;
  const decoded = decodeCloudConfig(event, context.accountId);
  // It would be refused again: nothing is gained when the platform tries it again.
  if (decoded.kind === 'refused') {
    log.error({ reason: decoded.problem }, 'call of Cloud Config refused');
    return JSON.stringify({ status: 'refused', problem: decoded.problem });
  }
  for (const { item, reason } of decoded.skipped) log.info({ item, reason }, 'resource skipped');
  const skipped = decoded.skipped.length;
  if (decoded.kind === 'nothing') return JSON.stringify({ status: 'nothing to do', skipped });
  const { command } = decoded;
  const trigger: Trigger = {
    kind: 'cloud-config',
    // The platform gives an invocation that it tries again the same request id.
    id: webhookRunId(context.requestId).replace('webhook', 'cloud-config'),
    time: new Date().toISOString(),
    by: command.requester,
    reason: command.reason,
    reference: context.requestId,
  };
  const started = await start(command, trigger, invocation, context);
  if (started.kind === 'busy') throw new Error('ECS is throttling calls: try again');
  if (started.kind === 'not-found') {
    log.warn({ missing: started.missing }, 'groups are not there any more');
  }
  return JSON.stringify({ skipped, ...started });
}
