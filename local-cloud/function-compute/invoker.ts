import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../action';
import type { FailedInvocation } from './destination';
import { type FunctionDefinition, qualifiedName } from './function-definition';
import type {
  FunctionErrorBody,
  HandlerKind,
  Instance,
  InstanceAnswer,
  LogLineOrigin,
} from './instance';
import { startInstance } from './instance';
import { createInstancePool } from './instance-pool';
import {
  createContext,
  createEnvironment,
  type MintRoleCredentials,
  mintFor,
  type Place,
} from './invocation-context';

/** Value of the header x-fc-error-type. */
export type FunctionErrorType = 'HandledInvocationError' | 'UnhandledInvocationError';

/** One attempt at an invocation, written down when it ended. */
export interface InvocationRecord {
  /** The same for every attempt at one asynchronous invocation. */
  readonly requestId: string;
  readonly functionName: string;
  readonly serviceName?: string;
  readonly type: 'Sync' | 'Async';
  /** From 1. */
  readonly attempt: number;
  readonly status: 'Succeeded' | 'Failed';
  readonly durationMs: number;
  readonly errorType?: FunctionErrorType;
  readonly errorMessage?: string;
  readonly taskId?: string;
}

/** What a synchronous invocation answers; `errorType` is set when the function failed. */
export interface InvocationResult {
  readonly requestId: string;
  readonly instanceId: string;
  readonly durationMs: number;
  readonly payload: Buffer;
  readonly errorType?: FunctionErrorType;
}

/** What the invoker needs to know of the world. */
export interface InvokerOptions extends Place {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly roleCredentials: MintRoleCredentials;
  readonly maxInstances: number;
  readonly asyncRetryDelayMs: number;
  readonly onLog: (line: string, origin: LogLineOrigin) => void;
  /** Told of an asynchronous invocation whose last attempt failed, before it counts as ended. */
  readonly onFailure: (failed: FailedInvocation) => void;
}

/** Runs functions and keeps the log of their invocations. */
export interface Invoker {
  readonly invocations: readonly InvocationRecord[];
  /** Runs once. Throws ApiError 429 while every instance of the quota is busy. */
  invokeNow(
    definition: FunctionDefinition,
    event: Buffer,
    handlerKind: HandlerKind,
  ): Promise<InvocationResult>;
  /** Queues. Throws ApiError 409 for a task id that the function has had since the start. */
  enqueue(definition: FunctionDefinition, event: Buffer, taskId?: string): { requestId: string };
  /** Resolves when no asynchronous invocation is queued, running or waiting for its retry. */
  idle(): Promise<void>;
  kill(name?: string): Promise<number>;
  close(): Promise<void>;
}

/** Creates the invoker and its instance pool; instances start when they are first needed. */
export function createInvoker(options: InvokerOptions): Invoker {
  const invocations: InvocationRecord[] = [];
  const acceptedTasks = new Set<string>();
  const closing = new AbortController();
  let unfinished = 0;
  let idleWaiters: (() => void)[] = [];
  const pool = createInstancePool(options.maxInstances, (definition, onEnd) => {
    const id = `c-${randomUUID()}`;
    const credentials = mintFor(definition, options.roleCredentials);
    const environment = createEnvironment(definition, options, id, credentials);
    return startInstance({ id, definition, environment, onLog: options.onLog, onEnd });
  });

  const attempt = async (
    instance: Instance,
    event: Buffer,
    call: { requestId: string; type: 'Sync' | 'Async'; attempt: number; taskId?: string },
    handlerKind: HandlerKind,
  ): Promise<InvocationResult> => {
    const { definition } = instance;
    const retryCount = call.attempt - 1;
    const startedAt = options.now();
    let answer: InstanceAnswer;
    try {
      const credentials = mintFor(definition, options.roleCredentials);
      const context = createContext(definition, options, { ...call, retryCount }, credentials);
      answer = await instance.run(event, context, handlerKind);
    } finally {
      pool.release(instance);
    }
    const durationMs = options.now() - startedAt;
    const failure = failureOf(answer, definition, durationMs);
    invocations.push({
      ...call,
      functionName: definition.functionName,
      ...(definition.serviceName === undefined ? {} : { serviceName: definition.serviceName }),
      status: failure === undefined ? 'Succeeded' : 'Failed',
      durationMs,
      ...(failure === undefined
        ? {}
        : { errorType: failure.errorType, errorMessage: failure.body.errorMessage }),
    });
    const common = { requestId: call.requestId, instanceId: instance.id, durationMs };
    if (failure !== undefined) {
      const payload = Buffer.from(JSON.stringify(failure.body));
      return { ...common, payload, errorType: failure.errorType };
    }
    return { ...common, payload: Buffer.from(answer.kind === 'returned' ? answer.payload : '') };
  };

  const runUntilDone = async (
    definition: FunctionDefinition,
    event: Buffer,
    call: { requestId: string; taskId?: string },
  ): Promise<void> => {
    const attempts = 1 + (definition.maxAsyncRetryAttempts ?? 3);
    for (let number = 1; number <= attempts; number += 1) {
      if (number > 1) {
        await sleep(options.asyncRetryDelayMs, undefined, { signal: closing.signal });
      }
      const instance = await pool.acquireInTurn(definition);
      if (instance === undefined) return;
      const result = await attempt(
        instance,
        event,
        { ...call, type: 'Async', attempt: number },
        'event',
      );
      if (result.errorType === undefined || closing.signal.aborted) return;
      if (number === attempts) options.onFailure({ definition, event, result, attempts });
    }
  };

  return {
    invocations,
    async invokeNow(definition, event, handlerKind) {
      const instance = pool.acquire(definition);
      if (instance === undefined) {
        throw new ApiError(429, 'ResourceExhausted', 'the number of instances exceeds the limit');
      }
      return attempt(
        instance,
        event,
        { requestId: randomUUID(), type: 'Sync', attempt: 1 },
        handlerKind,
      );
    },
    enqueue(definition, event, taskId) {
      if (taskId !== undefined && definition.asyncTask !== false) {
        const name = qualifiedName(definition.functionName, definition.serviceName);
        const task = `${name} ${taskId}`;
        if (acceptedTasks.has(task)) {
          throw new ApiError(
            409,
            'StatefulAsyncInvocationAlreadyExists',
            `invocation '${taskId}' of function '${name}' already exists`,
          );
        }
        acceptedTasks.add(task);
      }
      const requestId = randomUUID();
      unfinished += 1;
      void runUntilDone(definition, event, {
        requestId,
        ...(taskId === undefined ? {} : { taskId }),
      })
        .catch((error: unknown) => {
          if (!closing.signal.aborted) throw error;
        })
        .finally(() => {
          unfinished -= 1;
          if (unfinished > 0) return;
          for (const resolve of idleWaiters) resolve();
          idleWaiters = [];
        });
      return { requestId };
    },
    async idle() {
      if (unfinished > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve));
    },
    kill: pool.kill,
    async close() {
      closing.abort();
      await pool.close();
    },
  };
}

/** The error headers and body of an answer, or undefined for a success (error handling page). */
function failureOf(
  answer: InstanceAnswer,
  definition: FunctionDefinition,
  durationMs: number,
): { errorType: FunctionErrorType; body: FunctionErrorBody } | undefined {
  const unhandled = (body: FunctionErrorBody) =>
    ({ errorType: 'UnhandledInvocationError', body }) as const;
  switch (answer.kind) {
    case 'returned':
      return undefined;
    case 'failed':
      if (answer.handled) return { errorType: 'HandledInvocationError', body: answer.body };
      // FC 2.0 prefixes the type of an error that the handler did not pass to its callback.
      return unhandled(
        definition.serviceName === undefined
          ? answer.body
          : { ...answer.body, errorType: `FunctionUnhandledError: ${answer.body.errorType}` },
      );
    case 'timed-out':
      return unhandled({
        errorMessage: `Function timed out after ${definition.timeoutSeconds} seconds (maxMemoryUsage: 0MB)`,
      });
    case 'exited':
      return unhandled({
        errorMessage: `Process exited unexpectedly before completing request (duration: ${durationMs}ms, maxMemoryUsage: 0MB)`,
      });
    default:
      return answer satisfies never;
  }
}
