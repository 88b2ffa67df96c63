/** What the documents say of which rule wins, case by case, as verdicts. */
import { parseRule } from '../security-group';
import { allowed, decide, difference, pool } from './index';
import { egress, enterprise, flow, group, ingress, packet } from './testing/build';

describe('which rule wins', () => {
  test('rules of all groups of an interface are applied together', () => {
    const one = group(ingress({ Priority: 2, IpProtocol: 'TCP', PortRange: '22/22' }));
    const two = group(ingress({ Priority: 1, Policy: 'Drop', IpProtocol: 'TCP' }));
    const ssh = packet('ingress', 'TCP', 22, '203.0.113.9');
    expect(decide(one, ssh).verdict).toBe('accept');
    expect(decide(pool([one, two]), ssh)).toMatchObject({ verdict: 'drop', by: two.rules[0] });
  });

  test('an interface may hold five full groups of 200 rules', () => {
    const full = Array.from({ length: 5 }, (_, a) =>
      group(
        ...Array.from({ length: 200 }, (_, b) =>
          ingress({ IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: `10.${a}.${b}.0/24` }),
        ),
      ),
    );
    const pooled = pool(full);
    expect(pooled.rules).toHaveLength(1000);
    expect(allowed(pooled, 'ingress', [flow('TCP', '443/443', '10.4.199.0/24')])).toMatchObject({
      verdict: 'allowed',
      rules: [pooled.rules[999]],
    });
  });

  test('an interface cannot mix basic and enterprise groups, nor have none', () => {
    expect(() => pool([group(), enterprise()])).toThrow(/pool groups of one type only/);
    expect(() => pool([])).toThrow(/at least one/);
  });

  test('ingress matches protocol, destination port and source', () => {
    const web = group(
      ingress({ IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '198.51.100.0/24' }),
    );
    expect(decide(web, packet('ingress', 'TCP', 80, '198.51.100.7')).verdict).toBe('accept');
    expect(decide(web, packet('ingress', 'UDP', 80, '198.51.100.7')).verdict).toBe('drop');
    expect(decide(web, packet('ingress', 'TCP', 81, '198.51.100.7')).verdict).toBe('drop');
    expect(decide(web, packet('ingress', 'TCP', 80, '198.51.101.7')).verdict).toBe('drop');
  });

  test('egress matches protocol, destination port and destination', () => {
    const mail = group(
      egress({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '25/25', DestCidrIp: '8.0.0.0/8' }),
    );
    expect(decide(mail, packet('egress', 'TCP', 25, '8.8.8.8')).verdict).toBe('drop');
    expect(decide(mail, packet('egress', 'TCP', 25, '9.8.8.8')).verdict).toBe('accept');
    expect(decide(mail, packet('egress', 'TCP', 26, '8.8.8.8')).verdict).toBe('accept');
  });

  test('rules of one direction say nothing of the other', () => {
    const silent = group(egress({ Policy: 'Drop' }), ingress());
    expect(decide(silent, packet('ingress', 'TCP', 22, '8.8.8.8')).verdict).toBe('accept');
    expect(decide(silent, packet('egress', 'TCP', 22, '8.8.8.8')).verdict).toBe('drop');
  });

  test('the lowest priority number wins, whatever its policy', () => {
    const drop = ingress({ Policy: 'Drop', Priority: 5 });
    const accept = ingress({ Policy: 'Accept', Priority: 4 });
    const seen = packet('ingress', 'TCP', 22, '8.8.8.8');
    expect(decide(group(drop, accept), seen)).toEqual({
      verdict: 'accept',
      by: accept,
      beats: [drop],
      on: [],
    });
  });

  test('at equal priority drop wins, also between groups', () => {
    const accept = group(ingress({ Priority: 7 }));
    const drop = group(ingress({ Policy: 'Drop', Priority: 7 }));
    const seen = packet('ingress', 'TCP', 22, '8.8.8.8');
    for (const pooled of [pool([accept, drop]), pool([drop, accept])]) {
      expect(decide(pooled, seen)).toMatchObject({ verdict: 'drop', beats: accept.rules });
    }
  });

  test('a rule for ALL with a port range limits the ports of TCP and UDP only', () => {
    const odd = group(ingress({ IpProtocol: 'ALL', PortRange: '22/22' }));
    expect(decide(odd, packet('ingress', 'TCP', 22, '8.8.8.8')).verdict).toBe('accept');
    expect(decide(odd, packet('ingress', 'UDP', 22, '8.8.8.8')).verdict).toBe('accept');
    expect(decide(odd, packet('ingress', 'TCP', 23, '8.8.8.8')).verdict).toBe('drop');
    expect(decide(odd, packet('ingress', 'ICMP', null, '8.8.8.8')).verdict).toBe('accept');
    expect(decide(odd, packet('ingress', '132', null, '8.8.8.8')).verdict).toBe('accept');
  });

  test('a rule for ICMP or GRE with a port range matches whatever the range', () => {
    for (const protocol of ['ICMP', 'GRE']) {
      const odd = group(ingress({ IpProtocol: protocol, PortRange: '80/80' }));
      expect(decide(odd, packet('ingress', protocol, null, '8.8.8.8')).verdict).toBe('accept');
      expect(decide(odd, packet('ingress', 'TCP', 80, '8.8.8.8')).verdict).toBe('drop');
    }
  });

  test('protocols by name and by number are the same', () => {
    const byNumber = group(ingress({ IpProtocol: '6', PortRange: '22/22' }));
    const byName = group(ingress({ IpProtocol: 'tcp', PortRange: '22/22' }));
    expect(difference(byNumber, byName, 'ingress')).toEqual({ verdict: 'exact', changes: [] });
  });

  test('host bits of IPv4 blocks are masked', () => {
    const masked = group(ingress({ SourceCidrIp: '10.159.6.18/12' }));
    expect(decide(masked, packet('ingress', 'TCP', 22, '10.144.0.0')).verdict).toBe('accept');
    expect(decide(masked, packet('ingress', 'TCP', 22, '10.160.0.0')).verdict).toBe('drop');
  });

  test('an IPv4 rule judges no IPv6 packet, and the other way round', () => {
    const v4 = group(egress({ Policy: 'Drop' }));
    expect(decide(v4, packet('egress', 'TCP', 25, '2001:db8::5')).verdict).toBe('accept');
    const v6 = group(egress({ Policy: 'Drop', Ipv6DestCidrIp: '::/0' }));
    expect(decide(v6, packet('egress', 'TCP', 25, '203.0.113.9')).verdict).toBe('accept');
  });

  test('IPv4-mapped IPv6 addresses are IPv6 and never folded into IPv4', () => {
    const v4 = group(egress({ Policy: 'Drop', DestCidrIp: '203.0.113.0/24' }));
    const mapped = packet('egress', 'TCP', 25, '::ffff:203.0.113.9');
    expect(decide(v4, mapped).verdict).toBe('accept');
    const v6 = group(egress({ Policy: 'Drop', Ipv6DestCidrIp: '::ffff:0:0/96' }));
    expect(decide(v6, mapped).verdict).toBe('drop');
    expect(decide(v6, packet('egress', 'TCP', 25, '203.0.113.9')).verdict).toBe('accept');
  });

  test('a rule without an authorization object matches nobody, and the verdict depends on it', () => {
    const nobody = parseRule({
      SecurityGroupRuleId: 'sgr-1',
      Direction: 'ingress',
      IpProtocol: 'ALL',
    });
    expect(decide(group(nobody), packet('ingress', 'TCP', 22, '8.8.8.8'))).toEqual({
      verdict: 'depends',
      by: 'default',
      beats: [],
      on: ['sgr-1'],
    });
    const open = ingress({ Priority: 2 });
    expect(decide(group(nobody, open), packet('ingress', 'TCP', 22, '8.8.8.8'))).toMatchObject({
      verdict: 'accept',
      by: open,
    });
  });

  test('of several authorization objects the CIDR block decides, then the group', () => {
    const both = group(ingress({ SourceCidrIp: '10.0.0.0/8', SourceGroupId: 'sg-a' }));
    expect(decide(both, packet('ingress', 'TCP', 22, '8.8.8.8')).verdict).toBe('drop');
    const second = group(ingress({ SourceGroupId: 'sg-a', SourcePrefixListId: 'pl-a' }));
    expect(decide(second, packet('ingress', 'TCP', 22, '8.8.8.8')).on).toEqual(['sg-a']);
  });

  test('a missing policy is accept and a missing priority is 1', () => {
    const bare = ingress();
    const drop = ingress({ Policy: 'Drop', Priority: 2 });
    expect(decide(group(drop, bare), packet('ingress', 'TCP', 22, '8.8.8.8')).by).toBe(bare);
  });

  test('priority 110 of old default groups is weaker than 100', () => {
    const old = ingress({ Priority: 110 });
    const drop = ingress({ Policy: 'Drop', Priority: 100 });
    expect(decide(group(old, drop), packet('ingress', 'TCP', 22, '8.8.8.8')).by).toBe(drop);
    expect(decide(group(old), packet('ingress', 'TCP', 22, '8.8.8.8')).by).toBe(old);
  });

  test('the network card type plays no part', () => {
    const internet = group(ingress({ NicType: 'internet' }));
    const intranet = group(ingress({ NicType: 'intranet' }));
    expect(difference(internet, intranet, 'ingress')).toEqual({ verdict: 'exact', changes: [] });
  });

  test('a quintuple rule matches source ports and the own side as well', () => {
    const five = group(
      ingress({
        IpProtocol: 'TCP',
        PortRange: '22/22',
        SourcePortRange: '1024/65535',
        DestCidrIp: '10.0.0.0/24',
      }),
    );
    const from = (sourcePort: number, own: string) =>
      decide(five, packet('ingress', 'TCP', 22, '8.8.8.8', { sourcePort, own })).verdict;
    expect(from(1024, '10.0.0.7')).toBe('accept');
    expect(from(1023, '10.0.0.7')).toBe('drop');
    expect(from(1024, '10.0.1.7')).toBe('drop');
  });

  test('a verdict that hangs on a source port or own address that is not given says so', () => {
    const five = group(
      ingress({
        SecurityGroupRuleId: 'sgr-5',
        IpProtocol: 'TCP',
        SourcePortRange: '1024/65535',
        DestCidrIp: '10.0.0.0/24',
      }),
    );
    const known = packet('ingress', 'TCP', 22, '8.8.8.8');
    expect(decide(five, { ...known, sourcePort: null, own: null })).toMatchObject({
      verdict: 'depends',
      on: ['the source port or own address (sgr-5)'],
    });
    expect(decide(group(ingress()), { ...known, sourcePort: null, own: null }).verdict).toBe(
      'accept',
    );
  });

  test('-1/-1 is every port, 1/65535 is all but port 0, and a policy for all ports leaves 0 out', () => {
    const all = group(egress({ Policy: 'Drop', IpProtocol: 'UDP', PortRange: '-1/-1' }));
    const explicit = group(egress({ Policy: 'Drop', IpProtocol: 'UDP', PortRange: '1/65535' }));
    const zero = packet('egress', 'UDP', 0, '8.8.8.8');
    expect(decide(all, zero).verdict).toBe('drop');
    expect(decide(explicit, zero).verdict).toBe('accept');
    expect(allowed(explicit, 'egress', [flow('UDP', '-1/-1', '0.0.0.0/0')]).verdict).toBe('denied');
  });

  test('outbound port 25 is judged by the rules, whatever the platform blocks besides', () => {
    expect(decide(group(), packet('egress', 'TCP', 25, '8.8.8.8')).verdict).toBe('accept');
  });
});

describe('defaults', () => {
  const inbound = packet('ingress', 'TCP', 22, '8.8.8.8');
  const outbound = packet('egress', 'TCP', 22, '8.8.8.8');

  test('without a rule a basic group drops inbound and accepts outbound', () => {
    expect(decide(group(), inbound)).toMatchObject({ verdict: 'drop', by: 'default' });
    expect(decide(group(), outbound)).toMatchObject({ verdict: 'accept', by: 'default' });
  });

  test('without a rule an enterprise group drops both', () => {
    expect(decide(enterprise(), inbound)).toMatchObject({ verdict: 'drop', by: 'default' });
    expect(decide(enterprise(), outbound)).toMatchObject({ verdict: 'drop', by: 'default' });
  });

  test('the defaults hold for IPv6 as well', () => {
    expect(decide(group(), packet('egress', 'TCP', 22, '2001:db8::9')).verdict).toBe('accept');
    expect(decide(enterprise(), packet('egress', 'TCP', 22, '2001:db8::9')).verdict).toBe('drop');
  });

  test('inside a basic group that accepts intra-group traffic, rules are ignored', () => {
    const closed = group(ingress({ Policy: 'Drop' }));
    const inside = packet('ingress', 'TCP', 22, '10.0.0.2', { sameGroup: true });
    expect(decide(closed, inside)).toMatchObject({ verdict: 'accept', by: 'intra-group' });
    expect(decide(closed, { ...inside, sameGroup: false }).verdict).toBe('drop');
  });

  test('isolation inside a basic group is weaker than every rule', () => {
    const inside = packet('ingress', 'TCP', 22, '10.0.0.2', { sameGroup: true });
    const isolated = { ...group(), innerAccessPolicy: 'drop' as const };
    expect(decide(isolated, inside)).toMatchObject({ verdict: 'drop', by: 'default' });
    const opened = { ...isolated, rules: [ingress({ Priority: 100 })] };
    expect(decide(opened, inside).verdict).toBe('accept');
  });

  test('members of an enterprise group are isolated unless a rule lets them in', () => {
    const inside = packet('ingress', 'TCP', 22, '10.0.0.2', { sameGroup: true });
    const claimed = { ...enterprise(), innerAccessPolicy: 'accept' as const };
    expect(decide(claimed, inside)).toMatchObject({ verdict: 'drop', by: 'default' });
    expect(decide(enterprise(ingress()), inside).verdict).toBe('accept');
  });

  test('members of several shared groups reach each other if one of the groups lets them', () => {
    const isolated = { ...group(), innerAccessPolicy: 'drop' as const };
    const inside = packet('ingress', 'TCP', 22, '10.0.0.2', { sameGroup: true });
    expect(decide(pool([isolated, group()]), inside).verdict).toBe('accept');
    expect(decide(pool([isolated, isolated]), inside).verdict).toBe('drop');
  });
});

describe('identity', () => {
  test('rules that differ only in priority or only in policy stand beside each other', () => {
    const rules = [ingress({ Priority: 3 }), ingress({ Priority: 2, Policy: 'Drop' })];
    const seen = packet('ingress', 'TCP', 22, '8.8.8.8');
    expect(decide(group(...rules), seen)).toMatchObject({ verdict: 'drop', beats: [rules[0]] });
    expect(decide(group(...rules, ingress({ Priority: 2 })), seen).verdict).toBe('drop');
  });

  test('descriptions and the spelling of protocols, policies and addresses change no verdict', () => {
    const one = group(
      egress({
        Description: 'before',
        Policy: 'drop',
        IpProtocol: 'tcp',
        Ipv6DestCidrIp: '2001:0db8:3c4d:0015:0000:0000:1a2f:1a2b/0',
      }),
      egress({ Policy: 'DROP', DestCidrIp: '10.1.2.3' }),
    );
    const two = group(
      egress({ Policy: 'Drop', DestCidrIp: '10.1.2.3/32' }),
      egress({ Policy: 'Drop', IpProtocol: 'TCP', Ipv6DestCidrIp: '::/0' }),
    );
    expect(difference(one, two, 'egress')).toEqual({ verdict: 'exact', changes: [] });
  });
});
