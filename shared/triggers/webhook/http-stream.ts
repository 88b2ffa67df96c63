import type { Readable } from 'node:stream';
import { type Answer, type HttpRequest, MAX_BODY_BYTES, normalizeHeaders } from './http';

/**
 * The request of an HTTP trigger of FC 2.0 (page "HTTP handlers"): a stream with these fields. Newer
 * versions of the page read the body from a field of its own.
 */
export type Fc2Request = Readable & {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
};

/** The response of an HTTP trigger of FC 2.0; the part that is used. */
export interface Fc2Response {
  setStatusCode(status: number): void;
  setHeader(name: string, value: string): void;
  send(body: string): void;
}

/**
 * Reads a request of FC 2.0. No more than `maxBodyBytes` are kept, and no more are read once it is clear
 * that there are more. `signal` ends the wait for a body that comes too slowly, or never. Never rejects.
 */
export async function readHttpRequest(
  request: Fc2Request,
  options: { readonly maxBodyBytes?: number; readonly signal: AbortSignal },
): Promise<HttpRequest> {
  const { maxBodyBytes = MAX_BODY_BYTES, signal } = options;
  const headers = normalizeHeaders(request.headers);
  return {
    method: (request.method ?? '').toUpperCase(),
    path: request.path ?? (request.url ?? '').replace(/\?.*$/s, ''),
    headers,
    body: await readBody(request, headers['content-length'], maxBodyBytes, signal),
  };
}

async function readBody(
  request: Fc2Request,
  contentLength: string | undefined,
  maxBodyBytes: number,
  signal: AbortSignal,
): Promise<HttpRequest['body']> {
  if (Buffer.isBuffer(request.body)) {
    return request.body.length > maxBodyBytes ? 'too-large' : request.body;
  }
  if (Number(contentLength ?? 0) > maxBodyBytes) return 'too-large';
  return collect(request, maxBodyBytes, signal);
}

function collect(
  stream: Readable,
  maxBodyBytes: number,
  signal: AbortSignal,
): Promise<HttpRequest['body']> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const keep = (chunk: Buffer | string) => {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBodyBytes) settle('too-large');
      else chunks.push(bytes);
    };
    const finish = () => settle(Buffer.concat(chunks));
    const giveUp = () => settle('incomplete');
    const settle = (body: HttpRequest['body']) => {
      stream.off('data', keep).off('end', finish).off('close', giveUp);
      signal.removeEventListener('abort', giveUp);
      stream.pause();
      resolve(body);
    };
    // Stays for good: a stream that fails later with nobody listening would end the process.
    stream.on('error', giveUp);
    if (signal.aborted || !stream.readable) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    stream.on('data', keep).on('end', finish).on('close', giveUp);
  });
}

/** Sends an answer through FC 2.0. */
export function sendFc2Response(response: Fc2Response, { status, headers, body }: Answer): void {
  response.setStatusCode(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.send(body);
}
