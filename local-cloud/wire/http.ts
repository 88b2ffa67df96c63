import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire, read to the end. */
export interface WireRequest {
  /** Upper-case HTTP method. */
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Query as sent, still percent-encoded, without the question mark; empty when there is none. */
  readonly rawQuery: string;
  /** Header values by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** What becomes of a request: an answer, a connection torn down, or no answer at all. */
export type WireOutcome = WireResponse | 'reset' | 'hang';

export type WireHandler = (request: WireRequest, closing: AbortSignal) => Promise<WireOutcome>;

export interface WireServer {
  readonly port: number;
  /** Stops at once: open connections, idle or waiting for an answer, are torn down. */
  close(): Promise<void>;
}

export interface WireServerOptions {
  /** TCP port on 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  /** Longest request target in bytes before the answer is 414; only the header limit by default. */
  readonly maxUrlLength?: number;
  readonly handler: WireHandler;
  /** Told about failures that are defects of the local cloud itself. */
  readonly onUnexpectedError: (error: unknown) => void;
}

// The official SDK puts a hundred permissions in the query, about 28 kB; Node refuses 16 kB by default.
const MAX_HEADER_BYTES = 1024 * 1024;
// Function Compute 3.0 takes synchronous events of up to 32 MB.
const MAX_BODY_BYTES = 64 * 1024 * 1024;
// Longer than clients pause between two calls, so that a pooled connection is rarely closed under one.
const KEEP_ALIVE_MS = 75_000;

/**
 * Serves HTTP on 127.0.0.1.
 * @throws Error of node:net, such as EADDRINUSE, when the port cannot be opened
 */
export async function startHttpServer(options: WireServerOptions): Promise<WireServer> {
  const closing = new AbortController();
  // Every delayed call listens to it, so that any number of listeners is no sign of a leak.
  setMaxListeners(0, closing.signal);
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
    (incoming, outgoing) => {
      serve(incoming, outgoing, options, closing.signal).catch((error: unknown) => {
        options.onUnexpectedError(error);
        outgoing.destroy();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      closed ??= new Promise<void>((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

/** An HTML page, as the load balancer in front of the API answers when the API itself does not. */
export function htmlPage(status: number): WireResponse {
  const title = STATUS_CODES[status] ?? 'Unknown';
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: WireServerOptions,
  closing: AbortSignal,
): Promise<void> {
  const target = incoming.url ?? '/';
  if (options.maxUrlLength !== undefined && Buffer.byteLength(target) > options.maxUrlLength) {
    return send(outgoing, htmlPage(414));
  }
  const body = await readBody(incoming);
  if (body === 'cut-off') return;
  if (body === 'too-large') return send(outgoing, htmlPage(413));
  const outcome = await options.handler(
    { method: incoming.method ?? 'GET', ...splitTarget(target), headers: flatten(incoming), body },
    closing,
  );
  if (outcome === 'hang') return;
  if (outcome === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  send(outgoing, outcome);
}

function send(outgoing: ServerResponse, response: WireResponse): void {
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-length': String(Buffer.byteLength(response.body)),
  });
  outgoing.end(response.body);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large' | 'cut-off'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Read on all the same: a connection closed on a client that still sends loses the answer.
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    // The client went away before its request was complete; there is nobody to answer.
    return 'cut-off';
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : 'too-large';
}

function splitTarget(target: string): { path: string; rawQuery: string } {
  // A client that takes the server for a proxy sends the absolute form of the target.
  const relative = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = relative.indexOf('?');
  const path = mark === -1 ? relative : relative.slice(0, mark);
  return { path: path || '/', rawQuery: mark === -1 ? '' : relative.slice(mark + 1) };
}

function flatten(incoming: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
