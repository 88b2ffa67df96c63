import { callV3, type Rig, send, signV1, signV3, startRig } from './test-rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

describe('a call signed with V3', () => {
  test('reaches the action with its parameters and is answered in JSON', async () => {
    const answer = await callV3(rig, { query: { RegionId: 'cn-hangzhou', Name: 'a b' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(answer.json()).toEqual({
      RequestId: answer.headers.get('x-acs-request-id'),
      Parameters: { RegionId: 'cn-hangzhou', Name: 'a b' },
    });
    expect(answer.json().RequestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  test.each(['GET', 'POST'] as const)('may be a %s', async (method) => {
    expect((await callV3(rig, { method, query: { A: '1' } })).status).toBe(200);
  });

  test('may put parameters into a form body next to the query', async () => {
    const answer = await callV3(rig, {
      query: { A: '1' },
      body: 'B=two+words&C=%E4%B8%AD',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.json().Parameters).toEqual({ A: '1', B: 'two words', C: '中' });
  });

  test('may put parameters into a JSON body', async () => {
    const answer = await callV3(rig, {
      body: JSON.stringify({ Permissions: [{ Port: 1 }, { Port: 2 }], Flag: true, None: null }),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(answer.json().Parameters).toEqual({
      'Permissions.1.Port': '1',
      'Permissions.2.Port': '2',
      Flag: 'true',
    });
  });

  test('may name action and version in parameters', async () => {
    const request = signV3(rig, rig.key, {
      query: { Action: 'DescribeEcho', Version: '2014-05-26', A: '1' },
      headers: { 'x-acs-action': '', 'x-acs-version': '' },
    });
    expect((await send(request)).json().Parameters).toEqual({ A: '1' });
  });

  test('holds whichever characters the wire leaves unescaped', async () => {
    const value = "!'()*~ +%&=/?#\u00e9\u4e2d\u{1f600}\t\r\n";
    const wire = `A=${encodeURIComponent(value).replaceAll('%20', '+')}`;
    const answer = await callV3(rig, { query: { A: value }, rawQuery: wire });
    expect(answer.json().Parameters).toEqual({ A: value });
  });

  test('may be 28 kB long', async () => {
    const query = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `Permissions.${1 + (index % 100)}.Field${index}`,
        'value',
      ]),
    );
    const request = signV3(rig, rig.key, { query });
    expect(request.url.length).toBeGreaterThan(28_000);
    expect((await send(request)).json().Parameters).toEqual(query);
  });

  test('is answered in XML when it asks for that', async () => {
    const answer = await callV3(rig, {
      action: 'DescribeRegions',
      headers: { accept: 'application/xml' },
    });
    expect(answer.headers.get('content-type')).toBe('text/xml;charset=utf-8');
    expect(answer.text).toBe(
      `<?xml version='1.0' encoding='UTF-8'?><DescribeRegionsResponse><RequestId>${answer.headers.get('x-acs-request-id')}</RequestId>` +
        '<Regions><Region><RegionId>a</RegionId></Region><Region><RegionId>b</RegionId></Region></Regions></DescribeRegionsResponse>',
    );
  });
});

describe('a call signed with V1', () => {
  const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    send({
      url: `${rig.endpoint}/?${new URLSearchParams(signV1('GET', rig.key, parameters))}`,
      init: { method: 'GET', headers },
    });

  test('is answered in XML unless it asks for JSON', async () => {
    const xml = await get({ Action: 'DescribeEcho', A: '<&>' });
    expect(xml.status).toBe(200);
    expect(xml.text).toContain(
      '<Parameters><A>&lt;&amp;&gt;</A></Parameters></DescribeEchoResponse>',
    );
    const byParameter = await get({ Action: 'DescribeEcho', Format: 'json', A: '1' });
    expect(byParameter.json().Parameters).toEqual({ A: '1' });
    const byHeader = await get({ Action: 'DescribeEcho', A: '1' }, { accept: 'application/json' });
    expect(byHeader.json().Parameters).toEqual({ A: '1' });
  });

  test('names its action where the signature covers it', async () => {
    const headers = { 'x-acs-action': 'CreateThing', 'x-acs-version': '2015-04-01' };
    const answer = await get({ Action: 'DescribeEcho', Format: 'JSON' }, headers);
    expect(answer.json()).toHaveProperty('Parameters');
    expect(rig.service.things).toEqual([]);
  });

  test('may be a form that is signed together with the query', async () => {
    const signed = signV1('POST', rig.key, {
      Action: 'DescribeEcho',
      Format: 'JSON',
      A: "1!'*",
      B: 'x y',
    });
    const { Action, A, ...rest } = signed;
    const post = (body: Record<string, string>) =>
      send({
        url: `${rig.endpoint}/?${new URLSearchParams({ Action: Action ?? '', A: A ?? '' })}`,
        init: {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(body).toString(),
        },
      });
    expect((await post({ ...rest, B: 'tampered' })).json().Code).toBe('SignatureDoesNotMatch');
    expect((await post(rest)).json().Parameters).toEqual({ A: "1!'*", B: 'x y' });
  });
});

describe('a refusal', () => {
  test('has the fields of the API in JSON', async () => {
    const answer = await callV3(rig, { action: 'DescribeRefusal' });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({
      RequestId: answer.headers.get('x-acs-request-id'),
      HostId: rig.host,
      Code: 'InvalidThing.NotFound',
      Message: 'The <thing> & "all" does not exist.',
      Recommend: expect.stringContaining('q=InvalidThing.NotFound&product=Ecs&requestId='),
    });
  });

  test('has them under Error in XML', async () => {
    const answer = await callV3(rig, { action: 'DescribeRefusal', query: { Format: 'XML' } });
    expect(answer.headers.get('content-type')).toBe('text/xml;charset=utf-8');
    expect(answer.text).toMatch(
      /^<\?xml version='1.0' encoding='UTF-8'\?><Error><RequestId>[^<]+<\/RequestId><HostId>127.0.0.1:\d+<\/HostId><Code>InvalidThing.NotFound<\/Code><Message>The &lt;thing&gt; &amp; &quot;all&quot; does not exist.<\/Message><Recommend>[^<]+<\/Recommend><\/Error>$/,
    );
  });

  test.each([
    ['an unknown action', { action: 'DescribeNothing' }, 404, 'InvalidApi.NotFound'],
    ['an unknown version', { version: '2010-01-01' }, 404, 'InvalidApi.NotFound'],
    ['no action', { headers: { 'x-acs-action': '' } }, 400, 'MissingAction'],
    ['no version', { headers: { 'x-acs-version': '' } }, 400, 'MissingVersion'],
    ['a defect of the service', { action: 'DescribeCrash' }, 500, 'InternalError'],
  ])('answers %s', async (_what, call, status, code) => {
    const answer = await callV3(rig, call);
    expect([answer.status, answer.json().Code]).toEqual([status, code]);
  });

  test('answers another path', async () => {
    const answer = await send({
      url: `${rig.endpoint}/elsewhere`,
      init: { method: 'GET', headers: { accept: 'application/json' } },
    });
    expect([answer.status, answer.json().Code]).toEqual([404, 'InvalidApi.NotFound']);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('answers the method %s', async (method) => {
    const answer = await send({
      url: `${rig.endpoint}/?Format=JSON`,
      init: { method, headers: {} },
    });
    expect([answer.status, answer.json().Code]).toEqual([403, 'UnsupportedHTTPMethod']);
  });
});

test('fifty calls at once are all answered, each with a request id of its own', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => callV3(rig, { query: { Index: String(index) } })),
  );
  expect(answers.map((answer) => answer.json().Parameters)).toEqual(
    Array.from({ length: 50 }, (_, index) => ({ Index: String(index) })),
  );
  expect(new Set(answers.map((answer) => answer.json().RequestId)).size).toBe(50);
});
