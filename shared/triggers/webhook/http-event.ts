import { type Answer, type HttpRequest, MAX_BODY_BYTES, normalizeHeaders } from './http';

/** Room in an event for everything but the body. */
const FRAME_BYTES = 128 * 1024;
/** Most bytes that JSON writes for one of the body: `\u001f`. */
const BYTES_PER_BYTE = 6;

/**
 * Reads the event of an HTTP trigger of FC 3.0 (page "HTTP trigger invoking function"): the body is text
 * or, where `isBase64Encoded` says so, base64. Gives undefined for an event that is not one, which is
 * best answered with `NOT_HTTP`. An event that can only hold too large a body is not parsed.
 */
export function readHttpEvent(
  event: Uint8Array,
  maxBodyBytes: number = MAX_BODY_BYTES,
): HttpRequest | undefined {
  if (event.byteLength > maxBodyBytes * BYTES_PER_BYTE + FRAME_BYTES) {
    return { method: 'POST', path: '/', headers: {}, body: 'too-large' };
  }
  const value = parse(event);
  const http = fieldsOf(fieldsOf(value.requestContext).http);
  const headers = value.headers ?? {};
  const body = value.body ?? '';
  const path = value.rawPath ?? http.path;
  if (
    typeof http.method !== 'string' ||
    typeof path !== 'string' ||
    typeof body !== 'string' ||
    typeof headers !== 'object'
  ) {
    return undefined;
  }
  return {
    method: http.method.toUpperCase(),
    path,
    headers: normalizeHeaders(headers),
    body: readBody(body, value.isBase64Encoded === true, maxBodyBytes),
  };
}

function readBody(text: string, isBase64: boolean, maxBodyBytes: number): Buffer | 'too-large' {
  const encoding = isBase64 ? 'base64' : 'utf8';
  if (Buffer.byteLength(text, encoding) > maxBodyBytes) return 'too-large';
  return Buffer.from(text, encoding);
}

/** What an HTTP trigger of FC 3.0 takes from an event handler. */
export interface Fc3Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: false;
  readonly body: string;
}

/** An answer as FC 3.0 takes it. */
export function toFc3Response({ status, headers, body }: Answer): Fc3Response {
  return { statusCode: status, headers, isBase64Encoded: false, body };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(event: Uint8Array): Fields {
  try {
    return fieldsOf(JSON.parse(Buffer.from(event).toString('utf8')));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
