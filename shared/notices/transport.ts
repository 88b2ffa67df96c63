import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A POST of JSON. The URL and the headers hold secrets. */
export interface Message {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most its first 16 KiB. */
  readonly body: string;
}

/** Posts a message. Throws TransportError when no whole answer came within `timeoutMs`. */
export type Transport = (message: Message, timeoutMs: number) => Promise<Answer>;

/** There was no answer. The message holds no part of the URL. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}

const MOST_BYTES = 16 * 1024;

/** Posts over HTTP or HTTPS on a connection of its own, as one kept open is stale after a frozen instance. */
export const post: Transport = ({ url, headers, body }, timeoutMs) =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
        'user-agent': 'palisade',
        ...headers,
      },
    });
    const timer = setTimeout(() => {
      fail(new TransportError(`there was no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    function fail(error: Error): void {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    }
    // The error's own message is dropped: it may say where the request went.
    const onError = (error: NodeJS.ErrnoException) => {
      const code = /^[A-Z][A-Z0-9_]{0,60}$/.exec(error.code ?? '')?.[0] ?? 'unknown cause';
      fail(new TransportError(`the connection failed (${code})`));
    };
    request.on('error', onError);
    request.on('response', (response) => {
      readBody(response).then((text) => {
        clearTimeout(timer);
        request.destroy();
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: text });
      }, onError);
    });
    request.end(bytes);
  });

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
