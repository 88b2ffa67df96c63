import { parseRegionId, parseSecurityGroupId } from '../security-group';
import { createEcsClient, type EcsClient } from '.';
import { answer, type ReceivedRequest, type Step, startScriptedServer } from './scripted-server';

const regionId = parseRegionId('cn-hangzhou');
const groupId = parseSecurityGroupId('sg-1');

async function withServer<Result>(
  steps: readonly [Step, ...Step[]],
  use: (client: EcsClient) => Promise<Result>,
): Promise<{ result: Result; requests: readonly ReceivedRequest[] }> {
  const server = await startScriptedServer(...steps);
  const client = createEcsClient({
    regionId,
    endpoint: server.endpoint,
    credentials: async () => ({ accessKeyId: 'key', accessKeySecret: 'secret' }),
    maxAttempts: 1,
  });
  try {
    return { result: await use(client), requests: server.requests };
  } finally {
    await server.close();
  }
}

const groups = (list: readonly unknown[], more: object = {}) =>
  answer({ RequestId: 'R', SecurityGroups: { SecurityGroup: list }, ...more });
const attribute = (list: readonly unknown[], more: object = {}) =>
  answer({
    RequestId: 'R',
    SecurityGroupId: 'sg-1',
    SecurityGroupName: 'web',
    VpcId: 'vpc-1',
    InnerAccessPolicy: 'Accept',
    Permissions: { Permission: list },
    ...more,
  });

describe('listing groups', () => {
  const list = (steps: readonly [Step, ...Step[]], securityGroupIds?: readonly string[]) =>
    withServer(steps, (client) =>
      client.listSecurityGroups(securityGroupIds ? { securityGroupIds } : undefined),
    );

  it('reads every page', async () => {
    const { result, requests } = await list([
      groups([{ SecurityGroupId: 'sg-1' }], { NextToken: 'a' }),
      groups([], { NextToken: 'b' }),
      groups([{ SecurityGroupId: 'sg-2' }], { NextToken: '' }),
    ]);

    expect(result.map(({ id }) => id)).toEqual(['sg-1', 'sg-2']);
    expect(requests.map(({ query }) => query)).toEqual([
      { RegionId: 'cn-hangzhou', MaxResults: '100' },
      { RegionId: 'cn-hangzhou', MaxResults: '100', NextToken: 'a' },
      { RegionId: 'cn-hangzhou', MaxResults: '100', NextToken: 'b' },
    ]);
  });

  it('takes what a group says of itself, and the defaults of what it leaves out', async () => {
    const { result } = await list([
      groups([
        {
          SecurityGroupId: 'sg-1',
          SecurityGroupName: 'web',
          SecurityGroupType: 'enterprise',
          VpcId: 'vpc-1',
          ServiceManaged: true,
          Tags: { Tag: [{ TagKey: 'env', TagValue: 'prod' }, { TagKey: 'bare' }] },
        },
        { SecurityGroupId: 'sg-2', VpcId: '', SecurityGroupType: '', Tags: {} },
      ]),
    ]);

    expect(result).toEqual([
      {
        regionId,
        id: 'sg-1',
        name: 'web',
        type: 'enterprise',
        vpcId: 'vpc-1',
        tags: { env: 'prod', bare: '' },
        serviceManaged: true,
      },
      { regionId, id: 'sg-2', name: '', type: 'normal', tags: {}, serviceManaged: false },
    ]);
  });

  it('names a group once though two pages show it', async () => {
    const { result } = await list([
      groups([{ SecurityGroupId: 'sg-1' }], { NextToken: 'a' }),
      groups([{ SecurityGroupId: 'sg-1' }, { SecurityGroupId: 'sg-2' }]),
    ]);

    expect(result.map(({ id }) => id)).toEqual(['sg-1', 'sg-2']);
  });

  it('asks for many named groups a hundred at a time, each once', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => `sg-${index}`);

    const { requests } = await list([groups([])], [...ids, 'sg-0']);

    const asked = requests.map(({ query }) => JSON.parse(query.SecurityGroupIds ?? '') as string[]);
    expect(asked.map(({ length }) => length)).toEqual([100, 50]);
    expect(asked.flat()).toEqual(ids);
  });

  it('takes no names to mean no groups', async () => {
    const { result, requests } = await list([groups([{ SecurityGroupId: 'sg-1' }])], []);

    expect(result).toEqual([]);
    expect(requests).toHaveLength(0);
  });

  it.each<[string, readonly [Step, ...Step[]], string]>([
    ['pages that go round', [groups([], { NextToken: 'a' })], 'the same NextToken came twice'],
    [
      'a list that is missing',
      [answer({ RequestId: 'R' })],
      'no list SecurityGroups.SecurityGroup',
    ],
    ['a list that is null', [answer({ SecurityGroups: { SecurityGroup: null } })], 'no list'],
    ['a group without an id', [groups([{ SecurityGroupName: 'x' }])], 'without SecurityGroupId'],
    ['an empty entry', [groups([null])], 'could not be read'],
    [
      'an unknown type',
      [groups([{ SecurityGroupId: 'sg-1', SecurityGroupType: 'new' }])],
      'normal',
    ],
    ['fewer groups than are counted', [groups([], { TotalCount: 3 })], 'only 0 of 3'],
  ])('fails on %s', async (_name, steps, message) => {
    await expect(list(steps)).rejects.toMatchObject({
      name: 'EcsError',
      kind: 'transient',
      message: expect.stringContaining(message),
    });
  });
});

describe('reading a group', () => {
  const read = (steps: readonly [Step, ...Step[]], network?: 'classic') =>
    withServer(steps, (client) => client.readSecurityGroup(groupId, network));

  it('reads every page of its rules', async () => {
    const { result, requests } = await read([
      attribute([{ SecurityGroupRuleId: 'sgr-1', Priority: 100 }], { NextToken: 'a' }),
      attribute([{ SecurityGroupRuleId: 'sgr-2', Priority: '1' }]),
    ]);

    expect(result).toEqual({
      name: 'web',
      vpcId: 'vpc-1',
      innerAccessPolicy: 'accept',
      permissions: [
        { SecurityGroupRuleId: 'sgr-1', Priority: '100' },
        { SecurityGroupRuleId: 'sgr-2', Priority: '1' },
      ],
    });
    const parameters = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1', MaxResults: '1000' };
    expect(requests.map(({ query }) => query)).toEqual([
      parameters,
      { ...parameters, NextToken: 'a' },
    ]);
  });

  it('reads the rules of a classic-network group for both kinds of interface', async () => {
    const { result, requests } = await read([
      attribute([{ SecurityGroupRuleId: 'sgr-1' }], { VpcId: '' }),
      attribute([{ SecurityGroupRuleId: 'sgr-1' }], { VpcId: '' }),
      attribute([{ SecurityGroupRuleId: 'sgr-2' }], { VpcId: '' }),
    ]);

    expect(result.vpcId).toBeUndefined();
    expect(result.permissions.map((rule) => rule.SecurityGroupRuleId)).toEqual(['sgr-1', 'sgr-2']);
    expect(requests.slice(1).map(({ query }) => query.NicType)).toEqual(['internet', 'intranet']);
  });

  it('reads a group that is known to be classic in the two calls that show its rules', async () => {
    const { result, requests } = await read(
      [
        attribute([{ SecurityGroupRuleId: 'sgr-1' }], { VpcId: '' }),
        attribute([{ SecurityGroupRuleId: 'sgr-2' }], { VpcId: '' }),
      ],
      'classic',
    );

    expect(result.permissions.map((rule) => rule.SecurityGroupRuleId)).toEqual(['sgr-1', 'sgr-2']);
    expect(requests.map(({ query }) => query.NicType)).toEqual(['internet', 'intranet']);
  });

  it('reads a group of a VPC as one, also where it was taken for classic', async () => {
    const { result, requests } = await read(
      [attribute([]), attribute([{ SecurityGroupRuleId: 'sgr-1' }])],
      'classic',
    );

    expect(result).toMatchObject({ vpcId: 'vpc-1' });
    expect(result.permissions.map((rule) => rule.SecurityGroupRuleId)).toEqual(['sgr-1']);
    expect(requests.map(({ query }) => query.NicType)).toEqual(['internet', undefined]);
  });

  it.each([
    [{ InnerAccessPolicy: 'Drop' }, 'drop'],
    [{ InnerAccessPolicy: undefined }, 'accept'],
  ])('reads %j as inner access policy %s', async (more, policy) => {
    const { result } = await read([attribute([], more)]);

    expect(result.innerAccessPolicy).toBe(policy);
  });

  it.each<[string, readonly [Step, ...Step[]]]>([
    ['pages that go round', [attribute([], { NextToken: 'a' })]],
    ['rules that are missing', [attribute([], { Permissions: undefined })]],
    ['an answer about another group', [attribute([], { SecurityGroupId: 'sg-2' })]],
    ['a rule with a field of the wrong type', [attribute([{ PortRange: ['80/80'] }])]],
    ['an inner access policy it does not know', [attribute([], { InnerAccessPolicy: 'Maybe' })]],
  ])('fails on %s', async (_name, steps) => {
    await expect(read(steps)).rejects.toMatchObject({ name: 'EcsError', kind: 'transient' });
  });
});

describe('reading lists', () => {
  it('reads the blocks of a prefix list and how many it has room for', async () => {
    const { result, requests } = await withServer(
      [
        answer({
          Entries: { Entry: [{ Cidr: '10.0.0.0/8' }, { Cidr: '10.1.0.0/16' }] },
          MaxEntries: 20,
        }),
      ],
      (client) => client.readPrefixList('pl-1'),
    );

    expect(result).toEqual({ cidrs: ['10.0.0.0/8', '10.1.0.0/16'], maxEntries: 20 });
    expect(requests[0]?.query).toEqual({ RegionId: 'cn-hangzhou', PrefixListId: 'pl-1' });
  });

  it('reads the ranges of a port list', async () => {
    const { result, requests } = await withServer(
      [answer({ Entries: [{ PortRange: '80/80' }, { PortRange: '443/445' }] })],
      (client) => client.readPortRangeList('prl-1'),
    );

    expect(result).toEqual(['80/80', '443/445']);
    expect(requests[0]?.query).toEqual({ RegionId: 'cn-hangzhou', PortRangeListId: 'prl-1' });
  });

  it.each([
    ['no entries', {}],
    ['an entry without a block', { Entries: { Entry: [{ Description: 'x' }] } }],
  ])('fails on a prefix list with %s', async (_name, body) => {
    const reading = withServer([answer(body)], (client) => client.readPrefixList('pl-1'));

    await expect(reading).rejects.toMatchObject({ name: 'EcsError' });
  });
});
