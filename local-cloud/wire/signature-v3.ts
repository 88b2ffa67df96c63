import { createHash, createHmac } from 'node:crypto';
import { incompleteSignature, missing } from './errors';
import type { WireRequest } from './http';
import { canonicalQuery, decodePairs } from './percent-encoding';
import type { SignatureClaim } from './signature';

const ALGORITHM = 'ACS3-HMAC-SHA256';

/** Headers that must be covered by the signature whenever they are sent. */
const SIGNED_WHEN_PRESENT = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
  'x-acs-security-token',
];

/** Whether the request is signed, or tries to be, by a header. */
export function hasAuthorizationHeader(request: WireRequest): boolean {
  return request.headers.authorization !== undefined;
}

/**
 * Reads the signature of the mechanism V3 (help page "Request syntax and signature method V3").
 * The wire escapes fewer characters than the canonical query, so the query is decoded and encoded
 * again; the payload hash is taken of the bytes that arrived, not of what the header says.
 * @throws ApiError IncompleteSignature, MissingTimestamp or MissingSignatureNonce
 */
export function readV3Signature(request: WireRequest): SignatureClaim {
  const { accessKeyId, signedHeaders, signature } = parseAuthorization(request);
  const timestamp = request.headers['x-acs-date'];
  if (!timestamp) throw missing('Timestamp');
  const nonce = request.headers['x-acs-signature-nonce'];
  if (!nonce) throw missing('SignatureNonce');
  if (!request.headers['x-acs-content-sha256']) {
    throw incompleteSignature('Header x-acs-content-sha256 is missing.');
  }
  for (const name of SIGNED_WHEN_PRESENT) {
    if (request.headers[name] !== undefined && !signedHeaders.includes(name)) {
      throw incompleteSignature(`Header ${name} is not among the SignedHeaders.`);
    }
  }
  const payloadHash = sha256(request.body);
  const query = canonicalQuery(decodePairs(request.rawQuery));
  const canonicalRequest = (securityToken: string | undefined) =>
    [
      request.method,
      request.path,
      query,
      ...signedHeaders.map((name) => `${name}:${headerValue(request, name, securityToken)}`),
      '',
      signedHeaders.join(';'),
      payloadHash,
    ].join('\n');
  const securityToken = request.headers['x-acs-security-token'] || undefined;
  const stringToSign = `${ALGORITHM}\n${sha256(canonicalRequest(securityToken))}`;
  return {
    accessKeyId,
    securityToken,
    timestamp,
    nonce,
    signature,
    expectedSignature: (secret) => createHmac('sha256', secret).update(stringToSign).digest('hex'),
    describe: () =>
      `${stringToSign}\nof the canonical request:\n${canonicalRequest(securityToken && '***')}`,
  };
}

function headerValue(
  request: WireRequest,
  name: string,
  securityToken: string | undefined,
): string {
  if (name === 'x-acs-security-token') return securityToken ?? '';
  return (request.headers[name] ?? '').trim();
}

function parseAuthorization(request: WireRequest): {
  accessKeyId: string;
  signedHeaders: readonly string[];
  signature: string;
} {
  const [algorithm = '', ...rest] = (request.headers.authorization ?? '').trim().split(/\s+/);
  if (algorithm !== ALGORITHM) {
    throw incompleteSignature(`The Authorization header must begin with ${ALGORITHM}.`);
  }
  const fields = new Map(
    rest
      .join('')
      .split(',')
      .map((field) => {
        const mark = field.indexOf('=');
        return [field.slice(0, mark), field.slice(mark + 1)] as const;
      }),
  );
  const accessKeyId = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!accessKeyId || !signedHeaders || !signature) {
    throw incompleteSignature(
      'The Authorization header must hold Credential, SignedHeaders and Signature.',
    );
  }
  return { accessKeyId, signedHeaders: signedHeaders.toLowerCase().split(';').sort(), signature };
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
