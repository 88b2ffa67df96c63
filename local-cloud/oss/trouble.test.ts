import { ApiError } from '../action';
import type { Fault } from '../wire';
import type { OssOptions } from './create-oss';
import { ACCOUNT_ID, BUCKET, caught, type OssRig, ossClient, send, startOss } from './testing';

let rig: OssRig;
afterEach(() => rig.close());

const start = async (options: Partial<OssOptions> = {}) => {
  rig = await startOss(options);
  rig.oss.put(BUCKET, 'kept', 'x');
  return ossClient(rig, rig.key, { authorizationV4: true });
};
const putRequest = () =>
  caught(rig, rig.key, { authorizationV4: true }, (oss) => oss.put('new', Buffer.from('content')));
const stored = () => [...rig.oss.objects(BUCKET).keys()];

describe('an injected fault', () => {
  const withFault = (fault: Fault) =>
    start({ fault: ({ action }) => (action === 'PutObject' ? fault : undefined) });

  test.each([
    ['reset-before', ['kept']],
    ['reset-after', ['kept', 'new']],
  ] as const)('%s tears the connection down and leaves %j', async (kind, left) => {
    await withFault({ kind });
    await expect(send(await putRequest())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(stored()).toEqual(left);
    const [record] = rig.calls.all();
    expect(record).toMatchObject({ fault: kind, write: true, effect: kind === 'reset-after' });
    expect(record).not.toHaveProperty('status');
  });

  test.each([
    ['hang', ['kept']],
    ['hang-after', ['kept', 'new']],
  ] as const)('%s answers never and leaves %j', async (kind, left) => {
    await withFault({ kind });
    const gone = expect(send(await putRequest())).rejects.toThrow();
    while (rig.calls.all().length === 0) await new Promise(setImmediate);
    expect(stored()).toEqual(left);
    await rig.close();
    await gone;
  });

  test.each([
    ['before', ['kept']],
    ['after', ['kept', 'new']],
  ] as const)('error %s the effect leaves %j', async (when, left) => {
    const error = { status: 503, code: 'ServiceUnavailable', message: 'Busy & <tired>.' };
    const oss = await withFault({ kind: 'error', when, ...error });
    await expect(oss.put('new', Buffer.from('content'))).rejects.toMatchObject(error);
    expect(stored()).toEqual(left);
    expect(rig.calls.all()).toMatchObject([
      { status: 503, code: 'ServiceUnavailable', fault: 'error', effect: when === 'after' },
    ]);
  });

  test('html is no answer of OSS', async () => {
    await withFault({ kind: 'html', status: 502 });
    const answer = await send(await putRequest());
    expect([answer.status, answer.headers['content-type']]).toEqual([502, 'text/html']);
    expect(answer.headers).not.toHaveProperty('x-oss-request-id');
    expect(stored()).toEqual(['kept']);
  });

  test('is chosen by what the call log shows, and only once the sender is known', async () => {
    const asked: unknown[] = [];
    const oss = await start({
      fault: ({ requestId, product, action, parameters, caller }) => {
        asked.push([product, action, Object.fromEntries(parameters), caller.accountId]);
        expect(requestId).toMatch(/^[0-9A-F]{24}$/);
        return undefined;
      },
    });
    await oss.get('kept');
    await oss.listV2({ prefix: 'k', 'max-keys': 5 });
    const stranger = ossClient(rig, { ...rig.key, accessKeySecret: 'guess' });
    await expect(stranger.get('kept')).rejects.toThrow();
    expect(asked).toEqual([
      ['Oss', 'GetObject', { bucket: BUCKET, key: 'kept' }, ACCOUNT_ID],
      ['Oss', 'ListObjectsV2', { bucket: BUCKET, prefix: 'k', 'max-keys': '5' }, ACCOUNT_ID],
    ]);
  });
});

describe('the call log', () => {
  it('holds every request, with what became of it', async () => {
    const oss = await start();
    await oss.put('a', Buffer.from('x'), { headers: { 'x-oss-forbid-overwrite': 'true' } });
    await oss.get('a');
    await oss.head('a');
    await oss.listV2({ 'max-keys': 5 });
    await oss.delete('a');
    await expect(oss.get('a')).rejects.toThrow();
    await expect(oss.putBucket('another')).rejects.toThrow();
    const log = rig.calls.all();
    expect(log.map(({ action, status, write, effect }) => [action, status, write, effect])).toEqual(
      [
        ['PutObject', 200, true, true],
        ['GetObject', 200, false, false],
        ['HeadObject', 200, false, false],
        ['ListObjectsV2', 200, false, false],
        ['DeleteObject', 204, true, true],
        ['GetObject', 404, false, false],
        ['', 501, false, false],
      ],
    );
    expect(log[0]).toMatchObject({
      product: 'Oss',
      region: 'cn-hangzhou',
      accountId: ACCOUNT_ID,
      principal: 'tester',
      parameters: { bucket: BUCKET, key: 'a', 'x-oss-forbid-overwrite': 'true' },
    });
    expect(log[5]).toMatchObject({ code: 'NoSuchKey' });
  });

  it('shows no part of a signed URL', async () => {
    await start();
    const query = 'OSSAccessKeyId=MARKER1&Expires=1&Signature=MARKER2&x-oss-signature=MARKER3';
    const url = `${rig.endpoint}/${BUCKET}/kept?${query}`;
    expect((await send({ method: 'GET', url, headers: {} })).status).toBe(403);
    expect(JSON.stringify(rig.calls.all())).not.toContain('MARKER');
  });
});

describe('RAM', () => {
  it('is asked for the action and the resource of every request', async () => {
    const asked: unknown[] = [];
    const oss = await start({ authorize: (_caller, access) => asked.push(access) });
    await oss.put('a/b', Buffer.from('x'));
    await oss.get('a/b');
    await oss.head('a/b');
    await oss.listV2({ prefix: 'a/', 'max-keys': 5 });
    await oss.delete('a/b');
    const resource = `acs:oss:*:${ACCOUNT_ID}:${BUCKET}`;
    expect(asked).toEqual([
      { action: 'oss:PutObject', resource: `${resource}/a/b` },
      { action: 'oss:GetObject', resource: `${resource}/a/b` },
      { action: 'oss:GetObject', resource: `${resource}/a/b` },
      { action: 'oss:ListObjects', resource },
      { action: 'oss:DeleteObject', resource: `${resource}/a/b` },
    ]);
  });

  it('refuses in the terms of OSS, before anything happens', async () => {
    const oss = await start({
      authorize: () => {
        throw new ApiError(403, 'NoPermission', 'not allowed');
      },
    });
    const refusal = { status: 403, code: 'AccessDenied', message: 'not allowed' };
    await expect(oss.put('new', Buffer.from('x'))).rejects.toMatchObject(refusal);
    await expect(oss.delete('kept')).rejects.toMatchObject(refusal);
    expect(stored()).toEqual(['kept']);
    await expect(oss.head('kept')).rejects.toMatchObject(refusal);
  });
});

test('latency lies between verification and effect', async () => {
  const asked: string[] = [];
  const oss = await start({
    latency: (action) => {
      asked.push(action);
      return 1;
    },
  });
  await oss.put('new', Buffer.from('x'));
  const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };
  const writes = ['1', '2', '3'].map((text) => oss.put('raced', Buffer.from(text), forbid));
  const won = (await Promise.allSettled(writes)).filter(({ status }) => status === 'fulfilled');
  expect(won).toHaveLength(1);
  expect(asked).toEqual(Array.from({ length: 4 }, () => 'PutObject'));
});

test('closing ends a request that still waits', async () => {
  await start({ latency: 60_000 });
  const controller = new AbortController();
  const { url, ...request } = await putRequest();
  const { pathname: path } = new URL(url);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = request.content ?? Buffer.alloc(0);
  const outcome = rig.oss.handle(
    { method: request.method, path, rawQuery: '', headers, body },
    controller.signal,
  );
  controller.abort();
  expect(await outcome).toBe('reset');
  expect(stored()).toEqual(['kept']);
});

test('a defect is told to the owner and to nobody else', async () => {
  const oss = await start({
    authorize: () => {
      throw new TypeError('boom');
    },
  });
  const failure: unknown = await oss.get('kept').catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 500, code: 'InternalError' });
  expect(String(failure)).not.toContain('boom');
  expect(rig.unexpectedErrors).toEqual([new TypeError('boom')]);
});
