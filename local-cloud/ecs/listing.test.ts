import fc from 'fast-check';
import { REGION, type Sent, type TestEcs, testEcs } from './ecs-for-tests';

function ecsWith(groups: readonly object[]): TestEcs {
  const ecs = testEcs();
  ecs.service.loadInventory({ ...REGION, SecurityGroups: groups });
  return ecs;
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    SecurityGroupId: `sg-${String(index).padStart(3, '0')}`,
    VpcId: 'vpc-a',
  }));

function list(ecs: TestEcs, sent: Sent = {}) {
  const body = ecs.call('DescribeSecurityGroups', sent);
  const { SecurityGroup } = body.SecurityGroups as { SecurityGroup: { SecurityGroupId: string }[] };
  return {
    ids: SecurityGroup.map((group) => group.SecurityGroupId),
    next: String(body.NextToken),
    total: body.TotalCount,
  };
}

describe('listing groups', () => {
  test('by tokens of any page size gives every group once, in descending order of id', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.integer({ min: 1, max: 100 }), (count, size) => {
        const ecs = ecsWith(numbered(count));
        const ids: string[] = [];
        for (let token = ''; ; ) {
          const page = list(ecs, { MaxResults: String(size), NextToken: token });
          expect(page.total).toBeUndefined();
          ids.push(...page.ids);
          token = page.next;
          if (token === '') {
            break;
          }
        }
        expect(ids).toEqual(
          numbered(count)
            .map((group) => group.SecurityGroupId)
            .reverse(),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('by numbers of any page size gives every group once, with the total', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (count, size, some) => {
          const ecs = ecsWith(numbered(count));
          const ids: string[] = [];
          const filter: Sent = some ? { VpcId: 'vpc-a' } : {};
          for (let page = 1; page <= Math.ceil(count / size) + 1; page += 1) {
            const sent = { PageNumber: String(page), PageSize: String(size), ...filter };
            const shown = list(ecs, sent);
            expect(shown.total).toBe(count);
            ids.push(...shown.ids);
          }
          expect(ids).toEqual(
            numbered(count)
              .map((group) => group.SecurityGroupId)
              .reverse(),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('without paging parameters gives ten, the total, and a token to go on', () => {
    const ecs = ecsWith(numbered(12));
    const first = list(ecs);
    expect(first.ids).toHaveLength(10);
    expect(first.total).toBe(12);
    expect(list(ecs, { NextToken: first.next }).ids).toEqual(['sg-001', 'sg-000']);
  });

  test('goes on where it was when the group that ended a page is deleted', () => {
    const ecs = ecsWith(numbered(4));
    const { ids, next } = list(ecs, { MaxResults: '2' });
    ecs.call('DeleteSecurityGroup', { SecurityGroupId: ids[1] ?? '' });
    expect(list(ecs, { MaxResults: '2', NextToken: next }).ids).toEqual(['sg-001', 'sg-000']);
  });

  test.each<[Sent, string]>([
    [{ PageSize: '10', MaxResults: '10' }, '400 NotSupported.PageNumberAndPageSize'],
    [{ NextToken: 'made-up' }, '400 InValidParameter.NextToken'],
    [{ MaxResults: '101' }, '400 InvalidParameter'],
    [{ MaxResults: '0' }, '400 InvalidParameter'],
    [{ SecurityGroupIds: 'sg-1' }, '400 InvalidSecurityGroupId.Malformed'],
    [{ SecurityGroupIds: JSON.stringify(Array(101).fill('sg-1')) }, 'InvalidSecurityGroupId'],
    [{ SecurityGroupType: 'basic' }, '400 InvalidParameter.SecurityGroupType'],
    [{ RegionId: 'cn-nowhere' }, '404 InvalidRegionId.NotFound'],
    [{ RegionId: '' }, '400 MissingParameter.RegionId'],
    [{ DryRun: 'true' }, '400 DryRunOperation'],
    [{ 'Tag.1.Value': 'prod' }, '400 InvalidParameter.TagValue'],
  ])('refuses %j', (sent, code) => {
    expect(ecsWith([]).outcome('DescribeSecurityGroups', sent)).toContain(code);
  });

  test('refuses a token of another region', () => {
    const ecs = ecsWith(numbered(2));
    const { next } = list(ecs, { MaxResults: '1' });
    const sent = { RegionId: 'cn-beijing', NextToken: next };
    expect(ecs.outcome('DescribeSecurityGroups', sent)).toContain('InValidParameter.NextToken');
  });

  test.each<[Sent, string[]]>([
    [{ SecurityGroupName: 'web' }, ['sg-b']],
    [{ SecurityGroupName: 'web', FuzzyQuery: 'true' }, ['sg-c', 'sg-b']],
    [{ SecurityGroupType: 'enterprise' }, ['sg-c']],
    [{ VpcId: 'vpc-a' }, ['sg-b']],
    [{ NetworkType: 'classic' }, ['sg-a']],
    [{ ServiceManaged: 'true' }, ['sg-a']],
    [{ ResourceGroupId: 'rg-a' }, ['sg-b']],
    [{ 'Tag.1.Key': 'env' }, ['sg-b', 'sg-a']],
    [{ 'Tag.1.Key': 'env', 'Tag.1.Value': 'prod' }, ['sg-b']],
    [{ 'Tag.1.Key': 'env', 'Tag.2.Key': 'team' }, ['sg-b']],
    [{ SecurityGroupId: 'sg-a' }, ['sg-a']],
    [{ SecurityGroupIds: '["sg-a","sg-c","sg-none"]' }, ['sg-c', 'sg-a']],
  ])('filters by %j', (sent, ids) => {
    const ecs = ecsWith([
      {
        SecurityGroupId: 'sg-a',
        SecurityGroupName: 'db',
        ServiceManaged: true,
        Tags: [tag('env', 'test')],
      },
      {
        SecurityGroupId: 'sg-b',
        SecurityGroupName: 'web',
        VpcId: 'vpc-a',
        ResourceGroupId: 'rg-a',
        Tags: [tag('env', 'prod'), tag('team', 'x')],
      },
      {
        SecurityGroupId: 'sg-c',
        SecurityGroupName: 'old-web-2',
        VpcId: 'vpc-b',
        SecurityGroupType: 'enterprise',
      },
    ]);
    expect(list(ecs, sent)).toMatchObject({ ids, total: ids.length });
  });
});

const tag = (TagKey: string, TagValue: string) => ({ TagKey, TagValue });

describe('listing the rules of a group', () => {
  const rules = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      Direction: index % 3 === 0 ? 'egress' : 'ingress',
      IpProtocol: 'TCP',
      PortRange: `${index + 1}/${index + 1}`,
    }));
  const shownPorts = (shown: readonly Readonly<Record<string, string>>[]) =>
    shown.map((rule) => rule.PortRange);

  test('in pages of any size gives every rule once, in the order of their making', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 10, max: 70 }), (count, size) => {
        const Permissions = rules(count);
        const ecs = ecsWith([{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions }]);
        const seen: string[] = [];
        for (let token = ''; ; ) {
          const sent = { SecurityGroupId: 'sg-a', MaxResults: String(size), NextToken: token };
          const body = ecs.call('DescribeSecurityGroupAttribute', sent);
          const page = body.Permissions as { Permission: { PortRange: string }[] };
          expect(page.Permission.length).toBeLessThanOrEqual(size);
          seen.push(...page.Permission.map((rule) => rule.PortRange));
          token = String(body.NextToken);
          if (token === '') {
            break;
          }
        }
        expect(seen).toEqual(Permissions.map((rule) => rule.PortRange));
      }),
      { numRuns: 40 },
    );
  });

  test('shows 500 unless told, and one direction if asked', () => {
    const ecs = ecsWith([{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions: rules(501) }]);
    expect(ecs.rules('sg-a', { MaxResults: '' })).toHaveLength(500);
    expect(shownPorts(ecs.rules('sg-a', { Direction: 'egress' })).slice(0, 3)).toEqual([
      '1/1',
      '4/4',
      '7/7',
    ]);
  });

  test.each<[Sent, string]>([
    [{ MaxResults: '9' }, '400 InvalidParameter'],
    [{ MaxResults: '1001' }, '400 InvalidParameter'],
    [{ Direction: 'in' }, '400 InvalidParamter'],
    [{ NicType: 'public' }, '400 InvalidNicType.ValueNotSupported'],
    [{ Attribute: 'all' }, '400 InvalidParameter.AttributeNotSupported'],
    [{ SecurityGroupId: 'sg-none' }, '404 InvalidSecurityGroupId.NotFound'],
    [{ SecurityGroupId: 'none' }, '400 InvalidSecurityGroupId.Malformed'],
    [{ SecurityGroupId: '' }, '400 MissingSecurityGroupId'],
  ])('refuses %j', (sent, code) => {
    const ecs = ecsWith([{ SecurityGroupId: 'sg-a' }]);
    const all = { SecurityGroupId: 'sg-a', ...sent };
    expect(ecs.outcome('DescribeSecurityGroupAttribute', all)).toContain(code);
  });

  test('shows the priority as a number if so configured', () => {
    const ecs = testEcs({ priorityFormat: 'number' });
    ecs.service.loadInventory({
      ...REGION,
      SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions: rules(1) }],
    });
    expect(ecs.rules('sg-a')[0]?.Priority).toBe(1);
  });
});

describe('with a read lag', () => {
  const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };

  test('a write shows when it is as old as the lag', () => {
    const ecs = testEcs({ readLagMs: 1000 });
    ecs.service.loadInventory({
      ...REGION,
      SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a' }],
    });
    const ports = () => ecs.rules('sg-a').map((rule) => rule.PortRange);
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-a', ...SSH });
    ecs.now += 600;
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-a', ...SSH, PortRange: '23/23' });
    expect(ports()).toEqual([]);
    ecs.now += 400;
    expect(ports()).toEqual(['22/22']);
    ecs.now += 600;
    expect(ports()).toEqual(['22/22', '23/23']);
  });

  test('writes see the newest state all the same', () => {
    const ecs = testEcs({ readLagMs: 1000, rulesPerGroup: 1 });
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    const second = { SecurityGroupId, ...SSH, PortRange: '23/23' };
    expect(ecs.outcome('AuthorizeSecurityGroup', second)).toContain('AuthorizationLimitExceed');
  });

  test('a group appears and disappears late', () => {
    const ecs = testEcs({ readLagMs: 1000 });
    const SecurityGroupId = ecs.group();
    expect(list(ecs).ids).toEqual([]);
    ecs.now += 1000;
    expect(list(ecs).ids).toEqual([SecurityGroupId]);
    ecs.call('DeleteSecurityGroup', { SecurityGroupId });
    expect(list(ecs).ids).toEqual([SecurityGroupId]);
    ecs.now += 1000;
    expect(list(ecs).ids).toEqual([]);
  });

  test('a group that is loaded again after its deletion stays', () => {
    const ecs = testEcs({ readLagMs: 1000 });
    const load = () =>
      ecs.service.loadInventory({ ...REGION, SecurityGroups: [{ SecurityGroupId: 'sg-a' }] });
    load();
    ecs.call('DeleteSecurityGroup', { SecurityGroupId: 'sg-a' });
    load();
    ecs.now += 5000;
    ecs.call('DeleteSecurityGroup', { SecurityGroupId: ecs.group() });
    expect(list(ecs).ids).toContain('sg-a');
  });
});
