import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RpcClient from '@alicloud/pop-core';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import type { WriteCall } from '../shared/ecs';
import { makeInventory, policyText, type Report, reportOf, rulesOf, runPalisade } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const ACCOUNT = '1111222233334444';
const ROLE = { accountId: ACCOUNT, roleName: 'palisade-rollback' };

/** Of the calls that change rules, those that a rollback makes. */
const CHANGES: Readonly<Record<WriteCall['action'], boolean>> = {
  AuthorizeSecurityGroup: false,
  AuthorizeSecurityGroupEgress: false,
  ModifySecurityGroupRule: true,
  ModifySecurityGroupEgressRule: true,
  RevokeSecurityGroup: true,
  RevokeSecurityGroupEgress: true,
};
const READS = [
  'DescribeRegions',
  'DescribeSecurityGroups',
  'DescribeSecurityGroupAttribute',
  'DescribePrefixListAttributes',
  'DescribePortRangeListEntries',
];

let cloud: LocalCloud;
let session: ReturnType<LocalCloud['credentials']['startSession']>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-rollback-role-'));
  const document = await readFile(join(__dirname, '../ram/rollback-role.json'), 'utf8');
  cloud = await startLocalCloud({
    accountId: ACCOUNT,
    roles: [{ ...ROLE, policies: [JSON.parse(document)] }],
    buckets: [{ name: 'palisade-records' }],
  });
  session = cloud.credentials.startSession({
    ...ROLE,
    sessionName: 'alice',
    durationSeconds: 900,
  });
});
afterAll(async () => {
  await cloud.close();
  await rm(folder, { recursive: true });
});

test('of all actions of ECS, the role for a rollback may do those that it makes', async () => {
  const client = new RpcClient({ endpoint: cloud.endpoint, apiVersion: '2014-05-26', ...session });
  for (const action of cloud.ecs.actions.keys()) {
    const code = await client
      .request(action, { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-none' })
      .then(() => '')
      .catch((error: { code?: string }) => error.code ?? 'lost');
    const isAllowed = READS.includes(action) || CHANGES[action as WriteCall['action']] === true;
    expect([action, code !== 'Forbidden.RAM']).toEqual([action, isAllowed]);
  }
});

test('the role is enough for a rollback with the records of the functions', async () => {
  const inventory = makeInventory({ 'cn-hangzhou': 6 }).map((region) => ({
    ...region,
    SecurityGroups: region.SecurityGroups.map((group) => ({
      ...group,
      Permissions: group.Permissions.map((permission) => ({
        ...permission,
        Description: permission.Description || 'old',
      })),
    })),
  }));
  cloud.ecs.loadInventory(inventory);
  const before = rulesOf(cloud, inventory);
  await writeFile(
    join(folder, 'policy.yaml'),
    policyText({ guardrails: '{ maxGroupsPercent: 90 }' }),
  );
  const palisade = (
    command: readonly string[],
    { accessKeyId, accessKeySecret, securityToken }: Partial<typeof session>,
  ) =>
    runPalisade(
      folder,
      [
        ...command,
        '--policy',
        'policy.yaml',
        '--endpoint',
        cloud.endpoint,
        '--records',
        'oss://palisade-records',
        '--records-region',
        'cn-hangzhou',
        '--json',
      ],
      {
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId ?? '',
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret ?? '',
        ALIBABA_CLOUD_SECURITY_TOKEN: securityToken ?? '',
        PALISADE_OSS_ENDPOINT: cloud.endpoint,
      },
    );
  const applied: Report = reportOf(
    await palisade(['apply', '--region', 'cn-hangzhou', '--yes'], cloud),
  );
  expect(rulesOf(cloud, inventory)).not.toEqual(before);
  const { stderr, exitCode } = await palisade(['rollback', applied.runId, '--yes'], session);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(rulesOf(cloud, inventory)).toEqual(before);
});
