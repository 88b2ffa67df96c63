import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import type { CheckStatus } from '../scripts/command-line/doctor/check';
import { loadPolicies } from '../shared/policy/load';
import { type CommandEnvironment, inventoryOf, makeGroup, runPalisade } from './support';

let folder: string;
let cloud: LocalCloud;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-newcomer-'));
  const tag = (TagKey: string, TagValue: string) => ({ TagKey, TagValue });
  cloud = await startLocalCloud({
    buckets: [{ name: 'palisade-records' }],
    inventory: inventoryOf(
      { ...makeGroup('sg-a', []), Tags: [tag('Team', 'web'), tag('env', 'prod')] },
      { ...makeGroup('sg-b', []), Tags: [tag('Team', 'a"b\\'), tag('env', 'dev')] },
      { ...makeGroup('sg-c', []), Tags: [] },
    ),
  });
});
afterAll(async () => {
  await cloud.close();
  await rm(folder, { recursive: true });
});

/** Without a look at the metadata service of an ECS instance, which this machine is none of. */
const NOBODY = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' };
const somebody = (
  key: { accessKeyId: string; accessKeySecret: string } = cloud,
): CommandEnvironment => ({
  ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
});

const emptyFolder = () => mkdtemp(join(folder, 'in-'));

describe('init', () => {
  it('writes a file to start from without an account, which is valid and only observes', async () => {
    const here = await emptyFolder();
    const { exitCode, stdout, stderr } = await runPalisade(here, ['init'], NOBODY);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^The account was not looked at: no credentials: set /);
    expect(stdout).toContain('palisade validate policy.yaml\n  palisade plan --policy policy.yaml');
    const source = await readFile(join(here, 'policy.yaml'), 'utf8');
    expect(source).toMatch(/^# yaml-language-server: \$schema=\.\/policy\.schema\.json\n/);
    const schema: unknown = JSON.parse(await readFile(join(here, 'policy.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema as object);
    expect([validate(parse(source)), validate.errors]).toEqual([true, null]);
    const { policies } = loadPolicies(source, 'policy.yaml', Date.now());
    expect(policies.map(({ mode }) => mode)).toEqual(['observe', 'observe', 'observe']);
  });

  it('fits the file to the groups and tags that it finds', async () => {
    const here = await emptyFolder();
    const arguments_ = ['init', 'made/for/us.yaml', '--endpoint', cloud.endpoint];
    const { exitCode, stderr } = await runPalisade(here, arguments_, somebody());
    expect([exitCode, stderr]).toEqual([0, '']);
    const source = await readFile(join(here, 'made', 'for', 'us.yaml'), 'utf8');
    expect(source).toContain('Groups: 3, in cn-hangzhou (3).');
    expect(source).toContain('# Tags of groups: Team (2), env (2).');
    expect(source).toContain(
      'To begin with those of production, 1 so far: match: { tags: { "env": ["prod"] } }',
    );
    const { guardrails, policies } = loadPolicies(source, 'us.yaml', Date.now());
    expect(guardrails.maxGroups).toBe(10);
    expect(policies.at(-1)).toMatchObject({ fields: { owner: { tag: 'Team' } } });
  });

  it('replaces no file, and looks at nothing then', async () => {
    const here = await emptyFolder();
    await writeFile(join(here, 'policy.yaml'), 'mine');
    await writeFile(join(here, 'policy.schema.json'), 'mine, too');
    const refused = await runPalisade(here, ['init'], NOBODY);
    expect(refused).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'palisade: policy.yaml is there already: name another file, or move that one away\n',
    });
    const beside = await runPalisade(here, ['init', 'other.yaml', '--offline'], NOBODY);
    expect(beside.exitCode).toBe(0);
    expect(beside.stdout).toContain('policy.schema.json is there already and stays');
    expect(await readFile(join(here, 'policy.yaml'), 'utf8')).toBe('mine');
    expect(await readFile(join(here, 'policy.schema.json'), 'utf8')).toBe('mine, too');
  });
});

interface Diagnosis {
  readonly exitCode: number | null;
  /** All that was printed. */
  readonly text: string;
  readonly statuses: Readonly<Record<string, CheckStatus>>;
  readonly checks: Readonly<Record<string, { readonly saw: string; readonly fix?: string }>>;
}

async function diagnose(
  parameters: readonly string[],
  environment: CommandEnvironment,
  here?: string,
): Promise<Diagnosis> {
  const command = ['doctor', '--json', ...parameters];
  const result = await runPalisade(here ?? (await emptyFolder()), command, environment);
  const { checks } = JSON.parse(result.stdout) as {
    checks: { id: string; status: CheckStatus; saw: string; fix?: string }[];
  };
  return {
    exitCode: result.exitCode,
    text: result.stdout + result.stderr,
    statuses: Object.fromEntries(checks.map(({ id, status }) => [id, status])),
    checks: Object.fromEntries(checks.map(({ id, ...rest }) => [id, rest])),
  };
}

describe('doctor', () => {
  it('finds nothing amiss where nothing is, and changes no group', async () => {
    const here = await emptyFolder();
    await runPalisade(here, ['init', '--offline']);
    const before = cloud.calls.all().length;
    const bucket = ['--records', 'oss://palisade-records/x', '--records-region', 'cn-hangzhou'];
    for (const _again of [1, 2]) {
      const { exitCode, statuses, checks, text } = await diagnose(
        ['--endpoint', cloud.endpoint, ...bucket],
        { ...somebody(), PALISADE_OSS_ENDPOINT: cloud.endpoint },
        here,
      );
      expect(statuses).toEqual({
        node: 'ok',
        settings: 'ok',
        policy: 'ok',
        credentials: 'ok',
        identity: 'ok',
        clock: 'ok',
        permissions: 'ok',
        regions: 'ok',
        records: 'ok',
        'stop-switch': 'ok',
        functions: 'skipped',
        notices: 'skipped',
      });
      expect(exitCode).toBe(0);
      expect(checks.identity?.saw).toContain(`account ${cloud.accountId}`);
      expect(checks.regions?.saw).toMatch(/^31 of 31 regions answer, .* 3 groups$/);
      expect(text).not.toContain(cloud.accessKeyId);
      expect(text).not.toContain(cloud.accessKeySecret);
    }
    const called = cloud.calls.all().slice(before);
    expect(called.filter(({ action }) => /^(Authorize|Modify|Revoke)/.test(action))).toEqual([]);
  });

  it('shows each check to people on a line, and what to do about what failed', async () => {
    const here = await emptyFolder();
    const { exitCode, stdout, stderr } = await runPalisade(
      here,
      ['doctor', '--endpoint', cloud.endpoint, '--region', 'cn-hangzhou'],
      somebody({ accessKeyId: cloud.accessKeyId, accessKeySecret: 'not-the-secret' }),
    );
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^✔ Node\.js {7}v\d+/);
    expect(stdout).toMatch(
      /^! policy file {3}no policy file.*\n +→ write one with "palisade init"/m,
    );
    expect(stdout).toMatch(
      /^✖ identity .*SignatureDoesNotMatch.*\n +→ the secret does not belong/m,
    );
    expect(stdout).toMatch(/^· permissions {3}no call to ECS succeeded$/m);
    expect(stdout).not.toContain('not-the-secret');
    expect(stdout).not.toContain('\u001b');
  });

  it('says which permission is missing', async () => {
    const document = {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'ecs:DescribeRegions', Resource: '*' }],
    };
    const { accountId } = cloud;
    const key = cloud.credentials.addUser({ accountId, userName: 'ana', policies: [document] });
    const asked = ['--endpoint', cloud.endpoint, '--region', 'cn-hangzhou'];
    const { statuses, checks } = await diagnose(asked, somebody(key));
    expect(statuses).toMatchObject({ identity: 'ok', permissions: 'failed', regions: 'failed' });
    expect(checks.permissions).toMatchObject({
      saw: 'not allowed: ecs:DescribeSecurityGroups',
      fix: expect.stringContaining('allow ecs:DescribeSecurityGroups in the RAM policy'),
    });
  });

  it('tells what is missing where nothing is set up', async () => {
    const unused = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => unused.once('listening', resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    const { exitCode, statuses, checks } = await diagnose(
      ['--endpoint', `http://127.0.0.1:${port}`, '--policy', 'gone.yaml', '--records', 'oss://b'],
      {
        ...NOBODY,
        PALISADE_DRY_RUN: 'maybe',
        PALISADE_NOTICES: 'pigeon=https://example.com/s3cret',
      },
    );
    expect(exitCode).toBe(1);
    expect(statuses).toMatchObject({
      settings: 'failed',
      policy: 'failed',
      credentials: 'failed',
      identity: 'skipped',
      clock: 'failed',
      permissions: 'skipped',
      regions: 'skipped',
      records: 'failed',
      'stop-switch': 'failed',
    });
    expect(checks.credentials?.fix).toMatch(/^set ALIBABA_CLOUD_ACCESS_KEY_ID/);
    expect(JSON.stringify(checks)).not.toContain('s3cret');
  });

  it('notices a stop switch, a record store that cannot be written, and late exemptions', async () => {
    const here = await emptyFolder();
    const soon = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    await writeFile(
      join(here, 'policy.yaml'),
      `version: 1
policies:
  - { id: a, kind: describe-rules, mode: enforce, template: "{owner} | {text}", fields: { owner: { tag: owner } },
      exempt: [{ groups: [sg-a], reason: r, ticket: SEC-1, until: ${soon} }] }`,
    );
    await writeFile(join(here, 'file'), '');
    const { statuses, checks } = await diagnose(
      ['--endpoint', cloud.endpoint, '--region', 'cn-hangzhou', '--records', 'file/below'],
      {
        ...somebody(),
        PALISADE_STOP: 'true',
        PALISADE_NOTICES: 'slack=https://hooks.example/s3cret',
      },
      here,
    );
    expect(statuses).toMatchObject({
      policy: 'warning',
      records: 'failed',
      'stop-switch': 'warning',
      notices: 'ok',
    });
    expect(checks.policy?.saw).toMatch(/policy\.yaml: 1 policy, 1 enforce; .* ends in 3 days/);
    expect(checks.records?.fix).toBe('name a folder');
    expect(checks.notices?.saw).toBe('slack (hooks.example); nothing was sent');
  });

  it('warns of a clock that is off, before signatures fail', async () => {
    const servers: Server[] = [];
    const clockOff = async (minutes: number) => {
      const server = createServer((_request, response) => {
        response.setHeader('date', new Date(Date.now() + minutes * 60_000).toUTCString());
        response.writeHead(400).end();
      }).listen(0, '127.0.0.1');
      servers.push(server);
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const { checkClock } = await import('../scripts/command-line/doctor/clock');
      return checkClock(`http://127.0.0.1:${port}/`, Date.now, 10_000);
    };
    try {
      expect(await clockOff(0)).toMatchObject({ status: 'ok' });
      expect(await clockOff(5)).toMatchObject({
        status: 'warning',
        saw: expect.stringMatching(/^(299|300|301) seconds behind the server$/),
      });
      expect(await clockOff(-16)).toMatchObject({
        status: 'failed',
        saw: expect.stringMatching(/^9\d\d seconds ahead of the server$/),
        fix: expect.stringMatching(/^set the clock/),
      });
    } finally {
      for (const server of servers) server.close();
    }
  });

  it('comes to its end in time, whatever does not answer', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      const { exitCode, statuses } = await diagnose(
        ['--endpoint', `http://127.0.0.1:${port}`, '--timeout', '1'],
        somebody(),
      );
      expect(exitCode).toBe(1);
      expect(statuses).toMatchObject({ identity: 'failed', clock: 'failed', regions: 'failed' });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
