import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startLocalCloud } from '../local-cloud';
import { type CommandStage, inventoryOf, makeGroup, onStage, runPalisade } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(180_000);

const HOUR_MS = 3_600_000;
const region = ['--region', 'cn-hangzhou'];

/** Makes a mistake; the one line that comes of it must say what is wrong and what to do. */
async function expectAdvice(
  running: ReturnType<CommandStage['palisade']>,
  ...said: readonly RegExp[]
): Promise<void> {
  const { exitCode, stdout, stderr } = await running;
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  for (const words of said) expect(stderr).toMatch(words);
}

it.concurrent('a wrong access key or secret', () =>
  onStage(async (stage) => {
    await expectAdvice(
      stage.palisade('plan', region, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody' }),
      /InvalidAccessKeyId\.NotFound/,
      /does not exist or is disabled: use another/,
    );
    await expectAdvice(
      stage.palisade('plan', region, { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' }),
      /the secret is not that of the access key: set both anew/,
    );
  }));

it.concurrent('a permission that is missing is named', () =>
  onStage(async (stage) => {
    const allow = (...Action: string[]) => ({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
    });
    const { cloud } = stage;
    const key = cloud.credentials.addUser({
      accountId: cloud.accountId,
      userName: 'nobody',
      policies: [allow('ecs:DescribeRegions')],
    });
    await expectAdvice(
      stage.palisade('plan', region, {
        ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
      }),
      /allow ecs:DescribeSecurityGroups in the RAM policy/,
    );
  }));

it.concurrent('a region that does not exist, and a policy file with a mistake', () =>
  onStage(async (stage) => {
    await expectAdvice(
      stage.palisade('plan', ['--region', 'cn-nowhere']),
      /cn-nowhere: .*check the name of the region, such as cn-hangzhou/,
    );
    await writeFile(join(stage.folder, 'bad.yaml'), 'version: 1\npolicies:\n  - kind: deny\n');
    const bad = await stage.palisade('plan', ['--policy', 'bad.yaml']);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toMatch(/bad\.yaml:3:\d+: policies\[0\].*write/);
  }));

it.concurrent('no network', () =>
  onStage(async (stage) => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { readonly port: number };
    await new Promise((resolve) => server.close(resolve));
    await expectAdvice(
      stage.palisade('plan', [...region, '--endpoint', `http://127.0.0.1:${port}`]),
      /ECONNREFUSED/,
      /nothing answers there: check the network, a firewall or proxy, and the endpoint/,
    );
  }));

it.concurrent('a clock that is wrong', () =>
  onStage(async (stage) => {
    const ahead = await startLocalCloud({ now: () => Date.now() + HOUR_MS });
    try {
      await expectAdvice(
        stage.palisade('plan', [...region, '--endpoint', ahead.endpoint], {
          ALIBABA_CLOUD_ACCESS_KEY_ID: ahead.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: ahead.accessKeySecret,
        }),
        /set the clock of this machine: it may be off by at most 15 minutes/,
      );
    } finally {
      await ahead.close();
    }
  }));

/** Runs a command that may write no file longer than 1,024 bytes, as on a disk that is full; gives its errors. */
function withSmallFiles(stage: CommandStage, command: readonly string[]): Promise<string> {
  const loader = pathToFileURL(require.resolve('tsx')).href;
  const program = join(__dirname, '..', 'scripts', 'palisade.ts');
  const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', script, 'bash', process.execPath, '--import', loader, program, ...command],
      {
        cwd: stage.folder,
        env: { PATH: process.env.PATH, TSX_DISABLE_CACHE: '1', ...stage.credentials },
      },
      (_error, _stdout, stderr) => resolve(stderr),
    );
  });
}

it.concurrent('records that do not fit on the disk change nothing', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-open', [])));
    const place = ['--policy', 'policy.yaml', '--endpoint', stage.cloud.endpoint];
    const stderr = await withSmallFiles(stage, ['apply', ...place, '--yes', ...region]);
    expect(stderr).toMatch(
      /cannot write runs\/.* in the record folder out\/records: files may not grow so large here; raise the limit/,
    );
    expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
  }));

it.concurrent('a policy file that does not fit on the disk is not half-written', () =>
  onStage(async (stage) => {
    expect(await withSmallFiles(stage, ['init', 'mine.yaml', '--offline'])).toContain(
      'palisade: mine.yaml cannot be written: files may not grow so large here; raise the limit',
    );
    expect(await readdir(stage.folder)).toEqual(['policy.yaml']);
  }));

it.concurrent('files that cannot be read, and a port that there is not', () =>
  onStage(async (stage) => {
    await expectAdvice(
      stage.palisade('plan', ['--policy', '.']),
      /: \. cannot be read: it is a folder; name a file$/m,
    );
    await expectAdvice(
      stage.palisade('plan', ['--policy', 'gone.yaml']),
      /gone\.yaml cannot be read: there is no such file; check the name and the folder$/m,
    );
    await expectAdvice(
      stage.palisade('apply', ['--plan', 'policy.yaml/plan.json']),
      /plan\.json cannot be read: a part of the path is a file; check the name$/m,
    );
    const local = (...parameters: string[]) => runPalisade(stage.folder, ['local', ...parameters]);
    await expectAdvice(
      local('--template', 'gone.yml'),
      /the template gone\.yml cannot be read: .* Correct it, or name another\.$/m,
    );
    await expectAdvice(
      local('--call-log', 'gone/calls.jsonl'),
      /the call log gone\/calls\.jsonl cannot be written: there is no such folder; make it first/,
    );
    const { exitCode, stderr } = await local('--port', '65536');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Write a port, from 0 to 65535/)]);
  }));

it.concurrent('folders that cannot be written', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-open', [])));
    await writeFile(join(stage.folder, 'file'), '');
    await mkdir(join(stage.folder, 'kept'));
    await expectAdvice(
      stage.palisade('apply', [...region, '--records', 'file/records']),
      /record folder file\/records: a part of the path is a file; name a folder/,
    );
    await expectAdvice(
      stage.palisade('plan', [...region, '--save', 'gone/plan.json']),
      /the plan cannot be saved as gone\/plan\.json: there is no such folder; make it first, or name another one$/m,
    );
    expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
  }));
