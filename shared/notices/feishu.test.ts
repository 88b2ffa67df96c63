import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { parseChannels } from './channel';
import { feishuMessage, readFeishu } from './feishu';
import type { Content } from './service';
import { groupOf, hostileNotice, repaired, resultOf, TIME, tell } from './testing/results';

const URL_TEXT = 'https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN';

function send(notice: Content['notice'], secret = '') {
  const [channel] = parseChannels(`feishu=${URL_TEXT}${secret && `#${secret}`}`);
  if (channel?.kind !== 'feishu') throw new Error('not a channel of Feishu');
  return feishuMessage(channel, { notice, time: TIME, isLast: false }, TIME + 999);
}

const plain = (content: string) => ({ tag: 'plain_text', content });

test('a message is a card whose color says what happened', () => {
  const notice = tell(
    { ...resultOf(groupOf('sg-1')), heldBack: ['the run calls for 9 changes and may make 1'] },
    { dryRun: true },
    [{ text: 'Report', url: 'https://palisade.example/report.html' }],
  );
  const { url, headers, body } = send(notice);
  expect(url.href).toBe(URL_TEXT);
  expect(headers).toEqual({});
  expect(JSON.parse(body)).toEqual({
    msg_type: 'interactive',
    card: {
      header: { template: 'orange', title: plain('Palisade (dry run): run held back') },
      elements: [
        {
          tag: 'div',
          text: plain(
            'Run sweep-20270331T060000Z-01234567\nStarted by timer\n1 group looked at, 1 compliant',
          ),
        },
        { tag: 'div', text: { tag: 'lark_md', content: '**Nothing was changed (1)**' } },
        { tag: 'div', text: plain('the run calls for 9 changes and may make 1') },
        {
          tag: 'action',
          actions: [
            {
              tag: 'button',
              text: plain('Report'),
              type: 'default',
              url: 'https://palisade.example/report.html',
            },
          ],
        },
      ],
    },
  });
});

test.each([
  ['red', resultOf(repaired('sg-1', { unexpected: 'x' }))],
  ['orange', resultOf(repaired('sg-1'), groupOf('sg-2', { heldBack: 'x' }))],
  ['green', resultOf(repaired('sg-1'))],
])('%s is the color of the worst there is to tell', (color, result) => {
  expect(JSON.parse(send(tell(result)).body).card.header.template).toBe(color);
});

test('with a secret the body holds the time in seconds, and a signature of nothing with both as key', () => {
  const { url, body } = send(tell(resultOf(repaired('sg-1'))), 'secret');
  const seconds = String(TIME / 1000);
  expect(JSON.parse(body)).toMatchObject({
    timestamp: seconds,
    sign: createHmac('sha256', `${seconds}\nsecret`).digest('base64'),
    msg_type: 'interactive',
  });
  expect(url.search).toBe('');
});

test("other people's words are plain text without tags, and every message is short enough", () => {
  fc.assert(
    fc.property(hostileNotice, (notice) => {
      const { body } = send(notice, 'secret');
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
      const texts: { tag: string; content: string }[] = [];
      JSON.parse(body, (_key, value: unknown) => {
        if (typeof value === 'object' && value !== null && 'content' in value) {
          texts.push(value as { tag: string; content: string });
        }
        return value;
      });
      for (const { tag, content } of texts) {
        if (tag === 'plain_text') expect(content).not.toMatch(/[<>@]|:\/\//);
        else expect(content).toMatch(/^\*\*[A-Z][a-z ]+( \(\d+\))?\*\*$/);
      }
      expect(texts.length).toBeGreaterThan(8);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [{ code: 0, msg: 'success', data: {} }, { ok: true }],
  [{ StatusCode: 0, StatusMessage: 'success' }, { ok: true }],
  [
    { code: 19021, msg: 'sign match fail', StatusCode: 0 },
    { ok: false, tryAgain: false },
  ],
  [
    { code: 11232, msg: 'TOKEN' },
    { ok: false, tryAgain: true },
  ],
  [
    { code: 9499, msg: 'Bad Request TOKEN' },
    { ok: false, tryAgain: false },
  ],
  [
    { code: 4242, msg: 'TOKEN' },
    { ok: false, tryAgain: false },
  ],
  [{}, { ok: false, tryAgain: false }],
])('the answer %j is read by its code, and nothing of its text is passed on', (body, expected) => {
  for (const status of [200, 400]) {
    const reading = readFeishu({ status, headers: {}, body: JSON.stringify(body) });
    expect(reading).toMatchObject(expected);
    expect(JSON.stringify(reading)).not.toContain('TOKEN');
  }
});
