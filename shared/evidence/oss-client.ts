import { setTimeout as wait } from 'node:timers/promises';
import type OSS from 'ali-oss';
import { failureOf, type OssFailure, type OssSubject } from './oss-failure';
import { RecordStoreError } from './record-store';

/** An access key; with a token, that of a role. */
export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** How OSS is reached. */
export interface OssAccess {
  /** Region of the bucket, such as `cn-hangzhou`. */
  readonly region: string;
  /**
   * `host`, `host:port` or a URL. `http://`, or a loopback host without a scheme, means plain HTTP.
   * Default: the region's endpoint.
   */
  readonly endpoint?: string;
  /** Whether the default endpoint is the one inside Alibaba Cloud, as for Function Compute. */
  readonly internal?: boolean;
  /** Asked before every attempt, so that temporary credentials can be renewed. */
  readonly credentials: () => Promise<OssCredentials>;
  /** How long to wait for one answer. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Most attempts at one call, the first included. Default: 5. */
  readonly maxAttempts?: number;
  /** Resolves after so many milliseconds. Default: a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** From 0 to under 1. Default: Math.random. */
  readonly random?: () => number;
}

/** One call to OSS, as often as it takes. */
export interface OssCall<Result> {
  /** What is done, to follow "cannot". */
  readonly what: string;
  /** The RAM action it needs and the resource. */
  readonly permission: string;
  readonly write: boolean;
  /** Makes one attempt. `inDoubt`: an earlier attempt at this write may have taken effect. */
  attempt(client: OSS, inDoubt: boolean): Promise<Result>;
}

// Bucket naming conventions page: 3 to 63 of these, with a hyphen neither first nor last.
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const HIGHEST_CEILING_MS = 10_000;

/**
 * Makes the function that makes calls to one bucket: it repeats an attempt that timed out, was cut off,
 * throttled or answered with 5xx, after waits with full jitter, and throws RecordStoreError when it gives up.
 * Throws RecordStoreError for a bucket, region or endpoint that is none.
 */
export function createOssCaller(bucket: string, access: OssAccess) {
  const {
    region,
    timeoutMs = 10_000,
    maxAttempts = 5,
    sleep = wait,
    random = Math.random,
  } = access;
  if (!isBucketName(bucket)) {
    throw new RecordStoreError(`"${bucket}" is not a bucket: ${BUCKET_RULE}`);
  }
  const endpoint = ossEndpoint(access);

  async function connect(what: string): Promise<OSS> {
    const credentials = await obtain(access.credentials);
    if (!credentials) {
      throw new RecordStoreError(
        `cannot ${what} in the bucket ${bucket}: the credentials could not be obtained; ` +
          'set an access key, or give the function a role',
      );
    }
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    // The SDK takes 50 ms to load, which a run that keeps no records there should not pay.
    const { default: Client } = await import('ali-oss');
    const options: OSS.Options = {
      accessKeyId,
      accessKeySecret,
      // The interval keeps the SDK from warning that nobody renews the token; each attempt has its own.
      ...(securityToken ? { stsToken: securityToken, refreshSTSTokenInterval: 1 } : {}),
      bucket,
      // Under an IP address the SDK writes the host of this region into the Host header.
      region: `oss-${region}`,
      endpoint,
      timeout: timeoutMs,
      authorizationV4: true,
    };
    return new Client(options);
  }

  return async function call<Result>(request: OssCall<Result>): Promise<Result> {
    const { what, permission, write } = request;
    const subject: OssSubject = { bucket, region, permission, timeoutMs };
    let inDoubt = false;
    for (let attempt = 1; ; attempt += 1) {
      const client = await connect(what);
      try {
        return await request.attempt(client, inDoubt);
      } catch (error) {
        if (error instanceof RecordStoreError) throw error;
        const failure = failureOf(error, subject);
        inDoubt ||= write && failure.inDoubt;
        if (failure.retryCeilingMs === undefined || attempt >= maxAttempts) {
          throw new RecordStoreError(
            describe(what, bucket, failure, attempt) + (inDoubt ? MAY_BE_WRITTEN : ''),
          );
        }
        const ceiling = Math.min(failure.retryCeilingMs * 2 ** (attempt - 1), HIGHEST_CEILING_MS);
        await sleep(random() * ceiling);
      }
    }
  };
}

const MAY_BE_WRITTEN = '; the record may have been written, read it before relying on either';

function describe(what: string, bucket: string, failure: OssFailure, attempts: number): string {
  const times = attempts === 1 ? '' : ` in each of ${attempts} attempts, the last time`;
  return `cannot ${what} in the bucket ${bucket}:${times} ${failure.cause}; ${failure.nextStep}`;
}

/** The provider's error is dropped: it may hold the signed request that it failed with. */
async function obtain(
  credentials: () => Promise<OssCredentials>,
): Promise<OssCredentials | undefined> {
  try {
    const obtained = await credentials();
    return obtained.accessKeyId && obtained.accessKeySecret ? obtained : undefined;
  } catch {
    return undefined;
  }
}

/** What a bucket's name must be, for messages. */
export const BUCKET_RULE =
  'a bucket name has 3 to 63 lower-case letters, digits and "-" in between';

/** Whether a text can be the name of a bucket. */
export function isBucketName(text: string): boolean {
  return BUCKET.test(text);
}

/** Where calls go, as a URL. Throws RecordStoreError for a region or endpoint that is none. */
export function ossEndpoint({
  region,
  endpoint,
  internal = false,
}: Pick<OssAccess, 'region' | 'endpoint' | 'internal'>): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(region)) {
    throw new RecordStoreError(`"${region}" is not a region id: write it like cn-hangzhou`);
  }
  if (endpoint === undefined) {
    return `https://oss-${region}${internal ? '-internal' : ''}.aliyuncs.com`;
  }
  const [, scheme, host] = /^(?:(https?):\/\/)?([^\s/?#@]+)\/?$/i.exec(endpoint) ?? [];
  if (host === undefined) {
    // The text is not repeated: a malformed URL may hold a password.
    throw new RecordStoreError(
      'the OSS endpoint is neither a host nor a URL: write it like oss-cn-hangzhou.aliyuncs.com ' +
        'or http://127.0.0.1:8080',
    );
  }
  const isPlain = scheme ? scheme.toLowerCase() === 'http' : LOOPBACK.test(host);
  return `${isPlain ? 'http' : 'https'}://${host}`;
}
