import EcsClient, {
  AuthorizeSecurityGroupEgressRequest,
  DescribeRegionsRequest,
} from '@alicloud/ecs20140526';
import OpenApiClient, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import RpcClient from '@alicloud/pop-core';
import { ACCOUNT_ID, type Rig, startRig } from './test-rig';

const AWKWARD = "!'()*~ +%&=/\u00e9\u4e2d\u{1f600}";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const lastParameters = () => rig.calls.all().at(-1)?.parameters;

describe('the ECS SDK', () => {
  const client = (
    securityToken?: string,
    key: { accessKeyId: string; accessKeySecret: string } = rig.key,
  ) =>
    new EcsClient({
      endpoint: rig.host,
      protocol: 'HTTP',
      regionId: 'cn-hangzhou',
      accessKeyId: key.accessKeyId,
      accessKeySecret: key.accessKeySecret,
      ...(securityToken !== undefined && { securityToken }),
    } as ConstructorParameters<typeof EcsClient>[0]);

  test('calls an action and reads its answer', async () => {
    const { body } = await client().describeRegions(new DescribeRegionsRequest({}));
    expect(body?.regions?.region?.map(({ regionId }) => regionId)).toEqual(['a', 'b']);
    expect(body?.requestId).toBe(rig.calls.all().at(-1)?.requestId);
  });

  test('sends a hundred permissions in one query', async () => {
    const permissions = Array.from({ length: 100 }, (_, index) => ({
      ipProtocol: 'TCP',
      portRange: `${index + 1}/${index + 1}`,
      destCidrIp: '0.0.0.0/0',
      policy: 'drop',
      priority: '1',
      nicType: 'intranet',
      description: `${AWKWARD} ${'x'.repeat(100)}`,
    }));
    const request = new AuthorizeSecurityGroupEgressRequest({
      regionId: 'cn-hangzhou',
      securityGroupId: 'sg-1',
      clientToken: 'token-1',
      permissions,
    });
    await client().authorizeSecurityGroupEgress(request);
    expect(lastParameters()).toMatchObject({
      'Permissions.1.PortRange': '1/1',
      'Permissions.100.Description': permissions[0]?.description,
    });
    expect(rig.calls.all().at(-1)).toMatchObject({
      product: 'Ecs',
      action: 'AuthorizeSecurityGroupEgress',
      region: 'cn-hangzhou',
      accountId: ACCOUNT_ID,
      principal: 'tester',
      clientToken: 'token-1',
      status: 200,
      write: true,
      effect: true,
    });
  });

  test('works with temporary credentials', async () => {
    const session = rig.credentials.startSession({
      accountId: '9999999999999999',
      roleName: 'auditor',
      sessionName: 'sdk',
      durationSeconds: 900,
    });
    await client(session.securityToken, session).describeRegions(new DescribeRegionsRequest({}));
    expect(rig.calls.all().at(-1)).toMatchObject({
      accountId: '9999999999999999',
      principal: 'auditor:sdk',
    });
  });

  test('understands a refusal', async () => {
    const wrong = client(undefined, { ...rig.key, accessKeySecret: 'guess' });
    await expect(wrong.describeRegions(new DescribeRegionsRequest({}))).rejects.toMatchObject({
      name: 'ClientError',
      code: 'SignatureDoesNotMatch',
      statusCode: 400,
    });
  });
});

describe('pop-core, which signs with V1', () => {
  const client = () =>
    new RpcClient({ endpoint: rig.endpoint, apiVersion: '2014-05-26', ...rig.key });

  test.each(['GET', 'POST'])('calls by %s', async (method) => {
    const parameters = { RegionId: 'cn-hangzhou', Text: AWKWARD, Tag: [{ Key: 'k', Value: 'v' }] };
    const answer = await client().request('DescribeEcho', parameters, { method });
    expect(answer).toMatchObject({
      Parameters: {
        RegionId: 'cn-hangzhou',
        Text: AWKWARD,
        'Tag.1.Key': 'k',
        'Tag.1.Value': 'v',
      },
    });
  });

  test('works with temporary credentials', async () => {
    const session = rig.credentials.startSession({
      accountId: ACCOUNT_ID,
      roleName: 'auditor',
      sessionName: 'pop',
      durationSeconds: 900,
    });
    const { accessKeyId, accessKeySecret, securityToken } = session;
    const sts = new RpcClient({
      endpoint: rig.endpoint,
      apiVersion: '2015-04-01',
      accessKeyId,
      accessKeySecret,
      securityToken,
    });
    expect(await sts.request('GetCallerIdentity', {})).toMatchObject({
      IdentityType: 'AssumedRoleUser',
      AccountId: ACCOUNT_ID,
    });
  });

  test('understands a refusal', async () => {
    await expect(client().request('DescribeRefusal', {})).rejects.toMatchObject({
      name: 'InvalidThing.NotFoundError',
      code: 'InvalidThing.NotFound',
    });
  });
});

describe('the generic OpenAPI client', () => {
  const call = (
    action: string,
    version: string,
    request: OpenApiRequest,
    signatureAlgorithm?: string,
  ) => {
    const client = new OpenApiClient(
      new Config({ endpoint: rig.host, protocol: 'HTTP', ...rig.key, signatureAlgorithm }),
    );
    const params = new Params({
      action,
      version,
      protocol: 'HTTP',
      method: 'POST',
      authType: 'AK',
      style: 'RPC',
      pathname: '/',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    // Its options class lives in a package that is not a dependency; every option is optional.
    const runtime = {} as Parameters<typeof client.callApi>[2];
    return client.callApi(params, request, runtime);
  };

  test.each([undefined, 'v2'])('sends a form body signed with %s', async (algorithm) => {
    const request = new OpenApiRequest({ query: { A: AWKWARD }, body: { B: AWKWARD, C: 'c' } });
    const answer = await call('DescribeEcho', '2014-05-26', request, algorithm);
    expect(answer.body.Parameters).toEqual({ A: AWKWARD, B: AWKWARD, C: 'c' });
  });

  test('assumes a role', async () => {
    const request = new OpenApiRequest({
      query: { RoleArn: 'acs:ram::1111111111111111:role/auditor', RoleSessionName: 'generic' },
    });
    const answer = await call('AssumeRole', '2015-04-01', request);
    expect(answer.body.Credentials.AccessKeyId).toMatch(/^STS\./);
    expect(answer.body.AssumedRoleUser.Arn).toBe('acs:ram::1111111111111111:role/auditor/generic');
  });
});
