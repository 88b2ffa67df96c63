import { isUtf8 } from 'node:buffer';
import type { WireRequest } from '../wire/http';
import { decodePath, domainPrefix, type HttpTarget, httpDomain } from './http-target';
import type { Place } from './invocation-context';

// The server listens on loopback only.
const CLIENT_ADDRESS = '127.0.0.1';

/**
 * The event that an event handler of FC 3.0 gets for an HTTP request (HTTP trigger page, request
 * struct), `at` in milliseconds since 1970. The request id is empty, as captured events have it.
 */
export function createHttpEvent(
  request: WireRequest,
  target: HttpTarget,
  place: Place,
  at: number,
): Buffer {
  const isBase64Encoded = isBinary(request);
  return Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: target.path,
      body: request.body.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
      headers: Object.fromEntries(
        headersOf(request)
          .filter(([name]) => name !== 'host' && name !== 'transfer-encoding')
          .map(([name, value]) => [canonicalName(name), value]),
      ),
      queryParameters: Object.fromEntries(
        Object.entries(queriesOf(request)).map(([name, values]) => [name, values.join(',')]),
      ),
      requestContext: {
        accountId: place.accountId,
        domainName: httpDomain(target.definition, place),
        domainPrefix: domainPrefix(target.definition, place),
        http: {
          method: request.method,
          path: decodePath(target.path),
          protocol: 'HTTP/1.1',
          sourceIp: CLIENT_ADDRESS,
          userAgent: request.headers['user-agent'] ?? '',
        },
        requestId: '',
        time: `${new Date(at).toISOString().slice(0, 19)}Z`,
        timeEpoch: String(at),
      },
    }),
  );
}

/**
 * What the instance makes the `req` of an HTTP handler of FC 2.0 from (HTTP handler page, Node.js):
 * headers by lower-case name without those that are kept from functions, a query parameter that
 * occurs more than once as a list, and the body in base64.
 */
export function createHttpRequest(request: WireRequest, target: HttpTarget): Buffer {
  const query = request.rawQuery === '' ? '' : `?${request.rawQuery}`;
  return Buffer.from(
    JSON.stringify({
      method: request.method,
      url: `${request.path}${query}`,
      path: decodePath(target.path),
      queries: Object.fromEntries(
        Object.entries(queriesOf(request)).map(([name, values]) => [
          name,
          values.length === 1 ? values[0] : values,
        ]),
      ),
      headers: Object.fromEntries(
        headersOf(request).filter(([name]) => !/^(connection|keep-alive|x-fc-.*)$/.test(name)),
      ),
      clientIP: CLIENT_ADDRESS,
      body: request.body.toString('base64'),
    }),
  );
}

/**
 * Whether the body goes into the event as base64. The page says "binary" without listing types; text
 * sent as application/octet-stream stays text in captured events, and bytes that are no UTF-8 would
 * be lost as text, whatever their type.
 */
function isBinary({ headers, body }: WireRequest): boolean {
  const type = headers['content-type'] ?? '';
  return !isUtf8(body) || /^(image|audio|video|font)\/|^application\/(zip|gzip|pdf)\b/i.test(type);
}

function headersOf({ headers }: WireRequest): [string, string][] {
  return Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
}

/** `x-acs-date` as `X-Acs-Date`. */
function canonicalName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function queriesOf({ rawQuery }: WireRequest): Record<string, string[]> {
  const queries = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    queries.set(name, [...(queries.get(name) ?? []), value]);
  }
  return Object.fromEntries(queries);
}
