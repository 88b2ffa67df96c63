import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message that the server got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export type Step = (response: ServerResponse) => void;

/** A server on 127.0.0.1 that answers by script, the last step again and again. */
export async function startService(...steps: readonly [Step, ...Step[]]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const step = steps[Math.min(received.length, steps.length - 1)];
      received.push({
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        text: Buffer.concat(chunks).toString('utf8'),
      });
      step?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received: received as readonly Received[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

export const reset: Step = (response) => {
  response.socket?.resetAndDestroy();
};

export const hang: Step = () => {};

/** Announces more than it sends, and breaks off. */
export const breakOff: Step = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half');
  setImmediate(() => response.socket?.destroy());
};
