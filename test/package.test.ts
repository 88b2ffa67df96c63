import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const PROJECT = join(__dirname, '..');
const run = promisify(execFile);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Ready {
  readonly ecs: { readonly endpoint: string };
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

let folder: string;
let installed: string;
let packed: string[];

/**
 * Packs the project and installs the package into an empty one, as npm does but without a registry: it gets
 * the dependencies that it declares, and none else.
 */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-package-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: PROJECT });
  const [tarball = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  installed = join(folder, 'node_modules', 'palisade');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components', '1']);
  const all = await readdir(installed, { recursive: true });
  packed = all.filter((file) => statSync(join(installed, file)).isFile());
  const { dependencies } = JSON.parse(
    await readFile(join(installed, 'package.json'), 'utf8'),
  ) as Manifest;
  // What somebody who writes TypeScript for Node.js has besides.
  for (const name of [...Object.keys(dependencies), '@types/node']) await link(name);
  await writeFile(
    join(folder, 'policy.yaml'),
    /```yaml\n(version: 1\n[\s\S]*?)```/.exec(await libraryPage())?.[1] ?? '',
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const libraryPage = () => readFile(join(PROJECT, 'docs', 'library.md'), 'utf8');

async function link(name: string): Promise<void> {
  const path = join(folder, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(PROJECT, 'node_modules', name), path);
}

async function runNode(
  file: string,
  parameters: readonly string[] = [],
  key: Readonly<Record<string, string>> = {},
) {
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, ...key };
  return run(process.execPath, [file, ...parameters], { cwd: folder, env: environment });
}

/** Compiles `example.ts` as another project would, with everything that it imports checked. */
async function compile(options: Readonly<Record<string, unknown>>): Promise<void> {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    ...options,
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['example.ts'] }),
  );
  const compiler = join(PROJECT, 'node_modules', '.bin', 'tsc');
  const { stdout } = await run(compiler, [], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
}

it('holds the library, the command line and documents, and nothing else', () => {
  const kinds = new Set(
    packed.map((file) =>
      file.startsWith('dist/') ? file.split('/').slice(0, 2).join('/') : file.split('/')[0],
    ),
  );
  const known = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'README.zh-CN.md',
    'SECURITY.md',
    'dist/command-line',
    'dist/library',
    'docs',
    'package.json',
    'policies',
    'ram',
    'schemas',
  ];
  expect([...kinds].filter((kind) => kind === undefined || !known.includes(kind))).toEqual([]);
  expect(packed).toEqual(
    expect.arrayContaining(['LICENSE', 'schemas/policy.schema.json', 'policies/starter.yaml']),
  );
  expect(packed.filter((file) => /test|\.map$|[^d]\.ts$/.test(file))).toEqual([]);
});

it('says nothing of the machine that it was built on', async () => {
  for (const file of packed.filter((each) => each.startsWith('dist/'))) {
    expect((await readFile(join(installed, file), 'utf8')).includes(PROJECT)).toBe(false);
  }
});

it('judges a group by the example of its page, as TypeScript sees it and as Node.js runs it', async () => {
  const [, example = ''] =
    /```ts\n((?:(?!```)[\s\S])*from 'palisade'[\s\S]*?)```/.exec(await libraryPage()) ?? [];
  await writeFile(join(folder, 'example.ts'), example);
  await compile({ module: 'preserve', moduleResolution: 'bundler', noEmit: true });
  await compile({ module: 'node16', moduleResolution: 'node16' });
  const { stdout, stderr } = await runNode('example.js');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^TCP 25 to 0\.0\.0\.0\/0 is not denied: /);
  expect(stdout).toMatch(/^ {2}such as .*203\.0\.113\.10/m);
}, 60_000);

it('gives every name to ECMAScript modules, too', async () => {
  await writeFile(
    join(folder, 'example.mjs'),
    `import { decide, loadPolicies, remediate, createEcsClient, openRecordStore } from 'palisade';
console.log([decide, loadPolicies, remediate, createEcsClient, openRecordStore].map((each) => typeof each).join());`,
  );
  expect((await runNode('example.mjs')).stdout).toBe(`${Array(5).fill('function').join()}\n`);
});

it('keeps everything else to itself', async () => {
  await writeFile(
    join(folder, 'inside.cjs'),
    "try { require('palisade/dist/library/ecs/index.js'); } catch (error) { console.log(error.code); }",
  );
  expect((await runNode('inside.cjs')).stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

describe('the command palisade', () => {
  const program = () => join(installed, 'dist', 'command-line', 'palisade.js');

  it('shows help, writes a policy file and validates it', async () => {
    const { stdout: help } = await run(program(), ['--help'], { cwd: folder });
    expect(help).toContain('Usage: palisade');
    expect((await runNode(program(), ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await runNode(program(), ['init', 'mine/policy.yaml', '--offline']);
    const { stdout } = await runNode(program(), ['validate', 'policy.yaml', 'mine/policy.yaml']);
    expect(stdout).toMatch(/^policy\.yaml is valid: .*\nmine\/policy\.yaml is valid: /);
  });

  it('finds what it reads from beside it', async () => {
    const beside = dirname(program());
    const worker = await readFile(join(beside, 'bootstrap.cjs'), 'utf8');
    const source = `${await readFile(program(), 'utf8')}\n${worker}`;
    const named = [
      ...source.matchAll(/\b__dirname, "([\w-]+\.\w+)"/g),
      ...source.matchAll(/require\('\.\/([\w-]+\.cjs)'\)/g),
    ].map(([, file]) => file);
    expect(named).toEqual(expect.arrayContaining(['bootstrap.cjs', 'http-handler.cjs']));
    const files = await readdir(beside);
    expect(named.filter((file) => file !== undefined && !files.includes(file))).toEqual([]);
  });

  it('serves a local cloud, repairs its groups and reports on them', async () => {
    const group = { SecurityGroupId: 'sg-a', Permissions: [], VpcId: 'vpc-1' };
    const inventory = { RegionId: 'cn-hangzhou', SecurityGroups: [group] };
    await writeFile(join(folder, 'groups.json'), JSON.stringify(inventory));
    await runNode(program(), ['init', 'starter.yaml', '--offline']);
    const cloud = spawn(process.execPath, [program(), 'local', '--inventory', 'groups.json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface({ input: cloud.stdout }), 'line')) as [string];
      const { ecs, accessKeyId, accessKeySecret } = JSON.parse(line) as Ready;
      const key = {
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
      };
      const apply = ['apply', '--policy', 'starter.yaml', '--endpoint', ecs.endpoint, '--yes'];
      const { stdout } = await runNode(program(), apply, key).catch(
        (error: { stdout: string }) => error,
      );
      expect(stdout).toMatch(/Run cli-\S+ is done/);
      expect((await runNode(program(), ['report'])).stdout).toMatch(/^out\/report\.html: \d of 1/);
      const page = await readFile(join(folder, 'out', 'report.html'), 'utf8');
      expect(page).toContain('sg-a');
    } finally {
      cloud.kill();
    }
  });
});

it('declares every package that its code loads, and no more', async () => {
  const loaded = new Set<string>();
  for (const file of packed.filter((each) => /^dist\/.*\.(c?js|d\.ts)$/.test(each))) {
    const source = await readFile(join(installed, file), 'utf8');
    for (const [, name] of source.matchAll(
      /(?:require|import)\(["']((?:@[\w.-]+\/)?[a-z][\w.-]*)["'/]/g,
    )) {
      if (name !== undefined) loaded.add(name);
    }
  }
  const { builtinModules } = await import('node:module');
  const packages = [...loaded].filter((name) => !builtinModules.includes(name)).sort();
  const { dependencies } = JSON.parse(
    await readFile(join(PROJECT, 'package.json'), 'utf8'),
  ) as Manifest;
  const types = Object.keys(dependencies).filter((name) => name.startsWith('@types/'));
  expect(packages).toEqual(
    Object.keys(dependencies)
      .filter((name) => !types.includes(name))
      .sort(),
  );
});
