import { ACCOUNT, OTHER_ACCOUNT, type Sent, testEcs } from './ecs-for-tests';
import { REGION_IDS } from './regions';

describe('groups', () => {
  test('are created without rules, as basic groups that let their members talk', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group({
      VpcId: 'vpc-a',
      SecurityGroupName: 'web',
      Description: 'front end',
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'prod',
    });
    expect(ecs.call('DescribeSecurityGroupAttribute', { SecurityGroupId })).toMatchObject({
      RegionId: 'cn-hangzhou',
      SecurityGroupName: 'web',
      Description: 'front end',
      VpcId: 'vpc-a',
      InnerAccessPolicy: 'Accept',
      Permissions: { Permission: [] },
      NextToken: '',
    });
    const { SecurityGroups } = ecs.call('DescribeSecurityGroups');
    expect(SecurityGroups).toMatchObject({
      SecurityGroup: [
        {
          SecurityGroupType: 'normal',
          RuleCount: 0,
          Tags: { Tag: [{ TagKey: 'env', TagValue: 'prod' }] },
        },
      ],
    });
  });

  test.each<[Sent, string]>([
    [{ SecurityGroupName: 'x' }, '400 InvalidSecurityGroupName.Malformed'],
    [{ SecurityGroupName: 'https://a' }, '400 InvalidSecurityGroupName.Malformed'],
    [{ Description: 'http://a' }, '400 InvalidDescription.Malformed'],
    [{ SecurityGroupType: 'advanced' }, '400 InvalidParameter.SecurityGroupType'],
    [{ SecurityGroupType: 'enterprise' }, '400 MissingVpcId'],
    [{ VpcId: 'a' }, '404 InvalidVpcId.NotFound'],
    [{ ResourceGroupId: 'a' }, '404 InvalidResourceGroup.NotFound'],
    [{ RegionId: 'mars-1' }, '404 InvalidRegionId.NotFound'],
    [{ RegionId: '' }, '400 MissingRegionId'],
    [{ 'Tag.1.Key': 'acs:env' }, '400 InvalidTagKey.Malformed'],
  ])('are not created with %j', (sent, code) => {
    expect(testEcs().outcome('CreateSecurityGroup', sent)).toContain(code);
  });

  test('are limited in number by region', () => {
    const ecs = testEcs({ groupsPerRegion: 1 });
    ecs.group();
    expect(ecs.outcome('CreateSecurityGroup')).toContain('403 QuotaExceed.SecurityGroup');
    expect(ecs.outcome('CreateSecurityGroup', { RegionId: 'cn-beijing' })).toBe('accepted');
    expect(ecs.outcome('CreateSecurityGroup', {}, OTHER_ACCOUNT)).toBe('accepted');
  });

  test('live in one region', () => {
    const ecs = testEcs();
    const sent = { SecurityGroupId: ecs.group(), RegionId: 'cn-beijing' };
    expect(ecs.outcome('DescribeSecurityGroupAttribute', sent)).toContain('404');
  });

  test('change name, description and inner policy', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group({ VpcId: 'vpc-a', Description: 'kept' });
    ecs.call('ModifySecurityGroupAttribute', { SecurityGroupId, SecurityGroupName: 'renamed' });
    ecs.call('ModifySecurityGroupPolicy', { SecurityGroupId, InnerAccessPolicy: 'drop' });
    expect(ecs.call('DescribeSecurityGroupAttribute', { SecurityGroupId })).toMatchObject({
      SecurityGroupName: 'renamed',
      Description: 'kept',
      InnerAccessPolicy: 'Drop',
    });
    const wrong = { SecurityGroupId, InnerAccessPolicy: 'deny' };
    expect(ecs.outcome('ModifySecurityGroupPolicy', wrong)).toContain(
      '400 InvalidPolicy.Malformed',
    );
  });

  test('are not deleted while another group refers to them', () => {
    const ecs = testEcs();
    const [SecurityGroupId, SourceGroupId] = [ecs.group(), ecs.group()];
    const rule = { SecurityGroupId, IpProtocol: 'tcp', PortRange: '1/2', SourceGroupId };
    ecs.call('AuthorizeSecurityGroup', rule);
    const deletion = { SecurityGroupId: SourceGroupId };
    expect(ecs.outcome('DeleteSecurityGroup', deletion)).toContain('403 DependencyViolation');
    expect(
      ecs.call('DescribeSecurityGroupReferences', { 'SecurityGroupId.1': SourceGroupId }),
    ).toMatchObject({
      SecurityGroupReferences: {
        SecurityGroupReference: [
          {
            SecurityGroupId: SourceGroupId,
            ReferencingSecurityGroups: {
              ReferencingSecurityGroup: [{ SecurityGroupId, AliUid: ACCOUNT }],
            },
          },
        ],
      },
    });
    ecs.call('RevokeSecurityGroup', rule);
    expect(ecs.outcome('DeleteSecurityGroup', deletion)).toBe('accepted');
    expect(ecs.outcome('DeleteSecurityGroup', deletion)).toContain('404');
  });

  test('of a cloud service can be read, and neither written nor referred to', () => {
    const ecs = testEcs();
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [{ SecurityGroupId: 'sg-managed', VpcId: 'vpc-a', ServiceManaged: true }],
    });
    const SecurityGroupId = 'sg-managed';
    const rule = { IpProtocol: 'tcp', PortRange: '1/2', SourceCidrIp: '10.0.0.0/8' };
    const writes: readonly [string, Sent][] = [
      ['AuthorizeSecurityGroup', rule],
      ['RevokeSecurityGroup', rule],
      ['ModifySecurityGroupRule', rule],
      ['ModifySecurityGroupAttribute', { SecurityGroupName: 'mine' }],
      ['ModifySecurityGroupPolicy', { InnerAccessPolicy: 'Drop' }],
      ['DeleteSecurityGroup', {}],
      [
        'TagResources',
        { ResourceType: 'securitygroup', 'ResourceId.1': SecurityGroupId, 'Tag.1.Key': 'a' },
      ],
    ];
    const managed = '403 InvalidOperation.ResourceManagedByCloudProduct';
    for (const [action, sent] of writes) {
      expect(ecs.outcome(action, { SecurityGroupId, ...sent })).toContain(managed);
    }
    const reference = {
      ...rule,
      SecurityGroupId: ecs.group(),
      SourceCidrIp: '',
      SourceGroupId: SecurityGroupId,
    };
    expect(ecs.outcome('AuthorizeSecurityGroup', reference)).toContain(managed);
    expect(ecs.outcome('DescribeSecurityGroupAttribute', { SecurityGroupId })).toBe('accepted');
  });

  test('are of a cloud service when they are created so', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group({ VpcId: 'vpc-a', ServiceManaged: 'true' });
    expect(ecs.call('DescribeSecurityGroups', { ServiceManaged: 'true' })).toMatchObject({
      SecurityGroups: { SecurityGroup: [{ SecurityGroupId, ServiceManaged: true }] },
    });
    expect(ecs.outcome('DeleteSecurityGroup', { SecurityGroupId })).toContain(
      '403 InvalidOperation.ResourceManagedByCloudProduct',
    );
  });
});

test('DescribeRegions shows every region', () => {
  const { Regions } = testEcs().call('DescribeRegions');
  const { Region } = Regions as { Region: { RegionId: string }[] };
  expect(Region.map((region) => region.RegionId)).toEqual(REGION_IDS);
});
