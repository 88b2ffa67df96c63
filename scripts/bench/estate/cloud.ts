import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CloudAnswer, CloudOptions, CloudProcess, CloudRequest } from './cloud-protocol';

const CLOUD_PROCESS = join(__dirname, 'cloud-process.ts');

/** Starts a cloud with an estate. Throws an Error when it cannot be started, or ends by itself. */
export async function startCloudProcess(options: CloudOptions): Promise<CloudProcess> {
  const child = fork(CLOUD_PROCESS, { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`the process of the local cloud ended with ${code}: see above`);
  });
  ended.catch(() => {});
  const ask = async (request: CloudRequest): Promise<CloudAnswer> => {
    child.send(request);
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [CloudAnswer];
    if (answer.kind === 'failed') throw new Error(`the local cloud failed: ${answer.message}`);
    return answer;
  };
  const started = await ask({ kind: 'start', options }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  if (started.kind !== 'started') throw new Error('the local cloud did not start');
  return {
    access: started.access,
    async calls() {
      const answer = await ask({ kind: 'calls' });
      return answer.kind === 'calls' ? answer.counts : {};
    },
    async close() {
      child.kill();
      await ended.catch(() => {});
    },
  };
}
