import type AliOss from 'ali-oss';
import { ApiError } from '../action';
import { startLocalCloud } from '../index';
import {
  ACCOUNT_ID,
  BUCKET,
  caught,
  type Key,
  type OssRig,
  ossClient,
  REGION,
  send,
  startOss,
} from './testing';

let rig: OssRig;
beforeEach(async () => {
  rig = await startOss();
});
afterEach(() => rig.close());

const V1 = { authorizationV4: false };
const V4 = { authorizationV4: true };
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: { status?: number; code?: string }) => ({ status: error.status, code: error.code }),
  );

describe.each([
  ['V1', V1],
  ['V4', V4],
])('the official SDK with signature %s', (_name, version) => {
  const client = (key: Key = rig.key) => ossClient(rig, key, version);

  it('writes, reads, looks at and deletes an object', async () => {
    const oss = client();
    const { res } = await oss.put('runs/1.json', Buffer.from('{"a":"ä"}'));
    expect((res.headers as Record<string, string>)['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
    const read = await oss.get('runs/1.json');
    expect(String(read.content)).toBe('{"a":"ä"}');
    expect(read.res.headers).toMatchObject({
      'content-type': 'application/json',
      etag: '"9B270208369BDF2596B2C5ABC12BBE19"',
    });
    const { res: head } = await oss.head('runs/1.json');
    expect(head.headers).toMatchObject({ 'content-length': '10' });
    await oss.delete('runs/1.json');
    await oss.delete('runs/1.json');
    expect(await failure(oss.get('runs/1.json'))).toEqual({ status: 404, code: 'NoSuchKey' });
    expect(await failure(oss.head('runs/1.json'))).toEqual({ status: 404, code: 'NoSuchKey' });
  });

  it.each(['a b', 'a+b', 'ü/漢字/😀', "%41&?#=;:@$,!'()*~", 'a//b', '__proto__', 'x'.repeat(1023)])(
    'takes the key %j as it is',
    async (key) => {
      const oss = client();
      await oss.put(key, Buffer.from('x'));
      expect([...rig.oss.objects(BUCKET).keys()]).toEqual([key]);
      expect(String((await oss.get(key)).content)).toBe('x');
      const { objects } = await oss.listV2({ 'max-keys': 5 });
      expect(objects.map(({ name }) => name)).toEqual([key]);
    },
  );

  it('keeps bytes as they are, none at all included', async () => {
    const oss = client();
    for (const content of [Buffer.alloc(0), Buffer.from([0, 255, 13, 10, 128])]) {
      await oss.put('bytes', content);
      expect((await oss.get('bytes')).content).toEqual(content);
    }
  });

  it('replaces an object unless that is forbidden', async () => {
    const oss = client();
    const forbid = (value: string) => ({ headers: { 'x-oss-forbid-overwrite': value } });
    await oss.put('a', Buffer.from('1'), forbid('true'));
    expect(await failure(oss.put('a', Buffer.from('2'), forbid('true')))).toEqual({
      status: 409,
      code: 'FileAlreadyExists',
    });
    expect(await failure(oss.put('a', Buffer.from('2'), forbid('maybe')))).toEqual({
      status: 400,
      code: 'InvalidArgument',
    });
    expect(String(rig.oss.objects(BUCKET).get('a'))).toBe('1');
    await oss.put('a', Buffer.from('3'), forbid('false'));
    await oss.put('a', Buffer.from('4'));
    expect(String(rig.oss.objects(BUCKET).get('a'))).toBe('4');
  });

  it('pages through a listing with tokens', async () => {
    for (let index = 0; index < 250; index += 1) rig.oss.put(BUCKET, `k/${index + 1000}`, '');
    const oss = client();
    const names: string[] = [];
    const sizes: number[] = [];
    let token: string | undefined;
    do {
      const page: AliOss.ListV2ObjectResult = await oss.listV2({
        prefix: 'k/',
        'start-after': 'k/1009',
        ...(token && { 'continuation-token': token }),
      });
      names.push(...page.objects.map(({ name }) => name));
      sizes.push(page.keyCount);
      token = page.nextContinuationToken;
      expect(page.isTruncated).toBe(token !== null);
    } while (token);
    expect(sizes).toEqual([100, 100, 40]);
    expect(names).toEqual(Array.from({ length: 240 }, (_, index) => `k/${index + 1010}`));
  });

  it('works with temporary credentials until they expire', async () => {
    const session = rig.credentials.startSession({
      accountId: ACCOUNT_ID,
      roleName: 'writer',
      sessionName: 'test',
      durationSeconds: 900,
    });
    await client(session).put('a', Buffer.from('x'));
    expect(rig.calls.all().at(-1)).toMatchObject({ principal: 'writer:test', effect: true });
    const { accessKeyId, accessKeySecret } = session;
    expect(await failure(client({ accessKeyId, accessKeySecret }).get('a'))).toEqual({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
    const forged = { ...session, securityToken: `${session.securityToken}x` };
    expect(await failure(client(forged).get('a'))).toEqual({
      status: 403,
      code: 'InvalidSecurityToken',
    });
    const expired = rig.credentials.startSession({
      accountId: ACCOUNT_ID,
      roleName: 'writer',
      sessionName: 'test',
      durationSeconds: 0,
    });
    expect(await failure(client(expired).get('a'))).toEqual({
      status: 403,
      code: 'SecurityTokenExpired',
    });
  });

  it.each([
    ['a bucket that is not there', { bucket: 'some-other-bucket' }, 404, 'NoSuchBucket'],
    ['the host of another region', { region: 'oss-cn-beijing' }, 403, 'AccessDenied'],
  ])('is refused at %s', async (_what, options, status, code) => {
    const oss = ossClient(rig, rig.key, { ...version, ...options });
    expect(await failure(oss.get('a'))).toEqual({ status, code });
    expect(await failure(oss.put('a', Buffer.from('x')))).toEqual({ status, code });
    expect(await failure(oss.listV2({ 'max-keys': 5 }))).toEqual({ status, code });
  });

  it('is refused with the key of another account', async () => {
    const key = rig.credentials.addUser({ accountId: '9999999999999999', userName: 'other' });
    expect(await failure(client(key).get('a'))).toEqual({ status: 403, code: 'AccessDenied' });
  });
});

describe('a listing', () => {
  const list = async (query: AliOss.ListV2ObjectsQuery) =>
    ossClient(rig, rig.key, V4).listV2({ 'max-keys': 1000, ...query });

  it('groups what a delimiter divides, and pages over groups', async () => {
    for (const key of ['a', 'd/1', 'd/2', 'd/e/3', 'f/4', 'z']) rig.oss.put(BUCKET, key, '');
    const whole = await list({ delimiter: '/' });
    expect(whole.objects.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(whole.prefixes).toEqual(['d/', 'f/']);
    const below = await list({ delimiter: '/', prefix: 'd/' });
    expect(below.objects.map(({ name }) => name)).toEqual(['d/1', 'd/2']);
    expect(below.prefixes).toEqual(['d/e/']);

    const first = await list({ delimiter: '/', 'max-keys': 2 });
    expect([first.objects.length, first.prefixes, first.isTruncated]).toEqual([1, ['d/'], true]);
    const second = await list({
      delimiter: '/',
      'continuation-token': first.nextContinuationToken,
    });
    expect(second.prefixes).toEqual(['f/']);
    expect(second.objects.map(({ name }) => name)).toEqual(['z']);
  });

  it('is in the order of bytes, not of UTF-16 units', async () => {
    for (const key of ['\u{1F600}', '\uFF5E', 'é', 'e', 'E', 'a/b', 'a-b']) {
      rig.oss.put(BUCKET, key, '');
    }
    const { objects } = await list({});
    expect(objects.map(({ name }) => name)).toEqual([
      'E',
      'a-b',
      'a/b',
      'e',
      'é',
      '\uFF5E',
      '\u{1F600}',
    ]);
  });

  it('can be percent-encoded', async () => {
    rig.oss.put(BUCKET, 'a b/\u0001', '');
    const { objects } = await list({ 'encoding-type': 'url' });
    expect(objects.map(({ name }) => name)).toEqual(['a%20b%2F%01']);
  });

  it.each([
    { 'max-keys': 0 },
    { 'max-keys': 1001 },
    { 'max-keys': 'many' },
    { 'continuation-token': 'bm9uZQ==' },
    { 'encoding-type': 'base64' as 'url' },
  ])('is refused with %j', async (query) => {
    expect(await failure(list(query))).toEqual({ status: 400, code: 'InvalidArgument' });
  });
});

describe('a request that is not for an object or a listing', () => {
  it.each([
    ['an access control list', (oss: AliOss) => oss.getACL('a'), 501, 'NotImplemented'],
    ['a copy', (oss: AliOss) => oss.copy('b', 'a'), 501, 'NotImplemented'],
    ['a new bucket', (oss: AliOss) => oss.putBucket(BUCKET), 501, 'NotImplemented'],
    ['the buckets', (oss: AliOss) => oss.listBuckets({}), 501, 'NotImplemented'],
    [
      'a listing in the old version',
      (oss: AliOss) => oss.list({ 'max-keys': 5 }, {}),
      501,
      'NotImplemented',
    ],
    ['an append', (oss: AliOss) => oss.append('a', Buffer.from('x')), 405, 'MethodNotAllowed'],
  ])('is refused: %s', async (_what, call, status, code) => {
    rig.oss.put(BUCKET, 'a', 'x');
    expect(await failure(call(ossClient(rig, rig.key, V1)))).toEqual({ status, code });
    expect([...rig.oss.objects(BUCKET)]).toEqual([['a', Buffer.from('x')]]);
  });
});

describe('an address', () => {
  const raw = (path: string) => caught(rig, rig.key, V4, (oss) => oss.get(path));

  it('may name the bucket in its path when the host is an IP address or the service', async () => {
    rig.oss.put(BUCKET, 'runs/1', 'x');
    const request = await raw('runs/1');
    const url = `${rig.endpoint}/${BUCKET}/runs/1`;
    for (const host of ['127.0.0.1', 'localhost:80', '[::1]:80', `oss-${REGION}.aliyuncs.com`]) {
      const answer = await send({ ...request, url, headers: { ...request.headers, host } });
      expect([answer.status, answer.text]).toEqual([200, 'x']);
    }
  });

  it('may be the internal one of the region', async () => {
    rig.oss.put(BUCKET, 'runs/1', 'x');
    const request = await raw('runs/1');
    const host = `${BUCKET}.oss-${REGION}-internal.aliyuncs.com`;
    const answer = await send({ ...request, headers: { ...request.headers, host } });
    expect([answer.status, answer.text]).toEqual([200, 'x']);
  });

  it.each(['%', '%ff', '%2Fa', '%5Ca', 'x'.repeat(1024)])(
    'is refused with the key %s',
    async (key) => {
      const request = await raw('a');
      const answer = await send({
        ...request,
        url: `${rig.endpoint}/${BUCKET}/${key}`,
        headers: { ...request.headers, host: 'localhost' },
      });
      expect([answer.status, answer.code]).toEqual([400, 'InvalidObjectName']);
    },
  );

  it('without a signature is refused', async () => {
    rig.oss.put(BUCKET, 'runs/1', 'x');
    const answer = await send({
      method: 'GET',
      url: `${rig.endpoint}/${BUCKET}/runs/1`,
      headers: {},
    });
    expect([answer.status, answer.code]).toEqual([403, 'AccessDenied']);
  });
});

test('a bucket needs a proper name of its own', async () => {
  const start = (...names: string[]) =>
    startOss({ buckets: names.map((name) => ({ name, regionId: REGION })) });
  for (const name of ['', 'ab', 'Records', 'a_b', '-ab', 'ab-', 'x'.repeat(64)]) {
    await expect(start(name)).rejects.toThrow('cannot name a bucket: write 3 to 63');
  }
  await expect(start('records', 'records')).rejects.toThrow('two buckets records');
  expect(() => rig.oss.put('none', 'a', '')).toThrow(ApiError);
});

describe('in a local cloud', () => {
  it('is there next to the other services, in one call log', async () => {
    const asked: string[] = [];
    const cloud = await startLocalCloud({
      buckets: [{ name: BUCKET }, { name: 'far-away', regionId: 'eu-central-1' }],
      fault: (call) => {
        asked.push(`${call.product} ${call.action}`);
        return undefined;
      },
    });
    try {
      const oss = ossClient(cloud, cloud, V4);
      await oss.put('2016-08-15/x', Buffer.from('x'));
      await ossClient(cloud, cloud, {
        ...V4,
        bucket: 'far-away',
        region: 'oss-eu-central-1',
      }).put('local-cloud/calls', Buffer.from('y'));
      expect(String(cloud.oss.objects('far-away').get('local-cloud/calls'))).toBe('y');
      expect(asked).toEqual(['Oss PutObject', 'Oss PutObject']);
      expect(cloud.calls.all()).toMatchObject([
        { product: 'Oss', action: 'PutObject', region: REGION, principal: 'palisade' },
        { product: 'Oss', action: 'PutObject', region: 'eu-central-1' },
      ]);
      expect((await fetch(`${cloud.endpoint}/${BUCKET}/2016-08-15/x`)).status).toBe(403);
      expect((await fetch(`${cloud.endpoint}/local-cloud/calls`)).status).toBe(200);
    } finally {
      await cloud.close();
    }
  });

  it('obeys the policies of the caller', async () => {
    const cloud = await startLocalCloud({ accountId: ACCOUNT_ID, buckets: [{ name: BUCKET }] });
    try {
      const Resource = [`acs:oss:*:*:${BUCKET}/runs/*`];
      const Statement = [{ Effect: 'Allow', Action: ['oss:PutObject'], Resource }];
      const key = cloud.credentials.addUser({
        accountId: ACCOUNT_ID,
        userName: 'writer',
        policies: [{ Version: '1', Statement }],
      });
      const oss = ossClient(cloud, key, V4);
      const denied = { status: 403, code: 'AccessDenied' };
      await oss.put('runs/1', Buffer.from('x'));
      expect(await failure(oss.put('other/1', Buffer.from('x')))).toEqual(denied);
      expect(await failure(oss.get('runs/1'))).toEqual(denied);
      expect(await failure(oss.listV2({ 'max-keys': 5 }))).toEqual(denied);
      expect([...cloud.oss.objects(BUCKET).keys()]).toEqual(['runs/1']);
    } finally {
      await cloud.close();
    }
  });
});
