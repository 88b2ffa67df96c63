import fc from 'fast-check';
import { OTHER_ACCOUNT, REGION, testEcs } from './ecs-for-tests';

const SMTP = { IpProtocol: 'tcp', PortRange: '25/25', DestCidrIp: '0.0.0.0/0', Policy: 'drop' };

describe('a ClientToken', () => {
  test('has no second effect, not even when the rule was removed in between', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const sent = { SecurityGroupId, ...SMTP, ClientToken: 'once' };
    ecs.call('AuthorizeSecurityGroupEgress', sent);
    ecs.call('RevokeSecurityGroupEgress', { SecurityGroupId, ...SMTP });
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', sent)).toBe('accepted');
    expect(ecs.rules(SecurityGroupId)).toEqual([]);
  });

  test('gives the same answer', () => {
    const ecs = testEcs();
    const sent = { VpcId: 'vpc-a', ClientToken: 'once' };
    expect(ecs.group(sent)).toBe(ecs.group(sent));
  });

  test('is refused with other parameters', () => {
    const ecs = testEcs();
    ecs.group({ VpcId: 'vpc-a', ClientToken: 'once' });
    expect(ecs.outcome('CreateSecurityGroup', { VpcId: 'vpc-b', ClientToken: 'once' })).toContain(
      '400 IdempotentParameterMismatch',
    );
  });

  test('belongs to one action, one account and one spelling', () => {
    const ecs = testEcs();
    const SecurityGroupId = ecs.group();
    const other = ecs.group({ VpcId: 'vpc-a', ClientToken: 'once' }, OTHER_ACCOUNT);
    const calls = [
      ecs.outcome('AuthorizeSecurityGroupEgress', {
        SecurityGroupId,
        ...SMTP,
        ClientToken: 'once',
      }),
      ecs.outcome('RevokeSecurityGroupEgress', { SecurityGroupId, ...SMTP, ClientToken: 'once' }),
      ecs.outcome('AuthorizeSecurityGroupEgress', {
        SecurityGroupId,
        ...SMTP,
        ClientToken: 'ONCE',
      }),
    ];
    expect(calls).toEqual(['accepted', 'accepted', 'accepted']);
    expect(ecs.rules(SecurityGroupId)).toHaveLength(1);
    expect(ecs.group({ VpcId: 'vpc-a', ClientToken: 'once' })).not.toBe(other);
  });

  test('stays unused when the call is refused', () => {
    const ecs = testEcs();
    const sent = { ...SMTP, SecurityGroupId: 'sg-late', ClientToken: 'once' };
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', sent)).toContain('404');
    ecs.service.loadInventory({ ...REGION, SecurityGroups: [{ SecurityGroupId: 'sg-late' }] });
    expect(ecs.outcome('AuthorizeSecurityGroupEgress', sent)).toBe('accepted');
    expect(ecs.rules('sg-late')).toHaveLength(1);
  });

  test.each(['x'.repeat(65), 'ключ'])('is refused when it is %s', (ClientToken) => {
    const ecs = testEcs();
    expect(ecs.outcome('CreateSecurityGroup', { ClientToken })).toContain(
      '400 InvalidClientToken.ValueNotSupported',
    );
  });

  test('is forgotten after its lifetime', () => {
    const ecs = testEcs({ clientTokenLifetimeMs: 1000 });
    const sent = { VpcId: 'vpc-a', ClientToken: 'once' };
    const first = ecs.group(sent);
    ecs.now += 999;
    expect(ecs.group(sent)).toBe(first);
    ecs.now += 1;
    expect(ecs.group(sent)).not.toBe(first);
  });

  test('makes any interleaving of retries equal to running each call once', () => {
    const calls = fc.array(
      fc.record({
        action: fc.constantFrom('AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'),
        port: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    const withRetries = calls.chain((list) =>
      fc.record({
        list: fc.constant(list),
        // After call i is made for the first time, earlier ones are sent again.
        retries: fc.array(fc.nat(), { minLength: list.length, maxLength: list.length }),
      }),
    );
    fc.assert(
      fc.property(withRetries, ({ list, retries }) => {
        const once = testEcs();
        const often = testEcs();
        const [onceId, oftenId] = [once.group(), often.group()];
        const sent = (index: number) => ({
          SecurityGroupId: oftenId,
          ...permission(list[index]?.port ?? 1),
          ClientToken: `call-${index}`,
        });
        for (const [index, { action, port }] of list.entries()) {
          once.call(action, { SecurityGroupId: onceId, ...permission(port) });
          often.call(action, sent(index));
          const earlier = (retries[index] ?? 0) % (index + 1);
          often.call(list[earlier]?.action ?? action, sent(earlier));
        }
        expect(often.rules(oftenId)).toEqual(once.rules(onceId));
      }),
      { numRuns: 60 },
    );
  });
});

function permission(port: number) {
  return {
    'Permissions.1.IpProtocol': 'tcp',
    'Permissions.1.PortRange': `${port}/${port}`,
    'Permissions.1.DestCidrIp': '0.0.0.0/0',
  };
}
