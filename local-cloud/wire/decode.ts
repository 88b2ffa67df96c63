import type { Parameters } from '../action';
import type { WireRequest } from './http';
import { decodePairs, type Pairs } from './percent-encoding';
import { hasAuthorizationHeader } from './signature-v3';

export type Format = 'JSON' | 'XML';

/** An RPC call as sent, before anybody has checked who sent it. */
export interface DecodedCall {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly format: Format;
  /** Everything in the query and in a form or JSON body, in the order sent; what V1 signs. */
  readonly pairs: Pairs;
  /** The action's own parameters: the pairs without the common ones; of a repeated name the last. */
  readonly parameters: Parameters;
}

/** Common request parameters of RPC APIs, which no action gets to see. */
const COMMON_PARAMETERS: ReadonlySet<string> = new Set([
  'Action',
  'Version',
  'Format',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'SignatureType',
  'Timestamp',
  'SecurityToken',
]);

/**
 * Reads an RPC call from wherever its client put it: action and version in headers or parameters,
 * parameters in the query, a form body or a JSON object, the answer's format in `Format` or `accept`;
 * by default V3 is answered in JSON and V1 in XML.
 */
export function decodeCall(request: WireRequest): DecodedCall {
  const pairs = [...decodePairs(request.rawQuery), ...bodyPairs(request)];
  const all = new Map(pairs);
  const common = (header: string, parameter: string) =>
    (hasAuthorizationHeader(request)
      ? request.headers[header] || all.get(parameter)
      : // V1 covers no header, so what the parameters say must not be overruled by one.
        all.get(parameter) || request.headers[header]) || undefined;
  return {
    action: common('x-acs-action', 'Action'),
    version: common('x-acs-version', 'Version'),
    format: answerFormat(request, all),
    pairs,
    parameters: new Map(pairs.filter(([name]) => !COMMON_PARAMETERS.has(name))),
  };
}

function answerFormat(request: WireRequest, parameters: Parameters): Format {
  const wanted = parameters.get('Format')?.toUpperCase();
  if (wanted === 'JSON' || wanted === 'XML') return wanted;
  const accept = request.headers.accept?.toLowerCase() ?? '';
  if (accept.includes('json')) return 'JSON';
  if (accept.includes('xml')) return 'XML';
  return hasAuthorizationHeader(request) ? 'JSON' : 'XML';
}

function bodyPairs(request: WireRequest): Pairs {
  if (request.body.length === 0) return [];
  const contentType = request.headers['content-type']?.toLowerCase() ?? '';
  if (contentType.includes('json')) return jsonPairs(request.body.toString('utf8'));
  if (contentType === '' || contentType.includes('form-urlencoded')) {
    return decodePairs(request.body.toString('utf8'));
  }
  return [];
}

function jsonPairs(text: string): Pairs {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // As with any body the gateway does not understand, the parameters are simply missing.
    return [];
  }
  const pairs: [string, string][] = [];
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    flattenInto(pairs, '', parsed);
  }
  return pairs;
}

/** Nested values become the names a query would have: `Permissions.1.IpProtocol`, counted from 1. */
function flattenInto(pairs: [string, string][], prefix: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') {
    // JSON can spell half of a surrogate pair, which no percent-encoding can carry.
    pairs.push([prefix, Buffer.from(String(value)).toString()]);
    return;
  }
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index + 1), item] as const)
    : Object.entries(value);
  for (const [name, item] of entries) {
    flattenInto(pairs, prefix === '' ? name : `${prefix}.${name}`, item);
  }
}
