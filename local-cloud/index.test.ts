import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EcsClient, {
  AuthorizeSecurityGroupEgressRequest,
  CreateSecurityGroupRequest,
  DescribeRegionsRequest,
  DescribeSecurityGroupAttributeRequest,
  DescribeSecurityGroupsRequest,
} from '@alicloud/ecs20140526';
import RpcClient from '@alicloud/pop-core';
import {
  CALL_LOG_PATH,
  type CallRecord,
  type FunctionComputeContext,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '.';
import { createFunctionCompute } from './function-compute';

const OTHER_ACCOUNT = '9999999999999999';
const REGION = 'cn-hangzhou';

const clouds: LocalCloud[] = [];
const start = async (options?: LocalCloudOptions) => {
  const cloud = await startLocalCloud(options);
  clouds.push(cloud);
  return cloud;
};
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()));
});

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
const rpc = ({ endpoint }: LocalCloud, key: Key, apiVersion: string) =>
  new RpcClient({ endpoint, apiVersion, ...key });
const createGroup = async (client: EcsClient) => {
  const request = new CreateSecurityGroupRequest({
    regionId: REGION,
    securityGroupName: 'made-here',
    vpcId: 'vpc-bp1vwnn14rqpyiczj1ofp',
  });
  return (await client.createSecurityGroup(request)).body?.securityGroupId ?? '';
};
const groupIds = async (client: EcsClient) => {
  const request = new DescribeSecurityGroupsRequest({ regionId: REGION });
  const { body } = await client.describeSecurityGroups(request);
  return body?.securityGroups?.securityGroup?.map(({ securityGroupId }) => securityGroupId);
};

test('a group, a rule and both signatures, by the official clients', async () => {
  const cloud = await start();
  const client = sdk(cloud, cloud);
  const securityGroupId = await createGroup(client);
  await client.authorizeSecurityGroupEgress(
    new AuthorizeSecurityGroupEgressRequest({
      regionId: REGION,
      securityGroupId,
      permissions: [
        {
          ipProtocol: 'tcp',
          portRange: '25/25',
          destCidrIp: '0.0.0.0/0',
          policy: 'drop',
          priority: '1',
          description: "no mail (see ticket 'X-1')",
        },
      ],
    }),
  );
  const read = await client.describeSecurityGroupAttribute(
    new DescribeSecurityGroupAttributeRequest({ regionId: REGION, securityGroupId }),
  );
  expect(read.body?.permissions?.permission).toMatchObject([
    { portRange: '25/25', policy: 'Drop', description: "no mail (see ticket 'X-1')" },
  ]);
  for (const method of ['GET', 'POST']) {
    const answer = await rpc(cloud, cloud, '2014-05-26').request<{ Permissions: unknown }>(
      'DescribeSecurityGroupAttribute',
      { RegionId: REGION, SecurityGroupId: securityGroupId },
      { method },
    );
    expect(answer.Permissions).toMatchObject({ Permission: [{ PortRange: '25/25' }] });
  }
});

test('the region ids are those that DescribeRegions returns', async () => {
  const cloud = await start();
  const { body } = await sdk(cloud, cloud).describeRegions(new DescribeRegionsRequest({}));
  expect(body?.regions?.region?.map(({ regionId }) => regionId)).toEqual(cloud.regionIds);
});

test('a role of another account sees and changes only that account’s groups', async () => {
  const cloud = await start({ roles: [{ accountId: OTHER_ACCOUNT, roleName: 'auditor' }] });
  const home = sdk(cloud, cloud);
  const homeGroup = await createGroup(home);
  const sts = rpc(cloud, cloud, '2015-04-01');
  const { Credentials } = await sts.request<{ Credentials: Record<string, string> }>('AssumeRole', {
    RoleArn: `acs:ram::${OTHER_ACCOUNT}:role/auditor`,
    RoleSessionName: 'test',
  });
  const key = {
    accessKeyId: Credentials.AccessKeyId ?? '',
    accessKeySecret: Credentials.AccessKeySecret ?? '',
    securityToken: Credentials.SecurityToken ?? '',
  };
  const away = sdk(cloud, key);
  expect(await groupIds(away)).toEqual([]);
  const awayGroup = await createGroup(away);
  expect(await groupIds(away)).toEqual([awayGroup]);
  expect(await groupIds(home)).toEqual([homeGroup]);
  expect(await rpc(cloud, key, '2015-04-01').request('GetCallerIdentity', {})).toMatchObject({
    IdentityType: 'AssumedRoleUser',
    AccountId: OTHER_ACCOUNT,
  });
  await expect(
    sts.request('AssumeRole', {
      RoleArn: `acs:ram::${OTHER_ACCOUNT}:role/stranger`,
      RoleSessionName: 'test',
    }),
  ).rejects.toMatchObject({ code: 'EntityNotExist.Role' });
});

test('an inventory is there from the start', async () => {
  const group = {
    SecurityGroupId: 'sg-1',
    SecurityGroupName: 'one',
    VpcId: 'vpc-1',
    Permissions: [],
  };
  const cloud = await start({ inventory: { RegionId: REGION, SecurityGroups: [group] } });
  expect(await groupIds(sdk(cloud, cloud))).toEqual(['sg-1']);
  await expect(startLocalCloud({ inventory: { RegionId: 'nowhere' } })).rejects.toThrow(
    'Inventory',
  );
});

test('each start has an account and keys of its own unless they are given', async () => {
  const [first, second] = [await start(), await start()];
  expect(first.accountId).toMatch(/^\d{16}$/);
  expect(first.accessKeyId).not.toBe(second.accessKeyId);
  const given = {
    accountId: OTHER_ACCOUNT,
    accessKeyId: 'LTAI5tGiven',
    accessKeySecret: 'given-secret',
  };
  expect(await start(given)).toMatchObject(given);
});

test('calls are logged in memory, over HTTP and in a file, without secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-cloud-'));
  try {
    const callLogFile = join(folder, 'calls.jsonl');
    const cloud = await start({ callLogFile });
    await createGroup(sdk(cloud, cloud));
    await rpc(cloud, cloud, '2015-04-01').request('AssumeRole', {
      RoleArn: `acs:ram::${OTHER_ACCOUNT}:role/auditor`,
      RoleSessionName: 'test',
    });
    const response = await fetch(`${cloud.endpoint}${CALL_LOG_PATH}`);
    const served = (await response.json()) as CallRecord[];
    expect(served).toEqual(cloud.calls.all());
    const file = await readFile(callLogFile, 'utf8');
    expect(
      file
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(served);
    expect(served).toMatchObject([
      {
        product: 'Ecs',
        action: 'CreateSecurityGroup',
        region: REGION,
        accountId: cloud.accountId,
        principal: 'palisade',
        parameters: { SecurityGroupName: 'made-here' },
        status: 200,
        write: true,
        effect: true,
      },
      { product: 'Sts', action: 'AssumeRole', status: 200, write: false, effect: false },
    ]);
    for (const secret of [cloud.accessKeySecret, 'Signature', 'SecurityToken', 'Nonce']) {
      expect(file).not.toContain(secret);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a clock that runs fast makes the clients’ timestamps expired', async () => {
  const cloud = await start({ now: () => Date.now() + 16 * 60_000 });
  await expect(groupIds(sdk(cloud, cloud))).rejects.toMatchObject({
    code: 'InvalidTimeStamp.Expired',
  });
});

test('a source of random numbers makes two starts the same', async () => {
  const seeded = () => {
    let state = 1;
    return () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
  };
  const [first, second] = [await start({ random: seeded() }), await start({ random: seeded() })];
  const { accountId, accessKeyId, accessKeySecret } = first;
  expect(second).toMatchObject({ accountId, accessKeyId, accessKeySecret });
  expect(await createGroup(sdk(first, first))).toBe(await createGroup(sdk(second, second)));
});

describe('Function Compute', () => {
  const PATHS = [
    '/2016-08-15/services/s/functions/f/invocations',
    '/2023-03-30/functions/f/invocations',
  ];

  test('serves its paths on the same port, and ECS the others', async () => {
    const cloud = await start({
      functionCompute: () => ({
        handle: async ({ method, path, rawQuery, headers, body }) => ({
          status: 202,
          headers: { 'x-fc-request-id': 'R' },
          body: JSON.stringify([
            method,
            path,
            rawQuery,
            headers['x-fc-invocation-type'],
            `${body}`,
          ]),
        }),
        close: async () => {},
      }),
    });
    for (const path of PATHS) {
      const response = await fetch(`${cloud.endpoint}${path}?qualifier=a%20b`, {
        method: 'POST',
        headers: { 'X-Fc-Invocation-Type': 'Async' },
        body: 'event',
      });
      expect(response.status).toBe(202);
      expect(response.headers.get('x-fc-request-id')).toBe('R');
      expect(await response.json()).toEqual(['POST', path, 'qualifier=a%20b', 'Async', 'event']);
    }
    expect(cloud.calls.all()).toEqual([]);
    expect(await groupIds(sdk(cloud, cloud))).toEqual([]);
  });

  test('is not found when there is none', async () => {
    const cloud = await start();
    for (const path of PATHS) expect((await fetch(`${cloud.endpoint}${path}`)).status).toBe(404);
  });

  test('gets role credentials that work, and learns of keys only while they are good', async () => {
    const home: { context?: FunctionComputeContext } = {};
    let now = Date.now();
    const cloud = await start({
      now: () => now,
      functionCompute: (context) => {
        home.context = context;
        return createFunctionCompute({ ...context, regionId: REGION, functions: [] });
      },
    });
    const context = home.context;
    if (context === undefined) throw new Error('the factory was not called');
    expect(context).toMatchObject({ accountId: cloud.accountId, endpoint: cloud.endpoint });
    const role = context.roleCredentials('worker', 'function');
    expect(await groupIds(sdk(cloud, role))).toEqual([]);
    expect(cloud.calls.all()[0]).toMatchObject({
      accountId: cloud.accountId,
      principal: 'worker:function',
    });
    const { accessKeySecret: secret, securityToken } = role;
    expect(context.secretOf(role.accessKeyId)).toEqual({ secret, securityToken });
    expect(context.secretOf(cloud.accessKeyId)).toEqual({ secret: cloud.accessKeySecret });
    expect(context.secretOf('LTAI5tNobody')).toBeUndefined();
    now = Date.parse(role.expiration);
    expect(context.secretOf(role.accessKeyId)).toBeUndefined();
    const response = await fetch(`${cloud.endpoint}${PATHS[1]}`, { method: 'POST' });
    expect(response.status).toBe(400);
    expect(response.headers.has('x-fc-request-id')).toBe(true);
  });

  test('that cannot be made leaves nothing running', async () => {
    let endpoint = '';
    const failing = startLocalCloud({
      functionCompute: (context) => {
        endpoint = context.endpoint;
        throw new Error('no bundles');
      },
    });
    await expect(failing).rejects.toThrow('no bundles');
    await expect(fetch(endpoint)).rejects.toThrow();
  });
});

test('a port that is taken is an error', async () => {
  const cloud = await start();
  const port = Number(cloud.host.split(':')[1]);
  await expect(startLocalCloud({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing twice is closing once, and nothing answers any more', async () => {
  const closed: string[] = [];
  const cloud = await start({
    functionCompute: () => ({
      handle: async () => ({ status: 200, headers: {}, body: '' }),
      close: async () => {
        closed.push('function compute');
      },
    }),
  });
  await Promise.all([cloud.close(), cloud.close()]);
  expect(closed).toEqual(['function compute']);
  await expect(fetch(cloud.endpoint)).rejects.toThrow();
});
