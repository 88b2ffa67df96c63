import { ApiError, type Caller } from '../action';
import type { WireRequest } from '../wire';
import { decodePairs } from '../wire/percent-encoding';
import { type Address, addressOf, decodeKey } from './address';
import { type AuthenticatorOptions, createOssAuthenticator } from './authenticate';
import { type Bucket, type Buckets, requireBucket } from './buckets';
import { accessDenied, invalidArgument, notImplemented, wrongEndpoint } from './errors';
import { type Operation, operationOf } from './operations';

export interface VerifierOptions extends AuthenticatorOptions {
  /** Account that the buckets belong to. */
  readonly accountId: string;
  /** Throws ApiError to refuse an action, such as `oss:PutObject`; everything is allowed by default. */
  readonly authorize?: (caller: Caller, request: { action: string; resource: string }) => void;
}

/** A request whose sender may do what it asks for. */
export interface VerifiedRequest {
  readonly operation: Operation;
  readonly bucket: Bucket;
  /** Empty for an operation on the bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly caller: Caller;
}

/** What is known of a request, filled in as its verification proceeds, for the call log. */
export interface Findings {
  operation?: Operation;
  bucket?: Bucket;
  caller?: Caller;
  parameters: ReadonlyMap<string, string>;
}

/** What of a query is logged; anything else might be part of a signature. */
const LOGGED_PARAMETERS = ['prefix', 'start-after', 'continuation-token', 'max-keys', 'delimiter'];

/** Makes a function that tells what a request is for and refuses it, with an ApiError, if it must not be. */
export function createVerifier(options: VerifierOptions, buckets: Buckets) {
  const authenticate = createOssAuthenticator(options);

  const authorize = (caller: Caller, { permission: action }: Operation, resource: string) => {
    try {
      options.authorize?.(caller, { action, resource });
    } catch (error) {
      // OSS has a code of its own for what RAM refuses.
      throw error instanceof ApiError ? accessDenied(error.message) : error;
    }
  };

  return (request: WireRequest, findings: Findings): VerifiedRequest => {
    const address = addressOf(request);
    const key = decodeKey(address);
    const pairs = decodePairs(request.rawQuery);
    const query = new Map(pairs);
    findings.parameters = loggedParameters(request, address, key, query);
    const operation = operationOf(request, key, query);
    findings.operation = operation;
    const sender = authenticate(request, { bucket: address.bucket, key, query: pairs });
    const { caller } = sender;
    findings.caller = caller;
    if (address.bucket === undefined) throw notImplemented('operation on the service itself');
    const bucket = requireBucket(buckets, address.bucket);
    findings.bucket = bucket;
    requireRegion(bucket, address, sender.regionId);
    if (caller.accountId !== options.accountId) {
      throw accessDenied('You have no right to access this object because of bucket acl.');
    }
    const path = key === '' ? bucket.name : `${bucket.name}/${key}`;
    authorize(caller, operation, `acs:oss:*:${options.accountId}:${path}`);
    return { operation, bucket, key, query, caller };
  };
}

/** @throws ApiError AccessDenied or InvalidArgument when the host or the signature is for another region */
function requireRegion(bucket: Bucket, address: Address, signedFor: string | undefined): void {
  if (address.regionId !== undefined && address.regionId !== bucket.regionId) {
    throw wrongEndpoint(bucket.name, `oss-${bucket.regionId}.aliyuncs.com`);
  }
  if (signedFor !== undefined && signedFor !== bucket.regionId) {
    const message = 'Invalid signing region in Authorization header.';
    throw invalidArgument(message, 'Authorization', signedFor);
  }
}

function loggedParameters(
  request: WireRequest,
  address: Address,
  key: string,
  query: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const parameters = new Map([...query].filter(([name]) => LOGGED_PARAMETERS.includes(name)));
  if (address.bucket !== undefined) parameters.set('bucket', address.bucket);
  if (key !== '') parameters.set('key', key);
  const forbid = request.headers['x-oss-forbid-overwrite'];
  if (forbid !== undefined) parameters.set('x-oss-forbid-overwrite', forbid);
  return parameters;
}
