import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import Fc2 from '@alicloud/fc2';
import Fc3, { InvokeFunctionHeaders, InvokeFunctionRequest } from '@alicloud/fc20230330';
import { startStage, type TestStage, testAccount } from './testing';

const source = `exports.handler = async (event) => {
  if (String(event) === 'fail') throw new Error('oops');
  return 'echo ' + event;
};`;
let stage: TestStage;
beforeAll(async () => {
  stage = await startStage(
    { plain: { source }, 'watch/inside': { source } },
    {
      secretOf: (id) => {
        if (id === testAccount.accessKeyId) return { secret: testAccount.accessKeySecret };
        if (id === 'STS.abc') return { secret: 'sts-secret', securityToken: 'the token' };
        return undefined;
      },
    },
  );
});
afterAll(() => stage.close());

const fc2 = (changes: Partial<ConstructorParameters<typeof Fc2>[1]> = {}) =>
  new Fc2(testAccount.accountId, {
    accessKeyID: testAccount.accessKeyId,
    accessKeySecret: testAccount.accessKeySecret,
    region: testAccount.regionId,
    endpoint: stage.endpoint,
    ...changes,
  });

type Fc3Config = ConstructorParameters<typeof Fc3>[0];
const fc3 = (
  body: string,
  call: { functionName?: string; qualifier?: string; config?: object } & Record<
    string,
    unknown
  > = {},
) => {
  const { functionName = 'plain', qualifier, config, ...headers } = call;
  const client = new Fc3({
    accessKeyId: testAccount.accessKeyId,
    accessKeySecret: testAccount.accessKeySecret,
    endpoint: new URL(stage.endpoint).host,
    protocol: 'http',
    ...config,
  } as unknown as Fc3Config);
  return client.invokeFunctionWithOptions(
    functionName,
    new InvokeFunctionRequest({
      body: Readable.from([Buffer.from(body)]),
      ...(qualifier === undefined ? {} : { qualifier }),
    }),
    new InvokeFunctionHeaders(headers),
    {} as Parameters<Fc3['invokeFunctionWithOptions']>[3],
  );
};
const text = async (body: Readable | undefined) =>
  Buffer.concat(await (body ?? Readable.from([])).toArray()).toString();

describe('the FC 2.0 SDK', () => {
  it('gets the result of a synchronous invocation', async () => {
    const { data, headers } = await fc2().invokeFunction('watch', 'inside', 'ünï');
    expect(data).toBe('echo ünï');
    expect(headers['x-fc-request-id']).toMatch(/^[\w-]{36}$/);
    expect(headers).not.toHaveProperty('x-fc-error-type');
  });

  it('may send no event at all', async () => {
    expect((await fc2().invokeFunction('watch', 'inside', '')).data).toBe('echo ');
  });

  it('sees a failed function as status 200 with x-fc-error-type', async () => {
    const { data, headers } = await fc2().invokeFunction('watch', 'inside', 'fail');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toMatchObject({ errorMessage: 'oops' });
  });

  it('queues an asynchronous invocation once for each task id', async () => {
    const headers = {
      'x-fc-invocation-type': 'Async',
      'x-fc-stateful-async-invocation-id': 'task-of-fc2',
    };
    const { headers: answer } = await fc2().invokeFunction('watch', 'inside', '', headers);
    await expect(fc2().invokeFunction('watch', 'inside', '', headers)).rejects.toMatchObject({
      code: 'StatefulAsyncInvocationAlreadyExists',
      message: expect.stringContaining('failed with 409'),
    });
    await stage.functionCompute.idle();
    expect(
      stage.functionCompute.invocations.filter(({ taskId }) => taskId === 'task-of-fc2'),
    ).toMatchObject([{ requestId: answer['x-fc-request-id'], status: 'Succeeded' }]);
  });

  it('signs with temporary credentials', async () => {
    const sts = { accessKeyID: 'STS.abc', accessKeySecret: 'sts-secret' };
    const invoke = (securityToken: string) =>
      fc2({ ...sts, securityToken }).invokeFunction('watch', 'inside', 'x');
    expect((await invoke('the token')).data).toBe('echo x');
    await expect(invoke('another token')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it.each<[string, Parameters<Fc2['invokeFunction']>, Parameters<typeof fc2>[0]]>([
    ['ServiceNotFound', ['nowhere', 'inside', 'x'], {}],
    ['FunctionNotFound', ['watch', 'plain', 'x'], {}],
    ['AliasNotFound', ['watch', 'inside', 'x', {}, 'prod'], {}],
    ['VersionNotFound', ['watch', 'inside', 'x', {}, '3'], {}],
    ['SignatureNotMatch', ['watch', 'inside', 'x'], { accessKeySecret: 'wrong' }],
    ['InvalidAccessKeyID', ['watch', 'inside', 'x'], { accessKeyID: 'unknown' }],
    ['InvalidArgument', ['watch', 'inside', 'x', { 'x-fc-invocation-type': 'Later' }], {}],
    [
      'InvalidArgument',
      ['watch', 'inside', 'x', { 'x-fc-stateful-async-invocation-id': '1st' }],
      {},
    ],
    [
      'EntityTooLarge',
      ['watch', 'inside', 'x'.repeat(128 * 1024 + 1), { 'x-fc-invocation-type': 'Async' }],
      {},
    ],
    ['AccessDenied', ['watch', 'inside', 'x', { date: 'Thu, 01 Jan 2015 00:00:00 GMT' }], {}],
  ])('is told %s', async (code, call, changes) => {
    await expect(fc2(changes).invokeFunction(...call)).rejects.toMatchObject({ code });
  });
});

describe('the FC 3.0 SDK', () => {
  it('gets the result of a synchronous invocation', async () => {
    const response = await fc3('ünï', { qualifier: 'LATEST' });
    expect(response.statusCode).toBe(200);
    expect(await text(response.body)).toBe('echo ünï');
    expect(response.headers?.['x-fc-request-id']).toMatch(/^[\w-]{36}$/);
  });

  it('sees a failed function as status 200 with x-fc-error-type', async () => {
    const response = await fc3('fail');
    expect(response.statusCode).toBe(200);
    expect(response.headers?.['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(JSON.parse(await text(response.body))).toMatchObject({ errorMessage: 'oops' });
  });

  it('queues an asynchronous invocation once for each task id', async () => {
    const call = { xFcInvocationType: 'Async', xFcAsyncTaskId: 'task-of-fc3' };
    const { headers, statusCode } = await fc3('x', call);
    expect(statusCode).toBe(202);
    await expect(fc3('x', call)).rejects.toMatchObject({
      statusCode: 409,
      code: 'StatefulAsyncInvocationAlreadyExists',
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    });
    await stage.functionCompute.idle();
    expect(
      stage.functionCompute.invocations.filter(({ taskId }) => taskId === 'task-of-fc3'),
    ).toMatchObject([{ requestId: headers?.['x-fc-request-id'], status: 'Succeeded' }]);
  });

  it('signs with temporary credentials', async () => {
    const sts = { accessKeyId: 'STS.abc', accessKeySecret: 'sts-secret' };
    const invoke = (securityToken: string) => fc3('x', { config: { ...sts, securityToken } });
    expect(await text((await invoke('the token')).body)).toBe('echo x');
    await expect(invoke('another token')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it.each([
    [404, 'FunctionNotFound', { functionName: 'inside' }],
    [404, 'AliasNotFound', { qualifier: 'prod' }],
    [403, 'SignatureNotMatch', { config: { accessKeySecret: 'wrong' } }],
    [403, 'InvalidAccessKeyID', { config: { accessKeyId: 'unknown' } }],
    [400, 'InvalidArgument', { xFcAsyncTaskId: 'a'.repeat(129) }],
  ])('is told %i %s', async (statusCode, code, call) => {
    await expect(fc3('x', call)).rejects.toMatchObject({ statusCode, code });
  });

  it('cannot queue more than 128 KB, but can send more synchronously', async () => {
    const large = 'x'.repeat(128 * 1024 + 1);
    await expect(fc3(large, { xFcInvocationType: 'Async' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'EntityTooLarge',
    });
    expect(await text((await fc3(large)).body)).toBe(`echo ${large}`);
  });
});

describe('a request', () => {
  const send = async (path: string, headers: Record<string, string>, body = '') => {
    const response = await fetch(`${stage.endpoint}${path}`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const path3 = '/2023-03-30/functions/plain/invocations';

  /** Signs like the SDK, leaving room for changes between signing and sending. */
  const signed3 = (body: string, nonce: string, path = path3) => {
    const hash = (data: string) => createHash('sha256').update(data).digest('hex');
    const headers: Record<string, string> = {
      host: new URL(stage.endpoint).host,
      'x-acs-content-sha256': hash(body),
      'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': nonce,
    };
    const names = Object.keys(headers).sort();
    const canonical = ['POST', path, '', ...names.map((name) => `${name}:${headers[name]}`), ''];
    const request = [...canonical, names.join(';'), headers['x-acs-content-sha256']].join('\n');
    const signature = createHmac('sha256', testAccount.accessKeySecret)
      .update(`ACS3-HMAC-SHA256\n${hash(request)}`)
      .digest('hex');
    headers.authorization = `ACS3-HMAC-SHA256 Credential=${testAccount.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
    return headers;
  };

  it('without a signature is refused', async () => {
    expect(await send(path3, {})).toMatchObject({
      status: 400,
      body: { Code: 'MissingRequiredHeader' },
    });
    expect(await send('/2016-08-15/services/watch/functions/inside/invocations', {})).toMatchObject(
      { status: 400, body: { ErrorCode: 'MissingRequiredHeader' } },
    );
  });

  it('whose body was changed after signing is refused', async () => {
    expect(await send(path3, signed3('one', 'n1'), 'two')).toMatchObject({
      status: 403,
      body: { Code: 'SignatureNotMatch' },
    });
  });

  it('that is sent twice is refused the second time', async () => {
    const headers = signed3('fail', 'n2');
    expect(await send(path3, headers, 'fail')).toMatchObject({ status: 200 });
    expect(await send(path3, headers, 'fail')).toMatchObject({
      body: { Code: 'SignatureNonceUsed' },
    });
  });

  it('whose body does not match its content-md5 is refused', async () => {
    const stringToSign = (date: string) =>
      `POST\nbWQ1\ntext/plain;charset=UTF-8\n${date}\n/2016-08-15/services/watch/functions/inside/invocations`;
    const date = new Date().toUTCString();
    const signature = createHmac('sha256', testAccount.accessKeySecret)
      .update(stringToSign(date))
      .digest('base64');
    const headers = {
      date,
      'content-md5': 'bWQ1',
      authorization: `FC ${testAccount.accessKeyId}:${signature}`,
    };
    const path = '/2016-08-15/services/watch/functions/inside/invocations';
    expect(await send(path, headers, 'body')).toMatchObject({
      status: 400,
      body: { ErrorCode: 'InvalidArgument' },
    });
  });

  it('for another path is refused', async () => {
    const path = '/2023-03-30/functions';
    expect(await send(path, signed3('', 'n3', path))).toMatchObject({
      status: 400,
      body: { Code: 'PathNotSupported' },
    });
  });
});
