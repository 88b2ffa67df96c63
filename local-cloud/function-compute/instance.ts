import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type FunctionDefinition, splitHandler } from './function-definition';
import { createLineSplitter } from './line-splitter';

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

/**
 * How a handler is called: `event` with event and context, `http` with the request and response
 * objects of FC 2.0.
 */
export type HandlerKind = 'event' | 'http';

type OutputMessage = {
  readonly kind: 'output';
  readonly stream: LogLineOrigin['stream'];
  readonly bytes: Uint8Array;
};

/** One instance of a function: a thread of its own that serves one invocation at a time. */
export interface Instance {
  readonly id: string;
  readonly definition: FunctionDefinition;
  /** Whether the thread has ended, so that the instance serves nothing any more. */
  readonly ended: boolean;
  /**
   * Serves one invocation. Resolves after everything it wrote was logged, and once the thread has
   * ended when the answer means its end.
   */
  run(
    event: Uint8Array,
    context: InvocationContext,
    handlerKind: HandlerKind,
  ): Promise<InstanceAnswer>;
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

  const linesOf = (stream: LogLineOrigin['stream']) =>
    createLineSplitter((line) =>
      options.onLog(line, {
        functionName: definition.functionName,
        instanceId: id,
        requestId,
        stream,
      }),
    );
  const output = { stdout: linesOf('stdout'), stderr: linesOf('stderr') };

  const answer = (value: InstanceAnswer) => {
    output.stdout.end();
    output.stderr.end();
    settle?.(value);
    settle = undefined;
  };
  const instance: Instance = {
    id,
    definition,
    get ended() {
      return ended;
    },
    run(event, context, handlerKind) {
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
        worker.postMessage({ event, context, handlerKind });
      });
    },
    async terminate() {
      condemned ??= 'exited';
      await worker.terminate();
    },
  };
  worker.on('message', (value: InstanceAnswer | OutputMessage) => {
    if (value.kind === 'output') return output[value.stream].write(value.bytes);
    // An answer that crosses a termination is lost, as it would be with the instance.
    if (condemned === undefined) answer(value);
  });
  worker.on('error', (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    output.stderr.end();
    output.stderr.write(Buffer.from(`${text}\n`));
  });
  worker.on('exit', () => {
    ended = true;
    options.onEnd(instance);
    answer({ kind: condemned ?? 'exited' });
  });
  return instance;
}
