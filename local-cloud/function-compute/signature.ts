import { createHash, createHmac } from 'node:crypto';
import { ApiError } from '../action';
import type { WireRequest } from '../wire/http';
import { createNonceMemory } from '../wire/nonces';
import { decodePairs } from '../wire/percent-encoding';
import { equalInConstantTime, isSignedWith } from '../wire/signature';
import { readV3Signature } from '../wire/signature-v3';
import { decodePath } from './http-target';
import { readTriggerSignature } from './trigger-signature';

/**
 * Looks up the secret of an access key that may still be used; the token is there for temporary
 * credentials.
 */
export type SecretOf = (
  accessKeyId: string,
) => { readonly secret: string; readonly securityToken?: string } | undefined;

/**
 * Verifies who signed a request, and returns the access key id. Each throws ApiError 400 or 403 for a
 * request to refuse.
 */
export interface SignatureVerifier {
  /** FC 2.0: `FC <access key id>:<HMAC-SHA256>`, with the body's digest in content-md5. */
  verifyV2(request: WireRequest): string;
  /** FC 3.0: ACS3-HMAC-SHA256 with a resource path (ROA); the body's hash is part of it. */
  verifyV3(request: WireRequest): string;
  /** A request to an HTTP trigger of FC 3.0, which is signed more loosely than a call. */
  verifyV3Trigger(request: WireRequest): string;
}

const MAX_CLOCK_SKEW_MS = 15 * 60 * 1000;

/** Creates a verifier; `now` gives milliseconds since 1970. */
export function createSignatureVerifier(secretOf: SecretOf, now: () => number): SignatureVerifier {
  const nonces = createNonceMemory();
  return {
    verifyV2(request) {
      const { accessKeyId, signature } = parseV2Authorization(request);
      const date = requiredHeader(request, 'date');
      checkClock(date, now());
      checkDigest(request);
      const secret = findSecret(accessKeyId, secretOf, request.headers['x-fc-security-token']);
      const expected = createHmac('sha256', secret)
        .update(stringToSignV2(request, date))
        .digest('base64');
      if (!equalInConstantTime(expected, signature)) throw signatureMismatch();
      return accessKeyId;
    },
    verifyV3(request) {
      requiredHeader(request, 'authorization');
      const claim = readV3Signature(request);
      checkClock(claim.timestamp, now());
      const secret = findSecret(claim.accessKeyId, secretOf, claim.securityToken);
      if (!isSignedWith(claim, secret)) throw signatureMismatch();
      if (!nonces.use(claim.accessKeyId, claim.nonce, now())) {
        throw new ApiError(
          400,
          'SignatureNonceUsed',
          'Specified signature nonce was used already.',
        );
      }
      return claim.accessKeyId;
    },
    verifyV3Trigger(request) {
      requiredHeader(request, 'authorization');
      checkClock(requiredHeader(request, 'x-acs-date'), now());
      const claim = readTriggerSignature(request);
      if (claim === undefined) throw signatureMismatch();
      const secret = findSecret(claim.accessKeyId, secretOf, claim.securityToken);
      if (!equalInConstantTime(claim.signature, claim.expectedSignature(secret))) {
        throw signatureMismatch();
      }
      return claim.accessKeyId;
    },
  };
}

function parseV2Authorization(request: WireRequest): { accessKeyId: string; signature: string } {
  const [, accessKeyId, signature] =
    /^FC ([^:]+):(\S+)$/.exec(requiredHeader(request, 'authorization')) ?? [];
  if (accessKeyId === undefined || signature === undefined) throw signatureMismatch();
  return { accessKeyId, signature };
}

/** A request to an HTTP trigger signs its path decoded, and its query in sorted lines. */
function stringToSignV2({ method, path, rawQuery, headers }: WireRequest, date: string): string {
  const fcHeaders = Object.keys(headers)
    .filter((name) => name.startsWith('x-fc-'))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const resource = isProxyPath(path) ? `${decodePath(path)}\n${queryLines(rawQuery)}` : path;
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    date,
    `${fcHeaders}${resource}`,
  ].join('\n');
}

function queryLines(rawQuery: string): string {
  const lines = decodePairs(rawQuery).map((pair) => pair.join('='));
  return lines.sort().join('\n');
}

function isProxyPath(path: string): boolean {
  return path.startsWith('/2016-08-15/proxy/');
}

/** The digest may be left out by a request to an HTTP trigger (signature authentication page). */
function checkDigest({ path, headers, body }: WireRequest): void {
  const given = headers['content-md5'];
  if (given === undefined && (body.length === 0 || isProxyPath(path))) return;
  // FC 2.0 digests the body as the base64 form of the hexadecimal MD5, not of its bytes.
  const digest = Buffer.from(createHash('md5').update(body).digest('hex')).toString('base64');
  if (given !== digest) {
    throw new ApiError(400, 'InvalidArgument', 'the content-md5 header does not match the body');
  }
}

function findSecret(
  accessKeyId: string,
  secretOf: SecretOf,
  securityToken: string | undefined,
): string {
  const known = secretOf(accessKeyId);
  if (known === undefined) {
    throw new ApiError(403, 'InvalidAccessKeyID', `invalid access key ID '${accessKeyId}'`);
  }
  if (known.securityToken !== securityToken) {
    throw new ApiError(403, 'AccessDenied', 'the security token is missing, wrong or expired');
  }
  return known.secret;
}

function requiredHeader(request: WireRequest, name: string): string {
  const value = request.headers[name];
  if (value === undefined || value === '') {
    throw new ApiError(
      400,
      'MissingRequiredHeader',
      `required HTTP header ${name} was not specified`,
    );
  }
  return value;
}

function checkClock(date: string, now: number): void {
  // Written so that an unreadable date, which is NaN, is refused as well.
  if (!(Math.abs(Date.parse(date) - now) <= MAX_CLOCK_SKEW_MS)) {
    throw new ApiError(
      403,
      'AccessDenied',
      'the date differs from the server time by over 15 minutes',
    );
  }
}

function signatureMismatch(): ApiError {
  return new ApiError(
    403,
    'SignatureNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your access key and signing method',
  );
}
