import {
  startStage,
  type TestStage,
  testAccount,
} from '../../local-cloud/function-compute/testing';
import { FunctionCallError } from './function-call-error';
import { createFunctionCaller, type FunctionCallerOptions } from './function-caller';

const source = `exports.handler = async (event) => {
  if (String(event).startsWith('fail')) throw new Error(String(event));
  return 'echo ' + event;
};`;
let stage: TestStage;
beforeAll(async () => {
  stage = await startStage({
    subject: { source, maxAsyncRetryAttempts: 0 },
    'watch/subject': { source, maxAsyncRetryAttempts: 0 },
  });
});
afterEach(() => stage.intercept(() => undefined));
afterAll(() => stage.close());

const pauses: number[] = [];
const callerWith = (changes: Partial<FunctionCallerOptions>) =>
  createFunctionCaller({
    accountId: testAccount.accountId,
    regionId: testAccount.regionId,
    credentials: testAccount,
    endpoint: stage.endpoint,
    random: () => 0.5,
    sleep: async (milliseconds) => pauses.push(milliseconds),
    ...changes,
  });
const failureOf = async (call: Promise<unknown>): Promise<FunctionCallError> => {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof FunctionCallError)) throw error;
  return error;
};
const runs = (taskId: string) =>
  stage.functionCompute.invocations.filter((invocation) => invocation.taskId === taskId);

describe.each([
  ['FC 2.0', { serviceName: 'watch' }],
  ['FC 3.0', {}],
])('calling a function on %s', (version, options) => {
  const id = (text: string) => `${text}-${version.replace(/\W/g, '')}`;
  const caller = (changes: Partial<FunctionCallerOptions> = {}) =>
    callerWith({ ...options, ...changes });

  it('brings what it returns', async () => {
    expect(await caller().call('subject', '{"ü":1}')).toEqual({
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      payload: 'echo {"ü":1}',
    });
  });

  it('may send nothing', async () => {
    expect((await caller().call('subject', '')).payload).toBe('echo ');
  });

  it('asynchronously queues it once: a repeated task id is a duplicate, not an error', async () => {
    const first = await caller().callAsync('subject', 'x', id('once'));
    const second = await caller().callAsync('subject', 'x', id('once'));
    expect(first.accepted).toBe('new');
    expect(second).toEqual({
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      accepted: 'duplicate',
    });
    await stage.functionCompute.idle();
    expect(runs(id('once'))).toMatchObject([{ requestId: first.requestId, status: 'Succeeded' }]);
  });

  it('asynchronously does not wait for its failure', async () => {
    const { accepted } = await caller().callAsync('subject', 'fail', id('failing'));
    await stage.functionCompute.idle();
    expect(accepted).toBe('new');
    expect(runs(id('failing'))).toMatchObject([{ status: 'Failed' }]);
  });

  it('tells of a failed function by name, type, message and request id', async () => {
    const error = await failureOf(caller().call('subject', 'fail with this'));
    expect(error).toMatchObject({
      functionName: 'subject',
      failure: { kind: 'function-failed', errorType: 'UnhandledInvocationError' },
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(error.message).toContain('fail with this');
    expect(error.message).toContain(error.requestId);
  });

  it('cuts the message of a failed function', async () => {
    const error = await failureOf(caller().call('subject', `fail ${'x'.repeat(5000)}`));
    expect(error.message.length).toBeLessThan(800);
  });

  it('names a function that does not exist, and does not try again', async () => {
    let requests = 0;
    stage.intercept(() => {
      requests += 1;
      return undefined;
    });
    const error = await failureOf(caller().callAsync('missing', '', id('missing')));
    expect(error.failure).toEqual({ kind: 'refused', status: 404, code: 'FunctionNotFound' });
    expect(error.message).toContain("'missing'");
    expect(error.requestId).toMatch(/^[\w-]{36}$/);
    expect(requests).toBe(1);
  });

  it('refuses wrong credentials without showing any', async () => {
    const credentials = { accessKeyId: 'LTAItest', accessKeySecret: 'wrong-secret' };
    const error = await failureOf(caller({ credentials }).call('subject', ''));
    expect(error.failure).toEqual({ kind: 'refused', status: 403, code: 'SignatureNotMatch' });
    expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(
      /wrong-secret|LTAItest|Signature=/,
    );
  });

  it('asynchronously tries again after a reset, and gets it queued once', async () => {
    let requests = 0;
    stage.intercept((request) => {
      requests += 1;
      if (requests === 1) return Promise.resolve('reset');
      // The second request is served, but its answer is lost.
      if (requests === 2) {
        return stage.functionCompute.handle(request).then(() => 'reset' as const);
      }
      return undefined;
    });
    pauses.length = 0;
    const { accepted } = await caller().callAsync('subject', 'x', id('reset'));
    await stage.functionCompute.idle();
    expect(accepted).toBe('duplicate');
    expect(requests).toBe(3);
    expect(pauses).toEqual([100, 200]);
    expect(runs(id('reset'))).toHaveLength(1);
  });

  it.each([
    [429, 'application/json', '{"ErrorCode":"ResourceExhausted","Code":"ResourceExhausted"}'],
    [503, 'application/json', '{"ErrorCode":"ResourceThrottled","Code":"ResourceThrottled"}'],
    [502, 'text/html', '<html>Bad Gateway</html>'],
  ])('asynchronously tries again after status %i', async (status, type, body) => {
    let requests = 0;
    stage.intercept(() => {
      requests += 1;
      if (requests > 2) return undefined;
      return Promise.resolve({ status, headers: { 'content-type': type }, body });
    });
    const { accepted } = await caller().callAsync('subject', 'x', id(`after-${status}`));
    expect(accepted).toBe('new');
    expect(requests).toBe(3);
    await stage.functionCompute.idle();
  });

  it('asynchronously gives up after four attempts and says what is unknown', async () => {
    let requests = 0;
    stage.intercept(() => {
      requests += 1;
      return Promise.resolve('reset');
    });
    const error = await failureOf(caller().callAsync('subject', 'secret payload', id('lost')));
    expect(requests).toBe(4);
    expect(error.failure).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' });
    expect(error.message).toContain("'subject'");
    expect(error.message).not.toMatch(/127\.0\.0\.1|secret payload/);
    expect(error.cause).toBeUndefined();
  });

  it('synchronously is never repeated', async () => {
    let requests = 0;
    stage.intercept(() => {
      requests += 1;
      return Promise.resolve('reset');
    });
    expect((await failureOf(caller().call('subject', ''))).failure.kind).toBe('no-answer');
    expect(requests).toBe(1);
  });

  it('ends when no answer comes in time', async () => {
    stage.intercept(() => Promise.resolve('hang'));
    const error = await failureOf(caller({ timeoutMs: 50 }).call('subject', ''));
    expect(error.failure).toEqual({ kind: 'no-answer', reason: 'RequestTimeoutError' });
  });

  it('uses temporary credentials, whatever their access key id looks like', async () => {
    const seen: (string | undefined)[] = [];
    stage.intercept(({ headers }) => {
      seen.push(headers['x-fc-security-token'] ?? headers['x-acs-security-token']);
      return undefined;
    });
    for (const accessKeyId of ['STS.abc', 'TMP.abc']) {
      const credentials = { accessKeyId, accessKeySecret: 's', securityToken: 'the token' };
      await failureOf(caller({ credentials }).call('subject', ''));
    }
    expect(seen).toEqual(['the token', 'the token']);
  });

  it('can name a version, which has to exist', async () => {
    expect((await caller({ qualifier: 'LATEST' }).call('subject', 'x')).payload).toBe('echo x');
    const error = await failureOf(caller({ qualifier: 'prod' }).call('subject', 'x'));
    expect(error.failure).toMatchObject({ status: 404, code: 'AliasNotFound' });
  });
});

describe('before anything is sent', () => {
  const caller = () => callerWith({ endpoint: 'unused.invalid' });

  it('a payload over 128 KB is refused for an asynchronous call', async () => {
    // Counted in bytes: each of these letters has two.
    await expect(caller().callAsync('subject', 'ü'.repeat(65_537), 'task')).rejects.toThrow(
      "The payload for function 'subject' has 131074 bytes",
    );
  });

  it.each(['', '1st', 'a b', 'a/../b', 'a\r\nx-fc-log-type: Tail', 'a'.repeat(129)])(
    'the name %j is refused for a function and a task',
    async (name) => {
      await expect(caller().callAsync(name, '', 'task')).rejects.toThrow('cannot name a function');
      await expect(caller().callAsync('subject', '', name)).rejects.toThrow('cannot name a task');
      await expect(caller().call(name, '')).rejects.toThrow('cannot name a function');
    },
  );

  it('a service name or endpoint that cannot be is refused', () => {
    expect(() => callerWith({ serviceName: 'a/b' })).toThrow('cannot name a service');
    expect(() => callerWith({ endpoint: 'http://host/path' })).toThrow('endpoint is no host');
    expect(() => callerWith({ endpoint: 'a b' })).toThrow('endpoint is no host');
  });
});
