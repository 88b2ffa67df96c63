import fc from 'fast-check';
import { parseCidr } from '../../security-group';
import type { DeniedTraffic } from '../policy';
import { type Denial, denialsOf, formatDenial } from './denials';
import { INTERNET_BLOCKS } from './internet';

const port = (first: number, last = first) => ({ first, last });

function pieces(...deny: DeniedTraffic[]): string[] {
  return denialsOf(deny).map((denial) => formatDenial(denial, 'egress'));
}

test('a rule is needed for each destination and port range', () => {
  expect(
    pieces({ peers: ['0.0.0.0/0', '::/0'], protocol: 'tcp', ports: [port(25), port(135, 139)] }),
  ).toEqual([
    'TCP 25 to 0.0.0.0/0',
    'TCP 135-139 to 0.0.0.0/0',
    'TCP 25 to ::/0',
    'TCP 135-139 to ::/0',
  ]);
  expect(pieces({ peers: ['sg-1', 'pl-1', '10.1.2.3'], protocol: 'all' })).toEqual([
    'ALL to sg-1',
    'ALL to pl-1',
    'ALL to 10.1.2.3/32',
  ]);
});

test.each<[string, DeniedTraffic[], string[]]>([
  [
    'ports of several entries that touch',
    [
      { peers: ['sg-1'], protocol: 'tcp', ports: [port(26, 30)] },
      { peers: ['sg-1'], protocol: 'TCP', ports: [port(25)] },
      { peers: ['sg-1'], protocol: 'udp', ports: [port(31)] },
    ],
    ['TCP 25-30 to sg-1', 'UDP 31 to sg-1'],
  ],
  [
    'some ports with all ports',
    [
      { peers: ['sg-1'], protocol: 'tcp', ports: [port(25)] },
      { peers: ['sg-1'], protocol: 'tcp' },
    ],
    ['TCP to sg-1'],
  ],
  [
    'halves of a block, quarters too',
    [{ peers: ['10.0.0.64/26', '10.0.0.128/25', '10.0.0.0/26', '10.0.2.0/24'], protocol: 'icmp' }],
    ['ICMP to 10.0.0.0/24', 'ICMP to 10.0.2.0/24'],
  ],
  ['everything', [{ peers: ['0.0.0.0/1', '128.0.0.0/1'], protocol: 'all' }], ['ALL to 0.0.0.0/0']],
  [
    'blocks within others and repeated ones',
    [{ peers: ['10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'], protocol: 'tcp' }],
    ['TCP to 10.0.0.0/8', 'TCP to 2001:db8::/32'],
  ],
  [
    'what a wider denial holds',
    [
      { peers: ['10.1.0.0/16', 'sg-1'], protocol: 'tcp', ports: [port(25)] },
      { peers: ['10.0.0.0/8'], protocol: 'all' },
    ],
    ['TCP 25 to sg-1', 'ALL to 10.0.0.0/8'],
  ],
])('%s are joined', (_what, deny, expected) => {
  expect(pieces(...deny)).toEqual(expected);
});

test.each<[string, DeniedTraffic[]]>([
  [
    'neighbors that are no halves of a block',
    [{ peers: ['10.0.1.0/24', '10.0.2.0/24'], protocol: 'tcp' }],
  ],
  ['the families', [{ peers: ['0.0.0.0/0', '::/0'], protocol: 'tcp' }]],
  ['a prefix list and a block', [{ peers: ['pl-1', '0.0.0.0/0'], protocol: 'tcp' }]],
  [
    'blocks of other ports',
    [
      { peers: ['10.0.0.0/25'], protocol: 'tcp', ports: [port(25)] },
      { peers: ['10.0.0.128/25'], protocol: 'tcp', ports: [port(26)] },
    ],
  ],
])('%s are not joined', (_what, deny) => {
  expect(denialsOf(deny)).toHaveLength(2);
});

test('the pieces deny the same packets as the entries, and no piece holds another', () => {
  const block = fc.constantFrom(
    '0.0.0.0/0',
    '10.0.0.0/30',
    '10.0.0.0/31',
    '10.0.0.2/31',
    '10.0.0.1',
  );
  const range = fc
    .tuple(fc.nat(3), fc.nat(2))
    .map(([first, more]) => port(first + 1, first + 1 + more));
  const entry = fc
    .record({
      peers: fc.array(block, { minLength: 1, maxLength: 3 }),
      protocol: fc.constantFrom('tcp', 'udp', 'all'),
      ports: fc.option(fc.array(range, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    })
    .map(
      ({ ports, ...others }): DeniedTraffic =>
        ports && others.protocol !== 'all' ? { ...others, ports } : others,
    );
  const addresses = ['9.9.9.9', ...[0, 1, 2, 3, 4].map((n) => `10.0.0.${n}`)].map(
    (text) => parseCidr(text).first,
  );
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (deny) => {
      const found = denialsOf(deny);
      const denies = (
        each: readonly Pick<Denial, 'peers' | 'protocol' | 'ports'>[],
        protocol: number,
        to: bigint,
        at: number,
      ) =>
        each.some(
          ({ peers, protocol: denied, ports }) =>
            (denied === 'all' || denied === protocol) &&
            (ports === 'all' || (ports.first <= at && at <= ports.last)) &&
            peers.some(
              (peer) => peer.kind === 'cidr' && peer.cidr.first <= to && to <= peer.cidr.last,
            ),
        );
      const asked = deny.flatMap(({ peers, protocol, ports }) =>
        peers.flatMap((text) =>
          (ports ?? (['all'] as const)).map((each) => ({
            peers: [{ kind: 'cidr' as const, cidr: parseCidr(text) }],
            protocol: protocol === 'all' ? ('all' as const) : protocol === 'tcp' ? 6 : 17,
            ports: each,
          })),
        ),
      );
      for (const protocol of [6, 17, 1]) {
        for (const to of addresses) {
          for (const at of [1, 2, 3, 4, 5, 6, 7]) {
            expect(denies(found, protocol, to, at)).toBe(denies(asked, protocol, to, at));
          }
        }
      }
      expect(found.length).toBeLessThanOrEqual(asked.length);
      expect(new Set(found.map((denial) => formatDenial(denial, 'egress'))).size).toBe(
        found.length,
      );
    }),
  );
});

describe('the Internet', () => {
  const ipv4 = INTERNET_BLOCKS.filter(({ family }) => family === 4);
  const isInternet = (text: string) => {
    const { family, first } = parseCidr(text);
    return INTERNET_BLOCKS.some(
      (block) => block.family === family && block.first <= first && first <= block.last,
    );
  };

  test('is global unicast of IPv6', () =>
    expect(INTERNET_BLOCKS.filter(({ family }) => family === 6)).toEqual([parseCidr('2000::/3')]));
  test.each([
    '0.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.0.1',
  ])('holds %s', (text) => expect(isInternet(text)).toBe(true));
  test.each(['172.32.0.0', '192.167.255.255', '192.169.0.0', '255.255.255.255', '2001:db8::1'])(
    'holds %s',
    (text) => expect(isInternet(text)).toBe(true),
  );
  test.each([
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '172.16.0.0',
    '172.31.255.255',
    'fd00::1',
  ])('does not hold %s', (text) => expect(isInternet(text)).toBe(false));

  test('has no block that touches another of its size to make one', () => {
    const size = ipv4.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
    expect(size).toBe(2n ** 32n - 2n ** 24n - 2n ** 22n - 2n ** 20n - 2n ** 16n);
    expect(ipv4).toHaveLength(38);
  });

  test('is one denial, of one family for ICMP, and leaves out what another denial holds', () => {
    const denials = (protocol: string, ...peers: string[]) =>
      denialsOf([{ peers, protocol }]).map(({ name, peers: each }) => [name, each.length]);
    expect(denials('tcp', 'internet')).toEqual([['the Internet', 39]]);
    expect(denials('icmp', 'internet')).toEqual([['the Internet', 38]]);
    expect(denials('icmpv6', 'internet')).toEqual([['the Internet', 1]]);
    expect(denials('tcp', 'internet', '0.0.0.0/0')).toEqual([
      ['the Internet', 1],
      ['0.0.0.0/0', 1],
    ]);
    expect(denials('tcp', '8.0.0.0/7', 'internet', '9.9.9.9')).toEqual([
      ['8.0.0.0/7', 1],
      ['the Internet', 38],
    ]);
  });
});
