import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FUNCTION_NAMES } from '../scripts/build-functions';
import type { Package } from '../scripts/packages';
import { unzip } from '../scripts/packages/testing/unzip';
import { makeInventory, onDeployment, policyText } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const PROJECT = join(__dirname, '..');

let folder: string;
let policyFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-packages-'));
  policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, policyText());
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `npm run package` as another person on another day, with another umask. */
async function packageInto(
  out: string,
  { umask = '022', environment = {} }: { umask?: string; environment?: object } = {},
  policies = policyFile,
): Promise<Package[]> {
  const script = join(PROJECT, 'scripts', 'package.ts');
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', `umask ${umask} && exec "$@"`, 'sh'].concat([
      process.execPath,
      '--import',
      'tsx',
      script,
      policies,
      '--out',
      out,
      '--json',
    ]),
    { cwd: PROJECT, env: { ...process.env, ...environment } },
  );
  return JSON.parse(stdout) as Package[];
}

const bytesIn = async (out: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(out)).sort().map(async (name) => {
        const digest = createHash('sha256').update(await readFile(join(out, name)));
        return [name, digest.digest('hex')];
      }),
    ),
  );

test('packages are the same byte for byte wherever, whenever and by whomever they are made', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'deeper', 'other')];
  const packages = await packageInto(one);
  // Sources are bundled by another file name of the policies, too.
  const copy = join(folder, 'copy of the policies.yaml');
  await writeFile(copy, policyText());
  const environment = { TZ: 'Pacific/Kiritimati', LANG: 'de_DE.UTF-8', USER: 'bob' };
  await packageInto(other, { umask: '077', environment }, copy);

  const digests = await bytesIn(one);
  expect(await bytesIn(other)).toEqual(digests);
  expect(Object.keys(digests)).toEqual([
    'packages.json',
    ...FUNCTION_NAMES.map((name) => `palisade-${name}.zip`).sort(),
  ]);
  expect(packages.map(({ file, sha256 }) => sha256 === digests[file])).toEqual(
    FUNCTION_NAMES.map(() => true),
  );
  expect(JSON.parse(await readFile(join(one, 'packages.json'), 'utf8'))).toEqual(packages);

  const observing = join(folder, 'observing.yaml');
  await writeFile(observing, policyText({ mode: 'observe' }));
  await packageInto(other, {}, observing);
  expect((await bytesIn(other))['palisade-enforce.zip']).not.toBe(digests['palisade-enforce.zip']);
});

test('what is packed runs as functions, and goes by the policies that were packed', async () => {
  const out = join(folder, 'runs');
  const packages = await packageInto(out);
  for (const { functionName, file } of packages) {
    await mkdir(join(out, functionName));
    for (const { name, content } of unzip(await readFile(join(out, file)))) {
      await writeFile(join(out, functionName, name), content);
    }
  }
  const unpacked = (name: string) => join(out, `palisade-${name}`);
  const bundles = {
    sweep: unpacked('sweep'),
    enforce: unpacked('enforce'),
    actiontrail: unpacked('actiontrail'),
    webhook: unpacked('webhook'),
    remove: async () => {},
  };
  const inventory = makeInventory({ 'cn-hangzhou': 3 });
  await onDeployment({ bundles, inventory }, async (deployment) => {
    const attempts = await deployment.sweep();
    expect(attempts.map(({ functionName, status }) => `${functionName} ${status}`)).toEqual([
      'palisade-sweep Succeeded',
      'palisade-enforce Succeeded',
    ]);
    expect(deployment.writes().length).toBeGreaterThan(0);
    const [done] = await deployment.logged('shard done', 1);
    expect(done?.totals).toMatchObject({ groups: 3, compliant: 3 });

    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(deployment.webhookUrl, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(401);
    const event = JSON.stringify({ eventName: 'StartInstance', serviceName: 'Ecs' });
    const outcome = await deployment.functionCompute.invoke('palisade-actiontrail', event);
    expect(outcome).toHaveProperty('kind', 'completed');
    expect(outcome).not.toHaveProperty('errorType');
  });
});

test('a package over its budget is not written, and the message names what grew', async () => {
  const out = join(folder, 'budget');
  await packageInto(out);
  const before = await bytesIn(out);
  const long = join(folder, 'long.yaml');
  // Random, so that it does not compress.
  const texts = Array.from({ length: 800 }, (_, index) =>
    createHash('sha512').update(String(index)).digest('base64url').slice(0, 60),
  );
  const groups = JSON.stringify(texts.map((text) => `sg-${text}`));
  const exemption = `[{ groups: ${groups}, reason: relay, ticket: SEC-1, until: 2099-12-31 }]`;
  await writeFile(long, policyText({ exempt: exemption }));

  await expect(packageInto(out, {}, long)).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /palisade-webhook has \d+ kB compressed and may have 200 kB\. Since it last fitted, .* grew by policies \+\d+/,
    ),
  });
  expect(await bytesIn(out)).toEqual(before);
});

test('a policy file that is not there, and a folder that cannot be made, are named', async () => {
  const missing = join(folder, 'missing.yaml');
  await expect(packageInto(join(folder, 'never'), {}, missing)).rejects.toMatchObject({
    stderr: expect.stringMatching(/the policy file .*missing\.yaml cannot be read .*name one/),
  });
  await expect(packageInto(join(policyFile, 'inside'))).rejects.toMatchObject({
    stderr: expect.stringMatching(/cannot be written to .*choose another folder with --out/),
  });
});
