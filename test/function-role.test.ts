import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import RpcClient from '@alicloud/pop-core';
import { type FunctionComputeContext, type LocalCloud, startLocalCloud } from '../local-cloud';
import type { RevokeCall } from '../shared/ecs';
import type { Action } from '../shared/ecs/sdk';

/**
 * What the functions send to ECS. The type check fails when this is not what the client can send; only a
 * rollback, which is no function, revokes.
 */
const SENT: Readonly<Record<Exclude<Action, RevokeCall['action']>, true>> = {
  DescribeRegions: true,
  DescribeSecurityGroups: true,
  DescribeSecurityGroupAttribute: true,
  DescribePrefixListAttributes: true,
  DescribePrefixListAssociations: true,
  DescribePortRangeListEntries: true,
  DescribePortRangeListAssociations: true,
  AuthorizeSecurityGroup: true,
  AuthorizeSecurityGroupEgress: true,
  ModifySecurityGroupRule: true,
  ModifySecurityGroupEgressRule: true,
};
const ACCOUNT = '1111222233334444';
const ROLE = { accountId: ACCOUNT, roleName: 'palisade' };
const DOCUMENT: unknown = JSON.parse(
  readFileSync(join(__dirname, '../ram/function-role.json'), 'utf8'),
);

let cloud: LocalCloud;
let session: ReturnType<LocalCloud['credentials']['startSession']>;
let authorize: FunctionComputeContext['authorize'];
beforeAll(async () => {
  cloud = await startLocalCloud({
    accountId: ACCOUNT,
    roles: [{ ...ROLE, policies: [DOCUMENT] }],
    functionCompute: (context) => {
      authorize = context.authorize;
      return { handle: () => Promise.reject(new Error('not called')), close: async () => {} };
    },
  });
  session = cloud.credentials.startSession({
    ...ROLE,
    sessionName: 'enforce',
    durationSeconds: 900,
  });
});
afterAll(() => cloud.close());

async function isForbidden(version: string, action: string, parameters: object = {}) {
  const client = new RpcClient({ endpoint: cloud.endpoint, apiVersion: version, ...session });
  const code = await client
    .request(action, { RegionId: 'cn-hangzhou', ...parameters })
    .then(() => '')
    .catch((error: { code?: string }) => error.code ?? 'lost');
  return code === 'Forbidden.RAM' || code === 'NoPermission';
}
const allows = (action: string, resource: string) => {
  try {
    authorize(session.accessKeyId, action, resource);
    return true;
  } catch {
    return false;
  }
};

test('of all actions of ECS, the role of the functions may do those that they send', async () => {
  for (const action of cloud.ecs.actions.keys()) {
    expect([action, await isForbidden('2014-05-26', action)]).toEqual([
      action,
      !Object.hasOwn(SENT, action),
    ]);
  }
  expect(Object.keys(SENT).filter((action) => !cloud.ecs.actions.has(action))).toEqual([]);
});

test.each([
  ['palisade-member', false],
  ['palisade', true],
  ['palisade-member2', true],
  ['admin', true],
])(
  'of the roles of another account, it may assume palisade-member: %s',
  async (name, forbidden) => {
    const parameters = {
      RoleArn: `acs:ram::4444333322221111:role/${name}`,
      RoleSessionName: 'again',
    };
    expect(await isForbidden('2015-04-01', 'AssumeRole', parameters)).toBe(forbidden);
  },
);

test.each([
  ['fc:InvokeFunction', `acs:fc:cn-hangzhou:${ACCOUNT}:functions/palisade-enforce`, true],
  [
    'fc:InvokeFunction',
    `acs:fc:cn-hangzhou:${ACCOUNT}:services/palisade.LATEST/functions/palisade-enforce`,
    true,
  ],
  [
    'fc:InvokeFunction',
    `acs:fc:cn-hangzhou:${ACCOUNT}:services/palisade/functions/palisade-enforce`,
    true,
  ],
  [
    'fc:InvokeFunction',
    `acs:fc:cn-hangzhou:${ACCOUNT}:services/palisade2/functions/palisade-enforce`,
    false,
  ],
  ['fc:InvokeFunction', `acs:fc:cn-hangzhou:${ACCOUNT}:functions/palisade-sweep`, true],
  [
    'fc:InvokeFunction',
    `acs:fc:cn-hangzhou:${ACCOUNT}:services/palisade.LATEST/functions/palisade-sweep`,
    true,
  ],
  ['fc:InvokeFunction', `acs:fc:cn-hangzhou:${ACCOUNT}:functions/palisade-webhook`, false],
  ['fc:InvokeFunction', `acs:fc:cn-hangzhou:${ACCOUNT}:functions/palisade-enforce2`, false],
  ['fc:UpdateFunction', `acs:fc:cn-hangzhou:${ACCOUNT}:functions/palisade-enforce`, false],
  ['oss:PutObject', `acs:oss:*:${ACCOUNT}:palisade-records/runs/a.json`, true],
  ['oss:GetObject', `acs:oss:*:${ACCOUNT}:palisade-records/STOP`, true],
  ['oss:ListObjects', `acs:oss:*:${ACCOUNT}:palisade-records`, true],
  ['oss:DeleteObject', `acs:oss:*:${ACCOUNT}:palisade-records/runs/a.json`, false],
  ['oss:PutObject', `acs:oss:*:${ACCOUNT}:palisade-records2/runs/a.json`, false],
  ['oss:ListObjects', `acs:oss:*:${ACCOUNT}:other`, false],
  ['oss:PutBucketAcl', `acs:oss:*:${ACCOUNT}:palisade-records`, false],
])('%s on %s is allowed: %s', (action, resource, allowed) => {
  expect(allows(action, resource)).toBe(allowed);
});
