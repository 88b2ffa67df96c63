import type { Permission } from '../../shared/security-group';

/** A group as an inventory holds it. */
export interface InventoryGroup {
  readonly SecurityGroupId: string;
  readonly SecurityGroupName: string;
  readonly SecurityGroupType: 'normal' | 'enterprise';
  readonly VpcId: string;
  readonly ServiceManaged?: boolean;
  readonly Tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  readonly Permissions: readonly Permission[];
}

/** The inventory of one region. */
export interface Inventory {
  readonly RegionId: string;
  /** Of another account than the cloud's own. */
  readonly AccountId?: string;
  readonly SecurityGroups: readonly InventoryGroup[];
  readonly PrefixLists: readonly {
    readonly PrefixListId: string;
    readonly AddressFamily: 'IPv4';
    readonly MaxEntries?: number;
    readonly Entries: readonly { readonly Cidr: string }[];
  }[];
}

/** The prefix list that some groups of each region name. */
export const PREFIX_LIST_ID = 'pl-partners';

/**
 * An inventory with some groups in each region. They take turns at being one of the shapes below, of
 * which none but the last follows the test policies; all of them can be repaired.
 */
export function makeInventory(groupCounts: Readonly<Record<string, number>>): Inventory[] {
  return Object.entries(groupCounts).map(([regionId, count]) => ({
    RegionId: regionId,
    SecurityGroups: Array.from({ length: count }, (_, index) => {
      const shape = SHAPES[index % SHAPES.length] ?? [];
      return makeGroup(`sg-${regionId.replaceAll('-', '')}n${index}`, shape);
    }),
    PrefixLists: [
      {
        PrefixListId: PREFIX_LIST_ID,
        AddressFamily: 'IPv4',
        Entries: [{ Cidr: '203.0.113.0/24' }, { Cidr: '198.51.100.7/32' }],
      },
    ],
  }));
}

/** A normal group of a VPC that belongs to the owner `web`, with the same rule ids every time. */
export function makeGroup(
  id: string,
  permissions: readonly Permission[],
  rest: Partial<InventoryGroup> = {},
): InventoryGroup {
  return {
    SecurityGroupId: id,
    SecurityGroupName: id.slice(3),
    SecurityGroupType: 'normal',
    VpcId: 'vpc-test',
    Tags: [{ TagKey: 'owner', TagValue: 'web' }],
    Permissions: permissions.map((permission, index) => ({
      SecurityGroupRuleId: `sgr-${id.slice(3)}r${index}`,
      ...permission,
    })),
    ...rest,
  };
}

const https: Permission = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
  Policy: 'Accept',
  Priority: '1',
};
const everything: Permission = {
  Direction: 'egress',
  IpProtocol: 'ALL',
  PortRange: '-1/-1',
  Policy: 'Accept',
  Priority: '1',
};
const mail: Permission = {
  Direction: 'egress',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  Policy: 'Drop',
  Priority: '1',
};

/** A drop rule for each of the four denials of the test policies, described by their standard. */
export const COMPLIANT_RULES: readonly Permission[] = ['25/25', '445/445'].flatMap((PortRange) =>
  [{ DestCidrIp: '0.0.0.0/0' }, { Ipv6DestCidrIp: '::/0' }].map((to) => ({
    ...mail,
    ...to,
    PortRange,
    Description: 'web | no mail',
  })),
);

const SHAPES: readonly (readonly Permission[])[] = [
  // Rules without an egress rule: the default lets everything out.
  [{ ...https, Description: 'shop' }],
  // Everything out, by rules that a drop rule of the same priority beats.
  [
    { ...everything, DestCidrIp: '0.0.0.0/0', Description: 'web | all out' },
    { ...everything, Ipv6DestCidrIp: '::/0', Priority: '50' },
  ],
  // Mail is denied over IPv4 only, and by a rule whose description is nearly right.
  [{ ...mail, DestCidrIp: '0.0.0.0/0', Description: 'web |no mail' }],
  // A prefix list and a group as peers.
  [
    { ...everything, IpProtocol: 'TCP', PortRange: '25/25', DestPrefixListId: PREFIX_LIST_ID },
    { ...https, SourceCidrIp: '', SourceGroupId: 'sg-peer', Description: 'web | from peers' },
  ],
  // A weak drop rule that a stronger accept rule makes useless.
  [
    { ...mail, DestCidrIp: '0.0.0.0/0', Priority: '90', Description: 'web | weak' },
    { ...mail, DestCidrIp: '10.0.0.0/8', Policy: 'Accept', Priority: '20', Description: 'relay' },
  ],
  // Nothing to do.
  [{ ...https, Description: 'web | shop' }, ...COMPLIANT_RULES],
];
