import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { parseChannels } from './channel';
import type { Content } from './service';
import { readStandardWebhook, standardWebhookMessage } from './standard-webhook';
import { hostileNotice, repaired, resultOf, tell } from './testing/results';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function send(notice: Content['notice'], time: number, now = time) {
  const [channel] = parseChannels(`webhook=https://receiver.example/hook#${SECRET}`);
  if (channel?.kind !== 'webhook') throw new Error('not a webhook');
  return standardWebhookMessage(channel, { notice, time, isLast: false }, now);
}

test('the reference implementation takes a notice, with type, time and data', () => {
  const notice = tell(resultOf(repaired('sg-1')), { part: 'cn-hangzhou_1' }, [
    { text: 'Report', url: 'https://palisade.example/' },
  ]);
  // The library goes by the clock of this machine.
  const now = Date.now();
  const { url, headers, body } = send(notice, now);
  expect(url.href).toBe('https://receiver.example/hook');
  const { digest, ...data } = notice;
  expect(new Webhook(SECRET).verify(body, { ...headers })).toEqual({
    type: 'palisade.run.notice',
    timestamp: new Date(now).toISOString(),
    data,
  });
  expect(headers['webhook-id']).toBe(`sweep-20270331T060000Z-01234567:cn-hangzhou_1:${digest}`);
});

test('a later attempt has the same id and body, and a signature of its own time', () => {
  const notice = tell(resultOf(repaired('sg-1')));
  const first = send(notice, 1_800_000_000_000);
  const second = send(notice, 1_800_000_000_000, 1_800_000_003_000);
  expect(second.body).toBe(first.body);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(second.headers['webhook-timestamp']).toBe('1800000003');
  expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
});

test('any run has an id that can be signed', () => {
  const notice = { ...tell(resultOf(repaired('sg-1'))), runId: `${'r'.repeat(300)}.é` };
  expect(send(notice, 0).headers['webhook-id']).toMatch(/^[\w:-]{128}$/);
});

test('every payload is shorter than 20 KB', () => {
  fc.assert(
    fc.property(hostileNotice, (notice) => {
      expect(Buffer.byteLength(send(notice, 0).body)).toBeLessThan(20_000);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [200, { ok: true }],
  [202, { ok: true }],
  [204, { ok: true }],
  [301, { ok: false, tryAgain: false }],
  [400, { ok: false, tryAgain: false }],
  [410, { ok: false, tryAgain: false }],
  [429, { ok: false, tryAgain: true }],
  [503, { ok: false, tryAgain: true }],
])('the status %i is all there is to read', (status, expected) => {
  expect(readStandardWebhook({ status, headers: {}, body: '' })).toMatchObject(expected);
});
