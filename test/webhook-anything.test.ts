import fc from 'fast-check';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  deploy,
  makeInventory,
  policyText,
  repairOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 2 });
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;
const RUNS = { numRuns: 150 };

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const name = fc.oneof(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-fc-request-id',
    '__proto__',
    'constructor',
  ),
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/),
);
const value = fc.oneof(
  fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,40}$/),
  fc.constantFrom('application/json', 'gzip', 'v1,', 'v1,AAAA v1,BBBB', '0', '1e9', `${2 ** 53}`),
);
/** They say how a message is read, or where it goes: a wrong one never gets as far as the function. */
const OF_HTTP =
  /^(connection|content-length|transfer-encoding|expect|host|upgrade|te|trailer|keep-alive|date)$/i;
const headers = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries.filter(([each]) => !OF_HTTP.test(each))));
const path = fc.oneof(
  fc.constantFrom('', 'webhook', 'webhook?a=1', '/webhook', 'webhook/', '%77ebhook', '..'),
  fc.stringMatching(/^[\x21-\x7e]{0,40}$/),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json(),
  fc.json().map((text) => `[${text}]`),
);

/** A request that would be carried out, but for one of its values. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom('targets', 'filter', 'policies', 'mode', 'reason', 'requester', 'wait', 'x'),
    fc.jsonValue(),
  )
  .map(([key, given]) => ({ ...repairOf(['sg-gone']), [key]: given }))
  .filter((each) => JSON.stringify(each) !== JSON.stringify(repairOf(['sg-gone'])));

describe.each(['fc3', 'fc2'] as const)('on %s', (generation) => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deploy({
      bundles,
      generation,
      inventory,
      webhookSecret: webhookSecret(),
      environment: { PALISADE_WEBHOOK_REQUESTS_PER_MINUTE: '2000' },
      webhook: {
        httpTrigger: { triggerName: 'requests', authType: 'anonymous', methods: METHODS },
      },
    });
  });
  afterEach(() => {
    const failed = deployment.functionCompute.invocations.filter(
      ({ status }) => status !== 'Succeeded',
    );
    expect(failed).toEqual([]);
    expect(deployment.writes()).toEqual([]);
  });
  afterAll(() => deployment.close());

  const ecsCalls = () => deployment.cloud.calls.all().length;

  it('no unsigned request, whatever it is, gets more than a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS),
        path,
        headers,
        body,
        async (method, given, said, bytes) => {
          const none = { 'webhook-signature': undefined };
          const answer = await sendWebhook(deployment, {
            method,
            path: given,
            headers: { ...none, ...said },
            body: bytes,
          });
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(answer.status).toBeLessThan(500);
        },
      ),
      RUNS,
    );
    expect(ecsCalls()).toBe(0);
    expect((await deployment.records()).size).toBe(0);
  });

  it('no signed request gets more than a refusal unless it is right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string(), nearlyRight), async (given) => {
        const answer = await sendWebhook(deployment, { body: given });
        // A value may happen to be a right one; then the group is looked for, and is not there.
        const isRight = answer.status === 404 && answer.text.includes('sg-gone');
        if (!isRight) expect(answer).toMatchObject({ status: 400 });
      }),
      RUNS,
    );
  });

  it('no event of a direct invocation, whatever it is, fails it', async () => {
    const webhookEvent = fc.record(
      {
        version: fc.constantFrom('v1', 1),
        rawPath: fc.oneof(path, fc.jsonValue()),
        body: fc.oneof(fc.string(), fc.jsonValue()),
        isBase64Encoded: fc.oneof(fc.boolean(), fc.jsonValue()),
        headers: fc.oneof(headers, fc.jsonValue()),
        requestContext: fc.oneof(
          fc.record({ http: fc.record({ method: fc.jsonValue(), path: fc.jsonValue() }) }),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    const resource = fc.record(
      {
        accountId: fc.oneof(fc.jsonValue(), fc.constant('1')),
        regionId: fc.oneof(fc.jsonValue(), fc.constant('cn-hangzhou')),
        resourceId: fc.oneof(fc.jsonValue(), fc.constant('sg-cnhangzhoun0')),
        resourceType: fc.oneof(fc.jsonValue(), fc.constant('ACS::ECS::SecurityGroup')),
      },
      { requiredKeys: [] },
    );
    const before = ecsCalls();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          fc.uint8Array({ maxLength: 99 }).map((bytes) => Buffer.from([0x5b, ...bytes])),
          fc.json(),
          webhookEvent.map((event) => JSON.stringify(event)),
          fc.array(fc.oneof(resource, fc.jsonValue())).map((list) => JSON.stringify(list)),
        ),
        async (event) => {
          const outcome = await deployment.functionCompute.invoke(deployment.webhookName, event);
          if (outcome.kind !== 'completed') throw new Error('the invocation was not waited for');
          expect(outcome.errorType).toBeUndefined();
          const answer: unknown = JSON.parse(outcome.payload.toString());
          const { statusCode = 400 } = answer as { readonly statusCode?: number };
          expect(statusCode).toBeGreaterThanOrEqual(400);
          expect(statusCode).toBeLessThan(500);
        },
      ),
      RUNS,
    );
    expect(ecsCalls()).toBe(before);
  });
});
