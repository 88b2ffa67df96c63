import { completed, stagesOfTests } from './testing';

const stage = stagesOfTests();
const run = async (source: string, event = '') => {
  const { functionCompute } = await stage({ subject: { source } });
  return completed(await functionCompute.invoke('subject', event));
};

describe('the handler', () => {
  it('gets the event as a Buffer', async () => {
    const { text } = await run(
      'exports.handler = async (event) => Buffer.isBuffer(event) + " " + event;',
      'ünï',
    );
    expect(text).toBe('true ünï');
  });

  it.each([
    ['an object as JSON', 'async () => ({ a: 1 })', '{"a":1}'],
    ['a Buffer as it is', 'async () => Buffer.from([0x68, 0x69])', 'hi'],
    ['nothing as an empty body', 'async () => {}', ''],
    [
      'the value of its callback',
      '(e, c, callback) => { setImmediate(callback, null, "x"); }',
      'x',
    ],
    ['a plain value', '() => "plain"', 'plain'],
  ])('returns %s', async (_, handler, expected) => {
    expect((await run(`exports.handler = ${handler};`)).text).toBe(expected);
  });

  it('gets the context of FC 3.0 when it is in no service', async () => {
    const { functionCompute } = await stage({
      subject: {
        source:
          'exports.handler = async (e, context) => ({ ...context, logger: Object.keys(context.logger) });',
        role: 'acs:ram::123456789012:role/enforcer',
        timeoutSeconds: 7,
        memoryMegabytes: 256,
      },
    });
    const { text, requestId } = completed(await functionCompute.invoke('subject', ''));
    expect(JSON.parse(text)).toEqual({
      requestId,
      credentials: {
        accessKeyId: 'STS.enforcer',
        accessKeySecret: 'role-secret',
        securityToken: 'token of subject',
      },
      function: { name: 'subject', handler: 'subject.handler', memory: 256, timeout: 7 },
      service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
      region: 'cn-hangzhou',
      accountId: '123456789012',
      logger: ['debug', 'info', 'warn', 'error', 'log'],
    });
  });

  it('gets the service and tracing as well when it is in a service', async () => {
    const { functionCompute } = await stage({
      'watch/subject': {
        source: 'exports.handler = async (e, { service, tracing }) => ({ service, tracing });',
      },
    });
    const { text } = completed(await functionCompute.invoke('watch/subject', ''));
    expect(JSON.parse(text)).toMatchObject({
      service: { name: 'watch', qualifier: 'LATEST' },
      tracing: { spanContext: '' },
    });
  });

  it('sees its own variables and none of the host', async () => {
    process.env.HOST_SECRET_FOR_TEST = 'x';
    const { functionCompute } = await stage({
      subject: {
        source: 'exports.handler = async () => process.env;',
        environment: { MODE: 'observe' },
        role: 'enforcer',
      },
    });
    const { text, instanceId } = completed(await functionCompute.invoke('subject', ''));
    delete process.env.HOST_SECRET_FOR_TEST;
    const environment = JSON.parse(text);
    expect(environment).toMatchObject({
      MODE: 'observe',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'STS.enforcer',
      FC_FUNCTION_NAME: 'subject',
      FC_REGION: 'cn-hangzhou',
      FC_INSTANCE_ID: instanceId,
    });
    expect(environment).not.toHaveProperty('HOST_SECRET_FOR_TEST');
  });
});

describe('output', () => {
  it('of console, logger and file descriptor 1 reaches the log, not the host', async () => {
    const { functionCompute, logLines } = await stage({
      subject: {
        source: `const fs = require('node:fs');
          exports.handler = async (event, { logger }) => {
            console.log('by console');
            logger.warn('by %s', 'logger');
            fs.writeSync(1, 'by number\\n');
            await new Promise((done) => fs.write(2, Buffer.from('xxby callback\\n'), 2, done));
          };`,
      },
    });
    const { requestId } = completed(await functionCompute.invoke('subject', ''));
    expect(logLines).toEqual(
      expect.arrayContaining([
        'by console',
        expect.stringContaining(`${requestId} [warn] by logger`),
        'by number',
        'by callback',
      ]),
    );
  });
});

describe('output until the end of an invocation', () => {
  const writeMuch = `const fs = require('node:fs');
    exports.handler = async (event) => {
      for (let line = 0; line < 500; line += 1) console.log('line ' + line + ' ' + event);
      process.stderr.write('w\u00fcthout a line break');
      fs.writeSync(1, Buffer.from('h\u00e4lf').subarray(0, 2));
      fs.writeSync(1, Buffer.from('h\u00e4lf').subarray(2));
      if (String(event) === 'throw') throw new Error('oops');
      if (String(event) === 'exit') process.exit(1);
    };`;

  it.each(['return', 'throw', 'exit'])('is logged when the call is over, by %s', async (event) => {
    const { functionCompute, logLines } = await stage({ subject: { source: writeMuch } });
    await functionCompute.invoke('subject', event);
    expect(logLines).toHaveLength(502);
    expect(logLines).toEqual(
      expect.arrayContaining([
        `line 0 ${event}`,
        `line 499 ${event}`,
        'hälf',
        'wüthout a line break',
      ]),
    );
  });

  it('is logged when idle resolves', async () => {
    const { functionCompute, logLines } = await stage({ subject: { source: writeMuch } });
    for (let call = 0; call < 5; call += 1) {
      await functionCompute.invoke('subject', `${call}`, { async: true });
    }
    await functionCompute.idle();
    expect(logLines).toHaveLength(5 * 502);
  });
});

describe('a failing function', () => {
  it.each([
    [
      'throws',
      'async () => { throw new RangeError("oops"); }',
      'UnhandledInvocationError',
      'RangeError',
    ],
    ['throws at once', '() => { throw new Error("oops"); }', 'UnhandledInvocationError', 'Error'],
    [
      'passes an error to its callback',
      '(e, c, callback) => callback(new Error("oops"))',
      'HandledInvocationError',
      'Error',
    ],
  ])('that %s is told by type, message and stack', async (_, handler, header, errorType) => {
    const result = await run(`exports.handler = ${handler};`);
    expect(result.errorType).toBe(header);
    expect(JSON.parse(result.text)).toMatchObject({ errorMessage: 'oops', errorType });
    expect(JSON.parse(result.text).stackTrace[0]).toBe(`${errorType}: oops`);
  });

  it('in a service has its unhandled errors marked in the type', async () => {
    const { functionCompute } = await stage({
      'watch/subject': { source: 'exports.handler = async () => { throw new Error("oops"); };' },
    });
    const { text } = completed(await functionCompute.invoke('watch/subject', ''));
    expect(JSON.parse(text).errorType).toBe('FunctionUnhandledError: Error');
  });

  it.each([
    ['a module that does not load', 'require("./nowhere");', 'nowhere'],
    ['a missing export', 'exports.other = () => {};', "'handler' of 'subject'"],
    ['a result that is no JSON', 'exports.handler = async () => 1n;', 'BigInt'],
    [
      'a thrown object',
      'exports.handler = async () => { const o = {}; throw { ...o, o }; };',
      'o: {}',
    ],
    [
      'a thrown circle',
      'exports.handler = async () => { const o = {}; o.o = o; throw o; };',
      'Circular',
    ],
    ['a thrown string', 'exports.handler = async () => { throw "text"; };', 'text'],
  ])('is also %s', async (_, source, message) => {
    const result = await run(source);
    expect(result.errorType).toBe('UnhandledInvocationError');
    expect(JSON.parse(result.text).errorMessage).toContain(message);
  });

  it.each([
    ['exits', 'async () => { process.exit(3); }'],
    [
      'throws outside its promise',
      'async () => { setImmediate(() => { throw new Error("late"); }); await new Promise(() => {}); }',
    ],
  ])('that %s loses its instance, and the next call gets a new one', async (_, handler) => {
    const { functionCompute } = await stage({
      subject: {
        source: `const crash = ${handler};
          exports.handler = (event, context) => String(event) === 'crash' ? crash() : 'alive';`,
      },
    });
    const crashed = completed(await functionCompute.invoke('subject', 'crash'));
    expect(crashed.errorType).toBe('UnhandledInvocationError');
    expect(JSON.parse(crashed.text).errorMessage).toContain(
      'Process exited unexpectedly before completing request',
    );
    const next = completed(await functionCompute.invoke('subject', ''));
    expect(next.text).toBe('alive');
    expect(next.instanceId).not.toBe(crashed.instanceId);
  });

  it('that runs on past its timeout is stopped, even in a busy loop', async () => {
    const { functionCompute } = await stage({
      subject: { source: 'exports.handler = () => { for (;;); };', timeoutSeconds: 1 },
    });
    const result = completed(await functionCompute.invoke('subject', ''));
    expect(result.errorType).toBe('UnhandledInvocationError');
    expect(JSON.parse(result.text).errorMessage).toContain('Function timed out after 1 seconds');
  });
});
