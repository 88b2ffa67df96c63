import { OTHER_ACCOUNT, permissions, type Sent, testEcs } from './ecs-for-tests';
import type { EcsOptions } from './options';

const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };

/** What one call gives, and the rules after it, for the default and for another value of an option. */
function both(option: Partial<EcsOptions>, sent: Sent, before: readonly Sent[] = []) {
  return [{}, option].map((options) => {
    const ecs = testEcs(options);
    const SecurityGroupId = ecs.group();
    for (const rule of before) {
      ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...rule });
    }
    const outcome = ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...sent });
    return { outcome, rules: ecs.rules(SecurityGroupId) };
  });
}

describe('options of the service', () => {
  test('ipv4HostBits: mask sets them to zero', () => {
    const [usual, masked] = both({ ipv4HostBits: 'mask' }, { ...SSH, SourceCidrIp: '10.1.2.3/8' });
    expect(usual?.rules[0]?.SourceCidrIp).toBe('10.1.2.3/8');
    expect(masked?.rules[0]?.SourceCidrIp).toBe('10.0.0.0/8');
  });

  test('singleAddress: with-prefix-length shows /32', () => {
    const sent = { ...SSH, SourceCidrIp: '10.1.2.3' };
    const [usual, full] = both({ singleAddress: 'with-prefix-length' }, sent);
    expect(usual?.rules[0]?.SourceCidrIp).toBe('10.1.2.3');
    expect(full?.rules[0]?.SourceCidrIp).toBe('10.1.2.3/32');
  });

  test('priorityIsIdentity: false takes rules of two priorities for one', () => {
    const sent = { ...SSH, Priority: '2' };
    const [usual, one] = both({ priorityIsIdentity: false }, sent, [SSH]);
    expect(usual?.rules).toHaveLength(2);
    expect(one?.rules.map((rule) => rule.Priority)).toEqual(['1']);
  });

  test('repeatedAuthorize: update-description does so', () => {
    const sent = { ...SSH, Description: 'new' };
    const [usual, updated] = both({ repeatedAuthorize: 'update-description' }, sent, [SSH]);
    expect(usual?.rules[0]?.Description).toBe('');
    expect(updated?.rules.map((rule) => rule.Description)).toEqual(['new']);
  });

  test('internetNicInVpc: intranet takes the one for the other', () => {
    const sent = { ...SSH, NicType: 'internet' };
    const [usual, lenient] = both({ internetNicInVpc: 'intranet' }, sent);
    expect(usual?.outcome).toContain('400 InvalidNicType.Mismatch');
    expect(lenient?.rules[0]?.NicType).toBe('intranet');
  });

  test('a group as object needs the intranet, in a VPC as well', () => {
    const ecs = testEcs();
    const sent = { SecurityGroupId: ecs.group(), SourceGroupId: ecs.group(), NicType: 'internet' };
    const ports = { IpProtocol: 'tcp', PortRange: '1/2' };
    expect(ecs.outcome('AuthorizeSecurityGroup', { ...sent, ...ports })).toContain(
      '403 InvalidSourceGroupId.Mismatch',
    );
  });

  test('advancedGroupAccept: refuse does not take an explicit Policy=accept', () => {
    const ecs = testEcs({ advancedGroupAccept: 'refuse' });
    const SecurityGroupId = ecs.group({ VpcId: 'vpc-a', SecurityGroupType: 'enterprise' });
    const authorize = (sent: Sent) =>
      ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH, ...sent });
    expect(authorize({ Policy: 'accept' })).toContain('InvalidGroupParameter.OperationDenied');
    expect(authorize({})).toBe('accepted');
  });

  test('crossAccountVpc: allow lets a group of another account be in another VPC', () => {
    const outcomes = (['refuse', 'allow'] as const).map((crossAccountVpc) => {
      const ecs = testEcs({ crossAccountVpc });
      const SourceGroupId = ecs.group({ VpcId: 'vpc-b' }, OTHER_ACCOUNT);
      const peer = { SourceGroupId, SourceGroupOwnerId: OTHER_ACCOUNT };
      const ports = { IpProtocol: 'tcp', PortRange: '1/2' };
      const SecurityGroupId = ecs.group();
      return ecs.outcome('AuthorizeSecurityGroup', { SecurityGroupId, ...ports, ...peer });
    });
    expect(outcomes).toEqual([
      expect.stringContaining('400 InvalidSourceGroupId.Mismatch'),
      'accepted',
    ]);
  });

  test('revokeWithoutMatch: refuse fails and leaves the rules that do match', () => {
    const ecs = testEcs({ revokeWithoutMatch: 'refuse' });
    const SecurityGroupId = ecs.group();
    ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
    const sent = permissions(SSH, { ...SSH, PortRange: '23/23' });
    expect(ecs.outcome('RevokeSecurityGroup', { SecurityGroupId, ...sent })).toContain(
      '400 InvalidSecurityGroupRule.RuleNotExist',
    );
    expect(ecs.rules(SecurityGroupId)).toHaveLength(1);
  });
});
