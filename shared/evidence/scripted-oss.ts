import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Does something with the connection; the next request meets the next step. */
export type Step = (response: ServerResponse, request: IncomingMessage) => void;

/** For tests: a server on 127.0.0.1 that answers by script, the last step again and again. */
export async function startScriptedOss(...steps: readonly [Step, ...Step[]]) {
  const targets: string[] = [];
  const server = createServer((request, response) => {
    const step = steps[Math.min(targets.length, steps.length - 1)];
    targets.push(request.url ?? '');
    request.resume();
    request.on('end', () => step?.(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    targets: targets as readonly string[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const REQUEST_ID = { 'x-oss-request-id': '5C3D9175B6FC201293AD4A0E' };

/** Answers as OSS does; headers can be taken away by an empty value. */
export function answer(status: number, body: string, headers: Record<string, string> = {}): Step {
  return (response) => {
    const all = Object.entries({ ...REQUEST_ID, ...headers }).filter(([, value]) => value !== '');
    response.writeHead(status, Object.fromEntries(all));
    response.end(body);
  };
}

/** Answers with a page for people, as something between here and OSS may. */
export const page = (status: number): Step =>
  answer(status, '<html><body>Welcome to the network</body></html>', { 'x-oss-request-id': '' });

/** Answers with a page of a listing. */
export function listing(keys: readonly string[], nextToken?: string, count = keys.length): Step {
  const token = nextToken && `<NextContinuationToken>${nextToken}</NextContinuationToken>`;
  return answer(
    200,
    `<ListBucketResult><IsTruncated>${nextToken !== undefined}</IsTruncated>` +
      `<KeyCount>${count}</KeyCount>${token ?? ''}` +
      `${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`,
  );
}

/** Announces more than it sends, and breaks off. */
export const breakOff: Step = (response) => {
  response.writeHead(200, { ...REQUEST_ID, 'content-length': '100' });
  response.write('<ListBucketResult>half');
  setImmediate(() => response.socket?.destroy());
};

/** Begins an answer and never ends it. */
export const neverEnd: Step = (response) => {
  response.writeHead(200, { ...REQUEST_ID, 'content-length': '100' });
  response.write('half');
};
