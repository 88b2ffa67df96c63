import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { parseSecrets, signWebhook, verifySignature } from './index';

const secretOf = (fill: number, bytes = 32) =>
  `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const SECRET = secretOf(1);
const TIMESTAMP = 1_800_000_000;
const NOW = TIMESTAMP * 1000;
const BODY = Buffer.from('{"reason":"Grüße"}');

const sign = (body: Uint8Array = BODY, secret = SECRET) => ({
  ...signWebhook({ id: 'msg_1', timestamp: TIMESTAMP, body, secret }),
});
const verify = (
  headers: Record<string, string>,
  { body = BODY as Uint8Array, secrets = [SECRET], now = NOW } = {},
) => verifySignature({ headers, body, secrets, now });

describe('with the reference implementation', () => {
  const other = new Webhook(SECRET);

  it('takes what it signs', () => {
    const signature = other.sign('msg_1', new Date(NOW), BODY);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(TIMESTAMP),
      'webhook-signature': signature,
    };
    expect(verify(headers)).toEqual({ ok: true, id: 'msg_1' });
  });

  it('signs what it takes', () => {
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = { ...signWebhook({ id: 'msg_1', timestamp, body: BODY, secret: SECRET }) };
    expect(other.verify(BODY, headers)).toEqual({ reason: 'Grüße' });
    expect(() => other.verify(Buffer.from('{}'), headers)).toThrow('No matching signature');
  });

  it('agrees on the signature of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const body = Buffer.from(text);
        expect(sign(body)['webhook-signature']).toBe(other.sign('msg_1', new Date(NOW), body));
      }),
    );
  });
});

test('any bytes are authentic once signed, and no longer when one of them is another', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (body, at, difference) => {
        const headers = sign(body);
        expect(verify(headers, { body })).toEqual({ ok: true, id: 'msg_1' });
        const changed = Uint8Array.from(body);
        const index = at % body.length;
        changed[index] = (changed[index] ?? 0) ^ difference;
        expect(verify(headers, { body: changed })).toEqual({ ok: false, reason: 'signature' });
      },
    ),
  );
});

test('bytes that are not UTF-8 are told apart, although they are the same as text', () => {
  const headers = sign(Buffer.from([0x80]));
  expect(verify(headers, { body: Buffer.from([0x81]) }).ok).toBe(false);
  expect(verify(headers, { body: Buffer.from('\ufffd') }).ok).toBe(false);
});

test('the id and the timestamp are signed too', () => {
  const headers = sign();
  expect(verify({ ...headers, 'webhook-id': 'msg_2' }).ok).toBe(false);
  expect(verify({ ...headers, 'webhook-timestamp': String(TIMESTAMP + 1) }).ok).toBe(false);
});

describe('while secrets are rotated', () => {
  const [first, second, third] = [secretOf(1), secretOf(2), secretOf(3)];

  it.each([first, second, third])('any of the secrets will do', (secret) => {
    const headers = sign(BODY, secret);
    expect(verify(headers, { secrets: [first, second, third] }).ok).toBe(true);
  });

  it('any of the signatures will do, whatever stands beside it', () => {
    const good = sign()['webhook-signature'];
    const bad = sign(BODY, second)['webhook-signature'];
    for (const signatures of [`${bad} ${good}`, `${good} ${bad}`, `v1a,AAAA x v1 ${good}`]) {
      expect(verify({ ...sign(), 'webhook-signature': signatures }).ok).toBe(true);
    }
  });

  it('a secret that is gone is good for nothing', () => {
    expect(verify(sign(BODY, first), { secrets: [second, third] }).ok).toBe(false);
    expect(verify(sign(), { secrets: [] }).ok).toBe(false);
  });
});

test.each([
  ['none', ''],
  ['another version', (good: string) => good.replace('v1', 'v2')],
  ['an asymmetric one', (good: string) => good.replace('v1', 'v1a')],
  ['no version', (good: string) => good.slice(3)],
  ['another padding', (good: string) => good.replace(/=$/, '')],
  ['more behind it', (good: string) => `${good}=`],
  ['a comma between two', (good: string) => `${good},${good}`],
])('a signature with %s is no signature', (_what, change) => {
  const good = sign()['webhook-signature'];
  const bad = typeof change === 'string' ? change : change(good);
  expect(verify({ ...sign(), 'webhook-signature': bad })).toEqual({
    ok: false,
    reason: 'signature',
  });
});

test.each([
  [-300_000, true],
  [-300_001, false],
  [0, true],
  [300_999, true],
  [301_000, false],
])('%d ms after it was signed, in whole seconds, a request is authentic: %p', (later, ok) => {
  const result = verify(sign(), { now: NOW + later });
  expect(result).toEqual(ok ? { ok: true, id: 'msg_1' } : { ok: false, reason: 'timestamp' });
});

test.each(['', ' 1', '1 ', '+1', '-1', '1.0', '1e9', '0x1', '01', '٣', 'now', '1'.repeat(13)])(
  'the timestamp "%s" is refused for its form',
  (timestamp) => {
    const result = verify({ ...sign(), 'webhook-timestamp': timestamp });
    expect(result).toEqual({ ok: false, reason: 'headers' });
  },
);

test.each(['', 'a.b', 'a b', 'a,b', 'a\n', 'é', 'a'.repeat(129)])(
  'the id "%s" is refused, for verifying and for signing',
  (id) => {
    expect(verify({ ...sign(), 'webhook-id': id })).toEqual({ ok: false, reason: 'headers' });
    expect(() => signWebhook({ id, timestamp: 1, body: BODY, secret: SECRET })).toThrow(
      'is not a webhook id',
    );
  },
);

test('more signatures than any rotation needs are not even compared', () => {
  const good = sign()['webhook-signature'];
  const many = (count: number) => ({
    ...sign(),
    'webhook-signature': Array(count).fill(good).join(' '),
  });
  expect(verify(many(40)).ok).toBe(true);
  expect(verify(many(50))).toEqual({ ok: false, reason: 'headers' });
});

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
  'a request without %s is refused',
  (name) => {
    const headers = Object.fromEntries(Object.entries(sign()).filter(([key]) => key !== name));
    expect(verify(headers)).toEqual({ ok: false, reason: 'headers' });
  },
);

test('no headers and no bytes make it throw, or pass', () => {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', '__proto__'];
  const values = fc.oneof(fc.string(), fc.constant('v1,'), fc.constant(String(TIMESTAMP)));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), values),
      fc.uint8Array(),
      (headers, body) => {
        expect(verify(headers, { body }).ok).toBe(false);
      },
    ),
  );
});

test.each([1.5, -1, Number.NaN, 1e21])('%d is not signed as a timestamp', (timestamp) => {
  expect(() => signWebhook({ id: 'a', timestamp, body: BODY, secret: SECRET })).toThrow(
    'is not a timestamp: write whole seconds since 1970',
  );
});

describe('secrets', () => {
  it('may be several, with commas or white space between them', () => {
    const [one, two] = [secretOf(1, 24), secretOf(2, 64)];
    for (const between of [',', ' ', '\n', ' , ', ',\r\n']) {
      expect(parseSecrets(` ${one}${between}${two}\n`)).toEqual([one, two]);
    }
  });

  it.each([
    ['', 'there is no webhook secret'],
    [' , ', 'there is no webhook secret'],
    [secretOf(1).slice(6), 'does not begin with whsec_'],
    ['whsec_', 'has fewer than 24 bytes'],
    [secretOf(1, 23), 'has fewer than 24 bytes'],
    [secretOf(1, 65), 'has more than 64 bytes'],
    [secretOf(1).replace('=', ''), 'is not base64 with its padding'],
    [`${secretOf(1)}!`, 'is not base64 with its padding'],
  ])('%j is refused without being shown', (secret, problem) => {
    const parse = () => parseSecrets(/\w/.test(secret) ? `${SECRET},${secret}` : secret);
    expect(parse).toThrow(problem);
    expect(parse).toThrow('write whsec_ followed by the base64 of 24 to 64 random bytes');
    const said = [parse, () => sign(BODY, secret)].map((action) => {
      try {
        action();
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error('the secret was taken');
    });
    for (const message of said) expect(message).not.toContain('AQEB');
  });
});
