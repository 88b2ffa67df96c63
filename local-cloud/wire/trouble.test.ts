import { once } from 'node:events';
import { connect } from 'node:net';
import type { Fault } from './faults';
import { type Answer, callV3, type Rig, send, signV3, startRig } from './test-rig';

let rig: Rig | undefined;
afterEach(() => rig?.close());

const outcome = (answer: Answer) => [answer.status, answer.json().Code];

describe('an injected fault', () => {
  const withFault = async (fault: Fault) => {
    rig = await startRig({ fault: (call) => (call.action === 'CreateThing' ? fault : undefined) });
    return rig;
  };
  const create = (cloud: Rig) => callV3(cloud, { action: 'CreateThing', query: { Name: 'a' } });

  test.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s tears the connection down with %i things created', async (kind, created) => {
    const cloud = await withFault({ kind });
    await expect(create(cloud)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(cloud.service.things).toHaveLength(created);
    expect(cloud.calls.all()).toMatchObject([{ fault: kind, write: true, effect: created === 1 }]);
    expect(cloud.calls.all()[0]).not.toHaveProperty('status');
  });

  test.each([
    ['hang', 0],
    ['hang-after', 1],
  ] as const)('%s answers never, with %i things created', async (kind, created) => {
    const cloud = await withFault({ kind });
    const gone = expect(create(cloud)).rejects.toThrow();
    while (cloud.calls.all().length === 0) await new Promise(setImmediate);
    expect(cloud.service.things).toHaveLength(created);
    await cloud.close();
    await gone;
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('error %s the effect leaves %i things created', async (when, created) => {
    const cloud = await withFault({
      kind: 'error',
      status: 503,
      code: 'ServiceUnavailable',
      message: 'Come back later.',
      when,
    });
    const answer = await create(cloud);
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({
      Code: 'ServiceUnavailable',
      Message: 'Come back later.',
    });
    expect(cloud.service.things).toHaveLength(created);
    expect(cloud.calls.all()).toMatchObject([
      { status: 503, code: 'ServiceUnavailable', fault: 'error', effect: created === 1 },
    ]);
  });

  test('html answers with a page that is no API error', async () => {
    const answer = await create(await withFault({ kind: 'html', status: 502 }));
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.text).toMatch(/^<html>/);
  });

  test('hits only the calls it was chosen for', async () => {
    const cloud = await withFault({ kind: 'reset-before' });
    expect((await callV3(cloud, {})).status).toBe(200);
  });

  test('is not asked for before the signature has been verified', async () => {
    const asked: string[] = [];
    rig = await startRig({
      fault: (call) => {
        asked.push(call.action);
        return undefined;
      },
    });
    await send(signV3(rig, { ...rig.key, accessKeySecret: 'guess' }, {}));
    expect(asked).toEqual([]);
  });
});

describe('throttling', () => {
  const NOW = Date.now();
  let now = NOW;
  beforeEach(() => {
    now = NOW - (NOW % 60_000);
  });
  const call = (cloud: Rig, action: string, region = 'cn-hangzhou') =>
    send(
      signV3(cloud, cloud.key, {
        action,
        query: { RegionId: region },
        date: new Date(now).toISOString().replace(/\.\d+/, ''),
      }),
    );

  test('refuses what exceeds the limit until the next window', async () => {
    rig = await startRig({ now: () => now, throttle: { perAction: { DescribeEcho: 2 } } });
    expect((await call(rig, 'DescribeEcho')).status).toBe(200);
    expect((await call(rig, 'DescribeEcho')).status).toBe(200);
    const refused = await call(rig, 'DescribeEcho');
    expect(outcome(refused)).toEqual([400, 'Throttling']);
    expect(refused.headers.has('x-acs-retry-after')).toBe(false);
    now += 1000;
    expect((await call(rig, 'DescribeEcho')).status).toBe(200);
  });

  test('counts each action and region for itself', async () => {
    rig = await startRig({ now: () => now, throttle: { everyAction: 1 } });
    expect((await call(rig, 'DescribeEcho', 'cn-hangzhou')).status).toBe(200);
    expect((await call(rig, 'DescribeEcho', 'cn-beijing')).status).toBe(200);
    expect((await call(rig, 'CreateThing', 'cn-hangzhou')).status).toBe(200);
    expect((await call(rig, 'DescribeEcho', 'cn-hangzhou')).status).toBe(400);
  });

  test('may last a minute, have another code and say when to come back', async () => {
    rig = await startRig({
      now: () => now,
      throttle: {
        perAction: { CreateThing: 1 },
        window: 'minute',
        code: 'Throttling.User',
        retryAfter: true,
      },
    });
    await call(rig, 'CreateThing');
    now += 1000;
    const refused = await call(rig, 'CreateThing');
    expect(outcome(refused)).toEqual([400, 'Throttling.User']);
    expect(refused.headers.get('x-acs-retry-after')).toBe('59000');
    expect(rig.service.things).toHaveLength(1);
  });
});

describe('latency', () => {
  test('is asked for by action and delays only those it is given for', async () => {
    const asked: string[] = [];
    rig = await startRig({
      latency: (action) => {
        asked.push(action);
        return action === 'CreateThing' ? 3_600_000 : 0;
      },
    });
    const cloud = rig;
    const gone = expect(callV3(cloud, { action: 'CreateThing' })).rejects.toThrow();
    while (!asked.includes('CreateThing')) await new Promise(setImmediate);
    expect((await callV3(cloud, {})).status).toBe(200);
    // An hour is left to wait, which closing does not do.
    await cloud.close();
    await gone;
    expect(cloud.service.things).toEqual([]);
    expect(cloud.unexpectedErrors).toEqual([]);
  });
});

describe('the HTTP server', () => {
  test('answers 414 beyond its limit of the request target, if it has one', async () => {
    rig = await startRig({ maxUrlLength: 8000 });
    const long = await callV3(rig, { query: { A: 'x'.repeat(8000) } });
    expect(long.status).toBe(414);
    expect(long.headers.get('content-type')).toBe('text/html');
    expect((await callV3(rig, { query: { A: 'x'.repeat(7000) } })).status).toBe(200);
  });

  test('closes at once although a client keeps its connection open', async () => {
    rig = await startRig();
    const socket = connect(Number(rig.host.split(':')[1]), '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await rig.close();
    await ended;
  });

  test('survives a client that goes away in the middle of a body', async () => {
    rig = await startRig();
    const socket = connect(Number(rig.host.split(':')[1]), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST / HTTP/1.1\r\nhost: ${rig.host}\r\ncontent-length: 100\r\n\r\nhalf`);
    socket.destroy();
    expect((await callV3(rig, {})).status).toBe(200);
    expect(rig.unexpectedErrors).toEqual([]);
  });

  test('understands a request target in absolute form', async () => {
    rig = await startRig();
    const { url, init } = signV3(rig, rig.key, { method: 'GET', query: { A: '1' } });
    const socket = connect(Number(rig.host.split(':')[1]), '127.0.0.1');
    const headers = Object.entries({ ...init.headers, connection: 'close' })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    socket.end(`GET ${url} HTTP/1.1\r\n${headers}\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toContain('"Parameters":{"A":"1"}');
  });

  test('reports a defect of a service and answers InternalError', async () => {
    rig = await startRig();
    expect(outcome(await callV3(rig, { action: 'DescribeCrash' }))).toEqual([500, 'InternalError']);
    expect(rig.unexpectedErrors).toEqual([new TypeError('boom')]);
  });
});
