import { type Sent, testEcs } from './ecs-for-tests';

const TYPE = { ResourceType: 'securitygroup' };

describe('tags', () => {
  test('are given, replaced by key, listed and taken away', () => {
    const ecs = testEcs();
    const id = ecs.group();
    const on = { ...TYPE, 'ResourceId.1': id };
    ecs.call('TagResources', {
      ...on,
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'test',
      'Tag.2.Key': 'a',
    });
    ecs.call('TagResources', { ...on, 'Tag.1.Key': 'env', 'Tag.1.Value': 'prod' });
    const shown = () => ecs.call('ListTagResources', on).TagResources;
    const entry = (TagKey: string, TagValue: string) => ({
      ResourceType: 'securitygroup',
      ResourceId: id,
      TagKey,
      TagValue,
    });
    expect(shown()).toEqual({ TagResource: [entry('env', 'prod'), entry('a', '')] });
    ecs.call('UntagResources', { ...on, 'TagKey.1': 'env' });
    expect(shown()).toEqual({ TagResource: [entry('a', '')] });
    ecs.call('UntagResources', on);
    expect(shown()).toEqual({ TagResource: [entry('a', '')] });
    ecs.call('UntagResources', { ...on, All: 'true' });
    expect(shown()).toEqual({ TagResource: [] });
  });

  test('find the groups that have them, page by page', () => {
    const ecs = testEcs();
    for (let index = 0; index < 51; index += 1) {
      ecs.group({
        VpcId: 'vpc-a',
        'Tag.1.Key': 'env',
        'Tag.1.Value': index < 50 ? 'prod' : 'test',
      });
    }
    const first = ecs.call('ListTagResources', { ...TYPE, 'Tag.1.Key': 'env' });
    const second = ecs.call('ListTagResources', {
      ...TYPE,
      'Tag.1.Key': 'env',
      NextToken: String(first.NextToken),
    });
    const count = (body: typeof first) =>
      (body.TagResources as { TagResource: [] }).TagResource.length;
    expect([count(first), count(second), second.NextToken]).toEqual([50, 1, '']);
    expect(
      count(ecs.call('ListTagResources', { ...TYPE, 'Tag.1.Key': 'env', 'Tag.1.Value': 'test' })),
    ).toBe(1);
  });

  test('find the groups that have one of several values', () => {
    const ecs = testEcs();
    const tagged = (value: string) =>
      ecs.group({ VpcId: 'vpc-a', 'Tag.1.Key': 'env', 'Tag.1.Value': value });
    const ids = ['prod', 'test', 'dev'].map(tagged);
    const found = (filter: Sent) => {
      const { TagResources } = ecs.call('ListTagResources', { ...TYPE, ...filter });
      return (TagResources as { TagResource: { ResourceId: string }[] }).TagResource.map(
        ({ ResourceId }) => ResourceId,
      );
    };
    const filter = { 'TagFilter.1.TagKey': 'env' };
    const values = { 'TagFilter.1.TagValues.1': 'prod', 'TagFilter.1.TagValues.2': 'test' };
    expect(found(filter).sort()).toEqual([...ids].sort());
    expect(found({ ...filter, ...values }).sort()).toEqual(ids.slice(0, 2).sort());
    expect(found({ ...filter, 'TagFilter.2.TagKey': 'owner' })).toEqual([]);
  });

  test.each<[Sent, string]>([
    [{ 'Tag.1.Key': 'env', ResourceType: 'pizza' }, '404 InvalidResourceType.NotFound'],
    [{ 'Tag.1.Key': 'env', 'ResourceId.1': 'sg-none' }, '404 InvalidResourceId.NotFound'],
    [{ 'Tag.1.Key': 'aliyun' }, '400 InvalidTagKey.Malformed'],
    [{ 'Tag.1.Key': '' }, '400 InvalidTagKey.Malformed'],
    [{ 'Tag.1.Key': 'a', 'Tag.1.Value': 'x'.repeat(129) }, '400 InvalidTagValue.Malformed'],
    [{ 'Tag.1.Key': 'a', 'Tag.2.Key': 'a' }, '400 Duplicate.TagKey'],
    [tagsNumbered(21), '400 NumberExceed.Tags'],
    [{ 'Tag.1.Key': 'a', ...idsNumbered(51) }, '400 NumberExceed.ResourceIds'],
    [{}, '400 MissingTag'],
  ])('are refused: %j', (sent, code) => {
    const ecs = testEcs();
    expect(
      ecs.outcome('TagResources', { ...TYPE, 'ResourceId.1': ecs.group(), ...sent }),
    ).toContain(code);
  });

  test('are given to all resources of a call or to none', () => {
    const ecs = testEcs();
    const id = ecs.group();
    const sent = { ...TYPE, 'ResourceId.1': id, 'ResourceId.2': 'sg-none', 'Tag.1.Key': 'a' };
    expect(ecs.outcome('TagResources', sent)).toContain('404');
    const listed = ecs.call('ListTagResources', { ...TYPE, 'ResourceId.1': id });
    expect(listed.TagResources).toEqual({ TagResource: [] });
  });
});

function tagsNumbered(count: number): Sent {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`Tag.${index + 1}.Key`, `key-${index}`]),
  );
}

function idsNumbered(count: number): Sent {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`ResourceId.${index + 1}`, `sg-${index}`]),
  );
}

describe('prefix lists', () => {
  const LIST = { PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: '3' };

  test('normalize their entries and count the groups that refer to them', () => {
    const ecs = testEcs();
    const { PrefixListId } = ecs.call('CreatePrefixList', {
      ...LIST,
      'Entry.1.Cidr': '192.168.1.100',
      'Entry.2.Cidr': '10.1.2.3/8',
      'Entry.2.Description': 'inside',
    });
    const id = String(PrefixListId);
    expect(ecs.call('DescribePrefixListAttributes', { PrefixListId: id })).toMatchObject({
      PrefixListName: 'offices',
      AddressFamily: 'IPv4',
      MaxEntries: 3,
      Entries: {
        Entry: [
          { Cidr: '192.168.1.100/32', Description: '' },
          { Cidr: '10.0.0.0/8', Description: 'inside' },
        ],
      },
    });
    const SecurityGroupId = ecs.group();
    const rule = { SecurityGroupId, IpProtocol: 'tcp', PortRange: '1/2', DestPrefixListId: id };
    ecs.call('AuthorizeSecurityGroupEgress', rule);
    ecs.call('AuthorizeSecurityGroupEgress', { ...rule, PortRange: '3/4' });
    const lists = ecs.call('DescribePrefixLists', { AddressFamily: 'IPv4' }).PrefixLists;
    expect(lists).toMatchObject({ PrefixList: [{ PrefixListId: id, AssociationCount: 1 }] });
    expect(ecs.rules(SecurityGroupId)[0]).toMatchObject({
      DestPrefixListId: id,
      DestPrefixListName: 'offices',
    });
  });

  test('of IPv6 have their entries in canonical form', () => {
    const ecs = testEcs();
    const { PrefixListId } = ecs.call('CreatePrefixList', {
      ...LIST,
      AddressFamily: 'IPv6',
      'Entry.1.Cidr': '2001:0DB8:0000:0000:0000:0000:0000:0001/32',
    });
    const sent = { PrefixListId: String(PrefixListId) };
    expect(ecs.call('DescribePrefixListAttributes', sent).Entries).toEqual({
      Entry: [{ Cidr: '2001:db8::/32', Description: '' }],
    });
  });

  test.each<[Sent, string]>([
    [{ MaxEntries: '201' }, '400 InvalidParameter'],
    [{ MaxEntries: '' }, '400 MissingMaxEntries'],
    [{ PrefixListName: 'com.aliyun.x' }, '400 InvalidParameter'],
    [{ AddressFamily: 'ipx' }, '400 InvalidParameter'],
    [{ 'Entry.1.Cidr': '::/0' }, '400 InvalidParameter'],
    [{ 'Entry.1.Cidr': '10.0.0.0/8', 'Entry.2.Cidr': '10.9.9.9/8' }, 'DuplicateEntry'],
    [
      { MaxEntries: '1', 'Entry.1.Cidr': '10.0.0.0/8', 'Entry.2.Cidr': '11.0.0.0/8' },
      '403 LimitExceed.Entry',
    ],
  ])('are not created with %j', (sent, code) => {
    expect(testEcs().outcome('CreatePrefixList', { ...LIST, ...sent })).toContain(code);
  });
});

describe('port range lists', () => {
  test('are created, listed and used by rules', () => {
    const ecs = testEcs();
    const { PortRangeListId } = ecs.call('CreatePortRangeList', {
      PortRangeListName: 'web',
      MaxEntries: '2',
      'Entry.1.PortRange': '80/80',
      'Entry.2.PortRange': '443/443',
    });
    const id = String(PortRangeListId);
    expect(ecs.call('DescribePortRangeListEntries', { PortRangeListId: id }).Entries).toEqual([
      { PortRange: '80/80', Description: '' },
      { PortRange: '443/443', Description: '' },
    ]);
    const SecurityGroupId = ecs.group();
    const rule = (IpProtocol: string) => ({
      SecurityGroupId,
      'Permissions.1.IpProtocol': IpProtocol,
      'Permissions.1.PortRangeListId': id,
      'Permissions.1.SourceCidrIp': '0.0.0.0/0',
    });
    ecs.call('AuthorizeSecurityGroup', rule('tcp'));
    expect(ecs.rules(SecurityGroupId)[0]).toMatchObject({
      PortRange: '',
      PortRangeListId: id,
      PortRangeListName: 'web',
    });
    expect(ecs.outcome('AuthorizeSecurityGroup', rule('gre'))).toContain(
      '400 InvalidParam.ProtocolNotSupportPortRangeList',
    );
    expect(ecs.call('DescribePortRangeLists', { 'PortRangeListId.1': id })).toMatchObject({
      PortRangeLists: [{ PortRangeListId: id, AssociationCount: 1, MaxEntries: 2 }],
      NextToken: '',
    });
  });

  test('must exist to be used or read', () => {
    const ecs = testEcs();
    const notFound = '400 InvalidPortRangeListId.NotFound';
    expect(ecs.outcome('DescribePortRangeListEntries', { PortRangeListId: 'prl-none' })).toContain(
      notFound,
    );
    const rule = {
      SecurityGroupId: ecs.group(),
      'Permissions.1.IpProtocol': 'tcp',
      'Permissions.1.PortRangeListId': 'prl-none',
      'Permissions.1.SourceCidrIp': '0.0.0.0/0',
    };
    expect(ecs.outcome('AuthorizeSecurityGroup', rule)).toContain(notFound);
  });
});
