import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionComputeOptions } from './function-compute';
import { stagesOfTests } from './testing';

const stage = stagesOfTests();
const logEvent = `exports.handler = async (event) => { console.log(String(event)); };`;

describe('EventBridge triggers', () => {
  const trigger = { triggerName: 'trail', filterPattern: { source: ['acs.ecs'] }, enable: true };

  it('that are enabled are offered with their pattern, on both versions', async () => {
    const { functionCompute } = await stage({
      subject: {
        source: logEvent,
        eventTriggers: [trigger, { ...trigger, triggerName: 'off', enable: false }],
      },
      'watch/subject': { source: logEvent, eventTriggers: [trigger] },
      another: { source: logEvent },
    });
    expect(functionCompute.eventTriggers).toMatchObject([
      { functionName: 'subject', triggerName: 'trail', filterPattern: { source: ['acs.ecs'] } },
      { functionName: 'watch/subject', triggerName: 'trail' },
    ]);
  });

  it('deliver asynchronously, retried like every asynchronous invocation, and any number of times', async () => {
    const { functionCompute, folder } = await stage({
      subject: {
        source: `const fs = require('node:fs');
          exports.handler = async (event) => {
            fs.appendFileSync(__dirname + '/events', event + '\\n');
            if (String(event) === 'bad') throw new Error('refused');
          };`,
        eventTriggers: [trigger],
        maxAsyncRetryAttempts: 1,
      },
    });
    const [target] = functionCompute.eventTriggers;
    for (const event of ['one', 'one', 'bad']) await target?.deliver(Buffer.from(event));
    await functionCompute.idle();
    const events = (await readFile(join(folder, 'events'), 'utf8')).trim().split('\n');
    expect(events.sort()).toEqual(['bad', 'bad', 'one', 'one']);
    expect(functionCompute.invocations.every(({ type }) => type === 'Async')).toBe(true);
  });

  it('refuse what is too large, and everything once closed', async () => {
    const { functionCompute } = await stage({
      subject: { source: logEvent, eventTriggers: [trigger] },
    });
    const [target] = functionCompute.eventTriggers;
    await expect(target?.deliver(Buffer.alloc(128 * 1024 + 1))).rejects.toMatchObject({
      code: 'EntityTooLarge',
    });
    await functionCompute.close();
    await expect(target?.deliver(Buffer.from('late'))).rejects.toMatchObject({ status: 503 });
  });
});

describe('timers', () => {
  const timer = (triggerName: string, enable = true) => ({
    triggerName,
    cronExpression: '0 0 4 * * *',
    payload: '',
    enable,
  });
  /** A clock that runs from shortly before four o'clock when it is first looked at. */
  const almostFour = () => {
    let ahead: number | undefined;
    return () => {
      ahead ??= Date.parse('2026-03-01T03:59:59.950Z') - Date.now();
      return Date.now() + ahead;
    };
  };
  const startTimers = (options: Partial<FunctionComputeOptions>) =>
    stage(
      { subject: { source: logEvent, timers: [timer('daily'), timer('off', false)] } },
      { now: almostFour(), ...options },
    );

  it('fire when they are due, if they are enabled and are to run', async () => {
    const { functionCompute, logLines } = await startTimers({ runTimers: true });
    while (functionCompute.invocations.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await functionCompute.idle();
    expect(logLines.map((line) => JSON.parse(line))).toEqual([
      { triggerTime: '2026-03-01T04:00:00Z', triggerName: 'daily', payload: '' },
    ]);
    expect(functionCompute.invocations).toMatchObject([{ type: 'Async', status: 'Succeeded' }]);
  });

  it('fire by hand only, unless they are to run, and never once closed', async () => {
    const byHand = await startTimers({});
    const closed = await startTimers({ runTimers: true });
    await closed.functionCompute.close();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await byHand.functionCompute.idle();
    expect(byHand.functionCompute.invocations).toEqual([]);
    expect(closed.functionCompute.invocations).toEqual([]);
  });

  it('with a wrong cron expression are refused from the start, whether they are to run or not', async () => {
    const wrong = { ...timer('daily'), cronExpression: '0 0 4 * *' };
    await expect(stage({ subject: { source: logEvent, timers: [wrong] } })).rejects.toThrow(
      "Function 'subject': timer 'daily': cron expression '0 0 4 * *' is wrong",
    );
  });
});
