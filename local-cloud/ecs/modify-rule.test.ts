import { type Sent, type TestEcs, testEcs } from './ecs-for-tests';

const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };

function groupWithRule(rule: Sent = SSH): { ecs: TestEcs; groupId: string; ruleId: string } {
  const ecs = testEcs();
  const groupId = ecs.group();
  ecs.call('AuthorizeSecurityGroup', { SecurityGroupId: groupId, ...rule });
  return { ecs, groupId, ruleId: ecs.rules(groupId)[0]?.SecurityGroupRuleId ?? '' };
}

describe('modifying a rule by its parameters', () => {
  test('changes its description and nothing else', () => {
    const { ecs, groupId } = groupWithRule();
    const [before] = ecs.rules(groupId);
    const sent = { ...SSH, SecurityGroupId: groupId, IpProtocol: 'TCP', Description: 'new' };
    ecs.call('ModifySecurityGroupRule', sent);
    expect(ecs.rules(groupId)).toEqual([{ ...before, Description: 'new' }]);
  });

  test('without a description changes nothing', () => {
    const { ecs, groupId } = groupWithRule({ ...SSH, Description: 'old' });
    const before = ecs.rules(groupId);
    ecs.call('ModifySecurityGroupRule', { SecurityGroupId: groupId, ...SSH });
    expect(ecs.rules(groupId)).toEqual(before);
  });

  test.each([
    ['port range', { PortRange: '23/23' }],
    ['policy', { Policy: 'drop' }],
    ['priority', { Priority: '2' }],
    ['source', { SourceCidrIp: '10.0.0.0/9' }],
    ['source port range', { SourcePortRange: '1/2' }],
  ])('does not find a rule with another %s', (_name, other) => {
    const { ecs, groupId } = groupWithRule();
    const sent = { SecurityGroupId: groupId, ...SSH, ...other, Description: 'x' };
    expect(ecs.outcome('ModifySecurityGroupRule', sent)).toContain(
      '404 SecurityGroupRule.NotFound',
    );
  });

  test('refuses a blank description', () => {
    const { ecs, groupId } = groupWithRule();
    const sent = { SecurityGroupId: groupId, ...SSH, Description: '' };
    expect(ecs.outcome('ModifySecurityGroupRule', sent)).toContain(
      'InvalidSecurityGroupDiscription.Malformed',
    );
  });

  test('finds a rule of an inventory whose peer group does not exist', () => {
    const ecs = testEcs();
    const fields = { IpProtocol: 'TCP', PortRange: '22/22', SourceGroupId: 'sg-gone' };
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [
        {
          SecurityGroupId: 'sg-a',
          VpcId: 'vpc-a',
          Permissions: [{ Direction: 'ingress', ...fields }],
        },
      ],
    });
    const sent = { SecurityGroupId: 'sg-a', ...fields, Description: 'known' };
    expect(ecs.outcome('ModifySecurityGroupRule', sent)).toBe('accepted');
    expect(ecs.rules('sg-a')).toEqual([expect.objectContaining({ Description: 'known' })]);
  });

  test('says when the rule exists for the other NIC type only', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group({});
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    const sent = { SecurityGroupId, ...SSH, NicType: 'intranet', Description: 'x' };
    expect(ecs.outcome('ModifySecurityGroupRule', sent)).toContain('400 InvalidNicType.Mismatch');
  });
});

describe('modifying a rule by its id', () => {
  const modify = (rule: Sent, change: Sent) => {
    const { ecs, groupId, ruleId } = groupWithRule(rule);
    const sent = { SecurityGroupId: groupId, SecurityGroupRuleId: ruleId, ...change };
    const outcome = ecs.outcome('ModifySecurityGroupRule', sent);
    return { outcome, rule: ecs.rules(groupId)[0], ruleId };
  };

  test.each<[string, Sent]>([
    ['policy', { Policy: 'Drop' }],
    ['priority', { Priority: '50' }],
    ['port range', { PortRange: '80/90' }],
    ['block', { SourceCidrIp: '192.168.0.0/16' }],
    ['description', { Description: 'new' }],
    ['own block', { DestCidrIp: '10.1.0.0/16' }],
    ['protocol', { IpProtocol: 'UDP' }],
  ])('changes the %s and keeps the rest', (_name, change) => {
    const { outcome, rule, ruleId } = modify({ ...SSH, Description: 'old' }, change);
    expect(outcome).toBe('accepted');
    expect(rule).toMatchObject({
      SecurityGroupRuleId: ruleId,
      IpProtocol: 'TCP',
      PortRange: '22/22',
      SourceCidrIp: '10.0.0.0/8',
      Policy: 'Accept',
      Priority: '1',
      Description: 'old',
      ...change,
    });
  });

  test.each<[string, Sent, string]>([
    ['the kind of object', { Ipv6SourceCidrIp: '::/0' }, 'ModifySgRuleEntityType'],
    ['the kind of object to a group', { SourceGroupId: 'sg-a' }, 'ModifySgRuleEntityType'],
    ['the NIC type', { NicType: 'internet' }, 'InvalidOperation.ModifyNicType'],
    ['ports to a list', { PortRangeListId: 'prl-a' }, 'InvalidOperation.ModifyPortRangeType'],
    ['the block to nothing', { SourceCidrIp: '' }, 'InvalidParam.InvalidModifyRuleRequest'],
    ['the protocol alone, to one without ports', { IpProtocol: 'all' }, 'OperationDenied'],
    ['the block to no block', { SourceCidrIp: '10/8' }, 'InvalidSourceCidrIp.Malformed'],
  ])('does not change %s', (_name, change, code) => {
    const { outcome, rule } = modify(SSH, change);
    expect(outcome).toContain(code);
    expect(rule).toMatchObject({
      IpProtocol: 'TCP',
      PortRange: '22/22',
      SourceCidrIp: '10.0.0.0/8',
    });
  });

  test('does not make it equal to another rule', () => {
    const { ecs, groupId, ruleId } = groupWithRule();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId: groupId, ...SSH, PortRange: '23/23' });
    const sent = { SecurityGroupId: groupId, SecurityGroupRuleId: ruleId, PortRange: '23/23' };
    expect(ecs.outcome('ModifySecurityGroupRule', sent)).toContain(
      'InvalidOperation.RuleDuplicate',
    );
  });

  test('does not find it in the other direction or group', () => {
    const { ecs, groupId, ruleId } = groupWithRule();
    const sent = { SecurityGroupId: groupId, SecurityGroupRuleId: ruleId, Description: 'x' };
    const notFound = '404 InvalidSecurityGroupRuleId.NotFound';
    expect(ecs.outcome('ModifySecurityGroupEgressRule', sent)).toContain(notFound);
    const elsewhere = { ...sent, SecurityGroupId: ecs.group() };
    expect(ecs.outcome('ModifySecurityGroupRule', elsewhere)).toContain(notFound);
  });

  test('describes a rule that the API would not take', () => {
    const ecs = testEcs();
    const odd = {
      Direction: 'ingress',
      IpProtocol: 'ALL',
      PortRange: '22/22',
      Priority: 110,
      Ipv6DestCidrIp: '::/0',
    };
    const rule = { ...odd, SourceCidrIp: '0.0.0.0/0', SecurityGroupRuleId: 'sgr-odd' };
    ecs.service.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [{ SecurityGroupId: 'sg-a', VpcId: 'vpc-a', Permissions: [rule] }],
    });
    ecs.call('ModifySecurityGroupRule', {
      SecurityGroupId: 'sg-a',
      SecurityGroupRuleId: 'sgr-odd',
      IpProtocol: 'all',
      PortRange: '22/22',
      Description: 'known',
    });
    expect(ecs.rules('sg-a')).toEqual([
      expect.objectContaining({ PortRange: '22/22', Priority: '110', Description: 'known' }),
    ]);
  });
});
