import fc from 'fast-check';
import { parseCidr } from '../../security-group';
import type { DeniedTraffic } from '../policy';
import { denialsOf, formatDenial } from './denials';

const port = (first: number, last = first) => ({ first, last });

function pieces(...deny: DeniedTraffic[]): string[] {
  return denialsOf(deny).map(formatDenial);
}

test('a rule is needed for each destination and port range', () => {
  expect(
    pieces({ to: ['0.0.0.0/0', '::/0'], protocol: 'tcp', ports: [port(25), port(135, 139)] }),
  ).toEqual([
    'TCP 25 to 0.0.0.0/0',
    'TCP 135-139 to 0.0.0.0/0',
    'TCP 25 to ::/0',
    'TCP 135-139 to ::/0',
  ]);
  expect(pieces({ to: ['sg-1', 'pl-1', '10.1.2.3'], protocol: 'all' })).toEqual([
    'ALL to sg-1',
    'ALL to pl-1',
    'ALL to 10.1.2.3/32',
  ]);
});

test.each<[string, DeniedTraffic[], string[]]>([
  [
    'ports of several entries that touch',
    [
      { to: ['sg-1'], protocol: 'tcp', ports: [port(26, 30)] },
      { to: ['sg-1'], protocol: 'TCP', ports: [port(25)] },
      { to: ['sg-1'], protocol: 'udp', ports: [port(31)] },
    ],
    ['TCP 25-30 to sg-1', 'UDP 31 to sg-1'],
  ],
  [
    'some ports with all ports',
    [
      { to: ['sg-1'], protocol: 'tcp', ports: [port(25)] },
      { to: ['sg-1'], protocol: 'tcp' },
    ],
    ['TCP to sg-1'],
  ],
  [
    'halves of a block, quarters too',
    [{ to: ['10.0.0.64/26', '10.0.0.128/25', '10.0.0.0/26', '10.0.2.0/24'], protocol: 'icmp' }],
    ['ICMP to 10.0.0.0/24', 'ICMP to 10.0.2.0/24'],
  ],
  ['everything', [{ to: ['0.0.0.0/1', '128.0.0.0/1'], protocol: 'all' }], ['ALL to 0.0.0.0/0']],
  [
    'blocks within others and repeated ones',
    [{ to: ['10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'], protocol: 'tcp' }],
    ['TCP to 10.0.0.0/8', 'TCP to 2001:db8::/32'],
  ],
  [
    'what a wider denial holds',
    [
      { to: ['10.1.0.0/16', 'sg-1'], protocol: 'tcp', ports: [port(25)] },
      { to: ['10.0.0.0/8'], protocol: 'all' },
    ],
    ['TCP 25 to sg-1', 'ALL to 10.0.0.0/8'],
  ],
])('%s are joined', (_what, deny, expected) => {
  expect(pieces(...deny)).toEqual(expected);
});

test.each<[string, DeniedTraffic[]]>([
  [
    'neighbors that are no halves of a block',
    [{ to: ['10.0.1.0/24', '10.0.2.0/24'], protocol: 'tcp' }],
  ],
  ['the families', [{ to: ['0.0.0.0/0', '::/0'], protocol: 'tcp' }]],
  ['a prefix list and a block', [{ to: ['pl-1', '0.0.0.0/0'], protocol: 'tcp' }]],
  [
    'blocks of other ports',
    [
      { to: ['10.0.0.0/25'], protocol: 'tcp', ports: [port(25)] },
      { to: ['10.0.0.128/25'], protocol: 'tcp', ports: [port(26)] },
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
      to: fc.array(block, { minLength: 1, maxLength: 3 }),
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
        each: readonly ReturnType<typeof denialsOf>[number][],
        protocol: number,
        to: bigint,
        at: number,
      ) =>
        each.some(
          ({ peer, protocol: denied, ports }) =>
            (denied === 'all' || denied === protocol) &&
            (ports === 'all' || (ports.first <= at && at <= ports.last)) &&
            peer.kind === 'cidr' &&
            peer.cidr.first <= to &&
            to <= peer.cidr.last,
        );
      const asked = deny.flatMap(({ to, protocol, ports }) =>
        to.flatMap((text) =>
          (ports ?? (['all'] as const)).map((each) => ({
            peer: { kind: 'cidr' as const, cidr: parseCidr(text) },
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
      expect(new Set(found.map(formatDenial)).size).toBe(found.length);
    }),
  );
});
