import type { Fault } from '../../local-cloud';
import { ApiError, type Caller } from '../../local-cloud/action';
import { ACCOUNT_ID, BUCKET, type OssRig, REGION, startOss } from '../../local-cloud/oss/testing';
import { createOssStore, type OssStoreOptions, type RecordStore, RecordStoreError } from './index';
import { ossEndpoint } from './oss-client';
import { answer, neverEnd, startScriptedOss } from './scripted-oss';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const messageOf = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecordStoreError);
  return (error as Error).message;
};

/** A store on a local OSS; waits are noted instead of waited for. */
async function openStore(
  cloud: Parameters<typeof startOss>[0] = {},
  options: Partial<OssStoreOptions> = {},
): Promise<{ rig: OssRig; store: RecordStore; waits: number[] }> {
  const rig = await startOss(cloud);
  closers.push(rig.close);
  const waits: number[] = [];
  const store = createOssStore({
    bucket: BUCKET,
    region: REGION,
    endpoint: rig.endpoint,
    credentials: async () => rig.key,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    ...options,
  });
  return { rig, store, waits };
}

/** Faults for the calls of one action in turn; from then on none. */
function faults(action: string, ...sequence: (Fault | undefined)[]) {
  return {
    fault: (call: { action: string }) => (call.action === action ? sequence.shift() : undefined),
  };
}
const refusal = (status: number, code: string, when: 'before' | 'after' = 'before'): Fault => ({
  kind: 'error',
  status,
  code,
  message: `MARKER ${code}`,
  when,
});
const actions = (rig: OssRig) => rig.calls.all().map(({ action }) => action);

describe('a write', () => {
  test.each<[string, Fault, string[]]>([
    ['was cut off before it took effect', { kind: 'reset-before' }, ['PutObject', 'PutObject']],
    [
      'was cut off after it took effect',
      { kind: 'reset-after' },
      ['PutObject', 'PutObject', 'GetObject'],
    ],
    ['was never answered', { kind: 'hang' }, ['PutObject', 'PutObject']],
    [
      'took effect and was never answered',
      { kind: 'hang-after' },
      ['PutObject', 'PutObject', 'GetObject'],
    ],
    ['met 503', refusal(503, 'ServiceUnavailable'), ['PutObject', 'PutObject']],
    [
      'took effect and met 500',
      refusal(500, 'InternalError', 'after'),
      ['PutObject', 'PutObject', 'GetObject'],
    ],
    ['met a page of a load balancer', { kind: 'html', status: 502 }, ['PutObject', 'PutObject']],
    ['was throttled', refusal(503, 'TotalQpsLimitExceeded'), ['PutObject', 'PutObject']],
  ])('that %s is made again and known to be ours', async (_what, fault, calls) => {
    const { rig, store } = await openStore(faults('PutObject', fault), { timeoutMs: 1000 });
    expect(await store.putIfAbsent('runs/1', 'ours')).toBe(true);
    expect(String(rig.oss.objects(BUCKET).get('runs/1'))).toBe('ours');
    expect(actions(rig)).toEqual(calls);
  });

  it('is not ours if another got in before its second attempt', async () => {
    const { rig, store } = await openStore({
      fault: ({ action }) => {
        if (action !== 'PutObject' || rig.oss.objects(BUCKET).size > 0) return undefined;
        rig.oss.put(BUCKET, 'runs/1', 'theirs');
        return { kind: 'reset-before' };
      },
    });
    expect(await store.putIfAbsent('runs/1', 'ours')).toBe(false);
    expect(await store.get('runs/1')).toBe('theirs');
  });

  it('that was throttled and then finds the same content does not take it for its own', async () => {
    const { rig, store } = await openStore({
      fault: ({ action }) => {
        if (action !== 'PutObject' || rig.oss.objects(BUCKET).size > 0) return undefined;
        rig.oss.put(BUCKET, 'runs/1', 'same');
        return refusal(503, 'TotalQpsLimitExceeded');
      },
    });
    expect(await store.putIfAbsent('runs/1', 'same')).toBe(false);
  });

  it('that stays without an answer is reported as one that may have been made', async () => {
    const always: Fault = { kind: 'reset-after' };
    const { store, rig } = await openStore({ fault: () => always }, { maxAttempts: 3 });
    const message = await messageOf(store.putIfAbsent('runs/1', 'ours'));
    expect(message).toBe(
      `cannot write runs/1 in the bucket ${BUCKET}: in each of 3 attempts, the last time ` +
        'the connection failed (ECONNRESET); check the endpoint and the network; ' +
        'the record may have been written, read it before relying on either',
    );
    expect(actions(rig)).toEqual(['PutObject', 'PutObject', 'PutObject']);
  });

  it('into a bucket that keeps versions is refused, because nothing would be forbidden', async () => {
    const server = await startScriptedOss(answer(200, '', { 'x-oss-version-id': 'CAEQ' }));
    closers.push(server.close);
    const { store } = await openStore({}, { endpoint: server.endpoint });
    expect(await messageOf(store.putIfAbsent('runs/1', 'x'))).toContain(
      'it keeps versions of its objects',
    );
    expect(server.targets).toHaveLength(1);
  });
});

describe('waits', () => {
  it('grow, with jitter, and end with the last attempt', async () => {
    const { store, waits } = await openStore({ fault: () => refusal(503, 'ServiceUnavailable') });
    await messageOf(store.get('a'));
    expect(waits).toEqual([250, 500, 1000, 2000]);
  });

  it('are longer when OSS throttles', async () => {
    const { store, waits } = await openStore({
      fault: () => refusal(503, 'UploadTrafficRateLimitExceeded'),
    });
    expect(await messageOf(store.get('a'))).toContain('wait a minute, or spread the calls out');
    expect(waits).toEqual([1000, 2000, 4000, 5000]);
  });
});

describe('an error names the cause and what to do, at once', () => {
  const denied = (_caller: Caller, { action }: { action: string }) => {
    throw new ApiError(403, 'AccessDenied', `no ${action}`);
  };

  it('when a permission is missing', async () => {
    const { store, rig } = await openStore({ authorize: denied }, { prefix: 'palisade/records' });
    const objects = `acs:oss:*:*:${BUCKET}/palisade/records/*`;
    expect(await messageOf(store.putIfAbsent('a', ''))).toMatch(
      new RegExp(
        `^cannot write a in the bucket ${BUCKET}: OSS refused the call ` +
          '\\(AccessDenied, HTTP 403, request [0-9A-F]{24}\\); allow oss:PutObject on ',
      ),
    );
    expect(await messageOf(store.putIfAbsent('a', ''))).toContain(
      `allow oss:PutObject on ${objects} in`,
    );
    expect(await messageOf(store.get('a'))).toContain(`allow oss:GetObject on ${objects} in`);
    expect(await messageOf(store.list(''))).toContain(
      `allow oss:ListObjects on acs:oss:*:*:${BUCKET} in`,
    );
    expect(actions(rig)).toHaveLength(4);
  });

  it.each<[string, Partial<OssStoreOptions>, string]>([
    [
      'the bucket is not there',
      { bucket: 'no-such-bucket' },
      'create the bucket no-such-bucket in cn-hangzhou, or correct its name',
    ],
    [
      'the bucket is in another region',
      { region: 'cn-beijing' },
      'the bucket is not in cn-beijing: name the region',
    ],
    [
      'the secret is wrong',
      { credentials: async () => ({ accessKeyId: 'nobody', accessKeySecret: 'x' }) },
      'check the access key and its security token',
    ],
  ])('when %s', async (_what, options, remedy) => {
    const { store } = await openStore({}, options);
    for (const call of [store.putIfAbsent('a', ''), store.get('a'), store.list('')]) {
      const message = await messageOf(call);
      expect(message).toContain(remedy);
      expect(message).toContain(options.bucket ?? BUCKET);
      expect(message).not.toContain('attempts');
    }
  });

  it('when the clock is wrong', async () => {
    const { store } = await openStore({ now: () => Date.now() + 3_600_000 });
    expect(await messageOf(store.get('a'))).toContain('set the clock of this machine right');
  });

  it('when the token has expired', async () => {
    const { store, rig } = await openStore({}, { credentials: async () => session });
    const session = rig.credentials.startSession({
      accountId: ACCOUNT_ID,
      roleName: 'r',
      sessionName: 's',
      durationSeconds: 0,
    });
    expect(await messageOf(store.get('a'))).toContain('SecurityTokenExpired');
  });

  it('when there are no credentials', async () => {
    const credentials = async () => {
      throw new Error('MARKER');
    };
    for (const each of [credentials, async () => ({ accessKeyId: '', accessKeySecret: '' })]) {
      const { store } = await openStore({}, { credentials: each });
      const message = await messageOf(store.get('a'));
      expect(message).toContain('the credentials could not be obtained; set an access key');
      expect(message).not.toContain('MARKER');
    }
  });

  it('when nobody listens', async () => {
    const server = await startScriptedOss(neverEnd);
    await server.close();
    const { store } = await openStore({}, { endpoint: server.endpoint });
    const message = await messageOf(store.putIfAbsent('a', ''));
    expect(message).toContain('the connection failed (ECONNREFUSED); check the endpoint');
    expect(message).not.toContain('may have been written');
  });

  it('when the region or the endpoint is none', () => {
    expect(() => ossEndpoint({ region: 'Hangzhou' })).toThrow('write it like cn-hangzhou');
    expect(() => ossEndpoint({ region: REGION, endpoint: 'http://u:MARKER@h/x' })).toThrow(
      /^the OSS endpoint is neither a host nor a URL(?!.*MARKER)/,
    );
  });
});

test.each([
  [{}, 'https://oss-cn-hangzhou.aliyuncs.com'],
  [{ internal: true }, 'https://oss-cn-hangzhou-internal.aliyuncs.com'],
  [{ endpoint: 'oss.example.com' }, 'https://oss.example.com'],
  [{ endpoint: 'http://oss.example.com/' }, 'http://oss.example.com'],
  [{ endpoint: '127.0.0.1:8080', internal: true }, 'http://127.0.0.1:8080'],
])('with %j calls go to %s', (options, url) => {
  expect(ossEndpoint({ region: REGION, ...options })).toBe(url);
});

test('credentials are asked for before every attempt', async () => {
  const { rig, store } = await openStore(
    faults('GetObject', refusal(503, 'ServiceUnavailable'), undefined),
    { credentials: async () => keys.shift() ?? rig.key },
  );
  const role = { accountId: ACCOUNT_ID, roleName: 'writer', durationSeconds: 900 };
  const keys = ['first', 'second'].map((sessionName) =>
    rig.credentials.startSession({ ...role, sessionName }),
  );
  await store.get('a');
  expect(rig.calls.all().map(({ principal }) => principal)).toEqual([
    'writer:first',
    'writer:second',
  ]);
});

test('the SDK is loaded by the first call, not before', () => {
  jest.isolateModules(() => {
    jest.doMock('ali-oss', () => {
      throw new Error('loaded');
    });
    const evidence = jest.requireActual<typeof import('./index')>('./index');
    const credentials = async () => ({ accessKeyId: 'a', accessKeySecret: 'b' });
    const store = evidence.createOssStore({ bucket: BUCKET, region: REGION, credentials });
    expect(Object.keys(store)).toEqual(['putIfAbsent', 'get', 'list']);
  });
  jest.dontMock('ali-oss');
});
