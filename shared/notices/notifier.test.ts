import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, type RecordStore } from '../evidence';
import { createNotifier, type NotifierOptions, parseChannels } from './index';
import { repaired, resultOf, TIME, tell } from './testing/results';
import { answer, breakOff, hang, reset, type Step, startService } from './testing/service';

const WHSEC = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const NOTICE = tell(resultOf(repaired('sg-1')));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-notices-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function open(...steps: readonly [Step, ...Step[]]) {
  const service = await startService(...steps);
  closing.push(service.close);
  return service;
}

/** A notifier on a clock that only its sleeps move; what it logs is noted. */
function notifierOf(
  channels: string,
  records: RecordStore,
  options: Partial<NotifierOptions> = {},
) {
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const waits: number[] = [];
  const note = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  let time = TIME;
  const notifier = createNotifier(parseChannels(channels), {
    records,
    log: { info: note('info'), error: note('error') },
    now: () => time,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      time += milliseconds;
    },
    random: () => 0.5,
    ...options,
  });
  return { ...notifier, lines, waits };
}

const slackAt = (origin: string) => `slack=${origin}/services/TOKEN`;

test('every channel gets one POST of JSON in UTF-8', async () => {
  const dingtalk = await open(answer(200, '{"errcode":0,"errmsg":"ok"}'));
  const feishu = await open(answer(200, '{"code":0,"msg":"success","data":{}}'));
  const slack = await open(answer(200, 'ok'));
  const webhook = await open(answer(204));
  const { notify, lines } = notifierOf(
    [
      `dingtalk=${dingtalk.origin}/robot/send?access_token=TOKEN#SECTOKEN`,
      `feishu=${feishu.origin}/open-apis/bot/v2/hook/TOKEN#TOKEN`,
      slackAt(slack.origin),
      `webhook=${webhook.origin}/hook?key=TOKEN#${WHSEC}`,
    ].join(' '),
    createFolderStore(await openFolder()),
  );
  await notify(NOTICE);
  expect([dingtalk, feishu, slack, webhook].map(({ received }) => received)).toEqual(
    ['/robot/send', '/open-apis/bot/v2/hook/TOKEN', '/services/TOKEN', '/hook'].map((path) => [
      expect.objectContaining({ method: 'POST', path }),
    ]),
  );
  for (const { received } of [dingtalk, feishu, slack, webhook]) {
    expect(received[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(received[0]?.text).toContain('sg-1');
  }
  expect(JSON.parse(dingtalk.received[0]?.text ?? '')).toMatchObject({ msgtype: 'markdown' });
  expect(JSON.parse(feishu.received[0]?.text ?? '')).toMatchObject({ msg_type: 'interactive' });
  expect(dingtalk.received[0]?.query.get('timestamp')).toBe(String(TIME));
  expect(webhook.received[0]?.headers['webhook-timestamp']).toBe(String(TIME / 1000));
  expect(lines).toHaveLength(4);
  expect(lines).toEqual(
    expect.arrayContaining([
      {
        level: 'info',
        message: 'notice given',
        fields: {
          channel: 'dingtalk-1',
          host: dingtalk.host,
          runId: NOTICE.runId,
          part: 'whole',
          attempts: 1,
        },
      },
    ]),
  );
  expect(JSON.stringify(lines)).not.toMatch(/TOKEN|whsec/);
});

describe('once', () => {
  test('two instances that tell the same news at the same time send one message', async () => {
    const slack = await open(answer(200, 'ok'));
    const folder = await openFolder();
    const notifiers = [1, 2, 3].map(() =>
      notifierOf(slackAt(slack.origin), createFolderStore(folder)),
    );
    await Promise.all(notifiers.map(({ notify }) => notify(NOTICE)));
    await notifiers[0]?.notify(NOTICE);
    expect(slack.received).toHaveLength(1);
    const messages = notifiers.flatMap(({ lines }) => lines.map(({ message }) => message));
    expect(messages.sort()).toEqual(['notice given', ...Array(3).fill('notice was given before')]);
  });

  test('a message that was not taken is not sent again later', async () => {
    const slack = await open(answer(400, 'invalid_payload'));
    const { notify } = notifierOf(slackAt(slack.origin), createFolderStore(await openFolder()));
    await notify(NOTICE);
    await notify(NOTICE);
    expect(slack.received).toHaveLength(1);
  });

  test('another attempt that has done more tells it', async () => {
    const slack = await open(answer(200, 'ok'));
    const { notify } = notifierOf(slackAt(slack.origin), createFolderStore(await openFolder()));
    await notify(NOTICE);
    await notify(tell(resultOf(repaired('sg-2'))));
    expect(slack.received).toHaveLength(2);
  });

  test('a run in many parts sends a chat five messages, and a webhook all', async () => {
    const slack = await open(answer(200, 'ok'));
    const webhook = await open(answer(204));
    const { notify } = notifierOf(
      `${slackAt(slack.origin)} webhook=${webhook.origin}#${WHSEC}`,
      createFolderStore(await openFolder()),
    );
    for (let part = 0; part < 8; part += 1) await notify({ ...NOTICE, part: `part-${part}` });
    await notify({ ...NOTICE, runId: 'another' });
    expect(slack.received.map(({ text }) => text.includes('More parts'))).toEqual([
      ...[false, false, false, false, true],
      false,
    ]);
    expect(webhook.received).toHaveLength(9);
    const ids = webhook.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(9);
  });

  test('what was claimed lies with the records of the run', async () => {
    const slack = await open(answer(200, 'ok'));
    const folder = await openFolder();
    await notifierOf(slackAt(slack.origin), createFolderStore(folder)).notify(NOTICE);
    expect(await readdir(join(folder, 'notices', NOTICE.runId), { recursive: true })).toEqual(
      expect.arrayContaining([`whole.slack-1.${NOTICE.digest}`, join('messages', 'slack-1.1')]),
    );
  });
});

describe('attempts', () => {
  test.each<[string, Step]>([
    ['429', answer(429, 'rate_limited')],
    ['500', answer(500, 'rollup_error')],
    ['a page of a load balancer', answer(502, '<html>')],
    ['a reset connection', reset],
    ['a broken answer', breakOff],
  ])('go on after %s', async (_what, step) => {
    const slack = await open(step, step, answer(200, 'ok'));
    const { notify, lines, waits } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(slack.received).toHaveLength(3);
    expect(waits).toEqual([125, 250]);
    expect(lines).toMatchObject([{ message: 'notice given', fields: { attempts: 3 } }]);
  });

  test('go on after a timeout, and end when the time for the notice is over', async () => {
    const slack = await open(hang);
    const folder = createFolderStore(await openFolder());
    const { notify, lines } = notifierOf(slackAt(slack.origin), folder, {
      budgetMs: 1_500,
      now: Date.now,
    });
    await notify(NOTICE);
    expect(slack.received.length).toBeGreaterThanOrEqual(1);
    expect(lines).toMatchObject([{ level: 'error', message: 'notice not given' }]);
    expect(lines[0]?.fields.reason).toMatch(/there was no answer within \d+ ms|the time for it/);
  });

  test('wait as long as the service asks for', async () => {
    const slack = await open(answer(429, '', { 'retry-after': '3' }), answer(200, 'ok'));
    const { notify, waits } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(waits).toEqual([3000]);
    expect(slack.received).toHaveLength(2);
  });

  test('end at once when the service asks for longer than there is', async () => {
    const slack = await open(answer(429, '', { 'retry-after': '30' }));
    const { notify, waits, lines } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(waits).toEqual([]);
    expect(lines).toMatchObject([{ level: 'error', fields: { attempts: 1 } }]);
  });

  test('are not more than five', async () => {
    const slack = await open(answer(503));
    const { notify, waits, lines } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(slack.received).toHaveLength(5);
    expect(waits).toEqual([125, 250, 500, 1000]);
    expect(lines).toMatchObject([{ level: 'error', fields: { attempts: 5, reason: 'HTTP 503' } }]);
  });

  test.each<[string, Step]>([
    ['a refusal', answer(403, 'invalid_token')],
    ['an answer that means nothing', answer(200, 'TOKEN')],
    ['an endless answer', answer(200, 'x'.repeat(1_000_000))],
  ])('are not made again after %s', async (_what, step) => {
    const slack = await open(step);
    const { notify, lines } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(slack.received).toHaveLength(1);
    expect(lines).toMatchObject([{ level: 'error', message: 'notice not given' }]);
    expect(JSON.stringify(lines)).not.toContain('TOKEN');
  });

  test.each([301, 302, 307, 308])('do not follow a redirect with %i', async (status) => {
    const elsewhere = await open(answer(200, 'ok'));
    const slack = await open(answer(status, '', { location: `${elsewhere.origin}/TOKEN` }));
    const { notify, lines } = notifierOf(
      slackAt(slack.origin),
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(slack.received).toHaveLength(1);
    expect(elsewhere.received).toEqual([]);
    expect(lines[0]?.fields.reason).toContain('configure the final URL');
    expect(JSON.stringify(lines)).not.toContain('TOKEN');
  });
});

describe('a run never fails for its notice', () => {
  test('when nobody listens, and other channels are told all the same', async () => {
    const gone = await startService(hang);
    await gone.close();
    const slack = await open(answer(200, 'ok'));
    const { notify, lines } = notifierOf(
      `${slackAt(gone.origin)} ${slackAt(slack.origin)}`,
      createFolderStore(await openFolder()),
    );
    await notify(NOTICE);
    expect(slack.received).toHaveLength(1);
    expect(lines.find(({ level }) => level === 'error')?.fields).toEqual({
      channel: 'slack-1',
      host: gone.host,
      runId: NOTICE.runId,
      part: 'whole',
      attempts: 5,
      reason: 'the connection failed (ECONNREFUSED)',
    });
    expect(JSON.stringify(lines)).not.toContain('TOKEN');
  });

  test('when the record store cannot be used: what is not claimed is not sent', async () => {
    const slack = await open(answer(200, 'ok'));
    const file = join(await openFolder(), 'file');
    await writeFile(file, '');
    const { notify, lines } = notifierOf(slackAt(slack.origin), createFolderStore(file));
    await notify(NOTICE);
    expect(slack.received).toEqual([]);
    expect(lines).toMatchObject([{ level: 'error', message: 'notice not given' }]);
    expect(lines[0]?.fields.reason).toContain('name a folder');
  });

  test('when the record store does not answer', async () => {
    const slack = await open(answer(200, 'ok'));
    const never = () => new Promise<never>(() => {});
    const records = { putIfAbsent: never, get: never, list: never };
    const { notify, lines } = notifierOf(slackAt(slack.origin), records, { budgetMs: 50 });
    await notify(NOTICE);
    expect(slack.received).toEqual([]);
    expect(lines[0]?.fields.reason).toBe('the record store did not answer within 50 ms');
  });

  test('when the transport or the log breaks, and nothing of the error is shown', async () => {
    const records = createFolderStore(await openFolder());
    const broken = async () => {
      throw new Error('TOKEN');
    };
    const { notify, lines } = notifierOf('slack=https://a.example/TOKEN', records, {
      transport: broken,
    });
    await notify(NOTICE);
    expect(lines[0]?.fields.reason).toBe('the message could not be made (Error)');
    const log = () => {
      throw new Error('the log is full');
    };
    const other = notifierOf('slack=https://a.example/TOKEN', records, {
      transport: broken,
      log: { info: log, error: log },
    });
    await expect(other.notify(NOTICE)).resolves.toBeUndefined();
  });

  test('when there are no channels', async () => {
    const folder = await openFolder();
    await notifierOf('', createFolderStore(folder)).notify(NOTICE);
    expect(await readdir(folder)).toEqual([]);
  });
});
