import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../action';
import type { CallLog, CallRecord } from '../calls';
import { principalName } from '../principal';
import type { Fault, FaultHook, WireOutcome, WireRequest, WireResponse } from '../wire';
import { faultOutcome, takesEffectFirst } from '../wire/faults';
import { newRequestId } from '../wire/request-id';
import { addressOf } from './address';
import { hasOssSignature } from './authenticate';
import { type BucketOptions, createBuckets, requireBucket } from './buckets';
import { errorResponse } from './encode';
import { internalError } from './errors';
import { listObjects } from './list-objects';
import { deleteObject, getObject, newObject, putObject } from './objects';
import {
  createVerifier,
  type Findings,
  type VerifiedRequest,
  type VerifierOptions,
} from './verify';

export interface OssOptions extends VerifierOptions {
  readonly buckets: readonly BucketOptions[];
  readonly randomBytes: (size: number) => Buffer;
  readonly calls?: CallLog;
  /** Milliseconds between a request's verification and its effect. */
  readonly latency?: number | ((action: string) => number);
  readonly fault?: FaultHook;
  /** Told about failures other than refusals; the client gets InternalError. */
  readonly onUnexpectedError: (error: unknown) => void;
}

/** The OSS of a local cloud. `objects`, `put` and `remove` look and reach past the API. */
export interface Oss {
  /** Whether a request is one for OSS: it is signed so, or unsigned and for one of the buckets. */
  serves(request: WireRequest): boolean;
  handle(request: WireRequest, closing?: AbortSignal): Promise<WireOutcome>;
  /** A bucket's contents by key. Throws ApiError NoSuchBucket. */
  objects(bucket: string): ReadonlyMap<string, Buffer>;
  /** Writes or replaces an object. Throws ApiError NoSuchBucket. */
  put(bucket: string, key: string, content: Buffer | string): void;
  /** Removes an object; says whether there was one. Throws ApiError NoSuchBucket. */
  remove(bucket: string, key: string): boolean;
}

/** What is known of a request, for its record in the log. */
interface Progress extends Findings {
  fault?: Fault;
  effect: boolean;
}

/**
 * Object storage in memory: PutObject, GetObject, HeadObject, DeleteObject and ListObjectsV2 on buckets
 * that are there from the start.
 * @throws Error when a bucket's name is malformed or given twice
 */
export function createOss(options: OssOptions): Oss {
  const buckets = createBuckets(options.buckets);
  const verify = createVerifier(options, buckets);

  const run = async (
    request: WireRequest,
    requestId: string,
    progress: Progress,
    closing: AbortSignal | undefined,
  ): Promise<WireOutcome> => {
    const verified = verify(request, progress);
    const { operation, caller } = verified;
    const { parameters } = progress;
    const action = operation.name;
    const fault = options.fault?.({ requestId, product: 'Oss', action, parameters, caller });
    if (fault !== undefined) progress.fault = fault;
    if (fault !== undefined && !takesEffectFirst(fault)) return outcomeOf(fault);

    const latency =
      typeof options.latency === 'function' ? options.latency(action) : (options.latency ?? 0);
    if (latency > 0) await sleep(latency, undefined, closing && { signal: closing });

    let response: WireResponse;
    try {
      response = carryOut(verified, request, options.now());
    } catch (error) {
      // A refusal gets lost on the way back just as a success does.
      if (fault !== undefined && error instanceof ApiError) return outcomeOf(fault);
      throw error;
    }
    progress.effect = operation.write;
    return fault === undefined ? withRequestId(response, requestId) : outcomeOf(fault);
  };

  return {
    serves(request) {
      if (hasOssSignature(request)) return true;
      const { bucket } = addressOf(request);
      return request.headers.authorization === undefined && buckets.has(bucket ?? '');
    },

    async handle(request, closing) {
      const startedAt = options.now();
      const requestId = newRequestId(options.randomBytes).replaceAll('-', '').slice(0, 24);
      const progress: Progress = { parameters: new Map(), effect: false };
      const record = (answer: Pick<CallRecord, 'status' | 'code'>) => {
        const times = { startedAt, durationMs: options.now() - startedAt };
        options.calls?.append(callRecord(progress, requestId, answer, times));
      };
      try {
        const outcome = await run(request, requestId, progress, closing);
        record(typeof outcome === 'string' ? {} : { status: outcome.status });
        return outcome;
      } catch (error) {
        if (closing?.aborted) return 'reset';
        if (!(error instanceof ApiError)) options.onUnexpectedError(error);
        const refusal = error instanceof ApiError ? error : internalError();
        record({ status: refusal.status, code: refusal.code });
        return withRequestId(errorResponse(refusal, request, requestId), requestId);
      }
    },

    objects(bucket) {
      const { objects } = requireBucket(buckets, bucket);
      return new Map([...objects].map(([key, { content }]) => [key, content]));
    },
    put(bucket, key, content) {
      const object = newObject(Buffer.from(content), 'application/octet-stream', options.now());
      requireBucket(buckets, bucket).objects.set(key, object);
    },
    remove: (bucket, key) => requireBucket(buckets, bucket).objects.delete(key),
  };
}

function carryOut(
  { operation, bucket, key, query }: VerifiedRequest,
  request: WireRequest,
  now: number,
): WireResponse {
  switch (operation.name) {
    case 'PutObject':
      return putObject(bucket, key, request, now);
    case 'GetObject':
    case 'HeadObject':
      return getObject(bucket, key);
    case 'DeleteObject':
      return deleteObject(bucket, key);
    case 'ListObjectsV2':
      return listObjects(bucket, query);
    default:
      return operation.name satisfies never;
  }
}

function outcomeOf(fault: Fault): WireOutcome {
  const outcome = faultOutcome(fault);
  if (outcome instanceof ApiError) throw outcome;
  return outcome;
}

function withRequestId(response: WireResponse, requestId: string): WireResponse {
  const headers = { server: 'AliyunOSS', 'x-oss-request-id': requestId, ...response.headers };
  return { ...response, headers };
}

function callRecord(
  { operation, bucket, caller, parameters, fault, effect }: Progress,
  requestId: string,
  answer: Pick<CallRecord, 'status' | 'code'>,
  { startedAt, durationMs }: { startedAt: number; durationMs: number },
): CallRecord {
  return {
    at: new Date(startedAt).toISOString(),
    requestId,
    product: 'Oss',
    action: operation?.name ?? '',
    ...(bucket && { region: bucket.regionId }),
    ...(caller && { accountId: caller.accountId, principal: principalName(caller) }),
    parameters: Object.fromEntries(parameters),
    ...answer,
    ...(fault && { fault: fault.kind }),
    durationMs,
    write: operation?.write ?? false,
    effect,
  };
}
