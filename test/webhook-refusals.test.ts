import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  deploy,
  makeInventory,
  onDeployment,
  policyText,
  repairOf,
  sendWebhook,
  type WebhookAnswer,
  type WebhookRequest,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 6 });
const GROUP = 'sg-cnhangzhoun0';
const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;
const now = () => Math.floor(Date.now() / 1000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, webhookSecret: webhookSecret(), ...options }, action);

/** Nothing that a sender is not to know: secrets, where the code or the records lie, how it was called. */
function expectNoInternals(text: string, { secrets, recordFolder }: Deployment): void {
  for (const secret of [...secrets, webhookSecret().slice(6), recordFolder, bundles.webhook]) {
    expect(text).not.toContain(secret);
  }
  expect(text).not.toMatch(/v1,|node_modules|\/tmp\/|\bat \S+ \(|index\.js|127\.0\.0\.1|oss:\/\//);
}

const errorOf = ({ text }: WebhookAnswer) => (JSON.parse(text) as { error: string }).error;

describe.each(['fc3', 'fc2'] as const)('on %s', (generation) => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deploy({
      bundles,
      generation,
      inventory,
      // Its calls are in the call log, so that not even a read of the store goes unseen.
      store: 'oss',
      webhookSecret: webhookSecret(),
      webhook: {
        httpTrigger: { triggerName: 'requests', authType: 'anonymous', methods: ALL_METHODS },
      },
    });
  });
  afterAll(() => deployment.close());

  const refusals: [number, string, () => WebhookRequest][] = [
    [404, 'another path', () => ({ path: 'admin' })],
    [404, 'a path that only leads to the right one', () => ({ path: 'x/../webhook' })],
    ...ALL_METHODS.filter((method) => method !== 'POST' && method !== 'HEAD').map(
      (method): [number, string, () => WebhookRequest] => [405, method, () => ({ method })],
    ),
    [413, 'a body of a byte more than 64 KiB', () => ({ body: 'x'.repeat(65_537) })],
    [413, 'a body of 2 MB', () => ({ body: 'x'.repeat(2_000_000) })],
    [415, 'no type', () => ({ headers: { 'content-type': undefined } })],
    [415, 'a form', () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
    [415, 'a compressed body', () => ({ headers: { 'content-encoding': 'gzip' } })],
    [401, 'no id', () => ({ headers: { 'webhook-id': undefined } })],
    [401, 'no timestamp', () => ({ headers: { 'webhook-timestamp': undefined } })],
    [401, 'no signature', () => ({ headers: { 'webhook-signature': undefined } })],
    [401, 'a signature of nothing', () => ({ headers: { 'webhook-signature': 'v1,' } })],
    [
      401,
      'another version of signatures',
      () => ({ headers: { 'webhook-signature': 'v1a,AAAA' } }),
    ],
    [401, 'another secret', () => ({ secret: webhookSecret(8) })],
    [401, 'another id than was signed', () => ({ headers: { 'webhook-id': 'msg_other' } })],
    [
      401,
      'another time than was signed',
      () => ({ headers: { 'webhook-timestamp': `${now() + 1}` } }),
    ],
    [401, 'a time more than five minutes ago', () => ({ timestamp: now() - 302 })],
    [401, 'a time more than five minutes ahead', () => ({ timestamp: now() + 330 })],
    [401, 'a time in words', () => ({ headers: { 'webhook-timestamp': 'now' } })],
  ];

  it.each(refusals)(
    '%d is the answer to %s, without a call of ECS or of the store',
    async (status, _what, request) => {
      deployment.cloud.calls.clear();
      const answer = await sendWebhook(deployment, { body: repairOf([GROUP]), ...request() });
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) });
      expect(answer.headers.allow).toBe(status === 405 ? 'POST' : undefined);
      expectNoInternals(answer.text, deployment);
      expect(deployment.cloud.calls.all()).toEqual([]);
      expect((await deployment.records()).size).toBe(0);
    },
  );

  it('a body that was changed on its way is not authentic', async () => {
    deployment.cloud.calls.clear();
    const signed = JSON.stringify(repairOf([GROUP], { mode: 'observe' }));
    const { Webhook } = await import('standardwebhooks');
    const headers = {
      'webhook-id': 'msg_tampered',
      'webhook-signature': new Webhook(webhookSecret()).sign('msg_tampered', new Date(), signed),
    };
    const body = signed.replace('observe', 'enforce');
    expect(await sendWebhook(deployment, { body, headers })).toMatchObject({ status: 401 });
    expect(deployment.cloud.calls.all()).toEqual([]);
  });

  it('a signature is of the exact bytes, be they text or not', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const timestamp = now();
    const sign = (bytes: Buffer | string) => {
      const mac = createHmac('sha256', Buffer.alloc(32, 7));
      return `v1,${mac.update(`msg_bytes.${timestamp}.`).update(bytes).digest('base64')}`;
    };
    const answers: WebhookAnswer[] = [];
    for (const signature of [sign(body.toString()), sign(body)]) {
      const headers = { 'webhook-signature': signature };
      answers.push(await sendWebhook(deployment, { id: 'msg_bytes', timestamp, body, headers }));
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 400]);
    expect(answers[1]?.text).toContain('is not JSON in UTF-8');
  });

  it('400 names every problem of the body, and nothing is started', async () => {
    const before = deployment.functionCompute.invocations.length;
    const body = {
      targets: [{ region: 'hangzhou!', groups: ['sg-1', 'i-2'] }],
      filter: {},
      policies: ['no-mail', 7],
      mode: 'fix',
      wait: 'yes',
      resaon: 'x',
    };
    const answer = await sendWebhook(deployment, { body });
    expect(answer.status).toBe(400);
    const { problems } = JSON.parse(answer.text) as { problems: { path: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual(
      [
        'filter',
        'mode',
        'policies[0]',
        'policies[1]',
        'reason',
        'requester',
        'resaon',
        'wait',
      ].sort(),
    );
    expect(deployment.functionCompute.invocations).toHaveLength(before + 1);
    expect(deployment.cloud.calls.all().filter(({ product }) => product === 'Ecs')).toEqual([]);
  });

  it.each([
    ['is not JSON', '{'],
    ['is a list', [{ accountId: '1', regionId: 'cn-hangzhou', resourceId: GROUP }]],
    ['is empty', ''],
  ])('400 is the answer to a body that %s', async (_what, body) => {
    expect(await sendWebhook(deployment, { body })).toMatchObject({ status: 400 });
    expect(deployment.cloud.calls.all().filter(({ product }) => product === 'Ecs')).toEqual([]);
  });

  it('404 names the groups that are not there, and no other group is touched', async () => {
    const body = repairOf([], {
      targets: [
        { region: 'cn-hangzhou', groups: [GROUP, 'sg-gone'] },
        { region: 'cn-beijing', groups: ['sg-elsewhere'] },
      ],
      wait: true,
    });
    const answer = await sendWebhook(deployment, { body });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({
      missing: ['cn-hangzhou/sg-gone', 'cn-beijing/sg-elsewhere'],
    });
    expect(deployment.writes()).toEqual([]);
  });

  it('409 is the answer to an id that was used with another body, and the first answer stays', async () => {
    const request = { id: 'msg_twice', body: repairOf(['sg-gone']) };
    const first = await sendWebhook(deployment, request);
    const other = await sendWebhook(deployment, { ...request, body: repairOf([GROUP]) });
    expect([first.status, other.status]).toEqual([404, 409]);
    expect(errorOf(other)).toContain('with a new id');
    expect(await sendWebhook(deployment, request)).toEqual(first);
    expect(deployment.writes()).toEqual([]);
  });

  it('has logged no signature and no secret at the end of all this', async () => {
    await deployment.logged('request is not authentic', 1);
    const log = deployment.logLines.join('\n');
    for (const secret of [...deployment.secrets, webhookSecret().slice(6)]) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toMatch(/v1,|\bat \S+ \(/);
    expect(deployment.functionCompute.invocations.map(({ status }) => status)).not.toContain(
      'Failed',
    );
  });
});

it.concurrent('a method that the trigger is not configured for does not reach the function', () =>
  deployed({}, async (deployment) => {
    expect((await sendWebhook(deployment, { method: 'GET' })).status).toBe(403);
    expect(deployment.functionCompute.invocations).toEqual([]);
  }));

it.concurrent('404 is the answer when a region does not exist', () =>
  deployed({ environment: { PALISADE_REGIONS: '*' } }, async (deployment) => {
    const targets = [{ region: 'cn-nowhere', groups: ['sg-1'] }];
    const answer = await sendWebhook(deployment, { body: repairOf([], { targets }) });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ missing: ['cn-nowhere/sg-1'] });
  }));

it.concurrent('429 is the answer to more requests than a minute has room for, not to repetitions', () =>
  deployed({ environment: { PALISADE_WEBHOOK_REQUESTS_PER_MINUTE: '1' } }, async (deployment) => {
    // Whenever a minute ends, two of three requests fall into one.
    const answers = [1, 2, 3].map((number) => ({
      id: `msg_${number}`,
      body: repairOf(['sg-gone']),
    }));
    const given: WebhookAnswer[] = [];
    for (const request of answers) given.push(await sendWebhook(deployment, request));
    expect(given[0]?.status).toBe(404);
    const refused = given.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, text } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
      expectNoInternals(text, deployment);
    }
    expect(await sendWebhook(deployment, { id: 'msg_1', body: repairOf(['sg-gone']) })).toEqual(
      given[0],
    );
  }));

it.concurrent('429 is the answer while ECS throttles calls, and nothing is lost: the same request is accepted later', () =>
  deployed({ webhook: { timeoutSeconds: 8 } }, async (deployment) => {
    deployment.fault = () => ({
      kind: 'error',
      status: 503,
      code: 'Throttling.User',
      message: 'Request was denied due to user flow control.',
      when: 'before',
    });
    const request = { id: 'msg_1', body: repairOf([GROUP]) };
    const refused = await sendWebhook(deployment, request);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(60);
    expectNoInternals(refused.text, deployment);
    deployment.fault = undefined;
    let answer = await sendWebhook(deployment, request);
    while ([409, 429].includes(answer.status)) answer = await sendWebhook(deployment, request);
    expect(answer.status).toBe(202);
    await deployment.functionCompute.idle();
    expect(deployment.writes()).toHaveLength(2);
  }));

it.concurrent('429 is the answer when records cannot be kept, without a call of ECS', () =>
  deployed({}, async (deployment) => {
    await writeFile(join(deployment.recordFolder, 'webhooks'), 'in the way');
    const answer = await sendWebhook(deployment, { body: repairOf([GROUP], { wait: true }) });
    expect(answer.status).toBe(429);
    expectNoInternals(answer.text, deployment);
    expect(deployment.cloud.calls.all()).toEqual([]);
  }));

it.concurrent.each([
  ['a setting is wrong', { PALISADE_WEBHOOK_REQUESTS_PER_MINUTE: 'many' }],
  ['a setting is wrong that has nothing to do with requests', { PALISADE_DRY_RUN: 'perhaps' }],
  ['there is no place for records', { PALISADE_RECORDS: undefined }],
])('429 is the answer while %s, and the log says what', (_what, environment) =>
  deployed({ environment, generation: 'fc2' }, async (deployment) => {
    const answer = await sendWebhook(deployment, { body: repairOf([GROUP]) });
    expect(answer.status).toBe(429);
    expectNoInternals(answer.text, deployment);
    expect(answer.text).not.toContain('PALISADE');
    expect(deployment.logLines.join('\n')).toContain(Object.keys(environment)[0]);
    expect(deployment.cloud.calls.all()).toEqual([]);
  }),
);

it.concurrent('without a role a request is put off, and the log says what is missing', () =>
  deployed({ withoutRole: true }, async (deployment) => {
    const answer = await sendWebhook(deployment, { body: repairOf([GROUP]) });
    expect(answer.status).toBe(429);
    expectNoInternals(answer.text, deployment);
    expect(deployment.logLines.join('\n')).toContain('the function has no role');
  }));

describe('secrets', () => {
  const body = repairOf(['sg-gone']);

  it.concurrent('may be two while one replaces the other', () =>
    deployed({ webhookSecret: `${webhookSecret(1)},${webhookSecret(2)}` }, async (deployment) => {
      const statuses = [1, 2, 3].map(async (byte) => {
        const { status } = await sendWebhook(deployment, { body, secret: webhookSecret(byte) });
        return status;
      });
      expect(await Promise.all(statuses)).toEqual([404, 404, 401]);
      const both = ['v1,AAAA', 'v1,BBBB'].join(' ');
      const headers = { 'webhook-signature': both };
      expect(await sendWebhook(deployment, { body, headers })).toMatchObject({ status: 401 });
    }));

  it.concurrent.each([undefined, 'whsec_dG9vIHNob3J0', 'hunter2'])(
    'that are none (%s) let nothing through, and are not shown',
    (secret) =>
      deployed({ environment: { PALISADE_WEBHOOK_SECRETS: secret } }, async (deployment) => {
        const answer = await sendWebhook(deployment, { body });
        expect(answer.status).toBe(401);
        const [line] = await deployment.logged('PALISADE_WEBHOOK_SECRETS is of no use', 1);
        expect(line?.reason).toMatch(/webhook secret/);
        expect(`${answer.text} ${deployment.logLines.join()}`).not.toMatch(/hunter2|dG9vIHNob3J0/);
      }),
  );
});
