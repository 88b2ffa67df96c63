import { ACCOUNT, OTHER_ACCOUNT, testEcs } from './ecs-for-tests';

const RULE = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '22/22',
  SourceCidrIp: '0.0.0.0/0',
};

describe('an inventory', () => {
  test('may be of another account, with groups, rules and lists of its own', () => {
    const ecs = testEcs();
    const peer = { ...RULE, SourceCidrIp: '', SourceGroupId: 'sg-b' };
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      AccountId: OTHER_ACCOUNT,
      SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions: [peer] }],
      PrefixLists: [{ PrefixListId: 'pl-a', AddressFamily: 'IPv4', Entries: [] }],
    });
    const list = (accountId: string, action: string) =>
      JSON.stringify(ecs.call(action, {}, accountId));
    expect(list(OTHER_ACCOUNT, 'DescribeSecurityGroups')).toContain('sg-a');
    expect(list(ACCOUNT, 'DescribeSecurityGroups')).not.toContain('sg-a');
    expect(list(OTHER_ACCOUNT, 'DescribePrefixLists')).toContain('pl-a');
    expect(list(ACCOUNT, 'DescribePrefixLists')).not.toContain('pl-a');
    expect(() => ecs.service.loadInventory({ RegionId: 'cn-hangzhou', AccountId: 'me' })).toThrow(
      /AccountId: write the digits of an account id/,
    );
  });

  test('loads several regions, with lists and tags, dates and both forms of Permissions', () => {
    const ecs = testEcs();
    ecs.service.loadInventory(
      [
        {
          RegionId: 'cn-hangzhou',
          source: 'ignored',
          SecurityGroups: [
            {
              SecurityGroupId: 'sg-a',
              SecurityGroupName: 'web',
              VpcId: 'vpc-a',
              CreationTime: '2020-05-01T00:00:00Z',
              Tags: { Tag: [{ TagKey: 'env', TagValue: 'prod' }] },
              Permissions: { Permission: [RULE, { ...RULE, SecurityGroupRuleId: 'sgr-given' }] },
            },
          ],
          PrefixLists: [
            {
              PrefixListId: 'pl-a',
              PrefixListName: 'offices',
              AddressFamily: 'IPv4',
              MaxEntries: 5,
              Entries: { Entry: [{ Cidr: '10.0.0.0/8' }] },
            },
          ],
          PortRangeLists: [
            { PortRangeListId: 'prl-a', MaxEntries: 2, Entries: [{ PortRange: '80/80' }] },
          ],
        },
        {
          RegionId: 'eu-central-1',
          SecurityGroups: [{ SecurityGroupId: 'sg-b', Permissions: [RULE] }],
        },
      ],
      Date.UTC(2026, 0, 1),
    );
    expect(ecs.rules('sg-a').map((rule) => rule.SecurityGroupRuleId)).toEqual([
      expect.stringMatching(/^sgr-/),
      'sgr-given',
    ]);
    expect(ecs.rules('sg-a')[0]?.CreateTime).toBe('2026-01-01T00:00:00Z');
    expect(ecs.rules('sg-b', { RegionId: 'eu-central-1' })[0]?.NicType).toBe('internet');
    const { SecurityGroups } = ecs.call('DescribeSecurityGroups', { 'Tag.1.Key': 'env' });
    expect(SecurityGroups).toMatchObject({
      SecurityGroup: [{ SecurityGroupId: 'sg-a', CreationTime: '2020-05-01T00:00:00Z' }],
    });
    expect(ecs.call('DescribePrefixListAttributes', { PrefixListId: 'pl-a' }).MaxEntries).toBe(5);
    expect(ecs.call('DescribePortRangeListEntries', { PortRangeListId: 'prl-a' }).Entries).toEqual([
      { PortRange: '80/80', Description: '' },
    ]);
  });

  test('belongs to the default account', () => {
    const ecs = testEcs();
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [{ SecurityGroupId: 'sg-a' }],
    });
    const count = (account: string) => ecs.call('DescribeSecurityGroups', {}, account).TotalCount;
    expect([count(ACCOUNT), count(OTHER_ACCOUNT)]).toEqual([1, 0]);
  });

  test('keeps rules that the API would refuse', () => {
    const ecs = testEcs();
    const odd = { ...RULE, IpProtocol: 'all', Priority: '110', SourceGroupId: 'sg-gone' };
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions: [odd, odd] }],
    });
    const shown = expect.objectContaining({
      IpProtocol: 'ALL',
      PortRange: '22/22',
      Priority: '110',
      SourceCidrIp: '0.0.0.0/0',
      SourceGroupId: 'sg-gone',
      SourceGroupOwnerAccount: ACCOUNT,
    });
    expect(ecs.rules('sg-a')).toEqual([shown, shown]);
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-a', ...RULE });
    expect(ecs.rules('sg-a')).toHaveLength(3);
  });

  test('replaces a group that is there', () => {
    const ecs = testEcs();
    const load = (Permissions: readonly object[]) =>
      ecs.service.loadInventory({
        RegionId: 'cn-hangzhou',
        SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions }],
      });
    load([RULE, { ...RULE, PortRange: '23/23' }]);
    load([RULE]);
    expect(ecs.rules('sg-a')).toHaveLength(1);
    expect(ecs.call('DescribeSecurityGroups').TotalCount).toBe(1);
  });

  const group = { SecurityGroupId: 'sg-a' };
  const region = (...groups: readonly object[]) => ({
    RegionId: 'cn-hangzhou',
    SecurityGroups: groups,
  });
  test.each<[string, unknown, RegExp]>([
    ['no object', 3, /Inventory: the file/],
    ['an unknown region', { RegionId: 'mars-1' }, /RegionId: mars-1 is not a region/],
    ['a group without id', region({}), /SecurityGroups\.0\.SecurityGroupId/],
    [
      'a wrong group type',
      region({ ...group, SecurityGroupType: 'x' }),
      /sg-a\)\.SecurityGroupType/,
    ],
    [
      'a wrong direction',
      region({ ...group, Permissions: { Permission: [{ ...RULE, Direction: 'in' }] } }),
      /sg-a\)\.Permissions\.0\.Direction/,
    ],
    [
      'a wrong priority',
      region({
        ...group,
        Permissions: [{ ...RULE, SecurityGroupRuleId: 'sgr-x', Priority: 'high' }],
      }),
      /sg-a\)\.Permissions\.0 \(sgr-x\)\.Priority/,
    ],
    ['a wrong date', region({ ...group, CreationTime: 'today' }), /sg-a\)\.CreationTime/],
    [
      'two rules with one id',
      region({
        ...group,
        Permissions: [
          { ...RULE, SecurityGroupRuleId: 'sgr-x' },
          { ...RULE, SecurityGroupRuleId: 'sgr-x' },
        ],
      }),
      /sg-a\)\.Permissions: two rules have one id/,
    ],
    ['a group twice', region(group, group), /SecurityGroups\.1 \(sg-a\): the group is there twice/],
  ])('with %s is refused by name, and nothing of it is loaded', (_name, data, message) => {
    const ecs = testEcs();
    expect(() => ecs.service.loadInventory([region({ SecurityGroupId: 'sg-good' }), data])).toThrow(
      message,
    );
    expect(ecs.call('DescribeSecurityGroups').TotalCount).toBe(0);
  });
});
