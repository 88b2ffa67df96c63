import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CloudAccess } from './cloud-protocol';

const PROCESS = join(__dirname, 'instance-process.cjs');
/** More than any machine makes: what holds calls back is not what is measured. */
export const NO_LIMIT = { PALISADE_CALLS_PER_SECOND: '100000' } as const;
/** Of template.yml. */
const MEMORY_MB = 512;
const TIMEOUT_SECONDS = 600;

/** What serving one event took of an instance. */
export interface Served {
  /** What the handler answered. */
  readonly answer: string;
  readonly ms: number;
  /** CPU time of the whole process, in milliseconds. */
  readonly cpuMs: number;
  /** Memory afterwards, and the most so far, in bytes. */
  readonly rss: number;
  readonly maxRss: number;
}

/** One instance of a function, in a process of its own. */
export interface Instance {
  /** Serves an event. Throws an Error with the message of what the handler throws. */
  serve(event: string): Promise<Served>;
  close(): Promise<void>;
}

/** Starts an instance of a built function that reaches ECS and OSS at `access`. */
export function startInstance(
  functionName: string,
  builtFunctions: string,
  access: CloudAccess,
  environment: Readonly<Record<string, string>>,
): Instance {
  const { endpoint, credentials, accountId } = access;
  const child = fork(PROCESS, {
    // Without being told Node.js takes half of the memory that it is given for the old generation.
    execArgv: [`--max-old-space-size=${MEMORY_MB / 2}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PALISADE_RECORDS: 'oss://palisade-records',
      PALISADE_ECS_ENDPOINT: endpoint,
      PALISADE_OSS_ENDPOINT: endpoint,
      PALISADE_STS_ENDPOINT: endpoint,
      ...NO_LIMIT,
      ...environment,
      BENCH_INSTANCE: JSON.stringify({
        handlerFile: join(builtFunctions, functionName, 'index.js'),
      }),
    },
  });
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`the instance of ${functionName} ended with ${code}: see above`);
  });
  ended.catch(() => {});
  return {
    async serve(event) {
      const context = {
        requestId: randomUUID(),
        accountId,
        region: 'cn-hangzhou',
        credentials,
        function: {
          name: `palisade-${functionName}`,
          handler: 'index.handler',
          memory: MEMORY_MB,
          timeout: TIMEOUT_SECONDS,
        },
      };
      child.send({ event, context });
      const [served] = (await Promise.race([once(child, 'message'), ended])) as [
        Served & { failure?: string },
      ];
      if (served.failure !== undefined) throw new Error(`${functionName}: ${served.failure}`);
      return served;
    },
    async close() {
      child.kill();
      await ended.catch(() => {});
    },
  };
}
