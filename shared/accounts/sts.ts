import { setTimeout as wait } from 'node:timers/promises';
import {
  type Credentials,
  type CredentialsProvider,
  EcsError,
  type Failure,
  failureOf,
  isEcsError,
  parseEndpoint,
} from '../ecs';
import { parseRegionId } from '../security-group';

/** How STS is reached. */
export interface StsOptions {
  /** The credentials that Palisade runs with. */
  readonly own: CredentialsProvider;
  /** Whose STS endpoint is called; default: the central one. */
  readonly regionId?: string;
  /** `host`, `host:port` or a URL, in place of that endpoint. */
  readonly endpoint?: string | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
  /** From 0 to under 1. Default: Math.random. */
  readonly random?: () => number;
  /** Resolves after so many milliseconds. Default: a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** Why a call failed, with what RAM says about a refusal. */
export interface StsFailure extends Failure {
  /** Of the policy that refuses it, such as `AssumeRolePolicy` for a trust policy (access denied page). */
  readonly policyType?: string;
  /** The caller is an account itself, which may assume no role (AssumeRole page). */
  readonly isRoot?: true;
}

const TIMEOUT_MS = 5_000;
const MOST_ATTEMPTS = 4;
/** Ceilings of the first waits; each doubles with every attempt. */
const FIRST_CEILING_MS = { throttled: 1_000, transient: 300 } as const;

/**
 * Makes a call of STS, and repeats it while it is throttled or fails in passing. `explain` words the message
 * of a failure. Throws EcsError.
 */
export async function callStsWithRetry<Answer>(
  action: 'AssumeRole' | 'GetCallerIdentity',
  query: Readonly<Record<string, string>>,
  options: StsOptions,
  read: (answer: Readonly<Record<string, unknown>>) => Answer | undefined,
  explain: (failure: StsFailure) => string,
): Promise<Answer> {
  const { random = Math.random, sleep = wait } = options;
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(action, query, options, read);
    if ('answer' in result) return result.answer;
    const { failure } = result;
    const { kind } = failure;
    const isPassing = kind === 'throttled' || kind === 'transient';
    if (isPassing && attempt < MOST_ATTEMPTS) {
      await sleep(random() * FIRST_CEILING_MS[kind] * 2 ** (attempt - 1));
      continue;
    }
    const facts = [
      failure.code,
      failure.status === undefined ? undefined : `HTTP ${failure.status}`,
      failure.requestId === undefined ? undefined : `request ${failure.requestId}`,
    ].filter((fact) => fact !== undefined);
    const inBrackets = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    const { code, status, requestId } = failure;
    throw new EcsError(`${explain(failure)}${inBrackets}`, {
      kind,
      action,
      attempts: attempt,
      ...(code === undefined ? {} : { code }),
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }
}

async function tryOnce<Answer>(
  action: 'AssumeRole' | 'GetCallerIdentity',
  query: Readonly<Record<string, string>>,
  { own, regionId, endpoint }: StsOptions,
  read: (answer: Readonly<Record<string, unknown>>) => Answer | undefined,
): Promise<{ readonly answer: Answer } | { readonly failure: StsFailure }> {
  const place = parseEndpoint(parseRegionId(regionId ?? 'cn-hangzhou'), endpoint, 'STS');
  const host = place.host ?? `sts${regionId === undefined ? '' : `.${regionId}`}.aliyuncs.com`;
  // The SDK takes its time to load, which an invocation in one account should not pay.
  const { callSts } = await import('./sts-sdk');
  let credentials: Credentials;
  try {
    credentials = await own();
  } catch (error) {
    // A foreign error may hold a secret.
    const cause = isEcsError(error) ? error.message : 'the own credentials could not be obtained';
    return { failure: { kind: 'permission', cause } };
  }
  try {
    const to = { host, protocol: place.protocol };
    const answer = read(await callSts(action, query, to, credentials, TIMEOUT_MS));
    if (answer !== undefined) return { answer };
    return { failure: { kind: 'transient', cause: 'its answer lacks what it must hold' } };
  } catch (error) {
    return { failure: failureOfSts(error, credentials) };
  }
}

function failureOfSts(error: unknown, credentials: Credentials): StsFailure {
  const fields: Record<string, unknown> = typeof error === 'object' ? { ...error } : {};
  const data = recordOf(fields.data);
  // This SDK keeps the id among the fields of the answer.
  const sdkError = { ...fields, requestId: data.RequestId };
  const failure = failureOf(sdkError, false, TIMEOUT_MS, credentials);
  const { PolicyType: policyType } = recordOf(data.AccessDeniedDetail);
  return {
    ...failure,
    cause:
      failure.status === undefined
        ? 'STS could not be reached'
        : failure.cause.replace(/^ECS/, 'STS'),
    ...(typeof policyType === 'string' ? { policyType } : {}),
    ...(/root account/i.test(String(data.Message ?? '')) ? { isRoot: true } : {}),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
