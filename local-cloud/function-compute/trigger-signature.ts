import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../wire/http';
import { canonicalQuery, decodePairs } from '../wire/percent-encoding';
import type { SignatureClaim } from '../wire/signature';

/**
 * Reads the signature of a request to an HTTP trigger of FC 3.0 (page on signature authentication for
 * HTTP triggers): ACS3-HMAC-SHA256 as the signing libraries make it, which needs neither a nonce nor
 * the hash of the body; a hash that is sent must be right. Returns undefined for anything else.
 */
export function readTriggerSignature(
  request: WireRequest,
): Omit<SignatureClaim, 'nonce' | 'describe'> | undefined {
  const { headers } = request;
  const [, accessKeyId, signed, signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=(\S+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (accessKeyId === undefined || signed === undefined || signature === undefined) {
    return undefined;
  }
  const signedHeaders = signed.toLowerCase().split(';').sort();
  if (['x-acs-date', 'x-acs-security-token'].some((name) => isUnsigned(name))) return undefined;
  const payloadHash = headers['x-acs-content-sha256'] ?? '';
  if (payloadHash !== '' && payloadHash !== sha256(request.body)) return undefined;

  const canonicalRequest = [
    request.method,
    request.path,
    canonicalQuery(decodePairs(request.rawQuery)),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const stringToSign = `ACS3-HMAC-SHA256\n${sha256(canonicalRequest)}`;
  return {
    accessKeyId,
    securityToken: headers['x-acs-security-token'] || undefined,
    timestamp: headers['x-acs-date'] ?? '',
    signature,
    expectedSignature: (secret) => createHmac('sha256', secret).update(stringToSign).digest('hex'),
  };

  function isUnsigned(name: string): boolean {
    return Boolean(headers[name]) && !signedHeaders.includes(name);
  }
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
