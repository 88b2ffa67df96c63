import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { type EcsError, type EcsErrorKind, isEcsError } from './ecs-error';
import { ecsError, type Failure, failureOf } from './failure';
import type { Passage, RateLimiter } from './rate';
import type {
  Action,
  Credentials,
  CredentialsProvider,
  Endpoint,
  Fields,
  PreparedRequest,
} from './sdk';

/** One attempt at a call, for logs and records. It holds no secrets and no parameters. */
export interface CallReport {
  /** API action, such as `DescribeSecurityGroups`. */
  readonly action: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly outcome: 'success' | EcsErrorKind;
  readonly code?: string;
  readonly requestId?: string;
  readonly durationMs: number;
}

/** What every call of one client shares. */
export interface CallSettings {
  /** Whose credentials they are, unless those that Palisade runs with. */
  readonly accountId?: string | undefined;
  readonly endpoint: Endpoint;
  readonly credentials: CredentialsProvider;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly maxAttempts: number;
  readonly maxThrottledAttempts: number;
  /** Milliseconds since 1970; Infinity for none. */
  readonly deadline: number;
  readonly onCall: (call: CallReport) => void;
  /** Every attempt waits for its turn. */
  readonly limiter: RateLimiter;
}

/** One call: what to send, how long to wait, and how to read the answer. */
export interface Call<Answer> {
  readonly action: Action;
  readonly parameters: Fields;
  /** What the call is about, for messages. */
  readonly subject: string;
  readonly write: boolean;
  readonly timeoutMs: number;
  /** Throws MalformedAnswer when the answer lacks something. */
  readonly read: (answer: Fields) => Answer;
}

/**
 * Ceiling of the first wait, in milliseconds; it doubles with each attempt. Kinds without one are not
 * retried, but for throttled calls: those wait for their turn with all others of their action.
 */
const FIRST_CEILING_MS: Readonly<Partial<Record<EcsErrorKind, number>>> = {
  transient: 500,
  'unknown-outcome': 500,
};
const HIGHEST_CEILING_MS = 20_000;
/** Code of a call that was refused because its temporary credentials have ended (public errors page). */
const EXPIRED = 'InvalidSecurityToken.Expired';
/**
 * The longest wait that a service may ask for, and how long a call stays throttled before it is given up: a
 * throttled API may stay closed until the next minute ("API throttling" help page).
 */
const LONGEST_WAIT_MS = 120_000;

/**
 * Makes one call, and repeats it while it is throttled, fails in passing or leaves a write's outcome
 * unknown: with the same parameters, hence the same ClientToken. Throws EcsError. Once an attempt at a
 * write has left its outcome unknown only a success settles it, because a later refusal may be due to
 * the very change that the earlier attempt made.
 */
export async function makeCall<Answer>(
  settings: CallSettings,
  call: Call<Answer>,
): Promise<{ answer: Answer; attempts: number }> {
  const { prepareRequest } = await loadSdk();
  const request = prepareRequest(call.action, call.parameters);
  const subject = subjectIn(settings, call.subject);
  let inDoubt = false;
  let throttled: { readonly since: number; readonly failure: Failure } | undefined;
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    const error = (failure: Failure, attempts: number) =>
      ecsError(call.action, subject, attempts, inDoubt ? doubtful(failure) : failure);
    const turn = await settings.limiter(call.action);
    if (!turn) throw error(throttled?.failure ?? tooLate(settings), attempt - 1);
    const credentials = await obtainCredentials(settings);
    const startedAt = settings.now();
    const timeoutMs = Math.min(call.timeoutMs, settings.deadline - startedAt);
    if (!credentials || isEcsError(credentials) || timeoutMs <= 0) {
      turn.end('unknown');
      if (isEcsError(credentials) && !inDoubt) throw credentials;
      throw error(notSent(settings, credentials), attempt - 1);
    }
    const result = await tryOnce(settings.endpoint, call, request, credentials, timeoutMs);
    turn.end(...passageOf(result));
    report(settings, call, attempt, startedAt, result);
    if (result.ok) return { answer: result.answer, attempts: attempt };

    const { failure } = result;
    if (failure.kind === 'throttled') {
      throttled = { since: throttled?.since ?? startedAt, failure };
      const waitedMs = settings.now() - throttled.since;
      const isPatient = Math.max(waitedMs, failure.retryAfterMs ?? 0) <= LONGEST_WAIT_MS;
      if (!isPatient || attempt >= settings.maxThrottledAttempts) throw error(failure, attempt);
      continue;
    }
    throttled = undefined;
    failures += 1;
    const isLast = failures >= settings.maxAttempts;
    if (failure.code === EXPIRED && !isLast && (await canRenew(settings, credentials))) continue;
    const waitMs = waitBeforeRetry(settings, failure, failures);
    if (waitMs === undefined) throw error(failure, attempt);
    inDoubt ||= failure.kind === 'unknown-outcome';
    await settings.sleep(waitMs);
  }
}

let isSdkLoaded = false;

/**
 * Loads what calls are made with, which takes 15 ms, in which nothing else is done: an invocation that calls nothing
 * does not pay for it, and a request to the record store that is about to be sent goes first, to be answered meanwhile.
 */
export async function loadSdk(): Promise<typeof import('./sdk')> {
  if (!isSdkLoaded) await nextTurnOfLoop();
  const sdk = await import('./sdk');
  isSdkLoaded = true;
  return sdk;
}

/** What a call is about, for messages. */
export function subjectIn({ accountId }: Pick<CallSettings, 'accountId'>, subject: string): string {
  return accountId === undefined ? subject : `${subject} in account ${accountId}`;
}

function notSent(settings: CallSettings, credentials: Credentials | EcsError | undefined): Failure {
  if (isEcsError(credentials)) return { kind: credentials.kind, cause: credentials.message };
  if (credentials) return tooLate(settings);
  return { kind: 'permission', cause: 'the credentials could not be obtained' };
}

/** Why a call is not sent whose turn comes after the deadline. */
function tooLate({ now, deadline }: CallSettings): Failure {
  return now() >= deadline
    ? { kind: 'transient', cause: 'the deadline has passed' }
    : { kind: 'throttled', cause: 'its turn would have come after the deadline' };
}

/** What an attempt shows about the rate of calls: one that was refused for another reason was let through. */
function passageOf(result: AttemptResult<unknown>): [Passage, number?] {
  if (result.ok) return ['accepted'];
  const { kind, status, retryAfterMs } = result.failure;
  if (kind === 'throttled') return ['throttled', retryAfterMs ?? 0];
  return [status === undefined || status >= 500 ? 'unknown' : 'accepted'];
}

type AttemptResult<Answer> =
  | { readonly ok: true; readonly answer: Answer; readonly requestId?: string }
  | { readonly ok: false; readonly failure: Failure };

async function tryOnce<Answer>(
  endpoint: Endpoint,
  call: Call<Answer>,
  request: PreparedRequest,
  credentials: Credentials,
  timeoutMs: number,
): Promise<AttemptResult<Answer>> {
  try {
    const answer = await request(endpoint, credentials, timeoutMs);
    const { RequestId: requestId } = answer;
    return {
      ok: true,
      answer: call.read(answer),
      ...(typeof requestId === 'string' ? { requestId } : {}),
    };
  } catch (error) {
    return { ok: false, failure: failureOf(error, call.write, timeoutMs, credentials) };
  }
}

/** A foreign error of the provider is dropped: it may hold the signed request that it failed with. */
async function obtainCredentials(
  settings: CallSettings,
  expired?: Credentials,
): Promise<Credentials | EcsError | undefined> {
  try {
    const credentials = await settings.credentials(expired);
    return credentials.accessKeyId && credentials.accessKeySecret ? credentials : undefined;
  } catch (error) {
    return isEcsError(error) ? error : undefined;
  }
}

/** Whether the provider has other credentials than those that have been refused. */
async function canRenew(settings: CallSettings, expired: Credentials): Promise<boolean> {
  const renewed = await obtainCredentials(settings, expired);
  return (
    renewed !== undefined && !isEcsError(renewed) && renewed.accessKeyId !== expired.accessKeyId
  );
}

function report(
  settings: CallSettings,
  { action }: Call<unknown>,
  attempt: number,
  startedAt: number,
  result: AttemptResult<unknown>,
): void {
  const { code, requestId }: { code?: string; requestId?: string } = result.ok
    ? result
    : result.failure;
  settings.onCall({
    action,
    attempt,
    outcome: result.ok ? 'success' : result.failure.kind,
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId }),
    durationMs: settings.now() - startedAt,
  });
}

/** Full jitter: anything up to a ceiling that doubles, but never less than the service asked for. */
function waitBeforeRetry(
  settings: CallSettings,
  failure: Failure,
  failures: number,
): number | undefined {
  const firstCeiling = FIRST_CEILING_MS[failure.kind];
  if (firstCeiling === undefined || failures >= settings.maxAttempts) return undefined;
  const ceiling = Math.min(firstCeiling * 2 ** (failures - 1), HIGHEST_CEILING_MS);
  const waitMs = Math.max(settings.random() * ceiling, failure.retryAfterMs ?? 0);
  const inTime = settings.now() + waitMs < settings.deadline;
  return waitMs <= LONGEST_WAIT_MS && inTime ? waitMs : undefined;
}

function doubtful(failure: Failure): Failure {
  if (failure.kind === 'unknown-outcome') return failure;
  return {
    ...failure,
    kind: 'unknown-outcome',
    cause: `an earlier attempt had no clear outcome, and then ${failure.cause}`,
  };
}
