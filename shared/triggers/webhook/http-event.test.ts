import fc from 'fast-check';
import { readHttpEvent, toFc3Response } from './index';

/** As the HTTP trigger page shows it, with what captured events have. */
const EVENT = {
  version: 'v1',
  rawPath: '/webhook%20x',
  headers: { 'Content-Type': 'application/json', 'WEBHOOK-ID': 'msg_1', header2: 'a,b' },
  queryParameters: {},
  body: '{"a":"ü"}',
  isBase64Encoded: false,
  requestContext: {
    accountId: '1234567890123456',
    requestId: '',
    timeEpoch: '1692281291805',
    http: { method: 'POST', path: '/webhook x', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
  },
};

const read = (value: unknown, maxBodyBytes?: number) =>
  readHttpEvent(Buffer.from(JSON.stringify(value)), maxBodyBytes);

test('a request is read with its headers by lower-case name and its path as it was sent', () => {
  expect(read(EVENT)).toEqual({
    method: 'POST',
    path: '/webhook%20x',
    headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1', header2: 'a,b' },
    body: Buffer.from('{"a":"ü"}'),
  });
});

test('any bytes come through base64 unchanged', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const body = Buffer.from(bytes);
      const event = { ...EVENT, body: body.toString('base64'), isBase64Encoded: true };
      expect(read(event)?.body).toEqual(body);
    }),
  );
});

test('a request without a body has an empty one', () => {
  const { body: _, ...bare } = EVENT;
  expect(read(bare)?.body).toEqual(Buffer.alloc(0));
  expect(read({ ...EVENT, body: null })?.body).toEqual(Buffer.alloc(0));
});

test('a header that stands there twice has both values, so that neither counts alone', () => {
  const headers = { 'Webhook-Id': 'one', 'webhook-id': 'two', number: 1, ['__proto__']: 'x' };
  expect(read({ ...EVENT, headers })?.headers['webhook-id']).toBe('one, two');
  expect(read({ ...EVENT, headers })?.headers).not.toHaveProperty('number');
});

test.each([
  [4, '1234', false, Buffer.from('1234')],
  [4, '12345', false, 'too-large'],
  [4, 'üü', false, Buffer.from('üü')],
  [4, 'üüü', false, 'too-large'],
  [4, Buffer.alloc(4).toString('base64'), true, Buffer.alloc(4)],
  [4, Buffer.alloc(5).toString('base64'), true, 'too-large'],
])(
  'of at most %d bytes, the body "%s" (base64: %p) is read as %p',
  (most, body, isBase64Encoded, expected) => {
    expect(read({ ...EVENT, body, isBase64Encoded }, most)?.body).toEqual(expected);
  },
);

test('the largest body is read however JSON writes it, and a far larger event is not even parsed', () => {
  expect(read({ ...EVENT, body: '\u001f'.repeat(65_536) })?.body).toHaveLength(65_536);
  const noJson = Buffer.alloc(10_000_000, '{');
  expect(readHttpEvent(noJson)).toMatchObject({ body: 'too-large' });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a timer event', { triggerTime: '2027-01-01T00:00:00Z', triggerName: 'x', payload: '' }],
  ['no method', { ...EVENT, requestContext: { http: {} } }],
  ['a body that is an object', { ...EVENT, body: {} }],
  ['headers that are a text', { ...EVENT, headers: 'x' }],
  ['a list of resources', [{ resourceId: 'sg-1' }]],
])('an event with %s is not a request', (_what, value) => {
  expect(readHttpEvent(Buffer.from(JSON.stringify(value) ?? ''))).toBeUndefined();
});

test('no event makes it throw', () => {
  const almost = fc.record(
    {
      rawPath: fc.jsonValue(),
      headers: fc.jsonValue(),
      body: fc.jsonValue(),
      isBase64Encoded: fc.jsonValue(),
      requestContext: fc.oneof(
        fc.jsonValue(),
        fc.record({ http: fc.oneof(fc.jsonValue(), fc.record({ method: fc.jsonValue() })) }),
      ),
    },
    { requiredKeys: [] },
  );
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => Buffer.from(json)),
    almost.map((value) => Buffer.from(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(bytes, (event) => {
      const request = readHttpEvent(event);
      expect(['undefined', 'string']).toContain(typeof request?.method);
    }),
  );
});

test('an answer becomes what an HTTP trigger takes', () => {
  const answer = { status: 429, headers: { 'retry-after': '5' }, body: '{}' };
  expect(toFc3Response(answer)).toEqual({
    statusCode: 429,
    headers: { 'retry-after': '5' },
    isBase64Encoded: false,
    body: '{}',
  });
});
