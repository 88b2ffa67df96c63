import type { Permission } from '../../../shared/security-group';

/** Ports of TCP that nothing may reach from the groups of an estate; each is a policy of its own. */
export const DENIED_PORTS = [
  21, 23, 25, 111, 135, 139, 389, 445, 512, 873, 1433, 2049, 3389, 5900, 6379, 11211,
] as const;
/** Ports of TCP by which nothing may reach the groups; each is a policy of its own. */
export const CLOSED_PORTS = [22, 3389, 5900] as const;
/** The groups come in cycles of so many, in which each is another one of the shapes below. */
export const GROUPS_A_CYCLE = 10;

export const PREFIX_LIST_ID = 'pl-partners';
export const PORT_LIST_ID = 'prl-web';
/** Prefix lists and port lists that groups of a region name. */
export const LISTS_NAMED = 2;

/** What the repair of a group takes at the least, by the way that the group was made. */
export interface Repair {
  /** Drop rules that are missing. */
  readonly egress: readonly Permission[];
  readonly ingress: readonly Permission[];
  /** Rules whose description is not by the standard. */
  readonly descriptions: number;
}

/** A group of an estate. */
export interface EstateGroup {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly repair: Repair;
}

const NOTHING: Repair = { egress: [], ingress: [], descriptions: 0 };
const EVERYWHERE = [{ DestCidrIp: '0.0.0.0/0' }, { Ipv6DestCidrIp: '::/0' }];

/** Some groups of a region. */
export interface EstatePart {
  /** Of another account than the functions'. */
  readonly accountId?: string;
  readonly regionId: string;
  /** How many groups of the region come before. */
  readonly first?: number;
  readonly count: number;
  /** One cycle in so many has groups that need a repair. Default: 1, each. */
  readonly wrongEvery?: number;
}

/**
 * Groups of a region, always in the same proportions: of ten, seven follow every policy, one lacks two
 * denials, one lacks all of them and is open to SSH, and one has descriptions of its own. In a cycle without
 * repairs all ten follow every policy.
 */
export function estateGroups(part: EstatePart): EstateGroup[] {
  const { regionId, first = 0, count, wrongEvery = 1 } = part;
  return Array.from({ length: count }, (_, offset) => {
    const index = first + offset;
    const name = `${regionId.replaceAll('-', '')}${String(index).padStart(6, '0')}`;
    const isRight = Math.floor(index / GROUPS_A_CYCLE) % wrongEvery !== 0;
    const shape = SHAPES[index % GROUPS_A_CYCLE] ?? LOCKED;
    const { permissions, repair } = isRight && shape.repair !== NOTHING ? REPAIRED : shape;
    return {
      id: `sg-${name}`,
      name,
      permissions: permissions.map((permission, number) => ({
        SecurityGroupRuleId: `sgr-${name}r${number}`,
        ...permission,
      })),
      repair,
    };
  });
}

/** Some groups of a region with the lists that they name, as EcsService.loadInventory takes them. */
export function estateInventory(part: EstatePart): unknown {
  return {
    RegionId: part.regionId,
    ...(part.accountId === undefined ? {} : { AccountId: part.accountId }),
    SecurityGroups: estateGroups(part).map(({ id, name, permissions }) => ({
      SecurityGroupId: id,
      SecurityGroupName: name,
      SecurityGroupType: 'normal',
      VpcId: 'vpc-estate',
      Tags: [
        { TagKey: 'owner', TagValue: 'web' },
        { TagKey: 'env', TagValue: 'prod' },
      ],
      Permissions: permissions,
    })),
    PrefixLists: [
      {
        PrefixListId: PREFIX_LIST_ID,
        AddressFamily: 'IPv4',
        Entries: [{ Cidr: '203.0.113.0/24' }],
      },
    ],
    PortRangeLists: [{ PortRangeListId: PORT_LIST_ID, Entries: [{ PortRange: '80/80' }] }],
  };
}

function drop(port: string, description = 'web | denied'): Permission[] {
  return EVERYWHERE.map((to) => ({
    Direction: 'egress',
    IpProtocol: 'TCP',
    PortRange: port,
    ...to,
    Policy: 'Drop',
    Priority: '1',
    Description: description,
  }));
}

function accept(port: string, peer: Partial<Permission>, description: string): Permission {
  return {
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: port,
    ...peer,
    Policy: 'Accept',
    Priority: '1',
    Description: description,
  };
}

const each = (ports: readonly number[]) => ports.flatMap((port) => drop(`${port}/${port}`));

const WEB = [
  accept('443/443', { SourceCidrIp: '0.0.0.0/0' }, 'web | shop'),
  accept('8080/8080', { SourceCidrIp: '10.0.0.0/8' }, 'web | health checks'),
  accept('9100/9100', { SourceCidrIp: '10.0.0.0/8' }, 'web | metrics'),
];
const ALL_OUT_DROPPED = drop('1/65535', 'web | nothing leaves');

/** One rule drops every port. */
const LOCKED: Shape = { permissions: [...WEB, ...ALL_OUT_DROPPED], repair: NOTHING };
/** A drop rule for each port, as earlier repairs left them. */
const REPAIRED: Shape = { permissions: [...WEB, ...each(DENIED_PORTS)], repair: NOTHING };

interface Shape {
  readonly permissions: readonly Permission[];
  readonly repair: Repair;
}

const SHAPES: readonly Shape[] = [
  LOCKED,
  LOCKED,
  LOCKED,
  LOCKED,
  REPAIRED,
  REPAIRED,
  // Names a prefix list and a port list.
  {
    permissions: [
      ...ALL_OUT_DROPPED,
      accept('443/443', { SourcePrefixListId: PREFIX_LIST_ID }, 'web | partners'),
      accept('', { SourceCidrIp: '10.0.0.0/8', PortRangeListId: PORT_LIST_ID }, 'web | pages'),
    ],
    repair: NOTHING,
  },
  {
    permissions: [...WEB, ...each(DENIED_PORTS.slice(2))],
    repair: { ...NOTHING, egress: each(DENIED_PORTS.slice(0, 2)) },
  },
  {
    permissions: [...WEB, accept('22/22', { SourceCidrIp: '0.0.0.0/0' }, 'web | admin')],
    repair: {
      ...NOTHING,
      egress: each(DENIED_PORTS),
      ingress: [
        { ...accept('22/22', { SourceCidrIp: '0.0.0.0/0' }, 'web | denied'), Policy: 'Drop' },
      ],
    },
  },
  {
    permissions: [...ALL_OUT_DROPPED, ...WEB.map((rule) => ({ ...rule, Description: 'shop' }))],
    repair: { ...NOTHING, descriptions: WEB.length },
  },
];
