import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpHeaders } from './http';
import { keyOf } from './secret';

/** Most seconds between the timestamp of a request and the clock here, in either direction. */
export const TOLERANCE_SECONDS = 300;

/** No `.`: it divides the signed content, where an id with one could be read in two ways. */
const ID = /^[A-Za-z0-9_:-]{1,128}$/;
const TIMESTAMP = /^(0|[1-9]\d{0,11})$/;
/** Room for 40 signatures; more are nobody's rotation. */
const LONGEST_SIGNATURES = 2000;

/**
 * Whether a request is authentic, and the id it is known by. `headers`: one of the three is missing or
 * does not have its form; `timestamp`: it was signed too long ago, or in the future; `signature`: none
 * fits. The first two are told from what the sender wrote, before any secret is used.
 */
export type Authenticity =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: 'headers' | 'timestamp' | 'signature' };

/**
 * Verifies a request by Standard Webhooks 1.0.0 with HMAC-SHA256 (`v1`), over the bytes of the body as
 * they came. The request is authentic if any of its `v1` signatures fits any secret; every pair is
 * compared, in constant time, so that the time taken does not tell which. `now` is in milliseconds since
 * 1970, header names are in lower case. Throws only for a secret that `parseSecrets` would refuse.
 */
export function verifySignature({
  headers,
  body,
  secrets,
  now,
}: {
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  readonly secrets: readonly string[];
  readonly now: number;
}): Authenticity {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (
    id === undefined ||
    timestamp === undefined ||
    signatures === undefined ||
    !ID.test(id) ||
    !TIMESTAMP.test(timestamp) ||
    signatures.length > LONGEST_SIGNATURES
  ) {
    return { ok: false, reason: 'headers' };
  }
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) {
    return { ok: false, reason: 'timestamp' };
  }
  const given = signatures.split(' ').map((signature) => Buffer.from(signature));
  let fits = false;
  for (const secret of secrets) {
    const expected = Buffer.from(signatureOf(id, timestamp, body, secret));
    for (const signature of given) {
      // Only the length, which is the same for every signature, is compared in the open.
      const same = signature.length === expected.length && timingSafeEqual(signature, expected);
      fits = same || fits;
    }
  }
  return fits ? { ok: true, id } : { ok: false, reason: 'signature' };
}

/** The headers that make a request authentic. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs a request: `timestamp` is in seconds since 1970, `body` the bytes that are sent. Throws an Error
 * for an id, a timestamp or a secret that no receiver would take.
 */
export function signWebhook({
  id,
  timestamp,
  body,
  secret,
}: {
  readonly id: string;
  readonly timestamp: number;
  readonly body: Uint8Array;
  readonly secret: string;
}): SignatureHeaders {
  if (!ID.test(id)) {
    throw new Error(
      `"${id}" is not a webhook id: write 1 to 128 letters, digits, "_", "-" or ":", without "."`,
    );
  }
  if (!TIMESTAMP.test(String(timestamp))) {
    throw new Error(`${timestamp} is not a timestamp: write whole seconds since 1970`);
  }
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(id, String(timestamp), body, secret),
  };
}

function signatureOf(id: string, timestamp: string, body: Uint8Array, secret: string): string {
  const digest = createHmac('sha256', keyOf(secret))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return `v1,${digest}`;
}
