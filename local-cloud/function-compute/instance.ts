import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { type FunctionDefinition, splitHandler } from './function-definition';

/** Where a line of a function's output came from. */
export interface LogLineOrigin {
  readonly functionName: string;
  readonly instanceId: string;
  /** The invocation that the instance served last; absent before its first. */
  readonly requestId: string | undefined;
  readonly stream: 'stdout' | 'stderr';
}

/** The part of the context object that can be sent to an instance; the logger is added there. */
export interface InvocationContext {
  readonly requestId: string;
  readonly [field: string]: unknown;
}

/** The JSON body of a failed invocation (error handling page, Node.js). */
export interface FunctionErrorBody {
  readonly errorMessage: string;
  readonly errorType?: string;
  readonly stackTrace?: readonly string[];
}

/** How an invocation ended, as the instance saw it. */
export type InstanceAnswer =
  | { readonly kind: 'returned'; readonly payload: Uint8Array }
  | { readonly kind: 'failed'; readonly handled: boolean; readonly body: FunctionErrorBody }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'exited' };

/** One instance of a function: a thread of its own that serves one invocation at a time. */
export interface Instance {
  readonly id: string;
  readonly definition: FunctionDefinition;
  /** Whether the thread has ended, so that the instance serves nothing any more. */
  readonly ended: boolean;
  /** Serves one invocation. Resolves once the thread has ended when the answer means its end. */
  run(event: Uint8Array, context: InvocationContext): Promise<InstanceAnswer>;
  /** Ends the thread; a running invocation resolves as `exited`. */
  terminate(): Promise<void>;
}

interface InstanceOptions {
  readonly id: string;
  readonly definition: FunctionDefinition;
  /** The whole environment of the function's code. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLog: (line: string, origin: LogLineOrigin) => void;
  readonly onEnd: (instance: Instance) => void;
}

/** Starts an instance. The code is loaded by its first invocation, within that one's timeout. */
export function startInstance(options: InstanceOptions): Instance {
  const { definition, id } = options;
  const worker = new Worker(join(__dirname, 'bootstrap.cjs'), {
    workerData: { codeDirectory: definition.codeDirectory, ...splitHandler(definition.handler) },
    env: { ...options.environment },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMegabytes },
  });
  let requestId: string | undefined;
  let condemned: 'exited' | 'timed-out' | undefined;
  let ended = false;
  let settle: ((answer: InstanceAnswer) => void) | undefined;

  const readLines = (stream: 'stdout' | 'stderr', input: Readable) =>
    createInterface({ input }).on('line', (line) =>
      options.onLog(line, {
        functionName: definition.functionName,
        instanceId: id,
        requestId,
        stream,
      }),
    );
  readLines('stdout', worker.stdout);
  readLines('stderr', worker.stderr);

  const answer = (value: InstanceAnswer) => {
    settle?.(value);
    settle = undefined;
  };
  const instance: Instance = {
    id,
    definition,
    get ended() {
      return ended;
    },
    run(event, context) {
      if (ended || condemned !== undefined) return Promise.resolve({ kind: 'exited' });
      requestId = context.requestId;
      return new Promise((resolve) => {
        const deadline = setTimeout(() => {
          condemned = 'timed-out';
          void worker.terminate();
        }, definition.timeoutSeconds * 1000);
        settle = (value) => {
          clearTimeout(deadline);
          resolve(value);
        };
        worker.postMessage({ event, context });
      });
    },
    async terminate() {
      condemned ??= 'exited';
      await worker.terminate();
    },
  };
  worker.on('message', (value: InstanceAnswer) => {
    // An answer that crosses a termination is lost, as it would be with the instance.
    if (condemned === undefined) answer(value);
  });
  worker.on('error', (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of text.split('\n')) {
      options.onLog(line, {
        functionName: definition.functionName,
        instanceId: id,
        requestId,
        stream: 'stderr',
      });
    }
  });
  worker.on('exit', () => {
    ended = true;
    options.onEnd(instance);
    answer({ kind: condemned ?? 'exited' });
  });
  return instance;
}
