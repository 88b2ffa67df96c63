import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** For tests: one request that a scripted server received. */
export interface ReceivedRequest {
  /** Path and query as they were sent. */
  readonly target: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

/** Does something with the connection; the next request meets the next step. */
export type Step = (response: ServerResponse) => void;

/** For tests: an HTTP server on 127.0.0.1 that answers by script, the last step again and again. */
export async function startScriptedServer(...steps: readonly [Step, ...Step[]]) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    const query = Object.fromEntries(new URL(target, 'http://localhost').searchParams);
    const step = steps[Math.min(requests.length, steps.length - 1)];
    requests.push({ target, query, headers: request.headers });
    step?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests: requests as readonly ReceivedRequest[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers 200 with a JSON body. */
export const answer = (body: unknown): Step => json(200, body);

/** Answers with an error as the API does. */
export const refuse = (
  status: number,
  Code: string,
  Message = 'no message',
  headers: Readonly<Record<string, string>> = {},
): Step =>
  json(status, { RequestId: 'REQ-1', HostId: 'host', Code, Message, Recommend: '' }, headers);

/** Answers 502 with a page for people. */
export const badGateway: Step = (response) => {
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('<html><body>502 Bad Gateway</body></html>');
};

/** Breaks the connection without an answer. */
export const reset: Step = (response) => {
  response.socket?.resetAndDestroy();
};

/** Breaks the connection in the middle of an answer. */
export const breakOff: Step = (response) => {
  neverEnd(response);
  setImmediate(() => response.socket?.destroy());
};

/** Begins an answer and never ends it. */
export const neverEnd: Step = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"RequestId":');
};

/** Never answers. */
export const hang: Step = () => {};

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Step {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };
}
