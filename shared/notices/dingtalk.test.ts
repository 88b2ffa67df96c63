import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { parseChannels } from './channel';
import { dingtalkMessage, readDingtalk } from './dingtalk';
import type { Content } from './service';
import {
  callThat,
  groupOf,
  hostileNotice,
  repaired,
  resultOf,
  TIME,
  tell,
} from './testing/results';

const SECRET = 'SECabc+/=';
const URL_TEXT = 'https://oapi.dingtalk.com/robot/send?access_token=TOKEN';

function send(notice: Content['notice'], { secret = '', isLast = false } = {}) {
  const [channel] = parseChannels(`dingtalk=${URL_TEXT}${secret && `#${secret}`}`);
  if (channel?.kind !== 'dingtalk') throw new Error('not a channel of DingTalk');
  return dingtalkMessage(channel, { notice, time: TIME, isLast }, TIME);
}
const answered = (body: object | string, status = 200) => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('a message is Markdown that mentions nobody', () => {
  const notice = tell(
    resultOf(
      repaired('sg-1'),
      groupOf('sg-2', {
        name: 'db',
        verdict: 'violating',
        verdictBefore: 'violating',
        calls: [callThat({ status: 'failed', kind: 'quota', message: 'the group is full' })],
      }),
    ),
    {
      part: 'cn-hangzhou-1',
      trigger: {
        kind: 'webhook',
        id: 'w',
        time: '2027-03-31T06:00:00Z',
        by: 'soar',
        reason: 'SEC-1',
      },
    },
    [
      { text: 'Report', url: 'https://palisade.example/r(1).html?a=1&b=2' },
      { text: 'Records', url: 'oss://records/palisade' },
    ],
  );
  const { url, body } = send(notice);
  expect(url.href).toBe(URL_TEXT);
  expect(JSON.parse(body)).toEqual({
    msgtype: 'markdown',
    markdown: {
      title: 'Palisade: 1 group changed, 1 group failed',
      text: [
        '### Palisade: 1 group changed, 1 group failed',
        '- Run sweep-20270331T060000Z-01234567, part cn-hangzhou-1\n- Started by webhook, soar\n- Reason: SEC-1\n- 2 groups looked at, 1 compliant, 1 violating',
        '#### Failed (1)',
        '- cn-hangzhou/sg-2 （db）: the group is full',
        '#### Changed (1)',
        '- cn-hangzhou/sg-1 （web）: 2 changes by no-smtp, was violating, is compliant',
        '#### See also',
        '- Records: oss：//records/palisade',
        '[Report](https://palisade.example/r%281%29.html?a=1&b=2)',
      ].join('\n\n'),
    },
    at: { isAtAll: false },
  });
});

test('with a secret the query holds the time in milliseconds and its signature', () => {
  const { url } = send(tell(resultOf(repaired('sg-1'))), { secret: SECRET });
  const expected = createHmac('sha256', SECRET).update(`${TIME}\n${SECRET}`).digest('base64');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    access_token: 'TOKEN',
    timestamp: String(TIME),
    sign: expected,
  });
  expect(url.search).toContain(`&sign=${encodeURIComponent(expected)}`);
});

test('what does not follow is said', () => {
  const { body } = send(tell(resultOf(repaired('sg-1'))), { isLast: true });
  expect(body).toContain('More parts of this run may follow');
});

test('no text becomes markup, a link or a mention, and every message is short enough', () => {
  fc.assert(
    fc.property(hostileNotice, (notice) => {
      const { body } = send(notice);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
      const { markdown } = JSON.parse(body) as { markdown: { title: string; text: string } };
      const lines = markdown.text.split('\n').filter((line) => line !== '');
      for (const line of lines) {
        if (line.startsWith('- ')) expect(line).not.toMatch(/[\\`*_{}[\]()#+!<>|~@&$]|:\/\//);
        else if (line.startsWith('[')) {
          expect(line).toMatch(
            /^\[[^\\`*_{}[\]()<>|~@]*\]\(https:\/\/palisade\.example\/[^()<>\s]*\)$/,
          );
        } else expect(line).toMatch(/^####? [A-Z][a-z ]+(\(\d+\)|: [a-z0-9, ]+)?$/);
      }
      expect(lines.length).toBeGreaterThanOrEqual(8);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [{ errcode: 0, errmsg: 'ok' }, { ok: true }],
  [
    { errcode: -1, errmsg: 'busy' },
    { ok: false, tryAgain: true },
  ],
  [
    { errcode: 130101, errmsg: 'TOKEN' },
    { ok: false, tryAgain: false },
  ],
  [
    { errcode: 310000, errmsg: 'sign not match TOKEN' },
    { ok: false, tryAgain: false },
  ],
  [
    { errcode: 424242, errmsg: 'TOKEN' },
    { ok: false, tryAgain: false },
  ],
  [{ errcode: '0' }, { ok: false, tryAgain: false }],
  [
    { status: 111, punish: 'deny' },
    { ok: false, tryAgain: false },
  ],
  ['<html>TOKEN</html>', { ok: false, tryAgain: false }],
  ['null', { ok: false, tryAgain: false }],
])('the answer %j is read by its code, and nothing of its text is passed on', (body, expected) => {
  const reading = readDingtalk(answered(body));
  expect(reading).toMatchObject(expected);
  expect(JSON.stringify(reading)).not.toContain('TOKEN');
});

test('a signature that does not fit is told with what to do', () => {
  expect(readDingtalk(answered({ errcode: 310000 }))).toMatchObject({
    cause: expect.stringContaining('make Palisade its keyword (errcode 310000)'),
  });
});
