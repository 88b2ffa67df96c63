import {
  ACCOUNT_ID,
  type Answer,
  callV3,
  type Rig,
  type SigningKey,
  send,
  signV1,
  signV3,
  startRig,
  timestamp,
} from './test-rig';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-23T08:00:00Z');

let now = NOW;
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ now: () => now });
});
beforeEach(() => {
  now = NOW;
});
afterAll(() => rig.close());

const at = (offset: number) => ({ date: timestamp(NOW + offset) });
const outcome = (answer: Answer) => [answer.status, answer.json().Code];
const v1Url = (key: SigningKey, parameters: Record<string, string>) =>
  `${rig.endpoint}/?${new URLSearchParams(
    signV1('GET', key, {
      Action: 'DescribeEcho',
      Format: 'JSON',
      Timestamp: timestamp(NOW),
      ...parameters,
    }),
  )}`;
const getV1 = (url: string) => send({ url, init: { method: 'GET', headers: {} } });

describe('a tampered request is refused', () => {
  test('when the query was changed', async () => {
    const request = signV3(rig, rig.key, { ...at(0), query: { A: '1' } });
    const answer = await send({ ...request, url: request.url.replace('A=1', 'A=2') });
    expect(outcome(answer)).toEqual([400, 'SignatureDoesNotMatch']);
    expect(answer.json().Message).toContain('server string to sign is:ACS3-HMAC-SHA256\n');
    expect(answer.json().Message).toContain('\nA=2\n');
  });

  test('when the body was changed', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = signV3(rig, rig.key, { ...at(0), body: 'A=1', headers });
    const answer = await send({ ...request, init: { ...request.init, body: 'A=2' } });
    expect(outcome(answer)).toEqual([400, 'SignatureDoesNotMatch']);
  });

  test('when a signed header was changed', async () => {
    const request = signV3(rig, rig.key, at(0));
    request.init.headers['x-acs-action'] = 'CreateThing';
    expect(outcome(await send(request))).toEqual([400, 'SignatureDoesNotMatch']);
    expect(rig.service.things).toEqual([]);
  });

  test('when a parameter signed with V1 was changed', async () => {
    const answer = await getV1(v1Url(rig.key, { A: '1' }).replace('&A=1', '&A=2'));
    expect(outcome(answer)).toEqual([400, 'SignatureDoesNotMatch']);
    expect(answer.json().Message).toContain(
      'Specified signature is not matched with our calculation. server string to sign is:GET&%2F&A%3D2%26AccessKeyId',
    );
  });

  test('when it was signed with another secret', async () => {
    const key = { ...rig.key, accessKeySecret: 'guess' };
    expect(outcome(await send(signV3(rig, key, at(0))))).toEqual([400, 'SignatureDoesNotMatch']);
    expect(outcome(await getV1(v1Url(key, {})))).toEqual([400, 'SignatureDoesNotMatch']);
  });
});

describe('a request without a proper signature is refused', () => {
  test.each([
    [{}, 400, 'MissingAccessKeyId'],
    [{ authorization: 'Bearer x' }, 400, 'IncompleteSignature'],
    [{ authorization: 'ACS3-HMAC-SHA256 Credential=a' }, 400, 'IncompleteSignature'],
    [{ authorization: 'ACS3-HMAC-SHA256' }, 400, 'IncompleteSignature'],
  ])('with the headers %j', async (headers, status, code) => {
    const answer = await send({
      url: `${rig.endpoint}/?Action=DescribeEcho&Version=2014-05-26`,
      init: { method: 'GET', headers: { accept: 'application/json', ...headers } },
    });
    expect(outcome(answer)).toEqual([status, code]);
  });

  test.each([
    ['x-acs-date', 'MissingTimestamp'],
    ['x-acs-signature-nonce', 'MissingSignatureNonce'],
    ['x-acs-content-sha256', 'IncompleteSignature'],
  ])('without the header %s', async (name, code) => {
    const request = signV3(rig, rig.key, at(0));
    delete request.init.headers[name];
    expect(outcome(await send(request))).toEqual([400, code]);
  });

  test('with an x-acs header that the signature does not cover', async () => {
    const request = signV3(rig, rig.key, at(0));
    const { authorization = '' } = request.init.headers;
    request.init.headers.authorization = authorization.replace('x-acs-action;', '');
    expect(outcome(await send(request))).toEqual([400, 'IncompleteSignature']);
  });

  test('with an access key nobody has', async () => {
    const key = { ...rig.key, accessKeyId: 'LTAI5tNobody' };
    expect(outcome(await send(signV3(rig, key, at(0))))).toEqual([
      404,
      'InvalidAccessKeyId.NotFound',
    ]);
    expect(outcome(await getV1(v1Url(key, {})))).toEqual([404, 'InvalidAccessKeyId.NotFound']);
  });

  test('with another V1 method or version', async () => {
    const method = v1Url(rig.key, { SignatureMethod: 'HMAC-MD5' });
    expect(outcome(await getV1(method))).toEqual([400, 'IncompleteSignature']);
    const version = v1Url(rig.key, { SignatureVersion: '9' });
    expect(outcome(await getV1(version))).toEqual([400, 'IncompleteSignature']);
  });
});

describe('the timestamp', () => {
  test('may be 15 minutes off in either direction', async () => {
    expect((await callV3(rig, at(-15 * MINUTE))).status).toBe(200);
    expect((await callV3(rig, at(15 * MINUTE))).status).toBe(200);
  });

  test('is expired beyond that', async () => {
    const expired = [400, 'InvalidTimeStamp.Expired'];
    expect(outcome(await callV3(rig, at(-15 * MINUTE - 1000)))).toEqual(expired);
    expect(outcome(await callV3(rig, at(15 * MINUTE + 1000)))).toEqual(expired);
    const v1 = v1Url(rig.key, { Timestamp: timestamp(NOW - 16 * MINUTE) });
    expect(outcome(await getV1(v1))).toEqual(expired);
  });

  test.each([
    'now',
    '2026-11-23',
    '2026-13-23T08:00:00Z',
    '2026-11-23T08:00:00+08:00',
    '1795420800',
  ])('is malformed as %s', async (date) => {
    const malformed = [400, 'InvalidTimeStamp.Format'];
    expect(outcome(await callV3(rig, { date }))).toEqual(malformed);
    expect(outcome(await getV1(v1Url(rig.key, { Timestamp: date })))).toEqual(malformed);
  });
});

describe('a nonce', () => {
  test('is good for one request, whichever mechanism signs it', async () => {
    const call = { ...at(0), nonce: 'once' };
    expect((await callV3(rig, call)).status).toBe(200);
    const used = [400, 'SignatureNonceUsed'];
    expect(outcome(await callV3(rig, call))).toEqual(used);
    expect(outcome(await getV1(v1Url(rig.key, { SignatureNonce: 'once' })))).toEqual(used);
  });

  test('stays used for as long as its request could be repeated', async () => {
    const call = { ...at(15 * MINUTE), nonce: 'ahead' };
    expect((await callV3(rig, call)).status).toBe(200);
    now = NOW + 30 * MINUTE;
    expect(outcome(await callV3(rig, call))).toEqual([400, 'SignatureNonceUsed']);
    now += 1000;
    expect(outcome(await callV3(rig, call))).toEqual([400, 'InvalidTimeStamp.Expired']);
  });

  test('belongs to its access key', async () => {
    const other = rig.credentials.addUser({ accountId: ACCOUNT_ID, userName: 'other' });
    const call = { ...at(0), nonce: 'shared' };
    expect((await callV3(rig, call)).status).toBe(200);
    expect((await send(signV3(rig, other, call))).status).toBe(200);
  });

  test('is not used up by a request with a wrong signature', async () => {
    const call = { ...at(0), nonce: 'contested' };
    await send(signV3(rig, { ...rig.key, accessKeySecret: 'guess' }, call));
    expect((await callV3(rig, call)).status).toBe(200);
  });
});

describe('temporary credentials', () => {
  const session = () =>
    rig.credentials.startSession({
      accountId: ACCOUNT_ID,
      roleName: 'reader',
      sessionName: 'session',
      durationSeconds: 900,
    });

  test('work with their token under both mechanisms', async () => {
    const key = session();
    expect((await send(signV3(rig, key, at(0)))).status).toBe(200);
    expect((await getV1(v1Url(key, {}))).status).toBe(200);
  });

  test.each([
    ['no token', () => undefined, 'MissingSecurityToken'],
    ['a wrong token', () => 'CAISwrong', 'InvalidSecurityToken.Malformed'],
    [
      'the token of another session',
      () => session().securityToken,
      'InvalidSecurityToken.Malformed',
    ],
  ])('are refused with %s', async (_what, token, code) => {
    const { accessKeyId, accessKeySecret } = session();
    const securityToken = token();
    const key = { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) };
    expect(outcome(await send(signV3(rig, key, at(0))))).toEqual([400, code]);
    expect(outcome(await getV1(v1Url(key, {})))).toEqual([400, code]);
  });

  test('are refused when the token is not covered by the signature', async () => {
    const { securityToken, ...key } = session();
    const request = signV3(rig, key, at(0));
    request.init.headers['x-acs-security-token'] = securityToken;
    expect(outcome(await send(request))).toEqual([400, 'IncompleteSignature']);
  });

  test('end with their session', async () => {
    const key = session();
    now = NOW + 900_000;
    const expired = [400, 'InvalidSecurityToken.Expired'];
    expect(outcome(await send(signV3(rig, key, at(900_000))))).toEqual(expired);
    const v1 = v1Url(key, { Timestamp: timestamp(now) });
    expect(outcome(await getV1(v1))).toEqual(expired);
  });

  test('a token with a long-lived access key is refused', async () => {
    const key = { ...rig.key, securityToken: 'CAISanything' };
    expect(outcome(await send(signV3(rig, key, at(0))))).toEqual([
      400,
      'InvalidSecurityToken.Malformed',
    ]);
  });

  test('never show their secret or token in an error or in the call log', async () => {
    const key = session();
    const answers = [
      await send(signV3(rig, { ...key, accessKeySecret: 'guess' }, at(0))),
      await getV1(v1Url({ ...key, accessKeySecret: 'guess' }, {})),
    ];
    await send(signV3(rig, key, at(0)));
    await getV1(v1Url(key, {}));
    for (const text of [...answers.map((answer) => answer.text), JSON.stringify(rig.calls.all())]) {
      expect(text).not.toContain(key.securityToken);
      expect(text).not.toContain(encodeURIComponent(encodeURIComponent(key.securityToken)));
      expect(text).not.toContain(key.accessKeySecret);
    }
    expect(answers.map(outcome)).toEqual(Array(2).fill([400, 'SignatureDoesNotMatch']));
  });
});
