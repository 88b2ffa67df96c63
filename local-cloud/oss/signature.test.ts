import type { WireRequest } from '../wire';
import { readV1Signature } from './signature-v1';
import { readV4Signature } from './signature-v4';
import {
  ACCOUNT_ID,
  BUCKET,
  caught,
  type OssRig,
  type RawRequest,
  send,
  startOss,
} from './testing';

describe('the published examples of signatures', () => {
  const request = (headers: Record<string, string>): WireRequest => ({
    method: 'PUT',
    path: '/',
    rawQuery: '',
    headers,
    body: Buffer.alloc(0),
  });

  test('V1, of the help page', () => {
    const headers = {
      authorization: 'OSS 44CF9590006BF252F707:any',
      'content-md5': 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=',
      'content-type': 'text/html',
      date: 'Thu, 17 Nov 2005 18:49:58 GMT',
      'x-oss-meta-author': 'foo@bar.com',
      'x-oss-magic': 'abracadabra',
    };
    const claim = readV1Signature(request(headers), {
      bucket: 'oss-example',
      key: 'nelson',
      query: [['prefix', 'not signed']],
    });
    const secret = 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV';
    expect(claim.expectedSignature(secret)).toBe('26NBxoKdsyly4EDv6inkoDft/yA=');
  });

  test.each([
    [
      '20231216T162057Z',
      {},
      '',
      'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
    ],
    [
      '20231217T034736Z',
      { 'x-oss-security-token': 'token' },
      '',
      'b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
    ],
    [
      '20231216T172512Z',
      {},
      'AdditionalHeaders=abc;zabc,',
      '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f',
    ],
  ])('V4, of the official SDKs’ own tests, at %s', (date, more, additional, signature) => {
    const scope = `${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`;
    const headers = {
      authorization: `OSS4-HMAC-SHA256 Credential=ak/${scope},${additional}Signature=any`,
      'x-oss-head1': 'value',
      abc: 'value',
      zabc: 'value',
      xyz: 'value',
      'content-type': 'text/plain',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-oss-date': date,
      ...more,
    };
    const claim = readV4Signature(request(headers), {
      bucket: 'bucket',
      key: '1234+-/123/1.txt',
      query: [
        ['param1', 'value1'],
        ['+param1', 'value3'],
        ['|param1', 'value4'],
        ['+param2', ''],
        ['|param2', ''],
        ['param2', ''],
      ],
    });
    expect(claim.expectedSignature('sk')).toBe(signature);
  });
});

describe.each([
  ['V1', { authorizationV4: false }],
  ['V4', { authorizationV4: true }],
])('a request signed with %s', (_name, version) => {
  let now = Date.now();
  let rig: OssRig;
  beforeEach(async () => {
    now = Date.now();
    rig = await startOss({ now: () => now });
    rig.oss.put(BUCKET, 'kept', 'as it was');
  });
  afterEach(() => rig.close());

  const put = (key = rig.key) =>
    caught(rig, key, version, (oss) =>
      oss.put('new', Buffer.from('content'), { headers: { 'x-oss-forbid-overwrite': 'true' } }),
    );
  const outcome = async (request: RawRequest) => {
    const answer = await send(request);
    return [answer.status, answer.code];
  };
  const withHeaders = (request: RawRequest, headers: Record<string, string | undefined>) => {
    const kept = Object.entries({ ...request.headers, ...headers }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return { ...request, headers: Object.fromEntries(kept) };
  };
  const untouched = () => {
    expect([...rig.oss.objects(BUCKET)]).toEqual([['kept', Buffer.from('as it was')]]);
  };
  const MISMATCH = [403, 'SignatureDoesNotMatch'];

  it('is good as it was sent', async () => {
    expect(await outcome(await put())).toEqual([200, undefined]);
    expect(String(rig.oss.objects(BUCKET).get('new'))).toBe('content');
  });

  it('is refused with another secret, or a key that nobody has', async () => {
    expect(await outcome(await put({ ...rig.key, accessKeySecret: 'guess' }))).toEqual(MISMATCH);
    expect(await outcome(await put({ ...rig.key, accessKeyId: 'LTAInobody' }))).toEqual([
      403,
      'InvalidAccessKeyId',
    ]);
    untouched();
  });

  it('is refused with another body', async () => {
    const request = { ...(await put()), content: Buffer.from('CONTENT') };
    expect(await outcome(request)).toEqual([400, 'InvalidDigest']);
    // The digest of the new body.
    const md5 = 'RWhelZheIIIvslOKUipczw==';
    expect(await outcome(withHeaders(request, { 'Content-MD5': md5 }))).toEqual(MISMATCH);
    untouched();
  });

  it.each([
    ['x-oss-forbid-overwrite', 'false'],
    ['x-oss-forbid-overwrite', undefined],
    ['x-oss-meta-more', 'x'],
    ['Content-MD5', undefined],
    ['Content-Type', 'text/html'],
  ])('is refused with the header %s being %s', async (name, value) => {
    expect(await outcome(withHeaders(await put(), { [name]: value }))).toEqual(MISMATCH);
    untouched();
  });

  it('is refused for another object, method or bucket', async () => {
    const request = await put();
    const elsewhere = { ...request, url: request.url.replace(/new$/, 'kept') };
    expect(await outcome(elsewhere)).toEqual(MISMATCH);
    expect(await outcome({ ...request, method: 'DELETE' })).toEqual(MISMATCH);
    const host = 'another-bucket.oss-cn-hangzhou.aliyuncs.com';
    expect(await outcome(withHeaders(request, { host }))).toEqual(MISMATCH);
    untouched();
  });

  it('is refused with another page token', async () => {
    const request = await caught(rig, rig.key, version, (oss) =>
      oss.listV2({ 'continuation-token': 'YWZ0ZXIgYQ==' }),
    );
    expect(await outcome(request)).toEqual([200, undefined]);
    const url = request.url.replace('YWZ0ZXIgYQ', 'YWZ0ZXIgYg');
    expect(url).not.toBe(request.url);
    expect(await outcome({ ...request, url })).toEqual(MISMATCH);
  });

  it('is good for 15 minutes before and after its time', async () => {
    const request = await put();
    const sentAt = now;
    for (const minutes of [-16, 16]) {
      now = sentAt + minutes * 60_000;
      expect(await outcome(request)).toEqual([403, 'RequestTimeTooSkewed']);
    }
    untouched();
    now = sentAt + 14 * 60_000;
    expect(await outcome(request)).toEqual([200, undefined]);
    now = sentAt - 14 * 60_000;
    expect(await outcome(request)).toEqual([409, 'FileAlreadyExists']);
  });

  it('is refused with another date, or none', async () => {
    const request = await put();
    const { 'x-oss-date': date = '' } = request.headers;
    const later = date.replace(/\d\d(Z| GMT)$/, (seconds) =>
      seconds.startsWith('00') ? `01${seconds.slice(2)}` : `00${seconds.slice(2)}`,
    );
    expect(await outcome(withHeaders(request, { 'x-oss-date': later }))).toEqual(MISMATCH);
    for (const bad of [undefined, '', 'yesterday']) {
      expect(await outcome(withHeaders(request, { 'x-oss-date': bad }))).toEqual([
        403,
        'AccessDenied',
      ]);
    }
    untouched();
  });

  it('is refused with somebody else’s token, and never shows a token', async () => {
    const start = () =>
      rig.credentials.startSession({
        accountId: ACCOUNT_ID,
        roleName: 'writer',
        sessionName: 'test',
        durationSeconds: 900,
      });
    const session = start();
    const request = await put(session);
    const swapped = withHeaders(request, { 'x-oss-security-token': start().securityToken });
    expect(await outcome(swapped)).toEqual([403, 'InvalidSecurityToken']);
    const own = withHeaders(await put(), { 'x-oss-security-token': session.securityToken });
    expect(await outcome(own)).toEqual([403, 'InvalidSecurityToken']);

    const spoiled = await send(withHeaders(request, { 'x-oss-meta-more': 'x' }));
    expect(spoiled.code).toBe('SignatureDoesNotMatch');
    expect(spoiled.text).toContain('x-oss-security-token:***');
    expect(spoiled.text).not.toContain(session.securityToken);
    const log = JSON.stringify(rig.calls.all());
    expect(log).not.toContain(session.securityToken);
    expect(log).not.toContain(session.accessKeySecret);
    untouched();
  });

  it.each(['OSS', 'OSS x', 'OSS4-HMAC-SHA256', 'OSS4-HMAC-SHA256 Signature=x', 'Bearer x'])(
    'is refused with the Authorization header %j',
    async (authorization) => {
      const request = withHeaders(await put(), { authorization });
      expect(await outcome(request)).toEqual([400, 'InvalidArgument']);
    },
  );
});

describe('V4', () => {
  let rig: OssRig;
  beforeEach(async () => {
    rig = await startOss();
  });
  afterEach(() => rig.close());
  const list = (options = {}) =>
    caught(rig, rig.key, { authorizationV4: true, ...options }, (oss) =>
      oss.listV2({ prefix: 'runs/', 'start-after': 'runs/1' }),
    );

  it('covers the whole query', async () => {
    const request = await list();
    expect((await send(request)).status).toBe(200);
    for (const [from, to] of [
      ['runs%2F1', 'runs%2F0'],
      ['list-type=2', 'list-type=2&max-keys=1'],
      ['&start-after=runs%2F1', ''],
    ] as const) {
      const url = request.url.replace(from, to);
      expect(url).not.toBe(request.url);
      expect((await send({ ...request, url })).code).toBe('SignatureDoesNotMatch');
    }
  });

  it('is good in the region of the bucket only', async () => {
    const request = await list({ region: 'oss-cn-beijing' });
    const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`;
    const answer = await send({ ...request, headers: { ...request.headers, host } });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidArgument']);
    expect(answer.text).toContain('Invalid signing region in Authorization header.');
  });

  it.each([
    ['/oss/aliyun_v4_request', '/oss/abc'],
    ['/oss/', '/ecs/'],
    [',Signature=', ',AdditionalHeaders=,Signature='],
    [/\/\d{8}\//, '/20200101/'],
    [/\/\d{8}\//, '/2020-01-01/'],
  ])('is refused with %s as %s in its Authorization header', async (from, to) => {
    const request = await list();
    const authorization = (request.headers.authorization ?? '').replace(from, to);
    const answer = await send({ ...request, headers: { ...request.headers, authorization } });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidArgument']);
  });

  it('says that the content is not signed', async () => {
    const request = await list();
    const headers = { ...request.headers, 'x-oss-content-sha256': 'e3b0c442' };
    expect((await send({ ...request, headers })).code).toBe('InvalidArgument');
  });
});
