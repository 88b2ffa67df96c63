import { randomUUID } from 'node:crypto';
import { ApiError } from '../action';
import type { WireRequest, WireResponse } from '../wire/http';
import { checkDefinition, type FunctionDefinition, qualifiedName } from './function-definition';
import type { LogLineOrigin } from './instance';
import type { MintRoleCredentials } from './invocation-context';
import { createInvoker, type InvocationRecord, type InvocationResult } from './invoker';
import {
  acceptedResponse,
  completedResponse,
  errorResponse,
  readInvocationRequest,
  readTaskId,
  versionOf,
} from './routes';
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
  /** Instances of all functions together, 100 when absent (instance quota of an account). */
  readonly maxInstances?: number;
  /** Pause before a failed asynchronous invocation is repeated, 1000 when absent. */
  readonly asyncRetryDelayMs?: number;
  /** Receives the output of functions line by line; dropped when absent. */
  readonly onLog?: (line: string, origin: LogLineOrigin) => void;
}

/** How a programmatic invocation ended, or that it was queued. */
export type InvokeOutcome =
  | ({ readonly kind: 'completed' } & InvocationResult)
  | { readonly kind: 'accepted'; readonly requestId: string };

/** A local Function Compute, FC 2.0 and FC 3.0 side by side. */
export interface FunctionCompute {
  /** Serves a request whose path begins with /2016-08-15/ or /2023-03-30/. */
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
  /**
   * Ends the instances of one function, or all of them, as an instance failure, and resolves when
   * their threads have ended. Returns how many invocations that interrupted.
   */
  killInstances(name?: string): Promise<number>;
  /** Resolves when no asynchronous invocation is queued, running or waiting for its retry. */
  idle(): Promise<void>;
  /** Every attempt at an invocation, in the order in which they ended. */
  readonly invocations: readonly InvocationRecord[];
  /** Ends every instance and drops what is queued. */
  close(): Promise<void>;
}

/** Creates a local Function Compute. Throws TypeError for a definition that could not be deployed. */
export function createFunctionCompute(options: FunctionComputeOptions): FunctionCompute {
  const functions = new Map<string, FunctionDefinition>();
  for (const definition of options.functions) {
    checkDefinition(definition);
    const name = qualifiedName(definition.functionName, definition.serviceName);
    if (functions.has(name)) {
      throw new TypeError(`Function '${name}' is defined twice; give one of them another name.`);
    }
    functions.set(name, definition);
  }
  const invoker = createInvoker({
    accountId: options.accountId,
    regionId: options.regionId,
    now: options.now,
    roleCredentials: options.roleCredentials,
    maxInstances: options.maxInstances ?? 100,
    asyncRetryDelayMs: options.asyncRetryDelayMs ?? 1000,
    onLog: options.onLog ?? (() => {}),
  });
  const signatures = createSignatureVerifier(options.secretOf, options.now);
  let closed = false;

  const find = (functionName: string, serviceName?: string): FunctionDefinition => {
    const definition = functions.get(qualifiedName(functionName, serviceName));
    if (definition !== undefined) return definition;
    if (serviceName === undefined) {
      throw new ApiError(404, 'FunctionNotFound', `function '${functionName}' does not exist`);
    }
    if (![...functions.values()].some((each) => each.serviceName === serviceName)) {
      throw new ApiError(404, 'ServiceNotFound', `service '${serviceName}' does not exist`);
    }
    throw new ApiError(
      404,
      'FunctionNotFound',
      `function '${functionName}' does not exist in service '${serviceName}'`,
    );
  };

  const start = async (
    definition: FunctionDefinition,
    event: Buffer,
    call: { readonly isAsync: boolean; readonly taskId?: string },
  ): Promise<InvokeOutcome> => {
    if (closed) {
      throw new ApiError(503, 'ServiceUnavailable', 'the local Function Compute is closed');
    }
    const limit = call.isAsync ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES;
    if (event.length > limit) {
      throw new ApiError(
        400,
        'EntityTooLarge',
        `payload size exceeds maximum allowed size (${limit} bytes)`,
      );
    }
    return call.isAsync
      ? { kind: 'accepted', ...invoker.enqueue(definition, event, call.taskId) }
      : { kind: 'completed', ...(await invoker.invokeNow(definition, event)) };
  };

  const serve = async (
    version: NonNullable<ReturnType<typeof versionOf>>,
    request: WireRequest,
  ): Promise<WireResponse> => {
    if (version === '2016-08-15') signatures.verifyV2(request);
    else signatures.verifyV3(request);
    const call = readInvocationRequest(request);
    const definition = find(call.functionName, call.serviceName);
    if (call.qualifier !== 'LATEST') throw unknownQualifier(call.qualifier, definition);
    const outcome = await start(definition, request.body, call);
    return outcome.kind === 'accepted'
      ? acceptedResponse(outcome.requestId)
      : completedResponse(outcome);
  };

  return {
    async handle(request) {
      const version = versionOf(request.path) ?? '2023-03-30';
      try {
        return await serve(version, request);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return errorResponse(version, error, randomUUID());
      }
    },
    async invoke(name, event, call = {}) {
      const [functionName = '', serviceName] = name.split('/').reverse();
      return start(find(functionName, serviceName), Buffer.from(event), {
        isAsync: call.async ?? false,
        ...readTaskId(call.taskId),
      });
    },
    async fireTimer(name, triggerName, at = options.now()) {
      const [functionName = '', serviceName] = name.split('/').reverse();
      const definition = find(functionName, serviceName);
      const event = createTimerEvent(findTimer(definition, triggerName), at);
      const { requestId } = await start(definition, event, { isAsync: true });
      return { requestId };
    },
    killInstances: invoker.kill,
    idle: invoker.idle,
    invocations: invoker.invocations,
    async close() {
      closed = true;
      await invoker.close();
    },
  };
}

/** Nothing but the latest code runs here: versions and aliases are published in the cloud only. */
function unknownQualifier(qualifier: string, definition: FunctionDefinition): ApiError {
  const owner =
    definition.serviceName === undefined
      ? `function '${definition.functionName}'`
      : `service '${definition.serviceName}'`;
  return /^\d+$/.test(qualifier)
    ? new ApiError(404, 'VersionNotFound', `version '${qualifier}' of ${owner} does not exist`)
    : new ApiError(404, 'AliasNotFound', `alias '${qualifier}' of ${owner} does not exist`);
}
