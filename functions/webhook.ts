import { isEcsError } from '../shared/ecs';
import { memberAccounts } from '../shared/policy';
import {
  answerRequest,
  isUnfinished,
  outcomeOf,
  type RequestAnswer,
  type Trigger,
} from '../shared/remediation';
import {
  createLogger,
  credentialsOf,
  type FunctionContext,
  type Invocation,
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
  type KnownAccounts,
  NOT_HTTP,
  parseSecrets,
  readHttpEvent,
  readHttpRequest,
  type Started,
  sendFc2Response,
  toFc3Response,
  tryAgain,
  type WebhookCommand,
  webhookRunId,
  withoutGroups,
} from '../shared/triggers/webhook';
import { policies } from './policies';

/** How long the body of a request may take to arrive. */
const SLOW_REQUEST_MS = 10_000;
/** When a sender whose request ECS throttled should try again: its limits are by the minute. */
const THROTTLED_SECONDS = 60;
/** Kept back from the function's timeout for handing over a run that is still going on. */
const HAND_OVER_MS = 10_000;

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
    sendFc2Response(response, await answerHttp(readHttpRequest(request, { signal }), context));
    return undefined;
  }
  const context = given[1] as FunctionContext;
  if (isDirectInvocation(input)) return answerCloudConfig(input, context);
  const request = readHttpEvent(input);
  return toFc3Response(request ? await answerHttp(request, context) : NOT_HTTP);
}

/** Begins while the request still comes in, because the time to answer it runs already. */
async function answerHttp(
  coming: HttpRequest | Promise<HttpRequest>,
  context: FunctionContext,
): Promise<Answer> {
  try {
    const invocation = startInvocation(context, process.env, policies);
    const patience = patienceOf(context);
    const { settings, log, records, surroundings } = invocation;
    return await answerWebhook(await coming, {
      secrets: secretsOf(invocation),
      store: records,
      policyIds: policies.policies.map(({ id }) => id),
      accounts: knownTo(context),
      start: (command, id) => start(command, id, invocation, context, patience),
      now: surroundings.now,
      sleep: surroundings.sleep,
      random: Math.random,
      log,
      claimMs: context.function.timeout * 1000,
      requestsPerMinute: settings.webhookRequestsPerMinute,
    });
  } catch (error) {
    // A setting is wrong. The platform would answer with 502, and with the stack.
    const log = createLogger('error', { requestId: context.requestId });
    log.error({ reason: (error as Error).message }, 'no request can be answered');
    return tryAgain(context.function.timeout);
  }
}

/** The accounts that groups may be of. */
function knownTo({ accountId }: FunctionContext): KnownAccounts {
  return { own: accountId, members: memberAccounts(policies).map(({ id }) => id) };
}

function patienceOf(context: FunctionContext): AbortSignal {
  return AbortSignal.timeout(Math.max(context.function.timeout * 1000 - HAND_OVER_MS, 1_000));
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

async function start(
  command: WebhookCommand,
  id: string,
  invocation: Invocation,
  context: FunctionContext,
  patience: AbortSignal,
): Promise<Started> {
  const trigger: Trigger = {
    kind: 'webhook',
    id: webhookRunId(id),
    time: new Date().toISOString(),
    by: command.requester,
    reason: command.reason,
    reference: id,
  };
  try {
    const given = await ask(command, trigger, invocation, context, patience);
    switch (given.kind) {
      case 'accepted':
        return { kind: 'accepted', runId: given.run.runId };
      case 'finished': {
        const { run, result } = given;
        return { kind: 'finished', runId: run.runId, outcome: outcomeOf(run, result) };
      }
      case 'not-found':
        return given;
      default:
        return given satisfies never;
    }
  } catch (error) {
    if (!isEcsError(error, 'throttled')) throw error;
    invocation.log.warn({ reason: error.message }, 'request put off');
    return { kind: 'busy', retryAfterSeconds: THROTTLED_SECONDS };
  }
}

async function ask(
  command: WebhookCommand,
  trigger: Trigger,
  { settings, surroundings, ...invocation }: Invocation,
  context: FunctionContext,
  patience: AbortSignal,
): Promise<RequestAnswer> {
  credentialsOf(context);
  const given = await answerRequest(command, trigger, {
    policies,
    ...(settings.regionIds === undefined ? {} : { regionIds: settings.regionIds }),
    dryRun: settings.dryRun,
    limits: () => invocation.limitsOfFew(policies),
    handOver: async (run, unlisted) => {
      const { failures } = await invocation.handOver(
        run,
        invocation.cut(run, run.groups),
        unlisted,
      );
      if (failures.length > 0) throw new Error(`not handed over: ${failures.join('; ')}`);
    },
    patience,
    surroundings,
  });
  if (given.kind !== 'not-found' && given.run.note !== undefined) {
    invocation.log.warn({ note: given.run.note }, 'request answered in part');
  }
  if (given.kind === 'finished') {
    await invocation.report(given.run, given.result, 'request answered');
  }
  return given;
}

async function answerCloudConfig(event: Uint8Array, context: FunctionContext): Promise<string> {
  const invocation = startInvocation(context, process.env, policies);
  const patience = patienceOf(context);
  const { log } = invocation;
  const decoded = decodeCloudConfig(event, knownTo(context));
  // It would be refused again: nothing is gained when the platform tries it again.
  if (decoded.kind === 'refused') {
    log.error({ reason: decoded.problem }, 'call of Cloud Config refused');
    return JSON.stringify({ status: 'refused', problem: decoded.problem });
  }
  for (const { item, reason } of decoded.skipped) log.info({ item, reason }, 'resource skipped');
  const skipped = decoded.skipped.length;
  if (decoded.kind === 'nothing') return JSON.stringify({ status: 'nothing to do', skipped });
  let command: WebhookCommand | undefined = decoded.command;
  const trigger: Trigger = {
    kind: 'cloud-config',
    // The platform gives an invocation that it tries again the same request id.
    id: webhookRunId(context.requestId).replace('webhook', 'cloud-config'),
    time: new Date().toISOString(),
    by: command.requester,
    reason: command.reason,
    reference: context.requestId,
  };
  const missing: string[] = [];
  while (command) {
    const given = await ask(command, trigger, invocation, context, patience);
    switch (given.kind) {
      case 'accepted': {
        const { runId } = given.run;
        return JSON.stringify({ status: 'accepted', runId, skipped, missing });
      }
      case 'finished': {
        const { run, result } = given;
        const { runId } = run;
        if (isUnfinished(result)) throw new Error(`run ${runId} did not come to its end`);
        const outcome = outcomeOf(run, result);
        return JSON.stringify({ status: 'finished', runId, skipped, missing, outcome });
      }
      case 'not-found':
        // A resource may be gone by the time that Cloud Config tells of it; the others are repaired.
        log.warn({ missing: given.missing }, 'groups are not there any more');
        missing.push(...given.missing);
        command = withoutGroups(command, given.missing);
        break;
      default:
        return given satisfies never;
    }
  }
  return JSON.stringify({ status: 'nothing to do', skipped, missing });
}
