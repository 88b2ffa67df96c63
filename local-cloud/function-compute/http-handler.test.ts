import { stagesOfTests } from './testing';

const stage = stagesOfTests();
const trigger = {
  httpTrigger: { triggerName: 'hook', authType: 'anonymous', methods: ['GET', 'POST'] },
} as const;
const sendFrom = (source: string) => `exports.handler = (req, resp, context) => { ${source} };`;

describe('an HTTP trigger of FC 2.0', () => {
  const start = (source: string) => stage({ 'watch/subject': { source, ...trigger } });
  const url = '/2016-08-15/proxy/watch/subject';

  it('hands the handler the request', async () => {
    const { endpoint, functionCompute } = await start(
      sendFrom(`
        const { headers, path, queries, method, clientIP, url, body } = req;
        resp.send(JSON.stringify({ headers, path, queries, method, clientIP, url, body: String(body), function: context.function.name }));
      `),
    );
    expect(functionCompute.httpUrl('watch/subject')).toBe(`${url}/`);
    const response = await fetch(`${endpoint}${url}/a%20b?x=1&y=2&x=3`, {
      method: 'POST',
      headers: { 'X-Mixed': 'Case', 'x-fc-own': 'x' },
      body: 'the body',
    });
    const seen = (await response.json()) as { headers: object };
    expect(seen).toMatchObject({
      headers: { 'x-mixed': 'Case' },
      path: '/a b',
      queries: { x: ['1', '3'], y: '2' },
      method: 'POST',
      clientIP: '127.0.0.1',
      url: `${url}/a%20b?x=1&y=2&x=3`,
      body: 'the body',
      function: 'subject',
    });
    expect(Object.keys(seen.headers)).toEqual(
      expect.not.arrayContaining(['x-fc-own', 'connection']),
    );
  });

  it('lets the handler read the exact bytes of the body as a stream', async () => {
    const { endpoint } = await start(
      sendFrom(`
        const chunks = [];
        req.on('data', (chunk) => chunks.push(chunk));
        req.on('end', () => resp.send(Buffer.concat(chunks)));
      `),
    );
    const send = async (body: Buffer) => {
      const response = await fetch(`${endpoint}${url}`, { method: 'POST', body });
      return Buffer.from(await response.arrayBuffer());
    };
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    expect(await send(bytes)).toEqual(bytes);
    expect(await send(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });

  it.each([
    ['text', `'text'`, 'text'],
    ['a Buffer', `Buffer.from('bytes')`, 'bytes'],
    ['a stream', `require('node:stream').Readable.from(['a', Buffer.from('b')])`, 'ab'],
    ['nothing', '', ''],
  ])('sends %s with the status and headers that were set', async (_, body, text) => {
    const { endpoint } = await start(
      sendFrom(`
        resp.setStatusCode(201);
        resp.setHeader('X-Kept', 'yes');
        resp.setHeader('X-Deleted', 'yes');
        resp.deleteHeader('x-deleted');
        resp.send(${body});
        resp.send('a second time');
      `),
    );
    const response = await fetch(`${endpoint}${url}`);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-kept')).toBe('yes');
    expect(response.headers.has('x-deleted')).toBe(false);
    expect(response.headers.get('content-disposition')).toBe('attachment');
    expect(await response.text()).toBe(text);
  });

  it.each([
    ['throws', `throw new Error('oops');`, 'oops'],
    ['rejects', `return Promise.reject(new Error('oops'));`, 'oops'],
    ['sends what cannot be sent', 'resp.send(7);', 'resp.send takes'],
    [
      'sends a stream that breaks',
      `resp.send(new (require('node:stream').Readable)({ read() { this.destroy(new Error('broken')); } }));`,
      'broken',
    ],
    ['returns without sending', `return Promise.resolve('unsent');`, 'timed out'],
  ])('answers 502 for a handler that %s', async (_, source, message) => {
    const { endpoint } = await stage({
      'watch/subject': { source: sendFrom(source), timeoutSeconds: 1, ...trigger },
    });
    const response = await fetch(`${endpoint}${url}`);
    expect(response.status).toBe(502);
    expect(response.headers.get('x-fc-error-type')).toBe('UnhandledInvocationError');
    expect(await response.json()).toMatchObject({ errorMessage: expect.stringContaining(message) });
  });

  it('is not there for another version, alias or service', async () => {
    const { endpoint } = await start(sendFrom('resp.send();'));
    const codeOf = async (path: string) => {
      const response = await fetch(`${endpoint}/2016-08-15/proxy/${path}`);
      return [response.status, ((await response.json()) as { ErrorCode: string }).ErrorCode];
    };
    expect(await codeOf('watch.prod/subject/')).toEqual([404, 'AliasNotFound']);
    expect(await codeOf('watch.2/subject/')).toEqual([404, 'VersionNotFound']);
    expect(await codeOf('elsewhere/subject/')).toEqual([404, 'ServiceNotFound']);
    expect((await fetch(`${endpoint}/2016-08-15/proxy/watch.LATEST/subject`)).status).toBe(200);
  });
});
