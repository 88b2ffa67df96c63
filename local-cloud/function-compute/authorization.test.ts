import { createHash, createHmac } from 'node:crypto';
import Fc2 from '@alicloud/fc2';
import { ApiError } from '../action';
import { startStage, type TestStage, testAccount } from './testing';

const { accessKeyId, accessKeySecret, accountId, regionId } = testAccount;
const asked: (readonly [accessKeyId: string, action: string, resource: string])[] = [];
const forbidden = `acs:fc:${regionId}:${accountId}:functions/forbidden`;
let stage: TestStage;
beforeAll(async () => {
  const source = `exports.handler = async () => ({ statusCode: 200, body: 'called' });`;
  const httpTrigger = { triggerName: 'hook', methods: ['GET', 'POST'] } as const;
  const signed = { source, httpTrigger: { ...httpTrigger, authType: 'function' as const } };
  stage = await startStage(
    {
      signed,
      forbidden: signed,
      open: { source, httpTrigger: { ...httpTrigger, authType: 'anonymous' } },
      'watch/signed': {
        source: `exports.handler = (req, resp) => resp.send('called');`,
        httpTrigger: { ...httpTrigger, authType: 'function' },
      },
    },
    {
      authorize: (...question) => {
        asked.push(question);
        if (question[2] !== forbidden) return;
        throw new ApiError(403, 'AccessDenied', 'the caller is not authorized to perform this');
      },
    },
  );
});
afterAll(() => stage.close());
beforeEach(() => {
  asked.length = 0;
});

/** The methods of the client that call HTTP triggers; its declarations here have only invokeFunction. */
interface HttpClient {
  get(path: string, query?: object): Promise<{ data: unknown }>;
  post(path: string, body: string): Promise<{ data: unknown }>;
}
const fc2 = (changes: object = {}) =>
  new Fc2(accountId, {
    accessKeyID: accessKeyId,
    accessKeySecret,
    region: regionId,
    endpoint: stage.endpoint,
    ...changes,
  });
const fc2Http = (changes?: object) => fc2(changes) as unknown as HttpClient;

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

/** Calls a trigger of FC 3.0, signed as the libraries that its page names sign: without a nonce. */
const callTrigger = async (
  name: string,
  changes: {
    date?: string;
    secret?: string;
    headers?: Record<string, string>;
    unsigned?: Record<string, string>;
    sentQuery?: string;
    body?: string;
  } = {},
) => {
  const pathname = stage.functionCompute.httpUrl(name);
  const headers: Record<string, string> = {
    host: new URL(stage.endpoint).host,
    'x-acs-date': changes.date ?? new Date().toISOString(),
    ...changes.headers,
  };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    'POST',
    pathname,
    'a=1&b=2%20%C3%BC',
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    headers['x-acs-content-sha256'] ?? '',
  ].join('\n');
  const signature = createHmac('sha256', changes.secret ?? accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonicalRequest)}`)
    .digest('hex');
  headers.authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  const query = changes.sentQuery ?? '?b=2+%C3%BC&a=1';
  const response = await fetch(`${stage.endpoint}${pathname}${query}`, {
    method: 'POST',
    headers: { ...headers, ...changes.unsigned },
    body: Buffer.from(changes.body ?? ''),
  });
  return { status: response.status, text: await response.text() };
};

describe('an invocation', () => {
  it('by its function is asked for once it is signed', async () => {
    await expect(fc2().invokeFunction('watch', 'signed', '')).resolves.toBeDefined();
    expect(asked).toEqual([
      [
        accessKeyId,
        'fc:InvokeFunction',
        `acs:fc:${regionId}:${accountId}:services/watch.LATEST/functions/signed`,
      ],
    ]);
  });

  it('with a wrong signature is refused without asking', async () => {
    const { status } = await callTrigger('signed', { secret: 'wrong' });
    expect(status).toBe(403);
    await expect(
      fc2({ accessKeySecret: 'wrong' }).invokeFunction('watch', 'signed', ''),
    ).rejects.toMatchObject({ code: 'SignatureNotMatch' });
    expect(asked).toEqual([]);
  });
});

describe('a signed HTTP trigger of FC 3.0', () => {
  it('takes a signature of the signing library, with or without the hash of the body', async () => {
    expect(await callTrigger('signed', { body: 'x' })).toEqual({ status: 200, text: 'called' });
    const hash = sha256('x');
    expect(
      await callTrigger('signed', { body: 'x', headers: { 'x-acs-content-sha256': hash } }),
    ).toEqual({ status: 200, text: 'called' });
    expect(asked[0]).toEqual([
      accessKeyId,
      'fc:InvokeFunction',
      `acs:fc:${regionId}:${accountId}:functions/signed`,
    ]);
  });

  it('is refused to those who may not invoke the function', async () => {
    const { status, text } = await callTrigger('forbidden');
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ Code: 'AccessDenied' });
  });

  it.each<[string, number, Parameters<typeof callTrigger>[1]]>([
    ['another secret', 403, { secret: 'wrong' }],
    ['another query than the signed one', 403, { sentQuery: '?a=1&b=3' }],
    ['an old date', 403, { date: '2020-01-01T00:00:00Z' }],
    ['no date', 400, { headers: { 'x-acs-date': '' } }],
    ['a body other than its hash', 403, { headers: { 'x-acs-content-sha256': '00' }, body: 'x' }],
    ['an unsigned security token', 403, { unsigned: { 'x-acs-security-token': 't' } }],
    ['another mechanism', 403, { unsigned: { authorization: 'FC a:b' } }],
  ])('is refused to a request with %s', async (_, status, changes) => {
    expect((await callTrigger('signed', changes)).status).toBe(status);
  });
});

describe('a signed HTTP trigger of FC 2.0', () => {
  it('takes a signature of the FC 2.0 SDK, which covers the query', async () => {
    const path = '/proxy/watch/signed/some/path';
    expect((await fc2Http().get(path)).data).toBe('called');
    expect((await fc2Http().get(path, { b: ['2', '1'], a: 'x y' })).data).toBe('called');
    expect((await fc2Http().post(path, 'body')).data).toBe('called');
    expect(asked[0]?.[2]).toBe(
      `acs:fc:${regionId}:${accountId}:services/watch.LATEST/functions/signed`,
    );
    await expect(fc2Http({ accessKeySecret: 'wrong' }).get(path)).rejects.toMatchObject({
      code: 'SignatureNotMatch',
    });
  });

  it('signs the decoded path, and may leave the digest of the body out', async () => {
    const date = new Date().toUTCString();
    const stringToSign = `POST\n\ntext/plain\n${date}\n/2016-08-15/proxy/watch/signed/a ü\nx=1`;
    const signature = createHmac('sha256', accessKeySecret).update(stringToSign).digest('base64');
    const send = (query: string) =>
      fetch(`${stage.endpoint}/2016-08-15/proxy/watch/signed/a%20%C3%BC${query}`, {
        method: 'POST',
        headers: {
          date,
          'content-type': 'text/plain',
          authorization: `FC ${accessKeyId}:${signature}`,
        },
        body: 'text',
      });
    expect((await send('?x=1')).status).toBe(200);
    expect((await send('?x=2')).status).toBe(403);
  });
});

it('an anonymous HTTP trigger asks nobody', async () => {
  const response = await fetch(`${stage.endpoint}${stage.functionCompute.httpUrl('open')}`);
  expect(await response.text()).toBe('called');
  expect(asked).toEqual([]);
});

it('an unsigned request to a signed trigger is refused as incomplete', async () => {
  const get = async (name: string) =>
    (await fetch(`${stage.endpoint}${stage.functionCompute.httpUrl(name)}`)).status;
  expect(await get('signed')).toBe(400);
  expect(await get('watch/signed')).toBe(400);
});
