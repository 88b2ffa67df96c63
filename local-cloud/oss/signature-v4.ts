import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../wire/http';
import { encodeRfc3986 } from '../wire/percent-encoding';
import { accessDenied, invalidArgument } from './errors';
import type { OssSignatureClaim, SignedResource } from './signature-claim';

const ALGORITHM = 'OSS4-HMAC-SHA256';

/**
 * Reads a signature of version 4, HMAC-SHA256 with a key derived from secret, day and region, over method,
 * resource, query and headers (page "Include a V4 signature in the Authorization header"). The content is
 * covered only by Content-MD5, where that is sent.
 * @throws ApiError InvalidArgument or AccessDenied when a part of it is missing or malformed
 */
export function readV4Signature(request: WireRequest, resource: SignedResource): OssSignatureClaim {
  const { headers } = request;
  const { accessKeyId, day, regionId, additionalHeaders, signature } = parseAuthorization(
    headers.authorization ?? '',
  );
  const date = headers['x-oss-date'] ?? '';
  const [, year, month, dayOfMonth, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const requestTime = Date.parse(`${year}-${month}-${dayOfMonth}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(requestTime)) throw accessDenied('OSS authentication requires a valid Date.');
  if (!date.startsWith(day)) {
    throw invalidArgument('Invalid signing date in Authorization header.', 'Authorization', day);
  }
  const payload = headers['x-oss-content-sha256'] ?? '';
  if (payload !== 'UNSIGNED-PAYLOAD') {
    throw invalidArgument(
      'The x-oss-content-sha256 header must be UNSIGNED-PAYLOAD.',
      'x-oss-content-sha256',
      payload,
    );
  }
  const securityToken = headers['x-oss-security-token'];
  const scope = `${day}/${regionId}/oss/aliyun_v4_request`;
  const canonicalRequest = (token: string | undefined) =>
    [
      request.method,
      canonicalUri(resource),
      canonicalQuery(resource.query),
      canonicalHeaders(request, additionalHeaders, token),
      additionalHeaders.join(';'),
      payload,
    ].join('\n');
  const stringToSign = (token: string | undefined) => {
    const hash = createHash('sha256').update(canonicalRequest(token)).digest('hex');
    return [ALGORITHM, date, scope, hash].join('\n');
  };
  return {
    accessKeyId,
    securityToken,
    requestTime,
    regionId,
    signature,
    expectedSignature: (secret) => {
      const key = scope
        .split('/')
        .reduce<string | Buffer>(
          (derived, part) => createHmac('sha256', derived).update(part).digest(),
          `aliyun_v4${secret}`,
        );
      return createHmac('sha256', key).update(stringToSign(securityToken)).digest('hex');
    },
    describe: () =>
      `${stringToSign(securityToken)}\nof the canonical request:\n${canonicalRequest(securityToken && '***')}`,
  };
}

function parseAuthorization(authorization: string): {
  accessKeyId: string;
  day: string;
  regionId: string;
  additionalHeaders: readonly string[];
  signature: string;
} {
  const fields = new Map(
    authorization
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')] as const;
      }),
  );
  const [accessKeyId, day, regionId, product, ending, ...more] =
    fields.get('Credential')?.split('/') ?? [];
  const signature = fields.get('Signature');
  const additional = fields.get('AdditionalHeaders');
  if (
    !accessKeyId ||
    !/^\d{8}$/.test(day ?? '') ||
    !regionId ||
    product !== 'oss' ||
    ending !== 'aliyun_v4_request' ||
    more.length > 0 ||
    !signature ||
    additional === ''
  ) {
    throw invalidArgument('Authorization header is invalid.', 'Authorization', authorization);
  }
  return {
    accessKeyId,
    day: day ?? '',
    regionId,
    additionalHeaders: additional?.toLowerCase().split(';').sort() ?? [],
    signature,
  };
}

function canonicalUri({ bucket, key }: SignedResource): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key}`;
  return path.split('/').map(encodeRfc3986).join('/');
}

/** A parameter without a value is signed as its bare name, whether or not it was sent with `=`. */
function canonicalQuery(query: SignedResource['query']): string {
  return query
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

function canonicalHeaders(
  { headers }: WireRequest,
  additionalHeaders: readonly string[],
  token: string | undefined,
): string {
  const always = Object.keys(headers).filter(
    (name) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'),
  );
  return [...new Set([...always, ...additionalHeaders])]
    .sort()
    .map((name) => {
      const value = name === 'x-oss-security-token' ? token : headers[name]?.trim();
      return `${name}:${value ?? ''}\n`;
    })
    .join('');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
