import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  duplicateRules,
  finished,
  makeInventory,
  onDeployment,
  policyText,
  recordsOf,
  repairOf,
  rulesOf,
  sendWebhook,
  type WebhookAnswer,
  type WebhookRequest,
  webhookSecret,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 6 });
const GROUP = 'sg-cnhangzhoun0';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, webhookSecret: webhookSecret(), ...options }, action);

const ecsCalls = (deployment: Deployment) =>
  deployment.cloud.calls.all().filter(({ product }) => product === 'Ecs');

/** Sends a request until it is not answered that it is being worked on. */
async function sendPatiently(
  deployment: Deployment,
  request: WebhookRequest,
): Promise<WebhookAnswer> {
  for (;;) {
    const answer = await sendWebhook(deployment, request);
    if (answer.status !== 409) return answer;
  }
}

describe.each([
  ['fc3', 'folder'],
  ['fc2', 'oss'],
] as const)('on %s, with records in a(n) %s', (generation, store) => {
  const platform = { generation, store };

  it.concurrent.each([true, false])(
    'a request that comes again gets the first answer, byte for byte, and starts nothing (wait: %s)',
    (wait) =>
      deployed(platform, async (deployment) => {
        const request = { id: 'msg_1', body: repairOf([GROUP], { wait }) };
        const first = await sendWebhook(deployment, request);
        expect(first.status).toBe(wait ? 200 : 202);
        await deployment.functionCompute.idle();
        // Somebody undoes the repair: another run would be seen.
        deployment.cloud.ecs.loadInventory(inventory);
        deployment.cloud.calls.clear();
        const records = (await deployment.records()).size;
        const invocations = deployment.functionCompute.invocations.length;

        const later = Math.floor(Date.now() / 1000) + 7;
        expect(await sendWebhook(deployment, request)).toEqual(first);
        expect(await sendWebhook(deployment, { ...request, timestamp: later })).toEqual(first);
        await deployment.functionCompute.idle();
        expect(ecsCalls(deployment)).toEqual([]);
        expect((await deployment.records()).size).toBe(records);
        expect(deployment.functionCompute.invocations).toHaveLength(invocations + 2);
      }),
  );

  it.concurrent('of ten at once, in as many instances, one is started and all get its answer', () =>
    deployed(platform, async (deployment) => {
      const request = { id: 'msg_1', body: repairOf([GROUP], { wait: true }) };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => sendPatiently(deployment, request)),
      );
      const [first] = answers;
      expect(answers).toEqual(Array(10).fill(first));
      const { runId, outcome } = finished(first as WebhookAnswer);
      expect(outcome).toMatchObject({ totals: { compliant: 1, changes: 5 } });
      expect(await recordsOf(deployment, runId, 'outcome')).toHaveLength(1);
      const tokens = deployment.writes().map(({ clientToken }) => clientToken);
      expect(new Set(tokens).size).toBe(tokens.length);
      expect(duplicateRules(rulesOf(deployment.cloud, inventory))).toEqual([]);
    }));
});

it.concurrent('requests with different ids are different runs: the second finds nothing to do', () =>
  deployed({}, async (deployment) => {
    const body = repairOf([GROUP], { wait: true });
    const first = finished(await sendWebhook(deployment, { body }));
    const second = finished(await sendWebhook(deployment, { body }));
    expect(first.runId).not.toBe(second.runId);
    expect(second.outcome).toMatchObject({
      totals: { changes: 0 },
      groups: [{ verdictBefore: 'compliant' }],
    });
  }));

/** Lets every claim in the record folder run out, as if an hour had gone by. */
async function letClaimsRunOut({ recordFolder }: Deployment): Promise<void> {
  const entries = await readdir(recordFolder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    const past = text.replace(/"(goodUntil|until)":\d+/, `"$1":${Date.now() - 1}`);
    if (past === text) continue;
    await rm(path);
    await writeFile(path, past);
  }
}

it.concurrent.each([
  ['before', 'hang'],
  ['after', 'hang-after'],
] as const)(
  'a request whose instance was killed, %s its first write took effect, is completed by the next try with the same ClientTokens',
  (_when, kind) =>
    deployed({}, async (deployment) => {
      const request = { id: 'msg_1', body: repairOf([GROUP], { wait: true }) };
      const sent: string[] = [];
      deployment.fault = ({ action, parameters }) => {
        if (!/^(Authorize|Modify)/.test(action)) return undefined;
        sent.push(parameters.get('ClientToken') ?? '');
        deployment.fault = undefined;
        void deployment.functionCompute.killInstances(deployment.webhookName);
        return { kind };
      };
      // The platform's own answer; the function gives none.
      expect((await sendWebhook(deployment, request)).status).toBe(502);
      expect(sent).toHaveLength(1);
      // As long as it cannot be known that the first instance is dead, nobody else begins.
      const held = await sendWebhook(deployment, request);
      expect([held.status, Number(held.headers['retry-after']) > 0]).toEqual([409, true]);
      expect(deployment.writes()).toHaveLength(1);

      await letClaimsRunOut(deployment);
      const answer = await sendWebhook(deployment, request);
      const { runId, outcome } = finished(answer);
      expect(outcome).toMatchObject({ totals: { compliant: 1 } });
      expect(duplicateRules(rulesOf(deployment.cloud, inventory))).toEqual([]);
      expect(await recordsOf(deployment, runId, 'intent')).toHaveLength(2);
      const effective = deployment.writes().filter(({ effect }) => effect);
      const tokens = effective.map(({ clientToken }) => clientToken);
      // Sent again with the same token, unless the fresh read shows that it took effect.
      expect(tokens).toContain(sent[0]);
      expect(tokens).toHaveLength(2);
      expect(new Set(tokens).size).toBe(2);
      expect(await sendWebhook(deployment, request)).toEqual(answer);
    }),
);
