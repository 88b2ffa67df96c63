import fc from 'fast-check';
import { allowedTraffic, describePacket, describeTraffic, difference } from './index';
import { mergeBoxes } from './merge-boxes';
import { LISTS, regions, ruleSets } from './testing/arbitraries';
import { egress, flow, group, packet } from './testing/build';
import { cornerPackets, exactly, inBox } from './testing/oracle';

function words(protocol: string, ports: string, cidr: string): string[] {
  const open = exactly(allowedTraffic(group(), 'egress', [flow(protocol, ports, cidr)]));
  return describeTraffic(
    open.traffic.map(({ box }) => box),
    'egress',
  );
}

describe('describeTraffic', () => {
  test('names protocol, ports and peer', () => {
    expect(words('TCP', '25/25', '0.0.0.0/0')).toEqual(['TCP 25 to 0.0.0.0/0']);
    expect(words('UDP', '135/139', '2001:db8::/32')).toEqual(['UDP 135-139 to 2001:db8::/32']);
    expect(words('ICMP', '-1/-1', '10.1.2.3')).toEqual(['ICMP to 10.1.2.3']);
    expect(words('200', '-1/-1', '10.1.2.3')).toEqual(['200 to 10.1.2.3']);
  });

  test('joins what a difference found in pieces', () => {
    const before = group(
      egress({ Priority: 2, DestCidrIp: '10.0.0.0/8' }),
      egress({ Priority: 3, DestCidrIp: '172.16.0.0/12' }),
    );
    const drop = egress({ Policy: 'Drop', IpProtocol: 'TCP', PortRange: '25/25' });
    const after = { ...before, rules: [...before.rules, drop] };
    const { changes } = exactly(difference(before, after, 'egress'));
    expect(changes.length).toBeGreaterThan(1);
    expect(
      describeTraffic(
        changes.map(({ box }) => box),
        'egress',
      ),
    ).toEqual(['TCP 25 to 0.0.0.0/0']);
  });

  test('tells all protocols, all ports, source ports, odd ranges and the own side apart', () => {
    const drop = egress({
      Policy: 'Drop',
      IpProtocol: 'TCP',
      SourcePortRange: '1024/65535',
      SourceCidrIp: '10.0.0.0/24',
      DestCidrIp: '0.0.0.0/32',
    });
    const all = egress({ Policy: 'Drop', Priority: 2 });
    const allV6 = egress({ Policy: 'Drop', Ipv6DestCidrIp: '::/0' });
    const describe = (rules: (typeof drop)[]) =>
      describeTraffic(
        exactly(difference(group(), group(...rules), 'egress')).changes.map(({ box }) => box),
        'egress',
      );
    expect(describe([drop])).toEqual([
      'TCP to 0.0.0.0 from source ports 1024-65535 at 10.0.0.0/24',
    ]);
    expect(describe([all, allV6])).toEqual(['ALL to 0.0.0.0/0', 'ALL to ::/0']);
    expect(describe([egress({ Policy: 'Drop', IpProtocol: 'ALL', PortRange: '80/80' })])).toEqual([
      'all but TCP and UDP to 0.0.0.0/0',
      'TCP 80 to 0.0.0.0/0',
      'UDP 80 to 0.0.0.0/0',
    ]);
  });

  test('writes addresses that are no block as a range', () => {
    const kept = egress({ DestCidrIp: '0.0.0.0/32' });
    const drop = egress({ Policy: 'Drop', Priority: 2, DestCidrIp: '0.0.0.0/31' });
    const boxes = exactly(
      difference(
        group(kept),
        group(kept, drop, egress({ Policy: 'Drop', Priority: 2, DestCidrIp: '0.0.0.2/31' })),
        'egress',
      ),
    ).changes.map(({ box }) => box);
    expect(describeTraffic(boxes, 'egress')).toEqual(['ALL to 0.0.0.1-0.0.0.3']);
  });

  test('merged boxes hold the same packets', () => {
    fc.assert(
      fc.property(ruleSets('egress', { withUnknowns: false }), regions(), (ruleSet, region) => {
        const { traffic } = exactly(allowedTraffic(ruleSet, 'egress', region));
        const boxes = traffic.map(({ box }) => box);
        const merged = mergeBoxes(boxes);
        expect(merged.length).toBeLessThanOrEqual(boxes.length);
        const wrong = cornerPackets('egress', [{ ...ruleSet, lists: LISTS }], region).filter(
          (each) =>
            boxes.some((box) => inBox(box, each)) !== merged.some((box) => inBox(box, each)),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

test('describePacket names what a person needs to send the packet', () => {
  expect(describePacket(packet('egress', 'TCP', 25, '203.0.113.10'))).toBe(
    'TCP 25 to 203.0.113.10 from source port 50000 at 10.0.0.1',
  );
  expect(describePacket({ ...packet('ingress', 'ICMPv6', null, '2001:db8::10'), own: null })).toBe(
    'ICMPv6 from 2001:db8::10',
  );
});
