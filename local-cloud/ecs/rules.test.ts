import { OTHER_ACCOUNT, permissions, type Sent, type ShownRule, testEcs } from './ecs-for-tests';

const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };
const SMTP = { IpProtocol: 'tcp', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };

/** What tells rules apart for a reader: everything but the id and the creation time. */
const content = ({ SecurityGroupRuleId: _, CreateTime: __, ...rest }: ShownRule) => rest;

describe('authorizing', () => {
  test('shows the defaults, the upper-case protocol and empty texts for absent fields', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    expect(ecs.rules(SecurityGroupId)).toEqual([
      expect.objectContaining({
        SecurityGroupRuleId: expect.stringMatching(/^sgr-[a-z0-9]{20}$/),
        Direction: 'ingress',
        IpProtocol: 'TCP',
        PortRange: '22/22',
        SourceCidrIp: '10.0.0.0/8',
        DestCidrIp: '',
        SourceGroupId: '',
        SourceGroupOwnerAccount: '',
        Policy: 'Accept',
        Priority: '1',
        NicType: 'intranet',
        Description: '',
        CreateTime: '2026-03-01T08:00:00Z',
      }),
    ]);
  });

  test('takes flat and Permissions form alike, with gaps in the numbers', () => {
    const ecs = testEcs();
    const flat = ecs.group();
    const listed = ecs.group();
    ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId: flat, ...SMTP });
    const sent = Object.entries(SMTP).map(([name, value]) => [`Permissions.7.${name}`, value]);
    ecs.call('AuthorizeSecurityGroupEgress', {
      SecurityGroupId: listed,
      ...Object.fromEntries(sent),
    });
    expect(ecs.rules(listed).map(content)).toEqual(ecs.rules(flat).map(content));
  });

  test.each(['0', '101'])('refuses Permissions.%s', (index) => {
    const ecs = testEcs();
    const sent = { SecurityGroupId: ecs.group(), [`Permissions.${index}.IpProtocol`]: 'tcp' };
    expect(ecs.outcome('AuthorizeSecurityGroup', sent)).toContain('400 InvalidParameter');
  });

  test('ignores parameters that the action does not know', () => {
    const ecs = testEcs();
    const sent = { SecurityGroupId: ecs.group(), 'SecurityGroupRule.1.IpProtocol': 'tcp' };
    expect(ecs.outcome('AuthorizeSecurityGroup', sent)).toContain(
      'InvalidIpProtocol.ValueNotSupported',
    );
  });

  test('keeps the description of a rule that is there', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, Description: 'first' });
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, Description: 'second' });
    expect(ecs.rules(SecurityGroupId).map((rule) => rule.Description)).toEqual(['first']);
  });

  test.each([
    [
      'everywhere',
      'InvalidDestCidrIp.Malformed: The specified parameter "DestCidrIp" is not valid.',
    ],
    ['10.0.0.256/8', 'InvalidDestCidrIp.Malformed: The parameter DestCidrIp is not valid.'],
    [
      '10.0.0.0/33',
      'InvalidDestCidrIp.Malformed: The specified parameter DestCidrIp is not valid.',
    ],
    ['2001:db8::/32', 'InvalidParam.DestCidrIp: The specified parameter DestCidrIp is invalid.'],
  ])('refuses the block %s in either form alike', (DestCidrIp, refusal) => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const rule = { ...SMTP, DestCidrIp };
    for (const sent of [rule, permissions(rule)]) {
      const outcome = ecs.outcome('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...sent });
      expect(outcome).toBe(`400 ${refusal}`);
    }
  });

  test('keeps rules apart that differ in priority or policy only', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    for (const more of [{}, { Priority: '2' }, { Policy: 'drop' }]) {
      ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, ...more });
    }
    expect(ecs.rules(SecurityGroupId)).toHaveLength(3);
  });

  test('compresses IPv6 and keeps host bits', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const Ipv6SourceCidrIp = '2001:0db8:3c4d:0015:0000:0000:1a2f:1a2b/0';
    ecs.call('AuthorizeSecurityGroup', {
      SecurityGroupId,
      ...permissions(
        { IpProtocol: 'tcp', PortRange: '1/2', Ipv6SourceCidrIp },
        { ...SSH, SourceCidrIp: '10.159.6.18/12' },
      ),
    });
    const [ipv6, ipv4] = ecs.rules(SecurityGroupId);
    expect(ipv6?.Ipv6SourceCidrIp).toBe('2001:db8:3c4d:15::1a2f:1a2b/0');
    expect(ipv4?.SourceCidrIp).toBe('10.159.6.18/12');
  });

  test('takes an address with and without its full prefix length for the same', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, SourceCidrIp: '10.0.0.1' });
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, SourceCidrIp: '10.0.0.1/32' });
    expect(ecs.rules(SecurityGroupId).map((rule) => rule.SourceCidrIp)).toEqual(['10.0.0.1']);
  });

  test('lets a block win over a group, and a group over a prefix list', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const peer = ecs.group();
    const ports = { IpProtocol: 'tcp', PortRange: '1/2' };
    const both = { SourceGroupId: peer, SourcePrefixListId: 'pl-ignored' };
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, SourceGroupId: 'sg-ignored' });
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...ports, ...both });
    const [block, group] = ecs.rules(SecurityGroupId);
    expect(block).toMatchObject({ SourceCidrIp: '10.0.0.0/8', SourceGroupId: '' });
    expect(group).toMatchObject({ SourceGroupId: peer, SourcePrefixListId: '' });
    expect(group?.SourceGroupOwnerAccount).toMatch(/^\d+$/);
  });

  test('reaches a group of another account by id and by login name', () => {
    const ecs = testEcs({ accountNames: { 'other@example.com': OTHER_ACCOUNT } });
    const SourceGroupId = ecs.group({ VpcId: 'vpc-a' }, OTHER_ACCOUNT);
    const ports = { IpProtocol: 'tcp', PortRange: '1/2', SourceGroupId };
    for (const owner of [
      { SourceGroupOwnerId: OTHER_ACCOUNT },
      { SourceGroupOwnerAccount: 'other@example.com' },
    ]) {
      const SecurityGroupId = ecs.group();
      ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...ports, ...owner });
      expect(ecs.rules(SecurityGroupId)[0]?.SourceGroupOwnerAccount).toBe(OTHER_ACCOUNT);
    }
  });

  test('an advanced group takes no drop rule, no group, and is no peer', () => {
    const ecs = testEcs();
    const advanced = ecs.group({ VpcId: 'vpc-a', SecurityGroupType: 'enterprise' });
    const basic = ecs.group();
    const ports = { IpProtocol: 'tcp', PortRange: '1/2' };
    const try_ = (sent: Sent) => ecs.outcome('AuthorizeSecurityGroup', sent);
    const denied = '400 InvalidGroupParameter.OperationDenied';
    expect(try_({ SecurityGroupId: advanced, ...SSH, Policy: 'drop' })).toContain(denied);
    expect(try_({ SecurityGroupId: advanced, ...ports, SourceGroupId: basic })).toContain(denied);
    expect(try_({ SecurityGroupId: basic, ...ports, SourceGroupId: advanced })).toContain(
      '400 InvalidGroupAuthParameter.OperationDenied',
    );
    expect(try_({ SecurityGroupId: advanced, ...SSH, Policy: 'accept' })).toBe('accepted');
  });

  test('in the classic network the two NIC types have rules of their own', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group({});
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, NicType: 'INTRANET' });
    const shown = (NicType: string) => ecs.rules(SecurityGroupId, { NicType });
    expect(shown('internet').map((rule) => rule.NicType)).toEqual(['internet']);
    expect(shown('intranet').map((rule) => rule.NicType)).toEqual(['intranet']);
    expect(
      ecs.outcome('ModifySecurityGroupRule', {
        SecurityGroupId,
        ...SSH,
        PortRange: '23/23',
        Description: 'x',
      }),
    ).toContain('404');
  });
});

describe('revoking', () => {
  test('a missing rule fails by id and by flat parameters, and succeeds by Permissions', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const revoke = (sent: Sent) => ecs.outcome('RevokeSecurityGroup', { SecurityGroupId, ...sent });
    expect(revoke(SSH)).toContain('400 InvalidSecurityGroupRule.RuleNotExist');
    expect(revoke({ 'SecurityGroupRuleId.1': 'sgr-none' })).toContain(
      '400 InvalidSecurityGroupRule.RuleNotExist',
    );
    expect(revoke(permissions(SSH))).toBe('accepted');
  });

  test('from a group that does not exist is refused with 400, unlike authorizing', () => {
    const ecs = testEcs();
    const SecurityGroupId = 'sg-none';
    const byId = { SecurityGroupId, 'SecurityGroupRuleId.1': 'sgr-none' };
    const notFound = '400 InvalidSecurityGroupId.NotFound';
    expect(ecs.outcome('RevokeSecurityGroup', { SecurityGroupId, ...SSH })).toContain(notFound);
    expect(ecs.outcome('RevokeSecurityGroupEgress', byId)).toContain(notFound);
    expect(ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH })).toContain('404');
  });

  test('by ids removes all of them or none, each once, of its own direction', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...SMTP });
    const [ingress, egress] = ecs.rules(SecurityGroupId).map((rule) => rule.SecurityGroupRuleId);
    const revoke = (...ids: readonly (string | undefined)[]) =>
      ecs.outcome('RevokeSecurityGroup', {
        SecurityGroupId,
        ...Object.fromEntries(
          ids.map((id, index) => [`SecurityGroupRuleId.${index + 1}`, id ?? '']),
        ),
      });
    expect(revoke(ingress, egress)).toContain('RuleNotExist');
    expect(revoke(ingress, ingress)).toContain('SecurityGroupRuleIdRepeated');
    expect(revoke('22')).toContain('400 InvalidParam.SecurityGroupRuleId:');
    expect(ecs.rules(SecurityGroupId)).toHaveLength(2);
    expect(revoke(ingress)).toBe('accepted');
    expect(ecs.rules(SecurityGroupId).map((rule) => rule.Direction)).toEqual(['egress']);
  });

  test('ids and Permissions exclude each other', () => {
    const ecs = testEcs();
    const sent = { 'SecurityGroupRuleId.1': 'sgr-a', ...permissions(SSH) };
    const SecurityGroupId = ecs.group();
    expect(ecs.outcome('RevokeSecurityGroup', { SecurityGroupId, ...sent })).toContain(
      '400 InvalidParam.Permissions',
    );
  });

  test.each([
    ['default-priority', 'RuleNotExist'],
    ['any-priority', 'accepted'],
  ] as const)('without Priority, %s decides about a rule of priority 5', (omittedPriority, end) => {
    const ecs = testEcs({ omittedPriority });
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, Priority: '5' });
    expect(ecs.outcome('RevokeSecurityGroup', { SecurityGroupId, ...SSH })).toContain(end);
  });
});
