import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { ACCOUNT, type Case, REGION, WEBHOOK_SECRET } from './cold-start-cases';

/** What the floor answers when it has nothing to send. */
const FLOOR_ANSWER = 'answered';
const PROCESS = join(__dirname, 'cold-start-process.cjs');

/** What one start took. */
export interface ColdStart {
  /** Milliseconds from the start of the process to what its case is about. */
  readonly ms: number;
  /** Bytes of memory when the handler had answered. */
  readonly rss: number;
  /** Files of JavaScript that were loaded by then. */
  readonly modules: number;
}

/** Where processes are started. */
export interface ColdStartStage {
  /** Starts a process that gives the case's event to the handler of a file, and waits for its end. */
  start(each: Case, handlerFile: string): Promise<ColdStart>;
  close(): Promise<void>;
}

/**
 * A service that refuses every request and notes when it came in. It speaks plain HTTP: with TLS every
 * variant would take the same time longer. Records go below `folder`.
 */
export async function startColdStartStage(folder: string): Promise<ColdStartStage> {
  let arrived: ((request: IncomingMessage) => void) | undefined;
  const server = createServer((request, response) => {
    arrived?.(request);
    request.resume();
    if (isForEcs(request)) {
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ Code: 'Forbidden.RAM', RequestId: randomUUID() }));
    } else {
      response.writeHead(403, { 'content-type': 'application/xml', 'x-oss-request-id': 'request' });
      response.end('<Error><Code>AccessDenied</Code><RequestId>request</RequestId></Error>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  let started = 0;

  return {
    async start(each, handlerFile) {
      started += 1;
      const records = each.store === 'oss' ? 'oss://palisade-records' : join(folder, `${started}`);
      let arrival: number | undefined;
      arrived = (request) => {
        if (request.headers.authorization === undefined) return;
        if (each.until === 'first request' || isForEcs(request)) arrival ??= performance.now();
      };
      const from = performance.now();
      const child = spawn(process.execPath, [PROCESS], {
        env: {
          COLD_START: JSON.stringify({ handlerFile, event: each.event, context: context(each) }),
          PALISADE_REGIONS: REGION,
          PALISADE_RECORDS: records,
          PALISADE_ECS_ENDPOINT: endpoint,
          PALISADE_OSS_ENDPOINT: endpoint,
          PALISADE_FC_ENDPOINT: endpoint,
          PALISADE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
          PALISADE_LOG_LEVEL: 'silent',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      let answer = Number.NaN;
      child.stdout.on('data', (chunk: Buffer) => {
        if (text === '') answer = performance.now();
        text += chunk.toString('utf8');
      });
      await new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
      const about = `${each.name}, ${handlerFile}`;
      if (!text) throw new Error(`the process ended without an answer: ${about}`);
      const { result, rss, modules } = JSON.parse(text) as ColdStart & { result: string };
      const at = each.until === 'answer' ? answer : arrival;
      const isExpected = result === FLOOR_ANSWER || result.includes(each.expected ?? '');
      if (at === undefined || !isExpected) {
        throw new Error(`something else came of it: ${about} answered ${result}`);
      }
      return { ms: at - from, rss, modules };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isForEcs(request: IncomingMessage): boolean {
  return request.headers['x-acs-action'] !== undefined;
}

function context(each: Case): object {
  return {
    requestId: randomUUID(),
    accountId: ACCOUNT,
    region: REGION,
    credentials: {
      accessKeyId: 'STS.cold',
      accessKeySecret: 'secret-of-cold-start',
      securityToken: 'token-of-cold-start',
    },
    function: {
      name: `palisade-${each.function}`,
      handler: 'index.handler',
      memory: 512,
      timeout: 60,
    },
  };
}
