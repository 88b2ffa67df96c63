import { ApiError } from '../action';
import type { WireRequest, WireResponse } from '../wire/http';
import { createFailureEvent, type FailedInvocation, findDestination } from './destination';
import { type FunctionDefinition, qualifiedName, type TimerTrigger } from './function-definition';
import { createFunctionDirectory } from './function-directory';
import { httpDomain, httpPath } from './http-target';
import type { LogLineOrigin } from './instance';
import { type MintRoleCredentials, mintFor } from './invocation-context';
import { createInvoker, type InvocationRecord } from './invoker';
import { readTaskId, resourceName } from './routes';
import { followSchedule, parseSchedule } from './schedule';
import { type Authorize, createServe, type InvokeOutcome, type ServeOptions } from './serve';
import { createSignatureVerifier, type SecretOf } from './signature';
import { createTimerEvent, findTimer } from './timer';

const MAX_SYNC_PAYLOAD_BYTES = 32 * 1024 * 1024;
const MAX_ASYNC_PAYLOAD_BYTES = 128 * 1024;

/** What the local Function Compute runs, and how. */
export interface FunctionComputeOptions {
  readonly functions: readonly FunctionDefinition[];
  readonly accountId: string;
  readonly regionId: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly secretOf: SecretOf;
  readonly roleCredentials: MintRoleCredentials;
  /**
   * Asked for every signed invocation, once its signature is verified, whether the holder of the
   * access key may do it; throws ApiError to refuse. Everything is allowed when absent.
   */
  readonly authorize?: Authorize;
  /** Fires enabled timers when they are due; when false or absent, only fireTimer does. */
  readonly runTimers?: boolean;
  /** Instances of all functions together, 100 when absent (instance quota of an account). */
  readonly maxInstances?: number;
  /** Pause before a failed asynchronous invocation is repeated, 1000 when absent. */
  readonly asyncRetryDelayMs?: number;
  /** Receives the output of functions line by line; dropped when absent. */
  readonly onLog?: (line: string, origin: LogLineOrigin) => void;
}

/** An enabled EventBridge trigger, for whoever delivers events to it. */
export interface EventTriggerTarget {
  /** `function`, or `service/function` for FC 2.0. */
  readonly functionName: string;
  readonly triggerName: string;
  /** As parsed JSON. */
  readonly filterPattern: unknown;
  /**
   * Invokes the function asynchronously, without a task id, and resolves when that is queued. Rejects
   * with ApiError as a request would be refused.
   */
  deliver(event: Buffer): Promise<void>;
}

/** A local Function Compute, FC 2.0 and FC 3.0 side by side. */
export interface FunctionCompute {
  /**
   * Serves a request whose path begins with /2016-08-15/ or /2023-03-30/, and one to an HTTP trigger
   * of FC 3.0, by its domain or its path.
   */
  handle(request: WireRequest): Promise<WireResponse>;
  /**
   * Invokes without a request; `name` is `function`, or `service/function` for FC 2.0.
   * Throws ApiError as a request would be refused.
   */
  invoke(
    name: string,
    event: Buffer | string,
    options?: { readonly async?: boolean; readonly taskId?: string },
  ): Promise<InvokeOutcome>;
  /**
   * Fires a timer trigger now, as an asynchronous invocation; `at`, in milliseconds since 1970, is
   * the time that the event carries. The trigger's name may be left out when there is only one.
   */
  fireTimer(
    name: string,
    triggerName?: string,
    at?: number,
  ): Promise<{ readonly requestId: string }>;
  readonly eventTriggers: readonly EventTriggerTarget[];
  /**
   * The path of a function's HTTP trigger on this server, ending with a slash; `name` as for invoke.
   * Throws TypeError for a function without an HTTP trigger.
   */
  httpUrl(name: string): string;
  /** The domain of that trigger, for FC 3.0 such as `webhook-0123456789.cn-hangzhou.fcapp.run`. */
  httpDomain(name: string): string;
  /**
   * Ends the instances of one function, or all of them, as an instance failure, and resolves when
   * their threads have ended. Returns how many invocations that interrupted.
   */
  killInstances(name?: string): Promise<number>;
  /**
   * Resolves when no asynchronous invocation is queued, running or waiting for its retry. What they
   * wrote until they ended has been logged by then.
   */
  idle(): Promise<void>;
  /** Every attempt at an invocation, in the order in which they ended. */
  readonly invocations: readonly InvocationRecord[];
  /** Ends every instance and drops what is queued. */
  close(): Promise<void>;
}

/** Creates a local Function Compute. Throws TypeError for a definition that could not be deployed. */
export function createFunctionCompute(options: FunctionComputeOptions): FunctionCompute {
  const directory = createFunctionDirectory(options.functions);
  const invoker = createInvoker({
    accountId: options.accountId,
    regionId: options.regionId,
    now: options.now,
    roleCredentials: options.roleCredentials,
    maxInstances: options.maxInstances ?? 100,
    asyncRetryDelayMs: options.asyncRetryDelayMs ?? 1000,
    onLog: options.onLog ?? (() => {}),
    onFailure: (failed) => tellDestination(failed),
  });
  let closed = false;

  const check = (bytes: number, limit: number) => {
    if (closed) {
      throw new ApiError(503, 'ServiceUnavailable', 'the local Function Compute is closed');
    }
    if (bytes > limit) {
      throw new ApiError(
        400,
        'EntityTooLarge',
        `payload size exceeds maximum allowed size (${limit} bytes)`,
      );
    }
  };
  const start: ServeOptions['start'] = async (definition, event, call) => {
    check(event.length, call.isAsync ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES);
    return call.isAsync
      ? { kind: 'accepted', ...invoker.enqueue(definition, event, call.taskId) }
      : { kind: 'completed', ...(await invoker.invokeNow(definition, event, 'event')) };
  };
  /** Tells the destination, if the function's role may invoke it; if not, nobody is told. */
  const tellDestination = (failed: FailedInvocation) => {
    const { definition, result } = failed;
    if (definition.onFailure === undefined) return;
    try {
      const destination = findDestination(definition.onFailure, directory);
      const { accessKeyId = '' } = mintFor(definition, options.roleCredentials) ?? {};
      const { functionName, serviceName } = destination;
      const resource = resourceName(options, functionName, serviceName, 'LATEST');
      options.authorize?.(accessKeyId, 'fc:InvokeFunction', resource);
      const event = createFailureEvent(failed, options, options.now());
      check(event.length, MAX_ASYNC_PAYLOAD_BYTES);
      invoker.enqueue(destination, event);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const line = `destination ${definition.onFailure} was not told: ${error.message}`;
      const { requestId, instanceId } = result;
      const { functionName } = definition;
      options.onLog?.(line, { functionName, instanceId, requestId, stream: 'stderr' });
    }
  };
  const fireTimer = async (definition: FunctionDefinition, timer: TimerTrigger, at: number) => {
    const { requestId } = await start(definition, createTimerEvent(timer, at), { isAsync: true });
    return { requestId };
  };
  const findHttp = (name: string) => {
    const definition = directory.findByName(name);
    if (definition.httpTrigger !== undefined) return definition;
    throw new TypeError(`Function '${name}' has no HTTP trigger; give it one to reach it by HTTP.`);
  };
  const stopTimers = options.runTimers ? startTimers(directory.all, options.now, fireTimer) : [];

  return {
    handle: createServe({
      accountId: options.accountId,
      regionId: options.regionId,
      directory,
      signatures: createSignatureVerifier(options.secretOf, options.now),
      authorize: options.authorize ?? (() => {}),
      now: options.now,
      start,
      async startHttp(definition, event, { handlerKind, bodyBytes }) {
        check(bodyBytes, MAX_SYNC_PAYLOAD_BYTES);
        return invoker.invokeNow(definition, event, handlerKind);
      },
    }),
    async invoke(name, event, call = {}) {
      return start(directory.findByName(name), Buffer.from(event), {
        isAsync: call.async ?? false,
        ...readTaskId(call.taskId),
      });
    },
    async fireTimer(name, triggerName, at = options.now()) {
      const definition = directory.findByName(name);
      return fireTimer(definition, findTimer(definition, triggerName), at);
    },
    eventTriggers: directory.all.flatMap((definition) => eventTargetsOf(definition, start)),
    httpUrl: (name) => httpPath(findHttp(name)),
    httpDomain: (name) => httpDomain(findHttp(name), options),
    killInstances: invoker.kill,
    idle: invoker.idle,
    invocations: invoker.invocations,
    async close() {
      closed = true;
      for (const stop of stopTimers) stop();
      await invoker.close();
    },
  };
}

function startTimers(
  definitions: readonly FunctionDefinition[],
  now: () => number,
  fire: (definition: FunctionDefinition, timer: TimerTrigger, at: number) => Promise<unknown>,
): (() => void)[] {
  return definitions.flatMap((definition) =>
    (definition.timers ?? [])
      .filter((timer) => timer.enable)
      .map((timer) =>
        followSchedule(parseSchedule(timer.cronExpression), now, (at) => {
          void fire(definition, timer, at);
        }),
      ),
  );
}

function eventTargetsOf(
  definition: FunctionDefinition,
  start: ServeOptions['start'],
): EventTriggerTarget[] {
  return (definition.eventTriggers ?? [])
    .filter((trigger) => trigger.enable)
    .map(({ triggerName, filterPattern }) => ({
      functionName: qualifiedName(definition.functionName, definition.serviceName),
      triggerName,
      filterPattern,
      async deliver(event) {
        await start(definition, event, { isAsync: true });
      },
    }));
}
