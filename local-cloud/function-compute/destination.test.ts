import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../action';
import { stagesOfTests, testAccount } from './testing';

const stage = stagesOfTests();
const arnOf = (name: string) => `acs:fc:cn-hangzhou:${testAccount.accountId}:${name}`;
const failing = `exports.handler = async (event) => { throw new TypeError('no ' + event); };`;
const noting = `const fs = require('node:fs');
  exports.handler = async (event) => { fs.appendFileSync(__dirname + '/told', event + '\\n'); };`;

async function toldIn(folder: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, 'told'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

it.each([
  ['subject', 'functions/watcher', 'functions/subject'],
  [
    'fleet/subject',
    'services/fleet.LATEST/functions/watcher',
    'services/fleet.LATEST/functions/subject',
  ],
  ['fleet/subject', 'services/fleet/functions/watcher', 'services/fleet.LATEST/functions/subject'],
])('%s tells %s once, when its last attempt has failed', async (name, destination, self) => {
  const onFailure = arnOf(destination);
  const { functionCompute, folder } = await stage({
    [name]: { source: failing, maxAsyncRetryAttempts: 2, onFailure },
    [name.replace('subject', 'watcher')]: { source: noting },
  });
  await functionCompute.invoke(name, '{"a":1}', { async: true });
  await functionCompute.idle();
  const [told, ...more] = await toldIn(folder);
  expect(more).toEqual([]);
  expect(told).toMatchObject({
    timestamp: expect.any(Number),
    requestContext: {
      requestId: functionCompute.invocations[0]?.requestId,
      functionArn: arnOf(self),
      condition: 'UnhandledInvocationError',
      approximateInvokeCount: 3,
    },
    requestPayload: '{"a":1}',
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
  });
  expect(JSON.parse(String(told?.responsePayload))).toMatchObject({ errorMessage: 'no {"a":1}' });
});

it('nobody is told of what ends well in the end, and of no synchronous invocation', async () => {
  const { functionCompute, folder } = await stage({
    subject: {
      source: `let attempts = 0;
        exports.handler = async (event) => { attempts += 1; if (attempts < 3) throw new Error('x'); };`,
      onFailure: arnOf('functions/watcher'),
    },
    other: { source: failing, onFailure: arnOf('functions/watcher') },
    watcher: { source: noting },
  });
  await functionCompute.invoke('subject', 'event', { async: true });
  await functionCompute.invoke('other', 'event');
  await functionCompute.idle();
  expect(await toldIn(folder)).toEqual([]);
});

it.each([
  ['does not exist', 'functions/nobody', 'x', undefined, /function 'nobody' does not exist/],
  ['is no function', 'queues/q/messages', 'x', undefined, /is not a function/],
  ['may not be invoked by the role', 'functions/watcher', 'x', 403, /not authorized/],
  [
    'takes no event of that size',
    'functions/watcher',
    'x'.repeat(128 * 1024),
    undefined,
    /exceeds/,
  ],
])(
  'a destination that %s is not told, and the log says so',
  async (_what, name, event, refusal, says) => {
    const asked: string[] = [];
    const { functionCompute, folder, logLines } = await stage(
      {
        subject: {
          source: failing,
          maxAsyncRetryAttempts: 0,
          onFailure: arnOf(name),
          role: 'acs:ram::123456789012:role/palisade',
        },
        watcher: { source: noting },
      },
      {
        authorize: (...question) => {
          asked.push(question.join(' '));
          if (refusal) throw new ApiError(refusal, 'AccessDenied', 'not authorized');
        },
      },
    );
    await functionCompute.invoke('subject', event, { async: true });
    await functionCompute.idle();
    expect(await toldIn(folder)).toEqual([]);
    expect(logLines.at(-1)).toMatch(says);
    if (refusal) {
      expect(asked).toEqual([`STS.palisade fc:InvokeFunction ${arnOf('functions/watcher')}`]);
    }
  },
);
