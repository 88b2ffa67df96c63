import { formatAddress } from '../security-group';
import { allowed, type RuleSet } from './index';
import { egress, flow, group } from './testing/build';

function witnessOf(ruleSet: RuleSet, protocol: string, ports: string, cidr: string) {
  const answer = allowed(ruleSet, 'egress', [flow(protocol, ports, cidr)]);
  if (answer.verdict !== 'allowed') throw new Error(`not allowed: ${answer.verdict}`);
  const { protocol: number, destinationPort, sourcePort, peer, family, own } = answer.witness;
  return [number, destinationPort, sourcePort, formatAddress(family, peer), own];
}

describe('a witness', () => {
  test('goes to a documentation address if that gets through', () => {
    expect(witnessOf(group(), 'TCP', '25/25', '0.0.0.0/0')).toEqual([
      6,
      25,
      50_000,
      '203.0.113.10',
      null,
    ]);
    expect(witnessOf(group(), 'TCP', '25/25', '::/0')).toEqual([
      6,
      25,
      50_000,
      '2001:db8::10',
      null,
    ]);
  });

  test('goes to another familiar address if only that gets through', () => {
    const rules = [
      egress({ DestCidrIp: '1.0.0.0/8' }),
      egress({ DestCidrIp: '10.64.0.0/10' }),
      egress({ Policy: 'Drop', Priority: 2 }),
    ];
    expect(witnessOf(group(...rules), 'TCP', '25/25', '0.0.0.0/0')[3]).toBe('1.1.1.1');
    expect(witnessOf(group(...rules.slice(1)), 'TCP', '25/25', '0.0.0.0/0')[3]).toBe('10.64.0.1');
  });

  test('takes the one address that is left', () => {
    const rules = [egress({ DestCidrIp: '192.0.2.0/32' }), egress({ Policy: 'Drop', Priority: 2 })];
    expect(witnessOf(group(...rules), 'TCP', '25/25', '0.0.0.0/0')[3]).toBe('192.0.2.0');
  });

  test('uses the lowest port that people know, or else the lowest that is left', () => {
    expect(witnessOf(group(), 'TCP', '24/1000', '0.0.0.0/0')[1]).toBe(25);
    expect(witnessOf(group(), 'UDP', '10000/10100', '0.0.0.0/0')[1]).toBe(10_000);
    expect(witnessOf(group(), 'UDP', '0/0', '0.0.0.0/0')[1]).toBe(0);
  });

  test('has no ports where the protocol has none', () => {
    expect(witnessOf(group(), 'GRE', '-1/-1', '0.0.0.0/0')).toEqual([
      47,
      null,
      null,
      '203.0.113.10',
      null,
    ]);
    const drops = ['TCP', 'UDP'].map((IpProtocol) => egress({ Policy: 'Drop', IpProtocol }));
    expect(witnessOf(group(...drops), 'ALL', '-1/-1', '0.0.0.0/0').slice(0, 3)).toEqual([
      1,
      null,
      null,
    ]);
  });

  test('names a source port and an own address if only those get through', () => {
    const rules = [
      egress({ IpProtocol: 'TCP', SourcePortRange: '53/60', SourceCidrIp: '10.0.0.8/29' }),
      egress({ Policy: 'Drop', Priority: 2 }),
    ];
    const [, , sourcePort, , own] = witnessOf(group(...rules), 'TCP', '25/25', '0.0.0.0/0');
    expect([sourcePort, own]).toEqual([53, 0x0a000008n]);
  });
});
