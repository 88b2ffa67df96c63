import fc from 'fast-check';
import { type Permission, parseRegionId, parseSecurityGroupId } from '../security-group';
import { createEcsClient, type RevokeCall, revokeCalls } from '.';
import { answer, startScriptedServer } from './scripted-server';

const regionId = parseRegionId('cn-hangzhou');
const groupId = parseSecurityGroupId('sg-1');

const mail: Permission = {
  Direction: 'egress',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  Policy: 'Drop',
  Priority: 1,
  NicType: 'intranet',
  DestCidrIp: '0.0.0.0/0',
  SourceCidrIp: '',
  Description: 'no mail',
  CreateTime: '2026-03-01T04:00:00Z',
};

const idsOf = ({ parameters }: RevokeCall) =>
  'SecurityGroupRuleId' in parameters ? parameters.SecurityGroupRuleId : [];
const permissionsOf = ({ parameters }: RevokeCall) =>
  'Permissions' in parameters ? parameters.Permissions : [];

describe('calls that revoke rules', () => {
  it('name every rule once, at most a hundred a call, and by one way a call', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 350 }), (known) => {
        const rules = known.map((hasId, index) => ({
          ...mail,
          PortRange: `${index}/${index}`,
          ...(hasId ? { SecurityGroupRuleId: `sgr-${index}` } : {}),
        }));
        const calls = revokeCalls('egress', regionId, groupId, rules);

        const ids = rules.flatMap((rule) =>
          'SecurityGroupRuleId' in rule ? rule.SecurityGroupRuleId : [],
        );
        expect(calls.flatMap(idsOf)).toEqual(ids);
        expect(calls.flatMap(permissionsOf).map(({ PortRange }) => PortRange)).toEqual(
          rules.flatMap((rule) => ('SecurityGroupRuleId' in rule ? [] : rule.PortRange)),
        );
        for (const call of calls) {
          const named = idsOf(call).length + permissionsOf(call).length;
          expect(named).toBeGreaterThan(0);
          expect(named).toBeLessThanOrEqual(100);
          expect('SecurityGroupRuleId' in call.parameters).not.toBe(
            'Permissions' in call.parameters,
          );
        }
      }),
    );
  });

  it('name a rule without an id by all that tells it from others, as the API spells it', () => {
    const [call] = revokeCalls('egress', regionId, groupId, [mail]);
    expect(call).toEqual({
      action: 'RevokeSecurityGroupEgress',
      regionId,
      securityGroupId: groupId,
      parameters: {
        RegionId: 'cn-hangzhou',
        SecurityGroupId: 'sg-1',
        Permissions: [
          {
            IpProtocol: 'TCP',
            PortRange: '25/25',
            NicType: 'intranet',
            DestCidrIp: '0.0.0.0/0',
            Policy: 'drop',
            Priority: '1',
          },
        ],
      },
    });
  });

  it.each([
    ['ingress', 'RevokeSecurityGroup', 'SourceCidrIp'],
    ['egress', 'RevokeSecurityGroupEgress', 'DestCidrIp'],
  ] as const)('reach ECS as they are: %s', async (direction, action, far) => {
    const { DestCidrIp, ...rest } = mail;
    const rule = { ...rest, Direction: direction, [far]: DestCidrIp };
    const calls = revokeCalls(direction, regionId, groupId, [
      { ...rule, SecurityGroupRuleId: 'sgr-1' },
      { ...rule, SecurityGroupRuleId: 'sgr-2' },
      rule,
    ]);
    const server = await startScriptedServer(answer({ RequestId: 'R' }));
    try {
      const client = createEcsClient({
        regionId,
        endpoint: server.endpoint,
        credentials: async () => ({ accessKeyId: 'key', accessKeySecret: 'secret' }),
      });
      for (const call of calls) await client.execute(call, 'token');
      const [byId, byRule] = server.requests.map(({ query }) => query);
      expect(calls.map((call) => call.action)).toEqual([action, action]);
      expect(byId).toMatchObject({
        'SecurityGroupRuleId.1': 'sgr-1',
        'SecurityGroupRuleId.2': 'sgr-2',
        ClientToken: 'token',
      });
      expect(byRule).toMatchObject({
        'Permissions.1.PortRange': '25/25',
        [`Permissions.1.${far}`]: '0.0.0.0/0',
      });
    } finally {
      await server.close();
    }
  });
});
