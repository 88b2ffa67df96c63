import { permissions, testEcs } from './ecs-for-tests';

const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };
const SMTP = { IpProtocol: 'tcp', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };

describe('quotas', () => {
  test('count both directions, and repeats of a rule not at all', () => {
    const ecs = testEcs({ rulesPerGroup: 2 });
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...SMTP });
    const more = { SecurityGroupId, ...SSH, PortRange: '23/23' };
    expect(ecs.outcome('AuthorizeSecurityGroup', more)).toContain('403 AuthorizationLimitExceed');
    expect(ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH })).toBe('accepted');
  });

  test('count a prefix list with its MaxEntries', () => {
    const ecs = testEcs({ rulesPerGroup: 10 });
    const list = { PrefixListName: 'list', AddressFamily: 'IPv4', MaxEntries: '10' };
    const { PrefixListId } = ecs.call('CreatePrefixList', list);
    const rule = { IpProtocol: 'tcp', PortRange: '1/2', DestPrefixListId: String(PrefixListId) };
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...rule });
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...SMTP })).toContain(
      'AuthorizationLimitExceed',
    );
  });

  test('hold at most 20 rules whose object is a group', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const SourceGroupId = ecs.group();
    const rule = (port: number) => ({
      SecurityGroupId,
      IpProtocol: 'tcp',
      PortRange: `${port}/${port}`,
      SourceGroupId,
    });
    for (let port = 1; port <= 20; port += 1) {
      ecs.call('AuthorizeSecurityGroup', rule(port));
    }
    expect(ecs.outcome('AuthorizeSecurityGroup', rule(21))).toContain(
      '400 AuthorizedGroupRule.LimitExceed',
    );
  });

  test.each([
    ['all-or-nothing', 0],
    ['stop-at-first-failure', 2],
  ] as const)(
    '%s leaves %i rules of a batch whose third is one too many',
    (batchAtomicity, left) => {
      const ecs = testEcs({ rulesPerGroup: 2, batchAtomicity });
      const SecurityGroupId = ecs.group();
      const batch = permissions(SSH, { ...SSH, Priority: '2' }, { ...SSH, Priority: '3' });
      expect(ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...batch })).toContain('403');
      expect(ecs.rules(SecurityGroupId)).toHaveLength(left);
    },
  );
});
