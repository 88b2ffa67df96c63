import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FUNCTION_NAMES } from '../scripts/build-functions';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const TEMPLATE = join(__dirname, '..', 'template.yml');
const SERVERLESS_DEVS = join(
  dirname(require.resolve('@serverless-devs/s/package.json')),
  'bin',
  's',
);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'palisade-serverless-devs-'));
  const access = ['--AccessKeyID', 'id', '--AccessKeySecret', 'secret'];
  const account = ['--AccountID', '1234567890123456', '-a', 'default', '-f'];
  await serverlessDevs(['config', 'add', ...access, ...account]);
});
afterAll(() => rm(home, { recursive: true }));

/** Runs the command `s` with a home of its own, and with no way to the network. */
async function serverlessDevs(parameters: readonly string[], environment = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [SERVERLESS_DEVS, ...parameters], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, https_proxy: 'http://127.0.0.1:9', ...environment },
  });
  return stdout;
}

interface Preview {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<
    Record<string, { readonly props: Readonly<Record<string, unknown>> }>
  >;
}

/** What `s preview` makes of a template; it may write warnings before. */
async function preview(template: string, environment = {}): Promise<Preview & { text: string }> {
  const output = await serverlessDevs(['preview', '-t', template, '-o', 'json'], environment);
  const text = output.slice(output.indexOf('{\n'));
  return { ...(JSON.parse(text) as Preview), text };
}

test('s preview shows the four functions, with every expression resolved', async () => {
  const { resources, vars, text } = await preview(TEMPLATE, {
    PALISADE_WEBHOOK_SECRETS: 'whsec_of-the-environment',
  });

  expect(Object.keys(resources).sort()).toEqual([...FUNCTION_NAMES].sort());
  for (const name of FUNCTION_NAMES) {
    expect(resources[name]?.props).toMatchObject({
      functionName: `palisade-${name}`,
      region: 'cn-hangzhou',
      role: 'acs:ram::1234567890123456:role/palisade',
      code: `./dist/functions/${name}`,
      environmentVariables: { PALISADE_RECORDS: 'oss://palisade-records' },
    });
  }
  expect(vars.webhookSecrets).toBe('whsec_of-the-environment');
  expect(resources.webhook?.props.environmentVariables).toHaveProperty(
    'PALISADE_WEBHOOK_SECRETS',
    'whsec_of-the-environment',
  );
  expect(text).not.toMatch(/\$\{|undefined|null|\[object/);
});

test('what a user chooses takes the place of the defaults, whatever its form', async () => {
  const destination = 'acs:mns:cn-beijing:1234567890123456:/queues/failures/messages';
  const chosen = (await readFile(TEMPLATE, 'utf8'))
    .replace('region: cn-hangzhou', 'region: cn-beijing')
    .replace('logs: auto', 'logs: { project: security, logstore: palisade }')
    .replace('failures: {}', `failures: { onFailure: { destination: "${destination}" } }`);
  const template = join(home, 'chosen.yml');
  await writeFile(template, chosen);

  const { resources } = await preview(template);
  expect(resources.sweep?.props).toMatchObject({
    region: 'cn-beijing',
    logConfig: { project: 'security', logstore: 'palisade' },
    asyncInvokeConfig: { destinationConfig: { onFailure: { destination } } },
  });
});
