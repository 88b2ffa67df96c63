import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFunctionCompute } from './function-compute';
import type { FunctionDefinition } from './function-definition';
import { completed, stagesOfTests } from './testing';

const stage = stagesOfTests();
describe('instances', () => {
  const countCalls = 'let calls = 0; exports.handler = async () => ++calls;';

  it('are reused one after the other', async () => {
    const { functionCompute } = await stage({ subject: { source: countCalls } });
    await functionCompute.invoke('subject', '');
    expect(completed(await functionCompute.invoke('subject', '')).text).toBe('2');
  });

  it('serve one invocation at a time each, so parallel calls get their own', async () => {
    const { functionCompute } = await stage({ subject: { source: countCalls } });
    const results = await Promise.all(
      [1, 2, 3].map(async () => completed(await functionCompute.invoke('subject', ''))),
    );
    expect(results.map(({ text }) => text)).toEqual(['1', '1', '1']);
    expect(new Set(results.map(({ instanceId }) => instanceId)).size).toBe(3);
  });

  it('are limited: further synchronous calls get 429, asynchronous ones wait', async () => {
    const { functionCompute } = await stage(
      { subject: { source: countCalls } },
      { maxInstances: 1 },
    );
    const first = functionCompute.invoke('subject', '');
    await expect(functionCompute.invoke('subject', '')).rejects.toMatchObject({
      status: 429,
      code: 'ResourceExhausted',
    });
    await functionCompute.invoke('subject', '', { async: true });
    await first;
    await functionCompute.idle();
    expect(functionCompute.invocations.map(({ type, status }) => [type, status])).toEqual([
      ['Sync', 'Succeeded'],
      ['Async', 'Succeeded'],
    ]);
  });

  it('of a function that is idle make room for another function', async () => {
    const { functionCompute } = await stage(
      { one: { source: countCalls }, two: { source: countCalls } },
      { maxInstances: 1 },
    );
    await functionCompute.invoke('one', '');
    expect(completed(await functionCompute.invoke('two', '')).text).toBe('1');
  });
});

describe('asynchronous invocations', () => {
  const failTwice = `const fs = require('node:fs');
    exports.handler = async (event, context) => {
      fs.appendFileSync(String(event), context.requestId + ' ' + (context.retryCount ?? '') + '\\n');
      if (fs.readFileSync(String(event), 'utf8').split('\\n').length < 4) throw new Error('not yet');
    };`;

  it('are retried with the same request id until they succeed', async () => {
    const { functionCompute, folder } = await stage({ subject: { source: failTwice } });
    const file = join(folder, 'attempts');
    const outcome = await functionCompute.invoke('subject', file, { async: true, taskId: 'task' });
    expect(outcome.kind).toBe('accepted');
    await functionCompute.idle();
    const { requestId } = outcome;
    expect(await readFile(file, 'utf8')).toBe(`${requestId} \n${requestId} 1\n${requestId} 2\n`);
    expect(functionCompute.invocations).toMatchObject([
      {
        requestId,
        type: 'Async',
        attempt: 1,
        status: 'Failed',
        errorMessage: 'not yet',
        taskId: 'task',
      },
      { requestId, type: 'Async', attempt: 2, status: 'Failed' },
      { requestId, type: 'Async', attempt: 3, status: 'Succeeded' },
    ]);
  });

  it.each([
    ['three times by default', {}, 4],
    ['as often as the function says', { maxAsyncRetryAttempts: 1 }, 2],
    ['not at all when it says so', { maxAsyncRetryAttempts: 0 }, 1],
  ])('that keep failing are retried %s', async (_, definition, attempts) => {
    const { functionCompute } = await stage({
      subject: { source: 'exports.handler = async () => { throw 1; };', ...definition },
    });
    await functionCompute.invoke('subject', '', { async: true });
    await functionCompute.idle();
    expect(functionCompute.invocations).toHaveLength(attempts);
  });

  it('with a repeated task id are refused, even while and after being retried', async () => {
    const { functionCompute } = await stage({
      subject: { source: 'exports.handler = async () => { throw 1; };' },
      other: { source: 'exports.handler = async () => {};' },
    });
    const invoke = (name: string) =>
      functionCompute.invoke(name, '', { async: true, taskId: 'a-1' });
    await invoke('subject');
    const refusal = { status: 409, code: 'StatefulAsyncInvocationAlreadyExists' };
    await expect(invoke('subject')).rejects.toMatchObject(refusal);
    await functionCompute.idle();
    await expect(invoke('subject')).rejects.toMatchObject(refusal);
    await expect(invoke('other')).resolves.toMatchObject({ kind: 'accepted' });
  });

  it('of a function without async tasks are not told apart by their task id', async () => {
    const { functionCompute } = await stage({
      subject: { source: 'exports.handler = async () => {};', asyncTask: false },
    });
    await functionCompute.invoke('subject', '', { async: true, taskId: 'a' });
    await functionCompute.invoke('subject', '', { async: true, taskId: 'a' });
    await functionCompute.idle();
    expect(functionCompute.invocations).toHaveLength(2);
  });

  it('that were killed are retried on a new instance', async () => {
    const { functionCompute, folder, logLines } = await stage({
      subject: {
        source: `const fs = require('node:fs');
          exports.handler = async (event) => {
            if (fs.existsSync(String(event))) return;
            fs.writeFileSync(String(event), '');
            await new Promise(() => {});
          };`,
      },
    });
    const file = join(folder, 'started');
    await functionCompute.invoke('subject', file, { async: true });
    while ((await readFile(file).catch(() => undefined)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await functionCompute.killInstances('another')).toBe(0);
    expect(await functionCompute.killInstances('subject')).toBe(1);
    await functionCompute.idle();
    expect(functionCompute.invocations).toMatchObject([
      { attempt: 1, status: 'Failed', errorType: 'UnhandledInvocationError' },
      { attempt: 2, status: 'Succeeded' },
    ]);
    expect(logLines).toEqual([]);
  });

  it('still queued, running or waiting when it closes are dropped, and idle resolves', async () => {
    const { functionCompute } = await stage(
      {
        hanging: { source: 'exports.handler = () => new Promise(() => {});' },
        failing: { source: 'exports.handler = async () => { throw 1; };' },
      },
      { maxInstances: 2, asyncRetryDelayMs: 60_000 },
    );
    await functionCompute.invoke('failing', '', { async: true });
    for (let queued = 0; queued < 3; queued += 1) {
      await functionCompute.invoke('hanging', '', { async: true });
    }
    await functionCompute.close();
    await functionCompute.idle();
    await expect(functionCompute.invoke('hanging', '')).rejects.toMatchObject({ status: 503 });
  });
});

describe('a timer', () => {
  const timer = { cronExpression: '@every 5m', payload: '{"a":1}', enable: true };
  const source = `const fs = require('node:fs');
    exports.handler = async (event) => { fs.writeFileSync(__dirname + '/event', event); };`;

  it('sends its event asynchronously, with the payload as text and the time in whole seconds', async () => {
    const { functionCompute, folder } = await stage({
      subject: { source, timers: [{ triggerName: 'five', ...timer }] },
    });
    await functionCompute.fireTimer('subject', undefined, Date.UTC(2023, 11, 26, 7, 49, 0, 123));
    await functionCompute.idle();
    expect(JSON.parse(await readFile(join(folder, 'event'), 'utf8'))).toEqual({
      triggerTime: '2023-12-26T07:49:00Z',
      triggerName: 'five',
      payload: '{"a":1}',
    });
    expect(functionCompute.invocations).toMatchObject([{ type: 'Async' }]);
  });

  it('must be named when there are several, must exist and be enabled', async () => {
    const { functionCompute } = await stage({
      subject: {
        source,
        timers: [
          { triggerName: 'one', ...timer },
          { triggerName: 'two', ...timer, enable: false },
        ],
      },
    });
    await expect(functionCompute.fireTimer('subject')).rejects.toThrow('name one of: one, two');
    await expect(functionCompute.fireTimer('subject', 'three')).rejects.toThrow("called 'three'");
    await expect(functionCompute.fireTimer('subject', 'two')).rejects.toThrow('disabled');
  });
});

describe('a definition', () => {
  const options = { accountId: '1', regionId: 'r', now: Date.now, secretOf: () => undefined };
  const create = (...changes: Partial<FunctionDefinition>[]) =>
    createFunctionCompute({
      ...options,
      roleCredentials: () => {
        throw new Error('no role here');
      },
      functions: changes.map((change) => ({
        functionName: 'subject',
        codeDirectory: '.',
        handler: 'index.handler',
        runtime: 'nodejs20',
        timeoutSeconds: 3,
        memoryMegabytes: 128,
        environment: {},
        ...change,
      })),
    });

  it.each([
    ['a reserved variable', { environment: { FC_REGION: 'x' } }, 'FC_REGION is reserved'],
    ['another runtime', { runtime: 'python3' }, "runtime 'python3'"],
    ['no timeout', { timeoutSeconds: 0 }, 'timeoutSeconds is 0'],
    ['a handler without an export', { handler: 'index' }, 'names no export'],
    ['too many retries', { maxAsyncRetryAttempts: 9 }, 'maxAsyncRetryAttempts is 9'],
    ['a name with a slash', { functionName: 'a/b' }, "'a/b'"],
  ])('with %s is refused', (_, change, message) => {
    expect(() => create(change)).toThrow(message);
  });

  it('may not have the name of another one, unless it is in a service', () => {
    expect(() => create({}, {})).toThrow("'subject' is defined twice");
    expect(() => create({}, { serviceName: 'watch' })).not.toThrow();
  });
});
