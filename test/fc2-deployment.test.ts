import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Client from '@alicloud/fc2';
import { startLocalCloud } from '../local-cloud';
import {
  createFunctionCompute,
  type FunctionCompute,
  type FunctionDefinition,
  loadTemplate,
} from '../local-cloud/function-compute';
import { definitionsFor, functionRole, RECORD_BUCKET } from '../scripts/local-deployment';
import { packageFunctions } from '../scripts/packages';
import { unzip } from '../scripts/packages/testing/unzip';
import { makeInventory, policyText, rulesOf } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const PROJECT = join(__dirname, '..');
const TEMPLATE = join(PROJECT, 'template.yml');
const ACCOUNT = '1234567890123456';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-fc2-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Unpacks the packages, as FC 2.0 does, and gives their folder. */
async function unpacked(): Promise<string> {
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, policyText());
  for (const { functionName, file } of await packageFunctions(policyFile, folder)) {
    const code = join(folder, functionName.replace(/^palisade-/, ''));
    await mkdir(code);
    for (const { name, content } of unzip(await readFile(join(folder, file)))) {
      await writeFile(join(code, name), content);
    }
  }
  return folder;
}

test('deployed from packages as documented, a sweep in FC 2.0 repairs every group', async () => {
  const builtFunctions = await unpacked();
  const inventory = makeInventory({ 'cn-hangzhou': 6 });
  let functionCompute: FunctionCompute | undefined;
  const cloud = await startLocalCloud({
    accountId: ACCOUNT,
    roles: [await functionRole(ACCOUNT)],
    buckets: [{ name: RECORD_BUCKET }],
    inventory,
    functionCompute: async (context) => {
      const { accountId, endpoint } = context;
      const deployment = { template: TEMPLATE, accountId, endpoint, builtFunctions };
      const functions = (await definitionsFor(deployment)).map(
        (definition): FunctionDefinition => ({
          ...definition,
          serviceName: 'palisade',
          // Events about the repairs would come in between.
          eventTriggers: [],
          environment: { ...definition.environment, PALISADE_FC_SERVICE: 'palisade' },
        }),
      );
      functionCompute = createFunctionCompute({ ...context, regionId: 'cn-hangzhou', functions });
      return functionCompute;
    },
  });
  try {
    const operator = cloud.credentials.addUser({
      accountId: ACCOUNT,
      userName: 'operator',
      policies: [
        {
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'fc:InvokeFunction',
              Resource: 'acs:fc:*:*:services/palisade*/functions/*',
            },
          ],
        },
      ],
    });
    const client = new Client(ACCOUNT, {
      accessKeyID: operator.accessKeyId,
      accessKeySecret: operator.accessKeySecret,
      region: 'cn-hangzhou',
      endpoint: cloud.endpoint,
    });
    const sweep = async (triggerTime: string) => {
      const event = JSON.stringify({ triggerTime, triggerName: 'daily', payload: '' });
      const { data } = await client.invokeFunction('palisade', 'palisade-sweep', event);
      await functionCompute?.idle();
      return typeof data === 'string' ? JSON.parse(data) : data;
    };

    expect(await sweep('2026-03-01T04:00:00Z')).toMatchObject({ groups: 6, shards: 1, started: 1 });
    const ran = functionCompute?.invocations.map((each) => [
      each.serviceName,
      each.functionName,
      each.status,
    ]);
    expect(ran).toEqual([
      ['palisade', 'palisade-sweep', 'Succeeded'],
      ['palisade', 'palisade-enforce', 'Succeeded'],
    ]);
    const rules = rulesOf(cloud, inventory);
    expect(rules['sg-cnhangzhoun0']).toHaveLength(5);
    const outcome = [...cloud.oss.objects(RECORD_BUCKET)].find(([key]) =>
      key.endsWith('.outcome.json'),
    );
    expect(JSON.parse(String(outcome?.[1])).totals).toMatchObject({ groups: 6, compliant: 6 });

    cloud.calls.clear();
    await sweep('2026-03-02T04:00:00Z');
    expect(cloud.calls.all().filter(({ write, product }) => write && product === 'Ecs')).toEqual(
      [],
    );
    expect(rulesOf(cloud, inventory)).toEqual(rules);
  } finally {
    await cloud.close();
  }
});

test('what is documented of the functions is what the template says', async () => {
  const text = await readFile(join(PROJECT, 'deploy', 'fc2.md'), 'utf8');
  const rows = [...text.matchAll(/\| `(palisade-\w+)` +\| (\d+) s +\| (.*?) +\| (.*?) +\|/g)];
  const documented = rows.map(([, name, timeout, asynchronous = '', trigger = '']) => ({
    name,
    timeout: Number(timeout),
    isTask: asynchronous.includes('stateful'),
    trigger: /^\w+/.exec(trigger)?.[0],
  }));
  const definitions = await loadTemplate(TEMPLATE, { environment: {}, accountId: ACCOUNT });
  expect(documented).toEqual(
    definitions.map((each) => ({
      name: each.functionName,
      timeout: each.timeoutSeconds,
      isTask: each.asyncTask,
      trigger: triggerOf(each),
    })),
  );
  expect(new Set(definitions.map(({ memoryMegabytes }) => memoryMegabytes))).toEqual(
    new Set([512]),
  );
});

function triggerOf({ timers = [], eventTriggers = [], httpTrigger }: FunctionDefinition): string {
  if (timers.length > 0) return 'timer';
  if (eventTriggers.length > 0) return 'EventBridge';
  return httpTrigger === undefined ? 'none' : 'HTTP';
}
