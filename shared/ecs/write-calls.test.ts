import { stringify } from 'node:querystring';
import fc from 'fast-check';
import { type Permission, parseRegionId, parseSecurityGroupId } from '../security-group';
import {
  authorizeCalls,
  clientToken,
  createEcsClient,
  modifyCall,
  type NewPermission,
  type WriteCall,
} from '.';
import { answer, startScriptedServer } from './scripted-server';

const regionId = parseRegionId('cn-hangzhou');
const groupId = parseSecurityGroupId('sg-1');

/** Sends a call for real and gives back the request target as the server saw it. */
async function sent(call: WriteCall, token = 'x'.repeat(64)) {
  const server = await startScriptedServer(answer({ RequestId: 'R' }));
  const client = createEcsClient({
    regionId,
    endpoint: server.endpoint,
    credentials: async () => ({ accessKeyId: 'key', accessKeySecret: 'secret' }),
  });
  try {
    await client.execute(call, token);
    return server.requests[0];
  } finally {
    await server.close();
  }
}

const permission: fc.Arbitrary<NewPermission> = fc.record(
  {
    Policy: fc.constantFrom('accept', 'drop'),
    Priority: fc.integer({ min: 1, max: 100 }).map(String),
    IpProtocol: fc.constantFrom('TCP', 'UDP', 'ALL'),
    PortRange: fc.constantFrom('25/25', '-1/-1'),
    DestCidrIp: fc.ipV4(),
    Description: fc.string({ unit: 'grapheme', maxLength: 80 }),
  },
  { requiredKeys: ['IpProtocol', 'DestCidrIp'] },
);

describe('calls that add rules', () => {
  it('hold every permission once and in order, at most a hundred and under the byte limit each', () => {
    fc.assert(
      fc.property(
        fc.array(permission, { maxLength: 260 }),
        fc.integer({ min: 1_500, max: 60_000 }),
        (permissions, limit) => {
          const calls = authorizeCalls('egress', regionId, groupId, permissions, limit);

          expect(calls.flatMap((call) => call.parameters.Permissions)).toEqual(permissions);
          for (const { parameters } of calls) {
            expect(parameters.Permissions.length).toBeGreaterThan(0);
            expect(parameters.Permissions.length).toBeLessThanOrEqual(100);
            expect(requestTarget(parameters.Permissions).length).toBeLessThan(limit);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are as few as the limits allow', () => {
    const rule = { IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };
    const calls = authorizeCalls('egress', regionId, groupId, Array(250).fill(rule), 60_000);

    expect(calls.map((call) => call.parameters.Permissions.length)).toEqual([100, 100, 50]);
  });

  it('are split at the byte that would reach the limit', () => {
    const rule = { IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '0.0.0.0/0' };
    const size = requestTarget([rule, rule]).length;

    expect(authorizeCalls('egress', regionId, groupId, [rule, rule], size + 1)).toHaveLength(1);
    expect(authorizeCalls('egress', regionId, groupId, [rule, rule], size)).toHaveLength(2);
  });

  it('make request targets of exactly the size that they were split by', async () => {
    const rule: NewPermission = {
      IpProtocol: 'TCP',
      PortRange: '25/25',
      DestCidrIp: '0.0.0.0/0',
      Description: "no (mail)! 'out'* ~ 禁止 | %",
    };
    const [call] = authorizeCalls('egress', regionId, groupId, Array(12).fill(rule));

    const request = await sent(call as WriteCall);

    expect(request?.target.length).toBe(requestTarget(Array(12).fill(rule)).length);
  });

  it('stay under 8,000 bytes unless told otherwise', () => {
    const rule = { IpProtocol: 'TCP', DestCidrIp: '0.0.0.0/0', Description: '禁'.repeat(200) };
    const calls = authorizeCalls('egress', regionId, groupId, Array(10).fill(rule));

    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) {
      expect(requestTarget(call.parameters.Permissions).length).toBeLessThan(8_000);
    }
  });

  it('are refused for a rule that is too long by itself', () => {
    const rule = { IpProtocol: 'TCP', DestCidrIp: '0.0.0.0/0', Description: 'x'.repeat(512) };

    expect(() => authorizeCalls('egress', regionId, groupId, [rule], 500)).toThrow(RangeError);
  });

  it('are none for no rules', () => {
    expect(authorizeCalls('ingress', regionId, groupId, [])).toEqual([]);
  });

  it.each([
    ['ingress', 'AuthorizeSecurityGroup'],
    ['egress', 'AuthorizeSecurityGroupEgress'],
  ] as const)(
    'send every field of a permission as it is written: %s',
    async (direction, action) => {
      const far = direction === 'ingress' ? 'Source' : 'Dest';
      const rule = {
        Policy: 'drop',
        Priority: '1',
        IpProtocol: 'TCP',
        PortRange: '25/25',
        PortRangeListId: 'prl-1',
        SourcePortRange: '1/65535',
        NicType: 'intranet',
        SourceCidrIp: '10.0.0.0/8',
        Ipv6SourceCidrIp: '2001:db8::/32',
        DestCidrIp: '0.0.0.0/0',
        Ipv6DestCidrIp: '::/0',
        [`${far}GroupId`]: 'sg-2',
        [`${far}GroupOwnerAccount`]: 'someone@example.com',
        [`${far}GroupOwnerId`]: 1234567890123456,
        [`${far}PrefixListId`]: 'pl-1',
        Description: 'a & b',
      } as const;
      const [call] = authorizeCalls(direction, regionId, groupId, [rule]);

      const request = await sent(call as WriteCall, 'token-1');

      expect(request?.headers['x-acs-action']).toBe(action);
      expect(request?.query).toEqual({
        RegionId: 'cn-hangzhou',
        SecurityGroupId: 'sg-1',
        ClientToken: 'token-1',
        ...Object.fromEntries(
          Object.entries(rule).map(([name, value]) => [`Permissions.1.${name}`, String(value)]),
        ),
      });
    },
  );

  it('are not sent when the SDK would drop a field', async () => {
    const [call] = authorizeCalls('egress', regionId, groupId, [
      { IpProtocol: 'TCP', SourceGroupId: 'sg-2' },
    ]);

    await expect(sent(call as WriteCall)).rejects.toThrow(TypeError);
  });
});

describe('a call that changes a description', () => {
  const read: Permission = {
    Direction: 'egress',
    Policy: 'Drop',
    Priority: 5,
    IpProtocol: 'TCP',
    PortRange: '25/25',
    SourcePortRange: '',
    NicType: 'intranet',
    Description: 'old',
    DestCidrIp: '10.0.0.0/8',
    Ipv6DestCidrIp: '',
    DestGroupId: '',
    SourceCidrIp: '10.1.0.0/16',
    DestGroupName: 'ignored',
  } as Permission;

  it('names the rule by its id where the read gave one', async () => {
    const rule = { ...read, SecurityGroupRuleId: 'sgr-1' };
    const request = await sent(modifyCall('egress', regionId, groupId, rule, 'new'), 'token-1');

    expect(request?.headers['x-acs-action']).toBe('ModifySecurityGroupEgressRule');
    expect(request?.query).toEqual({
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-1',
      SecurityGroupRuleId: 'sgr-1',
      Description: 'new',
      ClientToken: 'token-1',
    });
  });

  it('names the rule by what tells it from others where it has no id', async () => {
    const request = await sent(modifyCall('egress', regionId, groupId, read, 'new'), 'token-1');

    expect(request?.query).toEqual({
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-1',
      IpProtocol: 'TCP',
      PortRange: '25/25',
      NicType: 'intranet',
      DestCidrIp: '10.0.0.0/8',
      SourceCidrIp: '10.1.0.0/16',
      Policy: 'drop',
      Priority: '5',
      Description: 'new',
      ClientToken: 'token-1',
    });
  });

  it('names a group of another account by the account id, or its name', async () => {
    const rule = { IpProtocol: 'TCP', SourceGroupId: 'sg-2' };
    const byId = { ...rule, SourceGroupOwnerAccount: '1234567890123456' };
    const byName = { ...rule, SourceGroupOwnerAccount: 'someone@example.com' };

    const first = await sent(modifyCall('ingress', regionId, groupId, byId, 'new'));
    const second = await sent(modifyCall('ingress', regionId, groupId, byName, 'new'));

    expect(first?.headers['x-acs-action']).toBe('ModifySecurityGroupRule');
    expect(first?.query).toMatchObject({
      SourceGroupId: 'sg-2',
      SourceGroupOwnerId: '1234567890123456',
    });
    expect(second?.query.SourceGroupOwnerAccount).toBe('someone@example.com');
  });

  it('leaves out a priority that no write may name', () => {
    const call = modifyCall('egress', regionId, groupId, { ...read, Priority: 110 }, 'new');

    expect(call.parameters).not.toHaveProperty('Priority');
  });
});

describe('a ClientToken', () => {
  const call = (permissions: readonly NewPermission[]) =>
    authorizeCalls('egress', regionId, groupId, permissions)[0] as WriteCall;

  it('is the same for one trigger and change, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.string(), permission, (trigger, rule) => {
        const reversed = Object.fromEntries(Object.entries(rule).reverse()) as NewPermission;
        const token = clientToken(trigger, call([rule]));

        expect(clientToken(trigger, call([reversed]))).toBe(token);
        expect(token).toMatch(/^[\x21-\x7e]{1,64}$/);
      }),
    );
  });

  it('survives being written to a record and read back', () => {
    const change = modifyCall('egress', regionId, groupId, { SecurityGroupRuleId: 'sgr-1' }, 'é');

    expect(clientToken('t', JSON.parse(JSON.stringify(change)) as WriteCall)).toBe(
      clientToken('t', change),
    );
  });

  it('differs for another trigger, group, region, direction, rule or order of rules', () => {
    const rules = [{ IpProtocol: 'TCP' }, { IpProtocol: 'UDP' }];
    const other = parseSecurityGroupId('sg-2');
    const beijing = parseRegionId('cn-beijing');
    const tokens = [
      clientToken('trigger-1', call(rules)),
      clientToken('trigger-2', call(rules)),
      clientToken('trigger-1', call([...rules].reverse())),
      clientToken('trigger-1', call([{ IpProtocol: 'TCP' }])),
      ...[
        authorizeCalls('egress', regionId, other, rules),
        authorizeCalls('egress', beijing, groupId, rules),
        authorizeCalls('ingress', regionId, groupId, rules),
      ].map(([change]) => clientToken('trigger-1', change as WriteCall)),
    ];

    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('differs for any two triggers', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        fc.pre(first !== second);
        const change = call([{ IpProtocol: 'TCP' }]);
        expect(clientToken(first, change)).not.toBe(clientToken(second, change));
      }),
    );
  });

  it.each(['', 'x'.repeat(65), 'é', 'a b'])('of the form %j is refused', async (token) => {
    await expect(sent(call([{ IpProtocol: 'TCP' }]), token)).rejects.toThrow(RangeError);
  });
});

/** What a call of these permissions looks like on the wire, told apart from the code under test. */
function requestTarget(permissions: readonly NewPermission[]): string {
  const query: Record<string, string> = {
    ClientToken: 'x'.repeat(64),
    RegionId: regionId,
    SecurityGroupId: groupId,
  };
  permissions.forEach((rule, index) => {
    for (const [name, value] of Object.entries(rule)) {
      query[`Permissions.${index + 1}.${name}`] = String(value);
    }
  });
  return `/?${stringify(query).replaceAll("'", '%27')}`;
}
