import { setTimeout as wait } from 'node:timers/promises';
import { FunctionCallError } from './function-call-error';
import type { Connection, Invocation, InvocationAnswer, SendInvocation } from './invocation';

/** Calls functions, whichever version of Function Compute they run on. */
export interface FunctionCaller {
  /**
   * Queues one run of a function. The task id makes that idempotent: repeating it starts nothing and
   * is answered `duplicate` (task deduplication page; the function must be in async task mode). That
   * is why transient failures are retried here. Throws FunctionCallError when the call was refused or
   * nothing is known of it after the last attempt, and TypeError for a payload over 128 KB or an id
   * that is not letters, digits, `_` and `-`, 128 at most, not starting with a digit.
   */
  callAsync(
    functionName: string,
    payload: string,
    taskId: string,
  ): Promise<{ readonly requestId: string; readonly accepted: 'new' | 'duplicate' }>;
  /**
   * Runs a function and waits for what it returns. Never retried, as it may have run.
   * Throws FunctionCallError, also when the function failed, and TypeError for over 32 MB.
   */
  call(
    functionName: string,
    payload: string,
  ): Promise<{ readonly requestId: string; readonly payload: string }>;
}

/** Where, as whom and how patiently to call functions. */
export interface FunctionCallerOptions {
  readonly accountId: string;
  readonly regionId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  /** The service of the functions: set for FC 2.0, absent for FC 3.0, which has no services. */
  readonly serviceName?: string;
  /** Version or alias; the latest code when absent. */
  readonly qualifier?: string;
  /** Host, with or without scheme; the region's public endpoint over https when absent. */
  readonly endpoint?: string;
  /** For each attempt, 10,000 when absent. Must exceed the function's timeout for `call`. */
  readonly timeoutMs?: number;
  /** Pauses between attempts. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to 1, for the length of the pauses. */
  readonly random?: () => number;
}

const MAX_ASYNC_PAYLOAD_BYTES = 128 * 1024;
const MAX_SYNC_PAYLOAD_BYTES = 32 * 1024 * 1024;
const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;
const LONGEST_MESSAGE = 500;

/** Creates a caller; the SDK that it needs is loaded by the first call. */
export function createFunctionCaller(options: FunctionCallerOptions): FunctionCaller {
  const { accountId, regionId, credentials, qualifier, serviceName } = options;
  const sleep = options.sleep ?? wait;
  const random = options.random ?? Math.random;
  const connection: Connection = {
    accountId,
    regionId,
    credentials,
    ...(qualifier === undefined ? {} : { qualifier }),
    endpoint: parseEndpoint(options.endpoint ?? `${accountId}.${regionId}.fc.aliyuncs.com`),
    timeoutMs: options.timeoutMs ?? 10_000,
  };
  if (serviceName !== undefined) checkName('service', serviceName);
  let adapter: Promise<SendInvocation> | undefined;
  const send: SendInvocation = async (invocation) => {
    adapter ??= loadAdapter(connection, serviceName);
    return (await adapter)(invocation);
  };

  const sendUntilKnown = async (invocation: Invocation): Promise<InvocationAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(invocation);
      if (attempt === MAX_ATTEMPTS || !isTransient(answer)) return answer;
      // Full jitter keeps the shards of one sweep from retrying in step.
      await sleep(random() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  };

  return {
    async callAsync(functionName, payload, taskId) {
      checkName('function', functionName);
      checkName('task', taskId);
      checkSize(functionName, payload, MAX_ASYNC_PAYLOAD_BYTES);
      const answer = await sendUntilKnown({ functionName, payload, taskId });
      // Also after an own attempt of unknown outcome: then that attempt is the one that was accepted.
      if (answer.kind === 'refused' && answer.status === 409) {
        return { requestId: answer.requestId, accepted: 'duplicate' };
      }
      return { requestId: resultOf(functionName, answer).requestId, accepted: 'new' };
    },
    async call(functionName, payload) {
      checkName('function', functionName);
      checkSize(functionName, payload, MAX_SYNC_PAYLOAD_BYTES);
      return resultOf(functionName, await send({ functionName, payload }));
    },
  };
}

/** An SDK takes its time to load, and a caller needs only one of the two. */
async function loadAdapter(
  connection: Connection,
  serviceName: string | undefined,
): Promise<SendInvocation> {
  if (serviceName === undefined) {
    return (await import('./fc3-adapter')).createFc3Adapter(connection);
  }
  return (await import('./fc2-adapter')).createFc2Adapter(connection, serviceName);
}

function isTransient(answer: InvocationAnswer): boolean {
  switch (answer.kind) {
    case 'answered':
      return false;
    case 'refused':
      return answer.status === 429 || answer.status >= 500;
    case 'no-answer':
      return true;
    default:
      return answer satisfies never;
  }
}

/** The answer's request id and payload. Throws FunctionCallError when it brought no result. */
function resultOf(
  functionName: string,
  answer: InvocationAnswer,
): { requestId: string; payload: string } {
  switch (answer.kind) {
    case 'answered':
      if (answer.errorType === undefined) {
        return { requestId: answer.requestId, payload: answer.payload };
      }
      throw new FunctionCallError(
        functionName,
        { kind: 'function-failed', errorType: answer.errorType },
        `Function '${functionName}' failed (${answer.errorType}): ${functionMessage(answer.payload)} Look for request ${answer.requestId} in its log.`,
        answer.requestId,
      );
    case 'refused': {
      const { status, code, requestId } = answer;
      throw new FunctionCallError(
        functionName,
        { kind: 'refused', status, code },
        `Function Compute refused to call '${functionName}': ${status} ${code} (request ${requestId || 'unknown'}). ${adviceFor(status)}`,
        requestId,
      );
    }
    case 'no-answer':
      throw new FunctionCallError(
        functionName,
        { kind: 'no-answer', reason: answer.reason },
        `No answer to the call of '${functionName}': ${answer.reason}. Check the endpoint and the network; the function may have run all the same.`,
      );
    default:
      return answer satisfies never;
  }
}

function functionMessage(payload: string): string {
  let message = payload;
  try {
    const body: unknown = JSON.parse(payload);
    if (typeof body === 'object' && body !== null && 'errorMessage' in body) {
      message = String(body.errorMessage);
    }
  } catch {
    // A function of a custom runtime may fail with any text: that text is the message.
  }
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}

function adviceFor(status: number): string {
  if (status === 403) return 'Check the credentials and their fc:InvokeFunction permission.';
  if (status === 404) return 'Check the names of the function and the service, and the region.';
  if (status === 429) return 'The account has no free instance; raise its quota or call later.';
  if (status >= 500) return 'Call again later.';
  return 'Check the call against the InvokeFunction page.';
}

function checkSize(functionName: string, payload: string, limit: number): void {
  const size = Buffer.byteLength(payload);
  if (size > limit) {
    throw new TypeError(
      `The payload for function '${functionName}' has ${size} bytes, over the ${limit} that Function Compute takes; send less at a time.`,
    );
  }
}

/** Names go into the path and into headers, so they are checked before either SDK sees them. */
function checkName(what: 'function' | 'service' | 'task', name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/.test(name)) {
    throw new TypeError(
      `'${name.slice(0, 140)}' cannot name a ${what}: use letters, digits, _ and -, 128 at most, and no digit or - first.`,
    );
  }
  return name;
}

function parseEndpoint(endpoint: string): URL {
  const text = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(text) || new URL(text).pathname !== '/') {
    throw new TypeError(
      'The Function Compute endpoint is no host: write it like 123456.cn-hangzhou.fc.aliyuncs.com or http://127.0.0.1:8080.',
    );
  }
  return new URL(text);
}
