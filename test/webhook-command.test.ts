import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Bundles,
  buildBundles,
  type CommandResult,
  type Deployment,
  makeInventory,
  onDeployment,
  policyText,
  repairOf,
  rulesOf,
  runPalisade,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 6 });
const GROUP = 'sg-cnhangzhoun0';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

type Run = (parameters: readonly string[]) => Promise<CommandResult>;

/** The function, and a folder with a request and the secret for the command to work in. */
const onStage = (
  generation: 'fc2' | 'fc3',
  action: (deployment: Deployment, run: Run, folder: string) => Promise<void>,
) =>
  onDeployment(
    { bundles, inventory, generation, webhookSecret: webhookSecret() },
    async (deployment) => {
      const folder = await mkdtemp(join(tmpdir(), 'palisade-command-'));
      try {
        const body = repairOf([GROUP], { wait: true });
        await writeFile(join(folder, 'request.json'), `${JSON.stringify(body, null, 2)}\n`);
        await writeFile(join(folder, 'webhook.secret'), `${webhookSecret()}\n`);
        const secret = ['--secret-file', 'webhook.secret'];
        const run: Run = ([command = '', ...rest]) =>
          runPalisade(folder, ['webhook', command, ...secret, ...rest]);
        await action(deployment, run, folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

const isRepaired = ({ cloud }: Deployment) =>
  rulesOf(cloud, inventory)[GROUP]?.filter((rule) => rule.includes('Policy=Drop')).length === 4;

describe.each(['fc3', 'fc2'] as const)('against the function on %s', (generation) => {
  it.concurrent('send has a group repaired, and sent again with the same id it gets the same answer', () =>
    onStage(generation, async (deployment, run) => {
      const parameters = ['--url', deployment.webhookUrl, '--id', 'msg_1', '--json'];
      const first = await run(['send', ...parameters, 'request.json']);
      expect(first).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(first.stdout)).toMatchObject({
        status: 200,
        body: { status: 'finished', outcome: { totals: { compliant: 1 } } },
      });
      expect(isRepaired(deployment)).toBe(true);
      const writes = deployment.writes().length;
      const again = await run(['send', ...parameters, 'request.json']);
      expect(JSON.parse(again.stdout).body).toEqual(JSON.parse(first.stdout).body);
      expect(deployment.writes()).toHaveLength(writes);
    }));

  it.concurrent('the curl command that sign prints has a group repaired', () =>
    onStage(generation, async (deployment, run, folder) => {
      const signed = await run(['sign', '--curl', deployment.webhookUrl, 'request.json']);
      expect(signed).toMatchObject({ exitCode: 0, stderr: '' });
      // The shell takes the command apart as it would for curl, which not every machine has.
      const takeApart = `curl() { printf '%s\\0' "$@"; }\n${signed.stdout}`;
      const { stdout } = await promisify(execFile)('sh', ['-c', takeApart], { cwd: folder });
      const { url, ...request } = await requestOfCurl(stdout.split('\0').slice(0, -1), folder);
      const answer = await fetch(url, request);
      expect(await answer.json()).toMatchObject({ status: 'finished', outcome: { heldBack: [] } });
      expect(isRepaired(deployment)).toBe(true);
    }));
});

/** What curl would send for its arguments; throws for an option that is not known here. */
async function requestOfCurl(parameters: readonly string[], folder: string) {
  let [method, url, body] = ['GET', '', ''];
  const headers: [string, string][] = [];
  for (let index = 0; index < parameters.length; index += 1) {
    const parameter = parameters[index] ?? '';
    const value = parameters[index + 1] ?? '';
    if (!parameter.startsWith('-')) url = parameter;
    else if (parameter === '-X' || parameter === '--request') method = value;
    else if (parameter === '-H' || parameter === '--header') {
      const [, name = '', text = ''] = /^([^:]+): (.*)$/s.exec(value) ?? [];
      headers.push([name, text]);
    } else if (parameter === '--data-binary' && value.startsWith('@')) {
      body = await readFile(join(folder, value.slice(1)), 'utf8');
      if (method === 'GET') method = 'POST';
    } else throw new Error(`curl has no ${parameter} here`);
    if (parameter.startsWith('-')) index += 1;
  }
  return { url, method, headers, body };
}

it.concurrent('send makes a request from its options, which the function takes', () =>
  onStage('fc3', async (deployment, run) => {
    const options = `--region cn-hangzhou --group ${GROUP} --mode enforce --requester ana --wait`;
    const { exitCode, stdout } = await run([
      'send',
      '--url',
      deployment.webhookUrl,
      ...options.split(' '),
      '--reason',
      'INC-4711: it sends spam',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^200 OK {2}\(msg_/);
    expect(isRepaired(deployment)).toBe(true);
  }));

it.concurrent('send shows what the function refuses, and ends with 1', () =>
  onStage('fc3', async (deployment, run) => {
    const url = ['--url', deployment.webhookUrl];
    const incomplete = await run(['send', ...url, '--region', 'cn-hangzhou', '--group', GROUP]);
    expect(incomplete.exitCode).toBe(1);
    expect(incomplete.stdout).toMatch(/^400 [\s\S]*"reason"[\s\S]*"requester"/);
    const old = await run(['send', ...url, '--timestamp', '1700000000', 'request.json']);
    expect(old.exitCode).toBe(1);
    expect(old.stdout).toMatch(/^401 [\s\S]*webhook-timestamp/);
    expect(deployment.cloud.calls.all()).toEqual([]);
  }));
