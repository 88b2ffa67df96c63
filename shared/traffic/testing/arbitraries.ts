/** Random rule sets and regions for property tests, rich in edge values and in overlaps. */
import fc from 'fast-check';
import { type Direction, type Permission, parseCidr, parseRule } from '../../security-group';
import type { Flow, FlowPeer, ReadLists, RuleSet } from '../index';

const V4 = ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '10.1.2.3/12', '203.0.113.10'];
const V6 = ['::/0', '::/1', '8000::/1', '::ffff:0:0/96', '2001:0db8::1/32', '2001:db8::10'];
const PORTS = ['-1/-1', '1/65535', '0/0', '1/1', '25/25', '1/1024', '25/445', '65535/65535'];

/** `pl-read` and `prl-read` are read; `pl-unread` and `prl-unread` are not. */
export const LISTS: ReadLists = {
  prefixLists: new Map([
    ['pl-read', ['10.0.0.0/9', '0.0.0.0/2', '2001:db8::/48'].map(parseCidr)],
    ['pl-empty', []],
  ]),
  portRangeLists: new Map([
    [
      'prl-read',
      [
        { first: 20, last: 25 },
        { first: 25, last: 80 },
      ],
    ],
  ]),
};

type Far = Partial<Record<'CidrIp' | 'Ipv6CidrIp' | 'GroupId' | 'PrefixListId', string>>;

const certainPeers: Far[] = [
  ...V4.map((CidrIp) => ({ CidrIp })),
  ...V6.map((Ipv6CidrIp) => ({ Ipv6CidrIp })),
  { PrefixListId: 'pl-read' },
  { PrefixListId: 'pl-empty' },
];
const uncertainPeers: Far[] = [
  { GroupId: 'sg-a' },
  { GroupId: 'sg-b' },
  { PrefixListId: 'pl-unread' },
  {},
];

/** Rarely quintuple, so that most rules overlap. */
function rarely<T>(values: readonly T[]): fc.Arbitrary<T | undefined> {
  return fc
    .option(fc.constantFrom(...values), { freq: 5, nil: undefined })
    .chain((value) => fc.boolean().map((keep) => (keep ? undefined : value)));
}

function permission(direction: Direction, withUnknowns: boolean): fc.Arbitrary<Permission> {
  const [far, near] = direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
  const peers = withUnknowns ? [...certainPeers, ...uncertainPeers] : certainPeers;
  const portLists = withUnknowns ? ['prl-read', 'prl-unread'] : ['prl-read'];
  return fc
    .record({
      policy: fc.constantFrom('Accept', 'Drop'),
      priority: fc.constantFrom(1, 1, 2, 50, 100, 110),
      protocol: fc.constantFrom('TCP', 'TCP', 'UDP', 'ALL', 'ALL', 'ICMP', 'ICMPv6', '200'),
      ports: fc.constantFrom(...PORTS),
      portList: rarely(portLists),
      sourcePorts: rarely(['1/65535', '1024/65535', '53/53']),
      peer: fc.constantFrom(...peers),
      own: rarely<Far>([{ CidrIp: '10.0.0.0/8' }, { Ipv6CidrIp: '2001:db8::/64' }]),
    })
    .map(({ policy, priority, protocol, ports, portList, sourcePorts, peer, own }) => ({
      Direction: direction,
      Policy: policy,
      Priority: priority,
      IpProtocol: protocol,
      PortRange: portList ? '' : ports,
      PortRangeListId: portList ?? '',
      SourcePortRange: sourcePorts ?? '',
      ...side(String(far), peer),
      ...side(String(near), own ?? {}),
    }));
}

function side(name: string, { CidrIp, Ipv6CidrIp, GroupId, PrefixListId }: Far): Permission {
  return {
    [`${name}CidrIp`]: CidrIp ?? '',
    [`Ipv6${name}CidrIp`]: Ipv6CidrIp ?? '',
    [`${name}GroupId`]: GroupId ?? '',
    [`${name}PrefixListId`]: PrefixListId ?? '',
  };
}

/** Rule sets of up to `maxRules` rules of one direction, with every rule numbered by its id. */
export function ruleSets(
  direction: Direction,
  { withUnknowns, maxRules = 6 }: { withUnknowns: boolean; maxRules?: number },
): fc.Arbitrary<RuleSet> {
  return fc
    .record({
      groupType: fc.constantFrom('normal' as const, 'enterprise' as const),
      permissions: fc.array(permission(direction, withUnknowns), { maxLength: maxRules }),
    })
    .map(({ groupType, permissions }) => ({
      groupType,
      innerAccessPolicy: 'accept',
      lists: LISTS,
      rules: permissions.map((each, n) => parseRule({ ...each, SecurityGroupRuleId: `sgr-${n}` })),
    }));
}

const certainFlowPeers: FlowPeer[] = [
  ...[...V4, ...V6].map((text) => ({ kind: 'cidr' as const, cidr: parseCidr(text) })),
  { kind: 'prefix-list', prefixListId: 'pl-read' },
];
const uncertainFlowPeers: FlowPeer[] = [
  { kind: 'group', securityGroupId: 'sg-a' },
  { kind: 'prefix-list', prefixListId: 'pl-unread' },
];

/** Regions of one or two flows. */
export function regions(peers: 'certain' | 'uncertain' = 'certain'): fc.Arbitrary<readonly Flow[]> {
  const flow = fc
    .record({
      family: fc.constantFrom(4 as const, 6 as const),
      protocol: fc.constantFrom('all' as const, 6, 17, 1, 200),
      ports: fc.constantFrom(
        'all' as const,
        { first: 25, last: 25 },
        { first: 1, last: 1024 },
        { first: 0, last: 65535 },
      ),
      sourcePorts: fc.constantFrom('all' as const, 'all' as const, { first: 1024, last: 65535 }),
      peer: fc.constantFrom(...(peers === 'certain' ? certainFlowPeers : uncertainFlowPeers)),
      own: rarely([parseCidr('10.0.0.0/8'), parseCidr('2001:db8::/64')]),
    })
    .map(({ own, ...rest }): Flow => ({ ...rest, ...(own ? { own } : {}) }));
  return fc.array(flow, { minLength: 1, maxLength: peers === 'certain' ? 2 : 1 });
}
