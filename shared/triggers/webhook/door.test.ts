import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import type { Started } from './index';
import { COMMAND, onStage, type Said, SECRET } from './testing/door-stage';

const json = (text: string) => JSON.parse(text) as unknown;

describe('a signed request', () => {
  it('is started once, and answered with its run', () =>
    onStage(async (stage) => {
      const answer = await stage.send();
      expect(answer).toEqual({
        status: 202,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
        body: '{"runId":"run-1","status":"accepted"}',
      });
      expect(stage.started).toMatchObject([{ id: 'msg_1', command: { reason: 'INC-4711' } }]);
    }));

  it('is answered with the outcome of a run that is over', () =>
    onStage(async (stage) => {
      const outcome = { groups: [{ id: 'sg-bp1web', verdict: 'compliant' }] };
      const start = async (): Promise<Started> => ({ kind: 'finished', runId: 'r', outcome });
      const answer = await stage.send({}, { start });
      expect(answer.status).toBe(200);
      expect(json(answer.body)).toEqual({ runId: 'r', status: 'finished', outcome });
    }));

  it('is told what does not exist', () =>
    onStage(async (stage) => {
      const start = async (): Promise<Started> => ({ kind: 'not-found', missing: ['sg-bp1web'] });
      const answer = await stage.send({}, { start });
      expect(answer.status).toBe(404);
      expect(json(answer.body)).toMatchObject({ missing: ['sg-bp1web'] });
    }));

  it('is told every problem of its body, and nothing is started', () =>
    onStage(async (stage) => {
      const answer = await stage.send({ body: { ...COMMAND, mod: 'enforce', wait: 1 } });
      expect(answer.status).toBe(400);
      expect(json(answer.body)).toEqual({
        error: 'the body has problems',
        problems: [
          { path: 'mod', message: 'is not known here: did you mean "mode"?' },
          { path: 'wait', message: 'is 1: write true or false' },
        ],
      });
      expect(stage.started).toEqual([]);
    }));

  it.each([
    { 'content-type': 'application/json;charset=UTF-8' },
    { 'content-type': 'Application/JSON; charset="utf-8"', 'content-encoding': 'identity' },
  ])('may say %p', (headers) =>
    onStage(async (stage) => expect(await stage.send({ headers })).toMatchObject({ status: 202 })),
  );

  it('may be sent to the address of the trigger itself', () =>
    onStage(async (stage) =>
      expect(await stage.send({ request: { path: '/' } })).toMatchObject({ status: 202 }),
    ));
});

describe('without a call of the store, and without a look at the body', () => {
  const unparsable = Buffer.from('{');
  const unsigned = { 'webhook-signature': `v1,${'A'.repeat(43)}=` };
  const refusals: [number, string, Said][] = [
    [404, 'another path', { request: { path: '/admin' } }],
    [404, 'a path that only looks alike', { request: { path: '/webhook/../webhook' } }],
    [405, 'GET', { request: { method: 'GET' } }],
    [408, 'a body that did not come', { request: { body: 'incomplete' } }],
    [413, 'a body that was not read', { request: { body: 'too-large' } }],
    [413, 'a body that is too large', { body: Buffer.alloc(65_537) }],
    [415, 'no type', { headers: { 'content-type': '' } }],
    [415, 'a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [415, 'another charset', { headers: { 'content-type': 'application/json; charset=gbk' } }],
    [415, 'a compressed body', { headers: { 'content-encoding': 'gzip' } }],
    [401, 'a wrong signature', { headers: unsigned, body: unparsable }],
    [401, 'no id', { headers: { 'webhook-id': '' }, body: unparsable }],
    [401, 'an old timestamp', { headers: { 'webhook-timestamp': '1' }, body: unparsable }],
  ];

  it.each(refusals)('%d is the answer to %s', (status, _what, said) =>
    onStage(async (stage) => {
      const answer = await stage.send(said);
      expect(answer.status).toBe(status);
      expect(json(answer.body)).toEqual({ error: expect.any(String) });
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(stage.storeCalls).toEqual([]);
      expect(await readdir(stage.folder)).toEqual([]);
      expect(stage.started).toEqual([]);
    }),
  );

  it('the first fault counts: path, method, size, type, signature', () =>
    onStage(async (stage) => {
      const unsignedHeaders = { 'content-type': 'application/json' };
      const everything = {
        path: '/x',
        method: 'PUT',
        body: 'too-large',
        headers: { 'content-type': 'text/plain' },
      } as const;
      const body = Buffer.from('{');
      const answers = await Promise.all([
        stage.send({ request: everything }),
        stage.send({ request: { ...everything, path: '/' } }),
        stage.send({ request: { ...everything, path: '/', method: 'POST' } }),
        stage.send({ request: { headers: everything.headers, body } }),
        stage.send({ request: { headers: unsignedHeaders, body } }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 405, 413, 415, 401]);
      expect(answers[1]?.headers.allow).toBe('POST');
    }));

  it('an answer to a stranger tells nothing that the stranger did not send', () =>
    onStage(async (stage) => {
      const answers = await Promise.all(refusals.map(([, , said]) => stage.send(said)));
      const told = JSON.stringify([answers, stage.logged]);
      for (const inside of [SECRET, SECRET.slice(6), stage.folder, 'no-smtp-smb-out', 'v1,']) {
        expect(told).not.toContain(inside);
      }
    }));
});

describe('the rate', () => {
  const ids = (count: number, name = 'msg') =>
    Array.from({ length: count }, (_, index) => ({ id: `${name}_${index}` }));

  it('is exact, also for requests at the same time', () =>
    onStage(async (stage) => {
      stage.time = 1_800_000_015_000;
      const answers = await Promise.all(
        ids(12).map((said) => stage.send(said, { requestsPerMinute: 5 })),
      );
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(7);
      expect(new Set(refused.map(({ headers }) => headers['retry-after']))).toEqual(
        new Set(['45']),
      );
      expect(stage.started).toHaveLength(5);
    }));

  it('lets a refused request in when the minute is over, with the same id', () =>
    onStage(async (stage) => {
      const limit = { requestsPerMinute: 1 };
      await stage.send({ id: 'one' }, limit);
      const refused = await stage.send({ id: 'two' }, limit);
      expect(refused.status).toBe(429);
      stage.time += Number(refused.headers['retry-after']) * 1000;
      expect((await stage.send({ id: 'two' }, limit)).status).toBe(202);
    }));

  it('is not used up by strangers, nor by repetitions of what was answered', () =>
    onStage(async (stage) => {
      const limit = { requestsPerMinute: 2 };
      await stage.send({ id: 'one' }, limit);
      for (const said of ids(5)) {
        await stage.send({ ...said, headers: { 'webhook-signature': 'v1,x' } }, limit);
        expect((await stage.send({ id: 'one' }, limit)).status).toBe(202);
      }
      expect((await stage.send({ id: 'two' }, limit)).status).toBe(202);
      expect((await stage.send({ id: 'three' }, limit)).status).toBe(429);
      expect(stage.started.map(({ id }) => id)).toEqual(['one', 'two']);
    }));

  it('is counted by one list: a slot that is taken is not asked for again', () =>
    onStage(async (stage) => {
      const always = { random: () => 0, requestsPerMinute: 3 };
      for (const said of ids(3)) await stage.send(said, always);
      const slots = stage.storeCalls.filter((call) => call.startsWith('put webhooks/rate/'));
      expect(slots.map((call) => call.split('/').at(-1))).toEqual(['0', '1', '2']);
    }));

  it('is 60 unless a deployment says otherwise', () =>
    onStage(async (stage) => {
      const answers = await Promise.all(ids(61).map((said) => stage.send(said)));
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(60);
    }));
});

test('the store is asked no more than needed for a new request: a read, the rate, a claim, the answer', () =>
  onStage(async (stage) => {
    await stage.send();
    const kinds = stage.storeCalls.map((call) => call.replace(/webhooks\/[0-9a-f]{64}\//, ''));
    expect(kinds).toEqual([
      'get answer.json',
      expect.stringMatching(/^list webhooks\/rate\/\d+\/$/),
      expect.stringMatching(/^put webhooks\/rate\/\d+\/\d+$/),
      'put claim.1.json',
      'put answer.json',
    ]);
  }));

test('no request makes it throw or answer with a 5xx, and none without a signature is started', () =>
  onStage(async (stage) => {
    const requests = fc.record({
      method: fc.constantFrom('POST', 'GET', '', '\u0000'),
      path: fc.constantFrom('/', '/webhook', '', '//'),
      headers: fc.dictionary(
        fc.constantFrom('content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'),
        fc.oneof(fc.string(), fc.constant('application/json'), fc.constant('1800000000')),
      ),
      body: fc.oneof(
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.constantFrom('too-large' as const, 'incomplete' as const),
      ),
    });
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { status } = await stage.send({ request });
        expect([401, 404, 405, 408, 413, 415]).toContain(status);
      }),
    );
    expect(stage.storeCalls).toEqual([]);
  }));

test('a signed body that is no command is answered with 400, whatever it is', () =>
  onStage(async (stage) => {
    let count = 0;
    const bodies = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        count += 1;
        stage.time += 60_000;
        const { status } = await stage.send({ id: `msg_${count}`, body });
        expect(status).toBe(400);
      }),
      { numRuns: 40 },
    );
    expect(stage.started).toEqual([]);
  }));

test('a deployment without secrets lets nobody in', () =>
  onStage(async (stage) => {
    expect(await stage.send({}, { secrets: [] })).toMatchObject({ status: 401 });
  }));
