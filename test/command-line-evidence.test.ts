import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCloud } from '../local-cloud';
import { createChain, createFolderStore, type RecordStore } from '../shared/evidence';
import { linkKey } from '../shared/evidence/link';
import { Stage } from '../shared/remediation/testing/stage';
import { COMPLIANT_RULES, makeGroup, runPalisade } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

/** A folder with the records of three runs, and copies of it to tamper with. */
let folder: string;
let records: string;

/** Links the records that are not linked yet. */
async function seal(store: RecordStore): Promise<void> {
  const chain = createChain(store, { random: Math.random, sleep: async () => {} });
  for (const record of await store.list('runs/')) {
    const content = (await store.get(record)) ?? '';
    const head = JSON.parse(content) as { runId: string; policyDigest: string; time: string };
    const { runId, policyDigest, time } = head;
    await chain.append({ record, content, runId, policyDigest, time, mayBeLinked: true });
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-evidence-'));
  records = join(folder, 'out', 'records');
  const stage = await Stage.open();
  try {
    const inventory = stage.load(
      makeGroup('sg-open', [
        {
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '443/443',
          SourceCidrIp: '10.0.0.0/8',
          Policy: 'Accept',
          Priority: '1',
          Description: 'red\u001b[31m',
        },
      ]),
      makeGroup('sg-fine', COMPLIANT_RULES),
    );
    const by = { by: 'ana', reason: 'SEC-1', reference: 'r-1' };
    const trigger = { kind: 'webhook', id: 'x', time: '2026-03-01T04:00:00Z', ...by } as const;
    await stage.run('dry', inventory, { dryRun: true });
    await stage.run('repair', inventory, { trigger });
    await stage.run('again', inventory);
    await cp(stage.folder, records, { recursive: true });
  } finally {
    await stage.close();
  }
  await seal(createFolderStore(records));
});
afterAll(() => rm(folder, { recursive: true }));

const evidence = (...parameters: string[]) => runPalisade(folder, ['evidence', ...parameters]);

async function copy(name: string): Promise<string> {
  await cp(records, join(folder, name), { recursive: true });
  return join(folder, name);
}

const headOf = (stdout: string) => /^Head: (\S+)$/m.exec(stdout)?.[1] ?? '';

describe('evidence verify', () => {
  it.concurrent('says that records are as they were written, and prints the head', async () => {
    const { exitCode, stdout, stderr } = await evidence('verify');
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^Intact: 4 entries and 4 records in out\/records are as they were written\.\nHead: 4:[0-9a-f]{64}\n$/,
    );
    expect(exitCode).toBe(0);
  });

  it.concurrent('names the first record that was altered, and exits 2', async () => {
    const altered = await copy('altered');
    const victim = join(altered, 'runs', 'run-repair', 'whole.1.outcome.json');
    await writeFile(victim, (await readFile(victim, 'utf8')).replace('sg-open', 'sg-0pen'));
    const [text, json] = await Promise.all([
      evidence('verify', 'altered'),
      evidence('verify', 'altered', '--json'),
    ]);
    expect(text.exitCode).toBe(2);
    expect(text.stdout).toMatch(
      /^First: entry \d was altered {2}runs\/run-repair\/whole\.1\.outcome\.json\n {2}expected: .*SHA-256 [0-9a-f]{64}\n {2}found: {4}SHA-256 [0-9a-f]{64}\nTampered with/,
    );
    expect(text.stdout).not.toContain('Head:');
    expect(json.exitCode).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      place: 'altered',
      isIntact: false,
      entries: 4,
      problems: [{ kind: 'altered', key: 'runs/run-repair/whole.1.outcome.json' }],
    });
  });

  it.concurrent('tells that the end was cut off only by a head that was kept', async () => {
    const head = headOf((await evidence('verify')).stdout);
    const cut = await copy('cut');
    const { record } = JSON.parse(await readFile(join(cut, linkKey(4)), 'utf8')) as {
      record: string;
    };
    await rm(join(cut, linkKey(4)));
    await rm(join(cut, record));
    const [alone, withHead, intact] = await Promise.all([
      evidence('verify', 'cut'),
      evidence('verify', 'cut', '--expect-head', head),
      evidence('verify', '--expect-head', head),
    ]);
    expect(alone.exitCode).toBe(0);
    expect(withHead.exitCode).toBe(2);
    expect(withHead.stdout).toContain('First: entry 4 was removed  chain/000000004.json');
    expect(intact.exitCode).toBe(0);
  });

  it.concurrent('calls records that are not in the chain incomplete', async () => {
    const more = await copy('more');
    await createFolderStore(more).putIfAbsent('runs/run-x/whole.1.intent.json', '{}');
    const { exitCode, stdout } = await evidence('verify', 'more');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /1 record not in the chain: .*\n {2}runs\/run-x\/whole\.1\.intent\.json\n/,
    );
    expect(stdout).toContain('outcome not recorded (yet):\n  run-x whole, attempt 1\n');
    expect(stdout).toContain('Incomplete: 4 entries and 5 records are in more');
  });

  it.concurrent('exits 1 for a place without records and for a head that is none', async () => {
    const [nowhere, noHead] = await Promise.all([
      evidence('verify', 'nowhere'),
      evidence('verify', '--expect-head', '4:xyz'),
    ]);
    expect(nowhere).toMatchObject({ exitCode: 1, stdout: '' });
    expect(nowhere.stderr).toContain('there are no records in nowhere');
    expect(noHead).toMatchObject({ exitCode: 1, stdout: '' });
    expect(noHead.stderr).toContain('Write it as it was printed');
  });

  it.concurrent('finds nothing at all where a chain was expected', async () => {
    const { exitCode, stdout } = await evidence(
      'verify',
      'gone',
      '--expect-head',
      `4:${'a'.repeat(64)}`,
    );
    expect(exitCode).toBe(2);
    expect(stdout).toContain('found:    no chain');
  });

  it.concurrent('works on a bucket', async () => {
    const cloud = await startLocalCloud({ buckets: [{ name: 'evidence-here' }] });
    try {
      const store = createFolderStore(records);
      for (const key of await store.list('')) {
        cloud.oss.put('evidence-here', `kept/${key}`, (await store.get(key)) ?? '');
      }
      const verify = (...more: string[]) =>
        runPalisade(folder, ['evidence', 'verify', 'oss://evidence-here/kept', ...more], {
          PALISADE_OSS_ENDPOINT: cloud.endpoint,
          ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
        });
      const [intact, nowhere] = await Promise.all([
        verify('--records-region', 'cn-hangzhou'),
        verify(),
      ]);
      expect(intact.stdout).toContain('Intact: 4 entries and 4 records');
      expect(intact.exitCode).toBe(0);
      expect(nowhere.exitCode).toBe(1);
      expect(nowhere.stderr).toContain('add --records-region');

      cloud.oss.remove('evidence-here', `kept/${linkKey(2)}`);
      const tampered = await verify('--records-region', 'cn-hangzhou');
      expect(tampered.exitCode).toBe(2);
      expect(tampered.stdout).toContain('First: entry 2 was removed  chain/000000002.json');
    } finally {
      await cloud.close();
    }
  });
});

describe('evidence list', () => {
  it.concurrent('shows when, who, how many groups and changes, and whether it is sealed', async () => {
    const loose = await copy('loose');
    await rm(join(loose, linkKey(1)));
    const [text, json, open] = await Promise.all([
      evidence('list'),
      evidence('list', '--json'),
      evidence('list', 'loose', '--json'),
    ]);
    expect(text.exitCode).toBe(0);
    const row = (runId: string) => text.stdout.split('\n').find((line) => line.includes(runId));
    expect(row('run-repair')).toMatch(/webhook: ana .* 2 compliant .* 5 │ sealed /);
    expect(row('run-dry')).toMatch(/timer .* 1 compliant, 1 violating .* \(5\) │ sealed /);
    const { runs } = JSON.parse(json.stdout) as { runs: { runId: string; isSealed: boolean }[] };
    expect(runs.map(({ runId }) => runId)).toEqual(['run-again', 'run-repair', 'run-dry']);
    expect(runs[1]).toMatchObject({
      trigger: { kind: 'webhook', by: 'ana' },
      totals: { groups: 2, changes: 5, compliant: 2 },
      records: 2,
      isSealed: true,
      hasEnded: true,
    });
    const unsealed = JSON.parse(open.stdout) as { runs: { isSealed: boolean }[] };
    expect(unsealed.runs.filter(({ isSealed }) => !isSealed)).toHaveLength(1);
  });

  it.concurrent('lists the other runs when a record cannot be understood', async () => {
    const spoiled = await copy('spoiled');
    await writeFile(join(spoiled, 'runs', 'run-dry', 'whole.1.outcome.json'), 'spoiled');
    const { exitCode, stdout } = await evidence('list', 'spoiled');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('run-again');
    expect(stdout).toMatch(
      /1 record cannot be understood:\n {2}runs\/run-dry\/whole\.1\.outcome\.json/,
    );
  });
});

describe('evidence show', () => {
  it.concurrent('shows the trigger, findings, rules before and after, calls and effect', async () => {
    const { exitCode, stdout } = await evidence('show', 'run-repair');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('started by  webhook, ana, 2026-03-01T04:00:00Z');
    expect(stdout).toContain('reason      SEC-1');
    expect(stdout).toMatch(/policies {4}[0-9a-f]{64}/);
    expect(stdout).toMatch(/sg-open .*violating → compliant/);
    expect(stdout).toMatch(/no-mail-out \(high\): .*\n {6}for example TCP 25 to 203\.0\.113\.10/);
    expect(stdout).toContain('rules: 1 before, 5 after');
    expect(stdout).toMatch(/- sgr-openr0 .*"red\?\[31m"\n {4}\+ sgr-openr0 .*"web \| red\?\[31m"/);
    expect(stdout).toMatch(
      /\+ .*drop egress TCP 25\/25 to 0\.0\.0\.0\/0, priority 1 {2}"web \| no mail"/,
    );
    expect(stdout).toMatch(
      /AuthorizeSecurityGroupEgress of 4 rules: done\n {6}token palisade-\S+, request [0-9A-F-]{36}, attempts 1/,
    );
    expect(stdout).toContain('closed: TCP 25 to 0.0.0.0/0');
    // Text that anyone may have written does not reach the terminal as it is.
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('sg-fine');
  });

  it.concurrent('shows one group, also one at which nothing was found', async () => {
    const [fine, json] = await Promise.all([
      evidence('show', 'run-repair', '--group', 'sg-fine'),
      evidence('show', 'run-repair', '--group', 'sg-open', '--json'),
    ]);
    expect(fine.stdout).toContain('sg-fine  compliant: nothing found');
    const { records: shown } = JSON.parse(json.stdout) as {
      records: { step: string; record: { groups: { securityGroupId: string }[] } }[];
    };
    expect(shown.map(({ step }) => step)).toEqual(['intent', 'outcome']);
    expect(shown.flatMap(({ record }) => record.groups)).toHaveLength(2);
  });

  it.concurrent('shows what a run announced that did not come to its end', async () => {
    const broken = await copy('broken');
    await rm(join(broken, 'runs', 'run-repair', 'whole.1.outcome.json'));
    const { stdout } = await evidence('show', 'run-repair', 'broken');
    expect(stdout).toContain('Announced; what became of it is not recorded.');
    expect(stdout).toContain('AuthorizeSecurityGroupEgress of 4 rules: not sent');
  });

  it.concurrent('exits 1 for a run or group that is not there', async () => {
    const [run, group] = await Promise.all([
      evidence('show', 'run-x'),
      evidence('show', 'run-repair', '--group', 'sg-x'),
    ]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('there is no run run-x in out/records: "palisade evidence list"');
    expect(group.exitCode).toBe(1);
    expect(group.stderr).toContain('run run-repair did not look at sg-x');
  });
});
