/** What an OSS call was about, for messages. */
export interface OssSubject {
  readonly bucket: string;
  readonly region: string;
  /** Such as `oss:PutObject on acs:oss:*:*:BUCKET/*`. */
  readonly permission: string;
  readonly timeoutMs: number;
}

/** Why one attempt failed, in words that are safe to log. */
export interface OssFailure {
  /** What happened and what to do about it, as the end of a sentence. */
  readonly cause: string;
  readonly nextStep: string;
  /** Whether a later attempt may succeed, and how long the first wait may be at most. */
  readonly retryCeilingMs?: number;
  /** Whether the call may have been carried out all the same. */
  readonly inDoubt: boolean;
}

/** An answer that came and yet does not hold what it must. The message is safe to log. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Errors of a connection that was never made: nothing can have reached the service. */
const NOT_CONNECTED = ['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'];
const PASSING_CEILING_MS = 500;
const THROTTLED_CEILING_MS = 2_000;
const CHECK_CREDENTIALS = 'check the access key and its security token';
const CHECK_ENDPOINT = 'check the endpoint and the network';

/**
 * What an error of ali-oss says about the attempt. Its message is not repeated: after a broken connection
 * it holds the URL, after a refused signature the string to sign may follow.
 */
export function failureOf(error: unknown, subject: OssSubject): OssFailure {
  const { name, status, code, requestId, message } = readError(error);
  if (error instanceof MalformedAnswer) return passing(error.message, CHECK_ENDPOINT);
  if (/TimeoutError$/.test(name)) {
    return passing(`no answer came within ${subject.timeoutMs} ms`, CHECK_ENDPOINT);
  }
  if (status === undefined || status < 300) return noAnswer(status, message);
  const facts = [code, `HTTP ${status}`, requestId && `request ${requestId}`];
  const answer = facts.filter((fact) => fact !== undefined).join(', ');
  if (status === 429 || /LimitExceeded$|^Throttling/.test(code ?? '')) {
    const cause = `OSS throttled the call (${answer})`;
    const nextStep = 'wait a minute, or spread the calls out';
    return { cause, nextStep, retryCeilingMs: THROTTLED_CEILING_MS, inDoubt: false };
  }
  if (status >= 500 || status === 408 || code === 'RequestTimeout') {
    return passing(`OSS failed in passing (${answer})`, 'try again later');
  }
  if (code === undefined || requestId === undefined) {
    const cause = `the answer is none of OSS (HTTP ${status})`;
    return { cause, nextStep: CHECK_ENDPOINT, inDoubt: true };
  }
  return {
    cause: `OSS refused the call (${answer})`,
    nextStep: remedy(code, message, subject),
    inDoubt: false,
  };
}

/** Whether OSS itself answered with this error code. */
export function isOssAnswer(error: unknown, status: number, code: string): boolean {
  const answer = readError(error);
  return answer.status === status && answer.code === code && answer.requestId !== undefined;
}

function remedy(code: string, message: string, subject: OssSubject): string {
  const { bucket, region, permission } = subject;
  if (/specified endpoint|signing region/i.test(message)) {
    return `the bucket is not in ${region}: name the region and the endpoint of the bucket`;
  }
  switch (code) {
    case 'NoSuchBucket':
      return `create the bucket ${bucket} in ${region}, or correct its name`;
    case 'AccessDenied':
      return `allow ${permission} in the RAM policy of the caller`;
    case 'RequestTimeTooSkewed':
      return 'set the clock of this machine right';
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidSecurityToken':
    case 'SecurityTokenExpired':
    case 'AccessKeyIdAndSecurityTokenNotMatch':
      return CHECK_CREDENTIALS;
    default:
      return 'look the code up among the error codes of OSS';
  }
}

function noAnswer(status: number | undefined, message: string): OssFailure {
  if (status === undefined || status >= 0) {
    return passing('the answer could not be read, or was cut off', CHECK_ENDPOINT);
  }
  const code = /\bE[A-Z_]{4,}\b/.exec(message)?.[0];
  const cause = `the connection failed${code === undefined ? '' : ` (${code})`}`;
  const reached = code === undefined || !NOT_CONNECTED.includes(code);
  return { ...passing(cause, CHECK_ENDPOINT), inDoubt: reached };
}

function passing(cause: string, nextStep: string): OssFailure {
  return { cause, nextStep, retryCeilingMs: PASSING_CEILING_MS, inDoubt: true };
}

interface ErrorParts {
  readonly name: string;
  readonly message: string;
  /** HTTP status; negative when no answer came. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
}

function readError(error: unknown): ErrorParts {
  if (!(error instanceof Error)) {
    return { name: '', message: '', status: undefined, code: undefined, requestId: undefined };
  }
  const { status, code, requestId }: Record<string, unknown> = { ...error };
  return {
    name: error.name,
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
    code: plainToken(code),
    requestId: plainToken(requestId),
  };
}

function plainToken(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined;
}
