import { request as httpRequest } from 'node:http';
import { startLocalCloud } from '..';
import { createFunctionCompute, type FunctionCompute } from './function-compute';
import type { HttpTrigger } from './function-definition';
import { stagesOfTests, testAccount } from './testing';

const stage = stagesOfTests();
const trigger = (changes: Partial<HttpTrigger> = {}): { httpTrigger: HttpTrigger } => ({
  httpTrigger: {
    triggerName: 'hook',
    authType: 'anonymous',
    methods: ['GET', 'HEAD', 'POST'],
    ...changes,
  },
});
const echoEvent = `exports.handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: String(event),
});`;
const answering = (value: string) => `exports.handler = async () => (${value});`;
const statusOf = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('an HTTP trigger of FC 3.0', () => {
  const start = (source: string, changes: Partial<HttpTrigger> = {}) =>
    stage({ subject: { source, ...trigger(changes) } }, { now: () => 1_693_896_071_895 });

  it('turns the request into the event', async () => {
    const { endpoint, functionCompute } = await start(echoEvent);
    const url = `${endpoint}${functionCompute.httpUrl('subject')}a%20b/%C3%BC?x=1&y=%26&x=2`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-two-words': 'v', 'user-agent': 'tests', 'content-type': 'text/plain' },
      body: 'Hello ü',
    });
    expect(await response.json()).toMatchObject({
      version: 'v1',
      rawPath: '/a%20b/%C3%BC',
      body: 'Hello ü',
      isBase64Encoded: false,
      headers: { 'X-Two-Words': 'v', 'User-Agent': 'tests', 'Content-Type': 'text/plain' },
      queryParameters: { x: '1,2', y: '&' },
      requestContext: {
        accountId: testAccount.accountId,
        domainName: functionCompute.httpDomain('subject'),
        domainPrefix: expect.stringMatching(/^subject-[0-9a-f]{10}$/),
        http: {
          method: 'POST',
          path: '/a b/ü',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'tests',
        },
        time: '2023-09-05T06:41:11Z',
        timeEpoch: '1693896071895',
      },
    });
  });

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0x00]), 'text/plain', true],
    ['a binary type', Buffer.from('abc'), 'image/svg+xml', true],
    ['text sent as bytes', Buffer.from('abc'), 'application/octet-stream', false],
    ['JSON', Buffer.from('{"ü":1}'), 'application/json', false],
    ['nothing', Buffer.alloc(0), 'application/json', false],
  ])('hands over a body of %s without loss', async (_, body, type, isBase64Encoded) => {
    const { endpoint, functionCompute } = await start(echoEvent);
    const response = await fetch(`${endpoint}${functionCompute.httpUrl('subject')}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const event = (await response.json()) as { body: string; isBase64Encoded: boolean };
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });

  it('is reached by its domain, which is the same at every start', async () => {
    const { endpoint, functionCompute } = await start(echoEvent);
    const other = await start(echoEvent);
    const domain = functionCompute.httpDomain('subject');
    expect(other.functionCompute.httpDomain('subject')).toBe(domain);
    const get = (host: string) => statusOf(`${endpoint}/some/path`, host);
    expect(await get(`${domain.toUpperCase()}:443`)).toBe(200);
    expect(await get('subject-0000000000.cn-hangzhou.fcapp.run')).toBe(404);
  });

  it.each([
    [
      'status, headers and body',
      `{ statusCode: 202, headers: { 'X-Run': 'r1' }, body: 'later' }`,
      202,
      'later',
    ],
    ['a body in base64', `{ statusCode: 200, body: 'aGk=', isBase64Encoded: true }`, 200, 'hi'],
    ['a response that is JSON text', `'{"statusCode":404,"body":"no"}'`, 404, 'no'],
    ['nothing but a status', '{ statusCode: 204 }', 204, ''],
    ['JSON without a status as the body', '{ a: 1 }', 200, '{"a":1}'],
    ['text as the body', `'plain'`, 200, 'plain'],
    ['nothing', 'undefined', 200, ''],
  ])('answers with %s', async (_, value, status, body) => {
    const { endpoint, functionCompute } = await start(answering(value));
    const response = await fetch(`${endpoint}${functionCompute.httpUrl('subject')}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('x-fc-request-id')).toMatch(/^[\w-]{36}$/);
    expect(response.headers.has('x-fc-error-type')).toBe(false);
  });

  it('keeps the headers of a response but those that the platform sets', async () => {
    const { endpoint, functionCompute } = await start(
      answering(`{
        statusCode: 200,
        headers: { 'Retry-After': '7', 'Content-Disposition': 'inline', 'X-Fc-Own': 'x', 'Content-Length': '1' },
        body: 'abc',
      }`),
    );
    const response = await fetch(`${endpoint}${functionCompute.httpUrl('subject')}`);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-disposition')).toBe('attachment');
    expect(response.headers.has('x-fc-own')).toBe(false);
    expect(await response.text()).toBe('abc');
  });

  it.each([
    ['throws', `(() => { throw new Error('oops'); })()`, 'oops'],
    ['exits', 'process.exit(1)', 'Process exited unexpectedly'],
    ['runs on past its timeout', 'new Promise(() => {})', 'timed out after 1 seconds'],
    ['answers with a status as text', `{ statusCode: '200' }`, 'statusCode'],
    ['answers with a status that ends nothing', '{ statusCode: 100 }', 'statusCode'],
    ['answers with a header that is no text', '{ statusCode: 200, headers: { a: 1 } }', 'headers'],
    [
      'answers with a header that breaks the line',
      `{ statusCode: 200, headers: { a: 'b\\r\\nc: d' } }`,
      'headers',
    ],
    ['answers with a body that is no text', '{ statusCode: 200, body: {} }', 'body'],
  ])('answers 502 for a function that %s', async (_, value, message) => {
    const { endpoint, functionCompute } = await stage({
      subject: { source: answering(value), timeoutSeconds: 1, ...trigger() },
    });
    const response = await fetch(`${endpoint}${functionCompute.httpUrl('subject')}`);
    expect(response.status).toBe(502);
    expect(response.headers.get('x-fc-error-type')).toBe('UnhandledInvocationError');
    expect(await response.json()).toMatchObject({ errorMessage: expect.stringContaining(message) });
  });

  it('answers 502 when the instance is killed, and runs the next request on a new one', async () => {
    const { endpoint, functionCompute, logLines } =
      await start(`exports.handler = async (event) => {
      const hangs = JSON.parse(event).rawPath === '/hang';
      if (hangs) { console.log('started'); await new Promise(() => {}); }
      return { statusCode: 200 };
    };`);
    const url = `${endpoint}${functionCompute.httpUrl('subject')}`;
    const interrupted = fetch(`${url}hang`);
    while (!logLines.includes('started')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await functionCompute.killInstances('subject')).toBe(1);
    expect((await interrupted).status).toBe(502);
    expect((await fetch(url)).status).toBe(200);
  });

  it('is refused with FcCommonError: another method, no trigger, no instance, a wrong path', async () => {
    const { endpoint, functionCompute } = await stage(
      {
        subject: { source: answering('new Promise(() => {})'), ...trigger({ methods: ['GET'] }) },
        untriggered: { source: echoEvent },
      },
      { maxInstances: 1 },
    );
    const refusal = async (path: string, method = 'GET') => {
      const response = await fetch(`${endpoint}${path}`, { method });
      const { Code } = (await response.json()) as { Code: string };
      return [response.status, Code, response.headers.get('x-fc-error-type')];
    };
    const path = functionCompute.httpUrl('subject');
    expect(await refusal(path, 'POST')).toEqual([403, 'AccessDenied', 'FcCommonError']);
    expect(await refusal('/local-cloud/http/untriggered/')).toEqual([
      404,
      'TriggerNotFound',
      'FcCommonError',
    ]);
    expect(await refusal('/local-cloud/http/unknown')).toEqual([
      404,
      'FunctionNotFound',
      'FcCommonError',
    ]);
    expect(await refusal(`${path}%ff`)).toEqual([400, 'InvalidArgument', 'FcCommonError']);
    const busy = fetch(`${endpoint}${path}`);
    const second = await Promise.race([refusal(path), refusal(path)]);
    expect(second).toEqual([429, 'ResourceExhausted', 'FcCommonError']);
    await functionCompute.close();
    await busy;
    expect(() => functionCompute.httpUrl('untriggered')).toThrow('has no HTTP trigger');
  });
});

it('the local cloud routes HTTP triggers by path and domain to its Function Compute', async () => {
  let functionCompute: FunctionCompute | undefined;
  const cloud = await startLocalCloud({
    functionCompute: (context) => {
      functionCompute = createFunctionCompute({
        ...context,
        regionId: 'cn-hangzhou',
        functions: [
          {
            functionName: 'subject',
            codeDirectory: '.',
            handler: 'index.handler',
            runtime: 'nodejs20',
            timeoutSeconds: 3,
            memoryMegabytes: 128,
            environment: {},
            ...trigger({ methods: ['PUT'] }),
          },
        ],
      });
      return functionCompute;
    },
  });
  try {
    const path = functionCompute?.httpUrl('subject') ?? '';
    const domain = functionCompute?.httpDomain('subject') ?? '';
    // Refused for its method by the trigger, and so by nothing before it.
    expect(await statusOf(`${cloud.endpoint}${path}`, cloud.host)).toBe(403);
    expect(await statusOf(`${cloud.endpoint}/`, domain)).toBe(403);
    expect(await statusOf(`${cloud.endpoint}/2016-08-15/proxy/s/f/`, cloud.host)).toBe(404);
  } finally {
    await cloud.close();
  }
});
