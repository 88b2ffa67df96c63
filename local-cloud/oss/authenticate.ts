import type { Caller } from '../action';
import type { Credential } from '../sts';
import { equalInConstantTime, type WireRequest } from '../wire';
import {
  accessDenied,
  expiredToken,
  invalidArgument,
  invalidToken,
  requestTimeTooSkewed,
  signatureDoesNotMatch,
  unknownAccessKey,
} from './errors';
import type { OssSignatureClaim, SignedResource } from './signature-claim';
import { readV1Signature } from './signature-v1';
import { readV4Signature } from './signature-v4';

const MAX_SKEW_MS = 15 * 60 * 1000;

/** Whether a request carries, or tries to carry, a signature of OSS. */
export function hasOssSignature({ headers }: WireRequest): boolean {
  return /^(OSS|OSS4-HMAC-SHA256)(\s|$)/.test(headers.authorization ?? '');
}

export interface AuthenticatorOptions {
  findCredential(accessKeyId: string): Credential | undefined;
  readonly now: () => number;
}

/**
 * Makes a function that verifies requests signed in either version.
 * @returns who sent it, and the region that the signature is good for
 */
export function createOssAuthenticator({ findCredential, now }: AuthenticatorOptions) {
  /** @throws ApiError naming what is missing, malformed, expired or does not match */
  return (
    request: WireRequest,
    resource: SignedResource,
  ): { caller: Caller; regionId: string | undefined } => {
    const claim = readClaim(request, resource);
    if (Math.abs(now() - claim.requestTime) > MAX_SKEW_MS) {
      throw requestTimeTooSkewed(claim.requestTime, now());
    }
    const credential = findCredential(claim.accessKeyId);
    if (credential === undefined) throw unknownAccessKey(claim.accessKeyId);
    requireToken(claim, credential, now());
    const expected = claim.expectedSignature(credential.accessKeySecret);
    if (!equalInConstantTime(claim.signature, expected)) {
      throw signatureDoesNotMatch(claim.accessKeyId, claim.describe());
    }
    return { caller: credential.caller, regionId: claim.regionId };
  };
}

function readClaim(request: WireRequest, resource: SignedResource): OssSignatureClaim {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw accessDenied('You have no right to access this object because of bucket acl.');
  }
  if (authorization.startsWith('OSS4-HMAC-SHA256')) return readV4Signature(request, resource);
  if (authorization.startsWith('OSS ')) return readV1Signature(request, resource);
  throw invalidArgument('Authorization header is invalid.', 'Authorization', authorization);
}

function requireToken(claim: OssSignatureClaim, credential: Credential, now: number): void {
  const { session } = credential;
  if (session === undefined) {
    if (claim.securityToken !== undefined) throw invalidToken();
    return;
  }
  // Without its token OSS does not know a temporary key at all.
  if (claim.securityToken === undefined) throw unknownAccessKey(claim.accessKeyId);
  if (!equalInConstantTime(claim.securityToken, session.securityToken)) throw invalidToken();
  if (now >= session.expiresAt) throw expiredToken();
}
