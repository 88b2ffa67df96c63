import { createHmac } from 'node:crypto';
import { incompleteSignature, missing } from './errors';
import { canonicalQuery, encodeRfc3986, type Pairs } from './percent-encoding';
import type { SignatureClaim } from './signature';

/**
 * Reads the signature of the RPC mechanism V1, HMAC-SHA1 over all parameters of query and body
 * (help page "Request syntax and signature method V2 for RPC APIs").
 * @throws ApiError Missing{Parameter} or IncompleteSignature
 */
export function readV1Signature(method: string, pairs: Pairs): SignatureClaim {
  const parameters = new Map(pairs);
  const required = (name: string): string => {
    const value = parameters.get(name);
    if (!value) throw missing(name);
    return value;
  };
  const accessKeyId = required('AccessKeyId');
  const signature = required('Signature');
  if (required('SignatureMethod').toUpperCase() !== 'HMAC-SHA1') {
    throw incompleteSignature('SignatureMethod must be HMAC-SHA1.');
  }
  if (required('SignatureVersion') !== '1.0') {
    throw incompleteSignature('SignatureVersion must be 1.0.');
  }
  const signed = pairs.filter(([name]) => name !== 'Signature');
  return {
    accessKeyId,
    securityToken: parameters.get('SecurityToken') || undefined,
    timestamp: required('Timestamp'),
    nonce: required('SignatureNonce'),
    signature,
    expectedSignature: (secret) =>
      createHmac('sha1', `${secret}&`).update(stringToSign(method, signed)).digest('base64'),
    describe: () =>
      stringToSign(
        method,
        signed.map(([name, value]) => [name, name === 'SecurityToken' ? '***' : value]),
      ),
  };
}

function stringToSign(method: string, pairs: Pairs): string {
  return `${method}&${encodeRfc3986('/')}&${encodeRfc3986(canonicalQuery(pairs))}`;
}
