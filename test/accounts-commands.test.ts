import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import {
  ACCOUNTS,
  accountsText,
  assumptions,
  COMPLIANT_RULES,
  type CommandResult,
  inventoryIn,
  inventoryOf,
  MEMBER_ROLE,
  makeGroup,
  memberRole,
  openToPeople,
  policyText,
  type Report,
  reportOf,
  rolesOf,
  rulesOf,
  runPalisade,
} from './support';

// Each command is a process.
jest.setTimeout(90_000);

const { home, shop, bank } = ACCOUNTS;
const inventory = [
  ...inventoryOf(makeGroup('sg-web', [])),
  ...inventoryIn(shop, inventoryOf(makeGroup('sg-web', []))),
  ...inventoryIn(bank, inventoryOf(makeGroup('sg-db', COMPLIANT_RULES))),
];

interface SavedContent {
  readonly account: string;
  readonly groups: readonly { readonly accountId?: string }[];
}

interface Stage {
  readonly cloud: LocalCloud;
  readonly folder: string;
  palisade(...parameters: string[]): Promise<CommandResult>;
}

async function onStage(action: (stage: Stage) => Promise<void>, accountId: string = home) {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-accounts-'));
  const cloud = await startLocalCloud({
    accountId,
    inventory,
    roles: rolesOf(shop, bank).map(openToPeople),
  });
  try {
    await writeFile(join(folder, 'policy.yaml'), policyText({ accounts: accountsText() }));
    await action({
      cloud,
      folder,
      palisade: (command = '', ...parameters) =>
        runPalisade(folder, [command, ...parameters], {
          ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
          PALISADE_STS_ENDPOINT: cloud.endpoint,
        }),
    });
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

const at = ({ cloud }: Stage) => ['--endpoint', cloud.endpoint, '--region', 'cn-hangzhou'];
const POLICY = ['--policy', 'policy.yaml'];
const placesOf = (report: Report) =>
  report.groups.map(({ securityGroupId, ...group }) => [
    (group as { accountId?: string }).accountId,
    securityGroupId,
  ]);

test('apply repairs groups of all accounts, and rollback takes them back there', () =>
  onStage(async (stage) => {
    const { cloud, palisade } = stage;
    const before = rulesOf(cloud, inventory);
    const applied = await palisade('apply', ...POLICY, ...at(stage), '--yes', '--json');
    expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
    expect(placesOf(reportOf(applied))).toEqual(
      expect.arrayContaining([
        [undefined, 'sg-web'],
        [shop, 'sg-a2222web'],
        [bank, 'sg-a6666db'],
      ]),
    );
    expect(assumptions(cloud, shop)).toHaveLength(1);

    const { runId } = reportOf(applied);
    const endpoint = ['--endpoint', cloud.endpoint];
    const without = await palisade('rollback', runId, ...endpoint, '--yes');
    expect([without.exitCode, without.stderr]).toEqual([
      1,
      expect.stringContaining(`run ${runId} changed groups of account ${shop}: name a policy file`),
    ]);
    // What the functions may do is not enough to revoke.
    for (const accountId of [shop, bank])
      cloud.credentials.addRole({ accountId, roleName: MEMBER_ROLE });
    const undone = await palisade('rollback', runId, ...POLICY, ...endpoint, '--yes', '--json');
    expect([undone.exitCode, undone.stderr]).toEqual([0, '']);
    expect(rulesOf(cloud, inventory)).toEqual(before);
  }));

test('plan names an account that fails, exits with 3, and looks at the others', () =>
  onStage(async (stage) => {
    stage.cloud.credentials.removeRole({ accountId: bank, roleName: MEMBER_ROLE });
    const { palisade } = stage;
    const text = await palisade('plan', ...POLICY, ...at(stage));
    expect(text.exitCode).toBe(3);
    expect(text.stdout).toContain(`${shop}/cn-hangzhou`);
    expect(text.stdout).toContain(
      `${bank}/cn-hangzhou could not be listed: role ${MEMBER_ROLE} of account ${bank} could not be assumed`,
    );
    const one = await palisade('plan', ...POLICY, ...at(stage), '--json', '--account', shop);
    expect(one.exitCode).toBe(2);
    expect(placesOf(reportOf(one))).toEqual([[shop, 'sg-a2222web']]);
    const own = await palisade('plan', ...POLICY, ...at(stage), '--json', '--account', home);
    expect(placesOf(reportOf(own))).toEqual([[undefined, 'sg-web']]);
    const strange = await palisade(
      'plan',
      ...POLICY,
      ...at(stage),
      '--account',
      '9999888877776666',
    );
    expect([strange.exitCode, strange.stderr]).toEqual([
      1,
      expect.stringContaining('account 9999888877776666 is not among accounts of the policy file'),
    ]);
  }));

test('a saved plan is carried out in every account, or nowhere if a group of one has changed', () =>
  onStage(async (stage) => {
    const { cloud, folder, palisade } = stage;
    const before = rulesOf(cloud, inventory);
    const planned = await palisade('plan', ...POLICY, ...at(stage), '--save', 'plan.json');
    expect([planned.exitCode, planned.stderr]).toEqual([2, '']);
    const text = await readFile(join(folder, 'plan.json'), 'utf8');
    const { account, groups } = JSON.parse(text) as SavedContent;
    expect(account).toBe(home);
    expect(groups.map(({ accountId }) => accountId)).toEqual([undefined, shop]);

    const saved = ['--plan', 'plan.json', '--endpoint', cloud.endpoint, '--yes', '--json'];
    const narrowed = await palisade('apply', ...POLICY, ...saved, '--account', shop);
    expect([narrowed.exitCode, narrowed.stderr]).toEqual([
      1,
      expect.stringContaining('leave out --account'),
    ]);
    cloud.credentials.removeRole({ accountId: shop, roleName: MEMBER_ROLE });
    const refused = await palisade('apply', ...POLICY, ...saved);
    expect([refused.exitCode, refused.stderr]).toEqual([
      4,
      expect.stringContaining(`(${shop}/cn-hangzhou): it is not there any more, or could not be`),
    ]);
    expect(rulesOf(cloud, inventory)).toEqual(before);

    cloud.credentials.addRole(openToPeople(memberRole(shop)));
    const applied = await palisade('apply', ...POLICY, ...saved);
    expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
    expect(placesOf(reportOf(applied))).toEqual([
      [undefined, 'sg-web'],
      [shop, 'sg-a2222web'],
    ]);
  }));

test('credentials of another account than the policy file says are refused before anything is read', () =>
  onStage(async (stage) => {
    const { exitCode, stderr } = await stage.palisade('plan', ...POLICY, ...at(stage));
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('these are of account 9999888877776666'),
    ]);
    expect(stage.cloud.calls.all().map(({ action }) => action)).toEqual(['GetCallerIdentity']);
  }, '9999888877776666'));

test('lint and explain look at the accounts of a policy file', () =>
  onStage(async (stage) => {
    const { palisade } = stage;
    const lint = await palisade('lint', ...POLICY, ...at(stage), '--account', bank, '--json');
    expect(JSON.parse(lint.stdout)).toMatchObject({
      groups: [{ accountId: bank, securityGroupId: 'sg-a6666db' }],
    });
    const packet = [
      '--direction',
      'egress',
      '--protocol',
      'tcp',
      '--to',
      '192.0.2.1',
      '--port',
      '25',
    ];
    const explain = ['explain', ...at(stage), '--group', 'sg-a6666db', ...packet, '--json'];
    const found = await palisade(...explain, ...POLICY);
    expect(JSON.parse(found.stdout)).toMatchObject({ verdict: 'drop' });
    const without = await palisade(...explain);
    expect(without.stderr).toContain('no group sg-a6666db');
  }));

test('replay judges events of every account where they happened, offline as well', () =>
  onStage(async (stage) => {
    const { folder, palisade } = stage;
    const event = (accountId: string, groupId: string) => ({
      eventId: `E-${accountId}`,
      eventName: 'AuthorizeSecurityGroupEgress',
      eventRW: 'Write',
      eventType: 'ApiCall',
      serviceName: 'Ecs',
      acsRegion: 'cn-hangzhou',
      recipientAccountId: accountId,
      userIdentity: { type: 'ram-user', accountId, userName: 'alice' },
      requestParameters: { RegionId: 'cn-hangzhou', SecurityGroupId: groupId },
    });
    const events = [
      event(home, 'sg-web'),
      event(shop, 'sg-a2222web'),
      event('9999888877776666', 'sg-x'),
    ];
    await writeFile(join(folder, 'events.json'), JSON.stringify(events));
    await writeFile(join(folder, 'inventory.json'), JSON.stringify(inventory));
    for (const source of [at(stage), ['--inventory', 'inventory.json']]) {
      const { exitCode, stdout } = await palisade(
        'replay',
        ...POLICY,
        ...source,
        '--json',
        'events.json',
      );
      expect(exitCode).toBe(2);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.slice(0, 3)).toMatchObject([
        { outcome: 'judged', groups: [{ securityGroupId: 'sg-web' }] },
        { outcome: 'judged', groups: [{ accountId: shop, securityGroupId: 'sg-a2222web' }] },
        {
          outcome: 'ignored',
          reason: `it is about account "9999888877776666", and this is ${home}`,
        },
      ]);
    }
    expect(stage.cloud.calls.all().filter(({ write }) => write)).toEqual([]);
  }));
