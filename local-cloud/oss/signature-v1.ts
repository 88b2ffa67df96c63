import { createHmac } from 'node:crypto';
import type { WireRequest } from '../wire/http';
import { accessDenied, invalidArgument } from './errors';
import type { OssSignatureClaim, SignedResource } from './signature-claim';
import { SUBRESOURCES } from './subresources';

/**
 * Reads a signature of version 1, HMAC-SHA1 over method, Content-MD5, Content-Type, date, the x-oss- headers
 * and the resource (page "Include a V1 signature in the Authorization header").
 * @throws ApiError InvalidArgument or AccessDenied when a part of it is missing or malformed
 */
export function readV1Signature(
  { method, headers }: WireRequest,
  resource: SignedResource,
): OssSignatureClaim {
  const authorization = headers.authorization ?? '';
  const [, accessKeyId, signature] = /^OSS ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) {
    throw invalidArgument('Authorization header is invalid.', 'Authorization', authorization);
  }
  const date = headers['x-oss-date'] ?? headers.date ?? '';
  if (!/^\w{3}, \d{2} \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date)) {
    throw accessDenied('OSS authentication requires a valid Date.');
  }
  const securityToken = headers['x-oss-security-token'];
  const stringToSign = (token: string | undefined) =>
    [
      method,
      headers['content-md5'] ?? '',
      headers['content-type'] ?? '',
      date,
      ...Object.keys(headers)
        .filter((name) => name.startsWith('x-oss-'))
        .sort()
        .map((name) =>
          name === 'x-oss-security-token'
            ? `${name}:${token ?? ''}`
            : `${name}:${(headers[name] ?? '').trim()}`,
        ),
      canonicalResource(resource),
    ].join('\n');
  return {
    accessKeyId,
    securityToken,
    requestTime: Date.parse(date),
    signature,
    expectedSignature: (secret) =>
      createHmac('sha1', secret).update(stringToSign(securityToken)).digest('base64'),
    describe: () => stringToSign(securityToken && '***'),
  };
}

function canonicalResource({ bucket, key, query }: SignedResource): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key}`;
  const signed = query
    .filter(([name]) => SUBRESOURCES.has(name))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort();
  return signed.length === 0 ? path : `${path}?${signed.join('&')}`;
}
