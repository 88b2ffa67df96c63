import { EcsError, type EcsErrorKind } from './ecs-error';
import { kindOfAnswer, kindOfKnownCode } from './error-codes';
import { nextStep } from './next-step';
import type { Credentials } from './sdk';

/** Why one attempt failed, in words and codes that are safe to log. */
export interface Failure {
  readonly kind: EcsErrorKind;
  /** What happened, as the end of a sentence. */
  readonly cause: string;
  readonly code?: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
}

/** An answer that came, was no error, and yet does not hold what it must. The message is safe to log. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Errors of a connection that was never made: nothing can have reached the service. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/**
 * What an error of the SDK, or an answer that could not be read, says about the attempt. The error's own
 * message is not used: after a broken connection it holds the full query, after a refused signature the
 * string to sign. `timeoutMs` is what the attempt was given.
 */
export function failureOf(
  error: unknown,
  write: boolean,
  timeoutMs: number,
  credentials: Credentials,
): Failure {
  const { text, ...known } = readSdkError(error);
  const { code, status } = known;
  if (status === undefined) {
    const reached = code === undefined || !NOT_CONNECTED.has(code);
    const kind = write && reached ? 'unknown-outcome' : 'transient';
    return { ...known, kind, cause: noAnswer(error, code, timeoutMs) };
  }
  return {
    ...known,
    kind: settle(kindOfAnswer(code, status), write, status),
    cause:
      text !== undefined && mayQuote(code, status)
        ? `ECS answered "${redact(text, credentials)}"`
        : 'ECS answered with an error',
  };
}

/**
 * Message texts of these kinds speak of the request's parameters; those of refused signatures repeat the
 * string to sign, and what a code that is not in the table says cannot be known.
 */
function mayQuote(code: string | undefined, status: number): boolean {
  const kind = code === undefined ? undefined : kindOfKnownCode(code, status);
  return kind === 'validation' || kind === 'not-found' || kind === 'state' || kind === 'quota';
}

/** A read has no outcome to wonder about; a write answered with 408 or 5xx may have taken effect. */
function settle(kind: EcsErrorKind, write: boolean, status: number): EcsErrorKind {
  if (!write) return kind === 'unknown-outcome' ? 'transient' : kind;
  return kind === 'transient' && (status >= 500 || status === 408) ? 'unknown-outcome' : kind;
}

function noAnswer(error: unknown, code: string | undefined, timeoutMs: number): string {
  if (error instanceof MalformedAnswer) return error.message;
  if (error instanceof SyntaxError) return 'the answer was not JSON';
  if (error instanceof Error && error.name === 'RequestTimeoutError') {
    return `no answer came within ${timeoutMs} ms`;
  }
  return code === undefined ? 'the answer could not be read' : 'the connection failed';
}

type SdkError = Pick<Failure, 'code' | 'status' | 'requestId' | 'retryAfterMs'> & {
  readonly text?: string;
};

/** The parts of an SDK error that can be trusted; absent ones may come as the text 'undefined'. */
function readSdkError(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null) return {};
  const { code, statusCode, requestId, retryAfter, data }: Record<string, unknown> = { ...error };
  const text = typeof data === 'object' && data !== null && 'Message' in data ? data.Message : '';
  return {
    ...(isPlainToken(code) ? { code } : {}),
    ...(typeof statusCode === 'number' ? { status: statusCode } : {}),
    ...(isPlainToken(requestId) ? { requestId } : {}),
    ...(typeof retryAfter === 'number' && retryAfter >= 0 ? { retryAfterMs: retryAfter } : {}),
    ...(typeof text === 'string' && text !== '' ? { text } : {}),
  };
}

function isPlainToken(value: unknown): value is string {
  return typeof value === 'string' && value !== 'undefined' && /^[\w.-]{1,100}$/.test(value);
}

function redact(text: string, credentials: Credentials): string {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  let safe = text.replace(/\s+/g, ' ');
  for (const secret of [accessKeySecret, securityToken, accessKeyId]) {
    if (secret) safe = safe.replaceAll(secret, '***');
  }
  return safe.slice(0, 300);
}

/** The error to throw for a call that failed for good. `subject` says what it was about. */
export function ecsError(
  action: string,
  subject: string,
  attempts: number,
  { cause, ...failure }: Failure,
): EcsError {
  const facts = [
    failure.code,
    failure.status === undefined ? undefined : `HTTP ${failure.status}`,
    failure.requestId === undefined ? undefined : `request ${failure.requestId}`,
    `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
  ].filter((fact) => fact !== undefined);
  return new EcsError(
    `${action} for ${subject} failed (${failure.kind}): ${cause} (${facts.join(', ')}); ` +
      nextStep(failure.kind, failure.code, action),
    { ...failure, action, attempts },
  );
}
