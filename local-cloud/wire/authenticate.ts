import type { Caller } from '../action';
import type { Credential } from '../sts/credentials';
import {
  expiredTimestamp,
  expiredToken,
  malformedTimestamp,
  malformedToken,
  missing,
  nonceUsed,
  signatureDoesNotMatch,
  unknownAccessKey,
} from './errors';
import type { WireRequest } from './http';
import { createNonceMemory } from './nonces';
import type { Pairs } from './percent-encoding';
import { equalInConstantTime, isSignedWith } from './signature';
import { readV1Signature } from './signature-v1';
import { hasAuthorizationHeader, readV3Signature } from './signature-v3';

const MAX_SKEW_MS = 15 * 60 * 1000;

export interface Authenticator {
  /**
   * Verifies an RPC request signed by either mechanism.
   * @param pairs all parameters of query and body, which V1 signs
   * @throws ApiError naming what is missing, malformed, expired, replayed or does not match
   */
  verify(request: WireRequest, pairs: Pairs): Caller;
}

export interface AuthenticatorOptions {
  findCredential(accessKeyId: string): Credential | undefined;
  readonly now: () => number;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const nonces = createNonceMemory();
  return {
    verify(request, pairs) {
      const claim = hasAuthorizationHeader(request)
        ? readV3Signature(request)
        : readV1Signature(request.method, pairs);
      const now = options.now();
      requireFresh(claim.timestamp, now);
      const credential = options.findCredential(claim.accessKeyId);
      if (credential === undefined) throw unknownAccessKey();
      requireToken(claim.securityToken, credential, now);
      if (!isSignedWith(claim, credential.accessKeySecret)) {
        throw signatureDoesNotMatch(claim.describe());
      }
      // Only now: an unsigned request must not be able to use up somebody else's nonce.
      if (!nonces.use(claim.accessKeyId, claim.nonce, now)) throw nonceUsed();
      return credential.caller;
    },
  };
}

function requireFresh(timestamp: string, now: number): void {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp)
    ? Date.parse(timestamp)
    : Number.NaN;
  if (Number.isNaN(time)) throw malformedTimestamp();
  if (Math.abs(now - time) > MAX_SKEW_MS) throw expiredTimestamp();
}

function requireToken(token: string | undefined, credential: Credential, now: number): void {
  if (credential.session === undefined) {
    if (token !== undefined) throw malformedToken();
    return;
  }
  if (token === undefined) throw missing('SecurityToken');
  if (!equalInConstantTime(token, credential.session.securityToken)) throw malformedToken();
  if (now >= credential.session.expiresAt) throw expiredToken();
}
