import { describeRule, type Permission, parseCidr } from '../../security-group';
import type { DenyPolicy } from '../policy';
import { egress, groupOf, NO_LISTS } from '../testing/groups';
import { judgeDenial } from './deny-traffic';

const POLICY: DenyPolicy = {
  id: 'no-mail-out',
  kind: 'deny-egress',
  mode: 'enforce',
  severity: 'high',
  match: { regions: ['*'], names: ['*'], types: ['normal', 'enterprise'], tags: {} },
  exempt: [],
  deny: [{ peers: ['0.0.0.0/0'], protocol: 'tcp', ports: [{ first: 25, last: 25 }] }],
  rule: { priority: 1, description: '{policy} | managed', fields: {} },
};
const drop = (fields: Permission = {}) => egress({ Policy: 'Drop', PortRange: '25/25', ...fields });

function judge(
  permissions: readonly Permission[],
  {
    group = {},
    policy = {},
    lists = NO_LISTS,
  }: {
    group?: Parameters<typeof groupOf>[1];
    policy?: Partial<DenyPolicy>;
    lists?: typeof NO_LISTS;
  } = {},
) {
  return judgeDenial({ ...POLICY, ...policy }, groupOf(permissions, group), lists);
}

/** The rules that would be added, in words. */
function added(...given: Parameters<typeof judge>): string[] {
  return judge(...given).flatMap(({ changes }) =>
    changes.map((change) => (change.kind === 'add-rule' ? describeRule(change.rule) : change.kind)),
  );
}

function at(priority: number): Partial<DenyPolicy> {
  return { rule: { ...POLICY.rule, priority } };
}

describe('traffic that gets out', () => {
  test('is a finding with a packet, the rule that lets it out, and the rule that stops it', () => {
    expect(judge([egress({ Priority: '5' })])).toEqual([
      {
        policyId: 'no-mail-out',
        severity: 'high',
        status: 'violating',
        message:
          'TCP 25 to 0.0.0.0/0 is not denied: ' +
          'sgr-0 (accept egress TCP 1/65535 to 0.0.0.0/0, priority 5) lets TCP 25 to 203.0.113.10 through',
        witness: expect.objectContaining({ protocol: 6, destinationPort: 25 }),
        changes: [
          {
            kind: 'add-rule',
            rule: expect.objectContaining({
              policy: 'drop',
              priority: 1,
              ports: { first: 25, last: 25 },
              peer: { kind: 'cidr', cidr: parseCidr('0.0.0.0/0') },
              description: 'no-mail-out | managed',
            }),
          },
        ],
      },
    ]);
  });

  test('by the default of a basic group is a finding too', () => {
    const [finding] = judge([]);
    expect(finding?.status).toBe('violating');
    expect(finding?.message).toContain(
      'no rule matches TCP 25 to 203.0.113.10 and the default lets it through',
    );
  });

  test('for one family only is a finding for that family', () => {
    const policy = {
      deny: [{ peers: ['0.0.0.0/0', '::/0'], protocol: 'tcp', ports: [{ first: 25, last: 25 }] }],
    };
    expect(added([drop()], { policy })).toEqual(['drop egress TCP 25/25 to ::/0, priority 1']);
  });

  test.each<[string, Permission[]]>([
    ['a drop', [drop()]],
    ['a drop before accept on a tie', [egress({}), drop()]],
    ['a stronger drop', [egress({ Priority: '2' }), drop()]],
    ['a weak drop that nothing beats', [drop({ Priority: '100' })]],
    [
      'a drop against an accept of priority 110',
      [egress({ Priority: 110 }), drop({ Priority: 100 })],
    ],
    ['a drop of all traffic', [drop({ IpProtocol: 'ALL', PortRange: '-1/-1' })]],
    [
      'drops that only together are enough',
      [drop({ DestCidrIp: '0.0.0.0/1' }), drop({ DestCidrIp: '128.0.0.0/1' })],
    ],
  ])('is denied by %s', (_what, permissions) => {
    expect(judge(permissions)).toEqual([]);
  });

  test.each<[string, Permission[]]>([
    ['a stronger accept', [egress({ DestCidrIp: '10.0.0.0/8' }), drop({ Priority: '2' })]],
    ['a drop of another port', [drop({ PortRange: '26/65535' })]],
    ['a drop of UDP', [drop({ IpProtocol: 'UDP' })]],
    ['a drop of one half', [drop({ DestCidrIp: '0.0.0.0/1' })]],
    ['a drop of IPv6', [drop({ DestCidrIp: '', Ipv6DestCidrIp: '::/0' })]],
    [
      'a drop of ingress',
      [{ ...drop(), Direction: 'ingress', DestCidrIp: '', SourceCidrIp: '0.0.0.0/0' }],
    ],
    ['a drop of some source ports', [drop({ SourcePortRange: '1024/65535' })]],
    ['a drop for some own addresses', [drop({ SourceCidrIp: '10.0.0.0/8' })]],
  ])('is not denied by %s', (_what, permissions) => {
    expect(judge(permissions)).toMatchObject([{ status: 'violating' }]);
  });
});

describe('the priority of a new rule', () => {
  test('is the policy’s where that wins', () => {
    expect(added([], { policy: at(50) })).toEqual([
      'drop egress TCP 25/25 to 0.0.0.0/0, priority 50',
    ]);
    expect(added([egress({ Priority: '60' })], { policy: at(50) })[0]).toContain('priority 50');
  });

  test('is otherwise the weakest that wins: a tie is enough', () => {
    const permissions = [
      egress({ Priority: '20' }),
      egress({ Priority: '7', DestCidrIp: '10.0.0.0/8' }),
    ];
    expect(added(permissions, { policy: at(50) })[0]).toContain('priority 7');
    expect(added([egress({ Priority: '110' })], { policy: at(100) })[0]).toContain('priority 100');
  });

  test('leaves accept rules for other traffic aside', () => {
    const permissions = [egress({ PortRange: '443/443' }), egress({ Priority: '30' })];
    expect(added(permissions, { policy: at(50) })[0]).toContain('priority 30');
  });

  test('if weaker than 1, is reported as holding for the group alone', () => {
    expect(judge([], { policy: at(2) })[0]?.message).toContain(
      'at priority 2 the denial holds for this group alone',
    );
    expect(judge([])[0]?.message).not.toContain('alone');
  });
});

describe('a group that cannot be repaired', () => {
  test.each([
    ['another cloud product manages', { serviceManaged: true }, 'only that product may change it'],
    ['is of the classic network', { vpcId: undefined }, 'move its instances to a VPC'],
    ['is an enterprise group', { type: 'enterprise' as const }, 'narrow the accept rule by hand'],
  ])('because it %s is a finding with the reason', (_what, fields, reason) => {
    const { vpcId, ...others } = groupOf([egress({})]);
    const group = { ...others, ...('vpcId' in fields ? {} : { vpcId }), ...fields };
    const findings = judgeDenial(POLICY, group as typeof others, NO_LISTS);
    expect(findings).toMatchObject([{ status: 'unrepairable', changes: [] }]);
    expect(findings[0]?.message).toContain('lets TCP 25 to 203.0.113.10 through');
    expect(findings[0]?.message).toContain(reason);
  });

  test('is compliant all the same if nothing gets out', () => {
    expect(judge([drop()], { group: { serviceManaged: true } })).toEqual([]);
    expect(judge([], { group: { type: 'enterprise' } })).toEqual([]);
  });

  test('because the policy denies traffic to the group itself says so', () => {
    const policy = { deny: [{ peers: ['sg-bp1'], protocol: 'tcp' }] };
    const findings = judge([], { policy });
    expect(findings).toMatchObject([{ status: 'unrepairable', changes: [] }]);
    expect(findings[0]?.message).toContain('cannot name the group itself');
  });
});

describe('what was not read', () => {
  const toGroup = { deny: [{ peers: ['sg-peer'], protocol: 'tcp' }] };
  const toList = { deny: [{ peers: ['pl-1'], protocol: 'tcp' }] };

  test('as the members of a peer group, is said to decide, and a drop settles it', () => {
    const accept = egress({ DestGroupId: 'sg-peer' });
    const rest = drop({ IpProtocol: 'ALL', PortRange: '-1/-1', Priority: '100' });
    const [finding] = judge([accept, rest]);
    expect(finding).toMatchObject({ status: 'violating' });
    expect(finding?.message).toContain('may let TCP 25 to 203.0.113.10 through');
    expect(finding?.message).toContain('depending on sg-peer');
    expect(added([accept, rest])).toEqual(['drop egress TCP 25/25 to 0.0.0.0/0, priority 1']);
  });

  test('as a prefix list that a rule names, leaves the verdict unknown', () => {
    const rest = drop({ IpProtocol: 'ALL', PortRange: '-1/-1', Priority: '100' });
    expect(judge([egress({ DestPrefixListId: 'pl-1' }), rest])).toMatchObject([
      { status: 'unknown', changes: [] },
    ]);
  });

  test('does not matter where nothing hangs on it', () => {
    expect(judge([egress({ DestPrefixListId: 'pl-1', Priority: '2' }), drop()])).toEqual([]);
    expect(judge([egress({ DestPrefixListId: 'pl-1' })])).toMatchObject([{ status: 'violating' }]);
  });

  test('as the prefix list that the policy denies, is stopped by naming the list', () => {
    expect(added([], { policy: toList })).toEqual(['drop egress TCP 1/65535 to pl-1, priority 1']);
    const named = drop({ PortRange: '1/65535', DestPrefixListId: 'pl-1' });
    expect(judge([named], { policy: toList })).toEqual([]);
  });

  test('as the group that the policy denies, is stopped by naming the group', () => {
    expect(added([], { policy: toGroup })).toEqual([
      'drop egress TCP 1/65535 to sg-peer, priority 1',
    ]);
    const named = drop({ PortRange: '1/65535', DestGroupId: 'sg-peer' });
    expect(judge([named], { policy: toGroup })).toEqual([]);
  });

  test('once it is read, decides', () => {
    const lists = { ...NO_LISTS, prefixLists: new Map([['pl-1', [parseCidr('10.0.0.0/8')]]]) };
    const rest = drop({ IpProtocol: 'ALL', PortRange: '-1/-1', Priority: '100' });
    const [finding] = judge([egress({ DestPrefixListId: 'pl-1' }), rest], { lists });
    expect(finding).toMatchObject({ status: 'violating', witness: { family: 4 } });
    const held = [drop({ PortRange: '1/65535', DestCidrIp: '10.0.0.0/8' })];
    expect(judge(held, { lists, policy: toList })).toEqual([]);
  });
});

describe('the description of a new rule', () => {
  const described = (description: string, tags: Record<string, string> = {}, fields = {}) => {
    const [finding] = judge([], {
      group: { tags },
      policy: { rule: { priority: 1, description, fields } },
    });
    const [change] = finding?.changes ?? [];
    return change?.kind === 'add-rule' ? change.rule.permission.Description : undefined;
  };

  test('names policy, severity, tags of the group and fields', () => {
    expect(
      described(
        '{policy} | {severity} | {team} | {ticket} | {constructor}',
        { team: 'a | b' },
        { ticket: { value: 'SEC-1', default: 'none' } },
      ),
    ).toBe('no-mail-out | high | a b | SEC-1 | none');
  });

  test('is cut at 512 characters, but never through one', () => {
    const result = described('{team}', { team: `${'a'.repeat(511)}😀` });
    expect(result).toBe('a'.repeat(511));
  });
});

describe('traffic that gets in', () => {
  const noSshIn: Partial<DenyPolicy> = {
    id: 'no-ssh-in',
    kind: 'deny-ingress',
    deny: [{ peers: ['0.0.0.0/0', '::/0'], protocol: 'tcp', ports: [{ first: 22, last: 22 }] }],
  };
  const ssh: Permission = {
    Direction: 'ingress',
    Policy: 'Accept',
    Priority: '1',
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp: '203.0.113.0/24',
  };

  test('is mended by a drop rule of the same direction, for the family that gets in', () => {
    const [finding, ...others] = judge([ssh], { policy: noSshIn });
    expect(others).toEqual([]);
    expect(finding?.message).toBe(
      'TCP 22 from 0.0.0.0/0 is not denied: sgr-0 (accept ingress TCP 22/22 from 203.0.113.0/24, ' +
        'priority 1) lets TCP 22 from 203.0.113.10 through',
    );
    expect(finding?.witness).toMatchObject({ direction: 'ingress', destinationPort: 22 });
    expect(added([ssh], { policy: noSshIn })).toEqual([
      'drop ingress TCP 22/22 from 0.0.0.0/0, priority 1',
    ]);
  });

  test('is denied by the default, whatever gets out', () => {
    expect(judge([egress({})], { policy: noSshIn })).toEqual([]);
  });

  test('is denied by a drop rule at the priority of the accept rule', () => {
    const drop = { ...ssh, Policy: 'Drop', SourceCidrIp: '0.0.0.0/0' };
    expect(judge([ssh, drop], { policy: noSshIn })).toEqual([]);
  });

  test('from the Internet is one finding, and its repair leaves private networks alone', () => {
    const policy = {
      ...noSshIn,
      deny: [{ ...noSshIn.deny?.[0], protocol: 'tcp', peers: ['internet'] }],
    };
    const everyone = { ...ssh, SourceCidrIp: '0.0.0.0/0' };
    const findings = judge([everyone], { policy });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toMatch(/^TCP 22 from the Internet is not denied: sgr-0 /);
    const rules = added([everyone], { policy });
    expect(rules).toHaveLength(38);
    expect(rules).toContain('drop ingress TCP 22/22 from 8.0.0.0/7, priority 1');
    expect(rules.join()).not.toMatch(/from 10\.|from 192\.168|from 0\.0\.0\.0\/0/);
    expect(added([ssh], { policy })).toEqual([
      'drop ingress TCP 22/22 from 200.0.0.0/5, priority 1',
    ]);
    expect(judge([{ ...ssh, SourceCidrIp: '10.0.0.0/8' }], { policy })).toEqual([]);
  });
});
