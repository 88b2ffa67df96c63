import EcsClient, * as ecs from '@alicloud/ecs20140526';
import RpcClient from '@alicloud/pop-core';
import { type FunctionComputeContext, type LocalCloud, startLocalCloud } from '..';

const REGION = 'cn-hangzhou';
const VPC = 'vpc-bp1vwnn14rqpyiczj1ofp';
const clouds: LocalCloud[] = [];
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()));
});
const start = async (options: Parameters<typeof startLocalCloud>[0] = {}) => {
  const cloud = await startLocalCloud(options);
  clouds.push(cloud);
  return cloud;
};

interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}
const sdk = ({ host }: LocalCloud, key: Key) =>
  new EcsClient({
    endpoint: host,
    protocol: 'HTTP',
    regionId: REGION,
    accessKeyId: key.accessKeyId,
    accessKeySecret: key.accessKeySecret,
    securityToken: key.securityToken,
  } as ConstructorParameters<typeof EcsClient>[0]);
const sts = ({ endpoint }: LocalCloud, key: Key) =>
  new RpcClient({ endpoint, apiVersion: '2015-04-01', ...key });
type Statement = readonly [effect: 'Allow' | 'Deny', action: string, resource: string];
const policy = (...statements: readonly Statement[]) => ({
  Version: '1',
  Statement: statements.map(([Effect, Action, Resource]) => ({ Effect, Action, Resource })),
});
const describeGroups = (client: EcsClient, securityGroupId?: string) =>
  client.describeSecurityGroups(
    new ecs.DescribeSecurityGroupsRequest({
      regionId: REGION,
      ...(securityGroupId !== undefined && { securityGroupId }),
    }),
  );
const createGroup = (client: EcsClient) =>
  client.createSecurityGroup(new ecs.CreateSecurityGroupRequest({ regionId: REGION, vpcId: VPC }));
const DENIED = { statusCode: 403, code: 'Forbidden.RAM' };

test('a user with a policy may do what it allows and nothing else', async () => {
  const cloud = await start();
  const reader = sdk(
    cloud,
    cloud.credentials.addUser({
      accountId: cloud.accountId,
      userName: 'reader',
      policies: [policy(['Allow', 'ecs:Describe*', '*'])],
    }),
  );
  await describeGroups(reader);
  await expect(createGroup(reader)).rejects.toMatchObject(DENIED);
  expect(cloud.calls.all().at(-1)).toMatchObject({
    action: 'CreateSecurityGroup',
    principal: 'reader',
    status: 403,
    code: 'Forbidden.RAM',
    effect: false,
  });
  const { body } = await describeGroups(sdk(cloud, cloud));
  expect(body?.securityGroups?.securityGroup).toEqual([]);
});

test('users and roles without a policy list are free, with an empty one they may do nothing', async () => {
  const cloud = await start();
  const { accountId } = cloud;
  const free = cloud.credentials.addUser({ accountId, userName: 'free' });
  const bound = cloud.credentials.addUser({ accountId, userName: 'bound', policies: [] });
  await createGroup(sdk(cloud, free));
  await expect(describeGroups(sdk(cloud, bound))).rejects.toMatchObject(DENIED);
});

test('a group can be named by a statement where ECS knows permissions for groups', async () => {
  const cloud = await start();
  const admin = sdk(cloud, cloud);
  const first = (await createGroup(admin)).body?.securityGroupId ?? '';
  const second = (await createGroup(admin)).body?.securityGroupId ?? '';
  const key = cloud.credentials.addUser({
    accountId: cloud.accountId,
    userName: 'owner',
    policies: [
      policy(['Allow', 'ecs:*', `acs:ecs:${REGION}:${cloud.accountId}:securitygroup/${first}`]),
    ],
  });
  const owner = sdk(cloud, key);
  expect((await describeGroups(owner, first)).body?.securityGroups?.securityGroup).toHaveLength(1);
  await expect(describeGroups(owner, second)).rejects.toMatchObject(DENIED);
  await expect(describeGroups(owner)).rejects.toMatchObject(DENIED);
  const rule = { ipProtocol: 'tcp', portRange: '22/22', sourceCidrIp: '10.0.0.0/8' };
  const site = { regionId: REGION, securityGroupId: first, permissions: [rule] };
  // To add a rule takes permission for all groups.
  await expect(
    owner.authorizeSecurityGroup(new ecs.AuthorizeSecurityGroupRequest(site)),
  ).rejects.toMatchObject(DENIED);
  await owner.revokeSecurityGroup(new ecs.RevokeSecurityGroupRequest(site));
});

test('a group cannot be created in a VPC without permission for the VPC', async () => {
  const cloud = await start();
  const onGroups: Statement = ['Allow', 'ecs:CreateSecurityGroup', 'acs:ecs:*:*:securitygroup/*'];
  const onVpcs: Statement = ['Allow', 'ecs:CreateSecurityGroup', 'acs:vpc:*:*:vpc/*'];
  const user = (userName: string, ...statements: readonly Statement[]) =>
    sdk(
      cloud,
      cloud.credentials.addUser({
        accountId: cloud.accountId,
        userName,
        policies: [policy(...statements)],
      }),
    );
  await expect(createGroup(user('half', onGroups))).rejects.toMatchObject(DENIED);
  await createGroup(user('whole', onGroups, onVpcs));
});

test('a refusal says which permission is missing, of whom, and holds no secret', async () => {
  const cloud = await start();
  const key = cloud.credentials.addUser({
    accountId: cloud.accountId,
    userName: 'bound',
    policies: [policy(['Allow', '*', '*'], ['Deny', 'ecs:CreateSecurityGroup', '*'])],
  });
  const error = await createGroup(sdk(cloud, key)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    ...DENIED,
    accessDeniedDetail: {
      AuthAction: 'ecs:CreateSecurityGroup',
      AuthPrincipalType: 'SubUser',
      AuthPrincipalOwnerId: cloud.accountId,
      NoPermissionType: 'ExplicitDeny',
      EncodedDiagnosticMessage: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    },
  });
  const text = JSON.stringify(error, Object.getOwnPropertyNames(error));
  expect(text).not.toContain(key.accessKeySecret);
  expect(text).not.toContain(key.accessKeyId);
});

describe('a role', () => {
  const assume = async (cloud: LocalCloud, key: Key, parameters: object = {}) => {
    const { Credentials } = await sts(cloud, key).request<{ Credentials: Record<string, string> }>(
      'AssumeRole',
      {
        RoleArn: `acs:ram::${cloud.accountId}:role/reader`,
        RoleSessionName: 'test',
        ...parameters,
      },
    );
    return {
      accessKeyId: Credentials.AccessKeyId ?? '',
      accessKeySecret: Credentials.AccessKeySecret ?? '',
      securityToken: Credentials.SecurityToken ?? '',
    };
  };
  const accountId = '1111222233334444';
  const role = {
    accountId,
    roleName: 'reader',
    policies: [policy(['Allow', 'ecs:Describe*', '*'])],
  };

  test('gives its sessions what its policies allow, whoever assumes it', async () => {
    const cloud = await start({ accountId, roles: [role] });
    const session = sdk(cloud, await assume(cloud, cloud));
    await describeGroups(session);
    await expect(createGroup(session)).rejects.toMatchObject({
      ...DENIED,
      accessDeniedDetail: {
        AuthPrincipalType: 'AssumedRoleUser',
        AuthPrincipalDisplayName: 'reader:test',
        NoPermissionType: 'ImplicitDeny',
      },
    });
  });

  test('can be restricted further by a session policy, and not widened', async () => {
    const cloud = await start({ accountId, roles: [role] });
    const Policy = JSON.stringify(
      policy(['Allow', 'ecs:DescribeSecurityGroups', '*'], ['Allow', 'ecs:Create*', '*']),
    );
    const session = sdk(cloud, await assume(cloud, cloud, { Policy }));
    await describeGroups(session);
    await expect(createGroup(session)).rejects.toMatchObject(DENIED);
    await expect(session.describeRegions(new ecs.DescribeRegionsRequest({}))).rejects.toMatchObject(
      DENIED,
    );
  });

  test('can be assumed by a restricted user only with permission for that role', async () => {
    const other = { accountId, roleName: 'other' };
    const cloud = await start({ accountId, roles: [role, other] });
    const user = cloud.credentials.addUser({
      accountId,
      userName: 'bound',
      policies: [policy(['Allow', 'sts:AssumeRole', `acs:ram::${accountId}:role/reader`])],
    });
    await assume(cloud, user);
    await expect(
      assume(cloud, user, { RoleArn: `acs:ram::${accountId}:role/other` }),
    ).rejects.toMatchObject({ code: 'NoPermission' });
    expect(await sts(cloud, user).request('GetCallerIdentity', {})).toMatchObject({
      IdentityType: 'RAMUser',
    });
  });

  test('can be given other policies, which hold at once for sessions that exist', async () => {
    const cloud = await start({ accountId, roles: [role] });
    const session = sdk(cloud, await assume(cloud, cloud));
    cloud.credentials.addRole({ ...role, policies: [policy(['Allow', 'ecs:*', '*'])] });
    await createGroup(session);
  });

  test('with a malformed policy is refused by name when the cloud starts', async () => {
    const policies = [{ Version: '1', Statement: [{ NotAction: '*' }] }];
    await expect(startLocalCloud({ roles: [{ ...role, policies }] })).rejects.toThrow(
      'Policy 1 of role reader: Statement[0]: NotAction is not supported here',
    );
  });
});

test('Function Compute can ask for a permission by access key', async () => {
  let context: FunctionComputeContext | undefined;
  const cloud = await start({
    functionCompute: (given) => {
      context = given;
      return { handle: () => Promise.reject(new Error('not called')), close: async () => {} };
    },
  });
  const { accessKeyId } = cloud.credentials.addUser({
    accountId: cloud.accountId,
    userName: 'caller',
    policies: [policy(['Allow', 'fc:InvokeFunction', 'acs:fc:*:*:functions/enforce'])],
  });
  const ask = (key: string, name: string) =>
    context?.authorize(key, 'fc:InvokeFunction', `acs:fc:${REGION}:1:functions/${name}`);
  ask(accessKeyId, 'enforce');
  ask(cloud.accessKeyId, 'anything');
  const refusal = expect.objectContaining({ status: 403, code: 'AccessDenied' });
  expect(() => ask(accessKeyId, 'sweep')).toThrow(refusal);
  expect(() => ask('LTAI5tNobody', 'enforce')).toThrow(refusal);
});

test('every action of ECS needs a permission that a restricted user can lack', async () => {
  const cloud = await start();
  const bound = cloud.credentials.addUser({
    accountId: cloud.accountId,
    userName: 'bound',
    policies: [],
  });
  for (const action of cloud.ecs.actions.keys()) {
    const client = new RpcClient({ endpoint: cloud.endpoint, apiVersion: '2014-05-26', ...bound });
    await expect(client.request(action, {})).rejects.toMatchObject({ code: 'Forbidden.RAM' });
  }
});
