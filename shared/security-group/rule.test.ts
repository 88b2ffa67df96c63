import {
  describePeer,
  describeRule,
  FormatError,
  newDropRule,
  type Permission,
  parseCidr,
  parseRule,
} from './index';

/** A rule as it is read: every field that does not apply is an empty string. */
const READ: Permission = {
  SecurityGroupRuleId: 'sgr-bp1',
  Direction: 'egress',
  Policy: 'Accept',
  Priority: '1',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  SourcePortRange: '',
  PortRangeListId: '',
  NicType: 'intranet',
  Description: '',
  SourceCidrIp: '',
  Ipv6SourceCidrIp: '',
  SourceGroupId: '',
  SourceGroupOwnerAccount: '',
  SourcePrefixListId: '',
  DestCidrIp: '0.0.0.0/0',
  Ipv6DestCidrIp: '',
  DestGroupId: '',
  DestGroupOwnerAccount: '',
  DestPrefixListId: '',
};

function read(fields: Permission) {
  return parseRule({ ...READ, ...fields });
}

describe('a rule', () => {
  test('is parsed once, with empty fields as absent', () => {
    expect(read({})).toEqual({
      id: 'sgr-bp1',
      direction: 'egress',
      policy: 'accept',
      priority: 1,
      protocol: 6,
      ports: { first: 25, last: 25 },
      sourcePorts: 'all',
      peer: { kind: 'cidr', cidr: parseCidr('0.0.0.0/0') },
      description: '',
      permission: READ,
    });
  });

  test('without an id has none', () => {
    expect(read({ SecurityGroupRuleId: '' })).not.toHaveProperty('id');
    expect(parseRule({ Direction: 'ingress', IpProtocol: 'all' })).toMatchObject({
      policy: 'accept',
      priority: 1,
      protocol: 'all',
      ports: 'all',
      peer: { kind: 'none' },
      description: '',
    });
  });

  test.each([
    [1, 1],
    ['1', 1],
    [100, 100],
    ['110', 110],
    [110, 110],
    ['', 1],
    [undefined, 1],
  ])('has priority %p, as number or text, read as %i', (Priority, priority) => {
    const { Priority: _, ...others } = READ;
    expect(parseRule(Priority === undefined ? others : { ...others, Priority }).priority).toBe(
      priority,
    );
  });

  test.each(['0', '111', '-1', '1.5', 1.5, 0, '0x10', ' 5', '5 ', '1e1', 'high', Number.NaN])(
    'of priority %p is refused',
    (Priority) => {
      expect(() => read({ Priority })).toThrow(
        `rule sgr-bp1: "${Priority}" is not a priority: a whole number from 1 to 110 is expected`,
      );
    },
  );

  test.each([
    ['Drop', 'drop'],
    ['drop', 'drop'],
    ['ACCEPT', 'accept'],
    ['', 'accept'],
  ])('with policy "%s" is to %s', (Policy, policy) => {
    expect(read({ Policy }).policy).toBe(policy);
  });

  test('is refused with its id and the field when it cannot be read', () => {
    expect(() => read({ Policy: 'allow' })).toThrow(
      'rule sgr-bp1: "allow" is not a rule\'s policy',
    );
    expect(() => read({ Direction: '' })).toThrow('rule sgr-bp1: "" is not a direction');
    expect(() => read({ IpProtocol: '' })).toThrow('rule sgr-bp1: "" is not a protocol');
    expect(() => read({ PortRange: '25-30' })).toThrow('rule sgr-bp1: "25-30" is not a port range');
    expect(() => read({ DestCidrIp: 'anywhere' })).toThrow(FormatError);
    expect(() => read({ SecurityGroupRuleId: '', Policy: 'x' })).toThrow('rule (without an id): ');
    expect(() => read({ SecurityGroupRuleId: 'rule 1' })).toThrow(FormatError);
  });

  test('with an IPv4 and an IPv6 block is refused: which one counts is not known', () => {
    expect(() => read({ Ipv6DestCidrIp: '::/0' })).toThrow(
      'both DestCidrIp and Ipv6DestCidrIp are set',
    );
  });

  test('with a block of the other family than its field is refused', () => {
    expect(() => read({ DestCidrIp: '::/0' })).toThrow('other address family');
    expect(() => read({ DestCidrIp: '', Ipv6DestCidrIp: '10.0.0.0/8' })).toThrow(
      'other address family',
    );
  });

  test('with several peers goes by the block, then the group, then the prefix list', () => {
    const all = { DestGroupId: 'sg-a', DestPrefixListId: 'pl-a' };
    expect(describePeer(read(all).peer)).toBe('0.0.0.0/0');
    expect(describePeer(read({ ...all, DestCidrIp: '' }).peer)).toBe('sg-a');
    expect(describePeer(read({ ...all, DestCidrIp: '', DestGroupId: '' }).peer)).toBe('pl-a');
    expect(read({ DestCidrIp: '' }).peer).toEqual({ kind: 'none' });
  });

  test('takes its peer from the far side and its own block from the near side', () => {
    const sides = { SourceCidrIp: '10.1.0.0/16', DestCidrIp: '10.2.0.0/16' };
    expect(read(sides)).toMatchObject({
      peer: { cidr: parseCidr('10.2.0.0/16') },
      own: parseCidr('10.1.0.0/16'),
    });
    expect(read({ ...sides, Direction: 'ingress' })).toMatchObject({
      peer: { cidr: parseCidr('10.1.0.0/16') },
      own: parseCidr('10.2.0.0/16'),
    });
  });

  test('to a group of another account knows the account', () => {
    const rule = read({ DestCidrIp: '', DestGroupId: 'sg-a', DestGroupOwnerAccount: '1234' });
    expect(rule.peer).toEqual({ kind: 'group', securityGroupId: 'sg-a', ownerAccount: '1234' });
  });

  test('with a port list goes by the list, whatever its port range says', () => {
    expect(read({ PortRangeListId: 'prl-1', PortRange: '-1/-1' }).ports).toEqual({
      portRangeListId: 'prl-1',
    });
  });

  test('is described in words', () => {
    expect(describeRule(read({}))).toBe('accept egress TCP 25/25 to 0.0.0.0/0, priority 1');
    expect(
      describeRule(
        read({
          Direction: 'ingress',
          Policy: 'Drop',
          PortRangeListId: 'prl-1',
          SourcePortRange: '53/53',
          SourceGroupId: 'sg-a',
          Priority: 110,
          DestCidrIp: '10.0.0.0/8',
        }),
      ),
    ).toBe('drop ingress TCP prl-1 from sg-a from source ports 53/53 at 10.0.0.0/8, priority 110');
    expect(describeRule(read({ DestCidrIp: '' }))).toContain('to nobody');
  });
});

describe('a new drop rule', () => {
  const anywhere = { kind: 'cidr', cidr: parseCidr('0.0.0.0/0') } as const;
  const drop = {
    direction: 'egress',
    priority: 1,
    protocol: 6,
    ports: { first: 25, last: 25 },
    peer: anywhere,
    description: 'why',
  } as const;

  test('is spelled as the API takes it', () => {
    expect(newDropRule(drop).permission).toEqual({
      Direction: 'egress',
      Policy: 'Drop',
      Priority: '1',
      IpProtocol: 'TCP',
      PortRange: '25/25',
      NicType: 'intranet',
      DestCidrIp: '0.0.0.0/0',
      Description: 'why',
    });
  });

  test('for all ports says 1/65535 for TCP and UDP, and -1/-1 for what has no ports', () => {
    const portRange = (protocol: 'all' | number) =>
      newDropRule({ ...drop, protocol, ports: 'all' }).permission.PortRange;
    expect([6, 17].map(portRange)).toEqual(['1/65535', '1/65535']);
    expect((['all', 1, 58, 47, 200] as const).map(portRange)).toEqual(Array(5).fill('-1/-1'));
  });

  test.each([
    ['egress', { kind: 'cidr', cidr: parseCidr('::/0') }, { Ipv6DestCidrIp: '::/0' }],
    ['ingress', anywhere, { SourceCidrIp: '0.0.0.0/0' }],
    ['ingress', { kind: 'cidr', cidr: parseCidr('::/0') }, { Ipv6SourceCidrIp: '::/0' }],
    ['egress', { kind: 'group', securityGroupId: 'sg-a' }, { DestGroupId: 'sg-a' }],
    [
      'ingress',
      { kind: 'group', securityGroupId: 'sg-a', ownerAccount: '12' },
      { SourceGroupId: 'sg-a', SourceGroupOwnerAccount: '12' },
    ],
    ['egress', { kind: 'prefix-list', prefixListId: 'pl-a' }, { DestPrefixListId: 'pl-a' }],
  ] as const)('%s names its peer in the field for it', (direction, peer, fields) => {
    const rule = newDropRule({ ...drop, direction, peer });
    expect(rule.permission).toMatchObject(fields);
    expect(rule).toMatchObject({ direction, peer, policy: 'drop', priority: 1 });
    const peers = Object.keys(rule.permission).filter((key) => /^(Ipv6)?(Source|Dest)/.test(key));
    expect(peers).toEqual(Object.keys(fields));
  });
});
