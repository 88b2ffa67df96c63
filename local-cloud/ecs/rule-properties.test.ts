import fc from 'fast-check';
import { permissions, type Sent, testEcs } from './ecs-for-tests';

const SSH = { IpProtocol: 'tcp', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };

describe('properties of rules', () => {
  const port = fc.integer({ min: 1, max: 65535 });
  const ports = fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}/${Math.max(a, b)}`);
  const protocol = fc.oneof(
    fc.tuple(fc.constantFrom('tcp', 'UDP'), ports),
    fc.tuple(fc.constantFrom('all', 'ALL', 'gre'), fc.constant('-1/-1')),
  );
  const peer = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, n]) => ({
      DestCidrIp: `${ip}/${n}`,
    })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, n]) => ({
      Ipv6DestCidrIp: `${ip}/${n}`,
    })),
  );
  const rule: fc.Arbitrary<Sent> = fc
    .tuple(
      protocol,
      peer,
      fc.constantFrom('accept', 'Drop'),
      fc.integer({ min: 1, max: 100 }),
      fc.string({ maxLength: 40, unit: 'grapheme' }),
    )
    .map(([[IpProtocol, PortRange], address, Policy, priority, Description]) => ({
      IpProtocol,
      PortRange,
      ...address,
      Policy,
      Priority: String(priority),
      Description,
    }));

  test('what is authorized is what is described, up to spelling', () => {
    fc.assert(
      fc.property(rule, (sent) => {
        const ecs = testEcs();
        const SecurityGroupId = ecs.group();
        ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...sent });
        const [shown] = ecs.rules(SecurityGroupId);
        expect(shown).toMatchObject({
          IpProtocol: sent.IpProtocol?.toUpperCase(),
          PortRange: sent.PortRange,
          Priority: sent.Priority,
          Description: sent.Description,
          DestCidrIp: sent.DestCidrIp ?? '',
        });
        expect(shown?.Policy?.toLowerCase()).toBe(sent.Policy?.toLowerCase());
        // Sending what was shown means the same rule.
        const { SecurityGroupRuleId: _, CreateTime: __, Direction: ___, ...again } = shown ?? {};
        ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...permissions(again) });
        expect(ecs.rules(SecurityGroupId)).toEqual([shown]);
      }),
      { numRuns: 60 },
    );
  });

  test('authorizing twice is authorizing once', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 8 }), (sent) => {
        const ecs = testEcs();
        const SecurityGroupId = ecs.group();
        for (const one of sent) {
          ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...one });
        }
        const once = ecs.rules(SecurityGroupId);
        for (const one of sent) {
          ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...one });
        }
        expect(ecs.rules(SecurityGroupId)).toEqual(once);
      }),
      { numRuns: 40 },
    );
  });

  test('revoking what was authorized leads back to the start', () => {
    fc.assert(
      fc.property(rule, fc.boolean(), (sent, flat) => {
        const ecs = testEcs();
        const SecurityGroupId = ecs.group();
        ecs.call('AuthorizeSecurityGroup', { SecurityGroupId, ...SSH });
        const start = ecs.rules(SecurityGroupId);
        const form = flat ? sent : permissions(sent);
        ecs.call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...form });
        expect(ecs.rules(SecurityGroupId)).toHaveLength(2);
        ecs.call('RevokeSecurityGroupEgress', { SecurityGroupId, ...form });
        expect(ecs.rules(SecurityGroupId)).toEqual(start);
      }),
      { numRuns: 60 },
    );
  });
});
