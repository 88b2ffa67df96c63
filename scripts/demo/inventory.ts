import type { Permission } from '../../shared/security-group';
import { BAD_NETWORKS, MAIL_RELAY } from './policy';

/** A group as an inventory file holds it. */
interface Group {
  readonly SecurityGroupId: string;
  readonly SecurityGroupName: string;
  readonly SecurityGroupType: 'normal' | 'enterprise';
  readonly InnerAccessPolicy: 'Accept' | 'Drop';
  readonly VpcId: string;
  readonly ServiceManaged?: boolean;
  readonly Tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  readonly Permissions: readonly Permission[];
}

/** A group that shows one difficulty, and why it is difficult. */
export interface Case {
  readonly groupId: string;
  readonly why: string;
}

/** The inventory of the demo: ordinary groups, with a difficult case hidden here and there. */
export interface DemoInventory {
  readonly regions: readonly object[];
  readonly cases: readonly Case[];
  /** The region of each group, by its id. */
  readonly groups: ReadonlyMap<string, string>;
  /** The number of rules. */
  readonly rules: number;
}

/** Regions, the letters that mark their ids, and how many ordinary groups each has. */
const REGIONS = [
  { id: 'cn-hangzhou', mark: 'hz0', ordinary: 24 },
  { id: 'cn-shanghai', mark: 'sh0', ordinary: 18 },
  { id: 'ap-southeast-1', mark: 'sg1', ordinary: 14 },
] as const;

const TEAMS = ['payments', 'search', 'platform', 'data', 'identity', 'mobile'] as const;
const TIERS = ['web', 'api', 'worker', 'cache', 'database', 'queue', 'batch', 'bastion'] as const;
const SERVICES = [
  { port: 22, text: 'ssh from the office' },
  { port: 80, text: 'http' },
  { port: 443, text: 'https' },
  { port: 3306, text: 'MySQL' },
  { port: 5432, text: 'PostgreSQL' },
  { port: 6379, text: 'Redis' },
  { port: 8080, text: 'application' },
  { port: 9100, text: 'metrics' },
  { port: 9092, text: 'Kafka' },
] as const;

/** What the demo denies, as rules that are there already. */
const DENIED_PORTS = ['25/25', '135/139', '445/445'] as const;

/** Makes the inventory: the same at every call. */
export function demoInventory(): DemoInventory {
  const cases = difficultGroups();
  const regions = REGIONS.map(({ id, mark, ordinary }) => ({
    RegionId: id,
    SecurityGroups: [
      ...Array.from({ length: ordinary }, (_, index) => ordinaryGroup(mark, index)),
      ...cases.filter((each) => each.region === mark).map((each) => each.group),
    ],
    PrefixLists:
      id === 'cn-hangzhou'
        ? [
            {
              PrefixListId: BAD_NETWORKS,
              PrefixListName: 'bad networks',
              AddressFamily: 'IPv4',
              MaxEntries: 10,
              Entries: [{ Cidr: '192.0.2.0/24' }, { Cidr: '198.51.100.0/25' }],
            },
          ]
        : [],
  }));
  return {
    regions,
    groups: new Map(
      regions.flatMap(({ RegionId, SecurityGroups }) =>
        SecurityGroups.map((each) => [each.SecurityGroupId, RegionId] as const),
      ),
    ),
    rules: regions
      .flatMap((region) => region.SecurityGroups)
      .reduce((sum, each) => sum + each.Permissions.length, 0),
    cases: cases.map(({ group, why }) => ({ groupId: group.SecurityGroupId, why })),
  };
}

function ordinaryGroup(mark: string, index: number): Group {
  const team = TEAMS[index % TEAMS.length] ?? TEAMS[0];
  const tier = TIERS[index % TIERS.length] ?? TIERS[0];
  const isTidy = index % 3 === 0;
  const tags = {
    owner: team,
    ticket: `${team.slice(0, 3).toUpperCase()}-${100 + index}`,
    env: 'test',
  };
  const describe = (text: string) => (isTidy ? `${tags.owner} | ${tags.ticket} | ${text}` : text);
  const rules = Array.from({ length: 13 + (index % 7) }, (_, position): Permission => {
    const service = SERVICES[(index + position) % SERVICES.length] ?? SERVICES[0];
    return ingress(service.port, `10.${index}.${position}.0/24`, describe(service.text));
  });
  const drops = isTidy ? denyEverywhere(1, describe('no mail or file sharing out')) : [];
  return group(mark, `${mark}${tier}${index}`, `${team}-${tier}-${index}`, tags, [
    ...rules,
    egress('TCP', '443/443', '0.0.0.0/0', 'Accept', 10, describe('calls to partners')),
    ...drops,
  ]);
}

interface DifficultGroup {
  readonly region: (typeof REGIONS)[number]['mark'];
  readonly why: string;
  readonly group: Group;
}

function difficultGroups(): DifficultGroup[] {
  const owned = { owner: 'platform', ticket: 'PLT-9', env: 'prod' };
  const text = (words: string) => `platform | PLT-9 | ${words}`;
  const open = egress('ALL', '-1/-1', '0.0.0.0/0', 'Accept', 10, text('everything out'));
  const drop = (ports: string, cidr: string, priority: number) =>
    egress('TCP', ports, cidr, 'Drop', priority, text('blocked'));
  const make = (
    region: DifficultGroup['region'],
    name: string,
    why: string,
    permissions: readonly Permission[],
    more: Partial<Group> = {},
  ): DifficultGroup => ({
    region,
    why,
    group: {
      ...group(region, `${region}${name.replaceAll('-', '')}`, name, owned, permissions),
      ...more,
    },
  });
  return [
    make('hz0', 'shadowed-deny', 'a stronger accept hides its drop rules', [
      open,
      ...denyEverywhere(50, text('no mail or file sharing out')),
    ]),
    make('hz0', 'split-open', 'two halves of the Internet are accepted, neither is 0.0.0.0/0', [
      egress('TCP', '1/65535', '0.0.0.0/1', 'Accept', 1, text('lower half')),
      egress('TCP', '1/65535', '128.0.0.0/1', 'Accept', 1, text('upper half')),
      ...denyEverywhere(5, text('no mail or file sharing out')),
    ]),
    make(
      'hz0',
      'denied-in-pieces',
      'no single rule denies it, their union does',
      [
        drop('1/100', '0.0.0.0/1', 1),
        drop('20/30', '128.0.0.0/1', 1),
        drop('101/300', '0.0.0.0/0', 1),
        drop('440/450', '0.0.0.0/2', 1),
        drop('445/445', '64.0.0.0/2', 1),
        drop('400/500', '128.0.0.0/1', 1),
        drop('1/1000', '::/1', 1),
        drop('1/1000', '8000::/1', 1),
      ],
      { Tags: tagsOf({ ...owned, env: 'test' }) },
    ),
    make('hz0', 'mail-relay', 'sends mail, and is exempt', [open], { SecurityGroupId: MAIL_RELAY }),
    make('hz0', 'full', 'holds 200 rules, so none can be added', [
      ...Array.from({ length: 200 }, (_, index) =>
        ingress(1024 + index, '10.0.0.0/8', text(`service ${index}`)),
      ),
    ]),
    make('hz0', 'kubernetes-node', 'another cloud product manages it', [open], {
      ServiceManaged: true,
    }),
    make('sh0', 'advanced-open', 'an enterprise group takes no drop rules', [open], {
      SecurityGroupType: 'enterprise',
    }),
    make(
      'sh0',
      'advanced-closed',
      'an enterprise group denies what no rule accepts',
      [egress('TCP', '443/443', '0.0.0.0/0', 'Accept', 1, text('https'))],
      { SecurityGroupType: 'enterprise' },
    ),
    make('sh0', 'ipv6-forgotten', 'IPv4 is denied, IPv6 is open', [
      ...DENIED_PORTS.map((ports) => drop(ports, '0.0.0.0/0', 1)),
    ]),
    make('sh0', 'tie', 'accept and drop at one priority: drop wins', [
      egress('ALL', '-1/-1', '0.0.0.0/0', 'Accept', 1, text('everything out')),
      egress('ALL', '-1/-1', '::/0', 'Accept', 1, text('everything out')),
      ...denyEverywhere(1, text('no mail or file sharing out')),
    ]),
    make('sh0', 'near-miss', 'descriptions almost follow the standard', [
      ingress(443, '10.0.0.0/8', 'platform|PLT-9|https'),
      ingress(80, '10.0.0.0/8', 'platform | OLD-1 | http'),
      ingress(22, '10.0.0.0/8', 'ssh | sftp | scp | all of them'),
      ...denyEverywhere(1, text('no mail or file sharing out')),
    ]),
    make(
      'sg1',
      'open-desktop',
      'remote desktop is open to everyone; private networks must keep it',
      [
        ingress(3389, '0.0.0.0/0', text('remote desktop')),
        ...denyEverywhere(1, text('no mail or file sharing out')),
      ],
    ),
    make('sg1', 'group-peer', 'what gets out depends on the members of another group', [
      {
        ...egress('ALL', '-1/-1', '', 'Accept', 1, text('to the backup group')),
        DestGroupId: 'sg-sg1web0',
      },
      ...denyEverywhere(10, text('no mail or file sharing out')),
    ]),
    make('sg1', 'lost-prefix-list', 'names a prefix list that cannot be read', [
      {
        ...egress('ALL', '-1/-1', '', 'Drop', 1, text('bad networks')),
        DestPrefixListId: 'pl-sg1gone',
      },
      open,
    ]),
    make('sg1', 'old-default', 'rules of priority 110 and a range of ports with ALL', [
      { ...ingress(22, '0.0.0.0/0', ''), IpProtocol: 'ALL', PortRange: '22/22' },
      { ...open, Priority: '110', Description: '' },
    ]),
  ];
}

function group(
  mark: string,
  id: string,
  name: string,
  tags: Readonly<Record<string, string>>,
  permissions: readonly Permission[],
): Group {
  return {
    SecurityGroupId: `sg-${id}`,
    SecurityGroupName: name,
    SecurityGroupType: 'normal',
    InnerAccessPolicy: 'Accept',
    VpcId: `vpc-${mark}main`,
    Tags: tagsOf(tags),
    Permissions: permissions,
  };
}

function tagsOf(tags: Readonly<Record<string, string>>): Group['Tags'] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

function denyEverywhere(priority: number, description: string): Permission[] {
  return ['0.0.0.0/0', '::/0'].flatMap((cidr) =>
    DENIED_PORTS.map((ports) => egress('TCP', ports, cidr, 'Drop', priority, description)),
  );
}

function ingress(port: number, cidr: string, description: string): Permission {
  return {
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: `${port}/${port}`,
    SourceCidrIp: cidr,
    Policy: 'Accept',
    Priority: '1',
    NicType: 'intranet',
    Description: description,
  };
}

function egress(
  protocol: string,
  ports: string,
  cidr: string,
  policy: 'Accept' | 'Drop',
  priority: number,
  description: string,
): Permission {
  return {
    Direction: 'egress',
    IpProtocol: protocol,
    PortRange: ports,
    ...(cidr.includes(':') ? { Ipv6DestCidrIp: cidr } : { DestCidrIp: cidr }),
    Policy: policy,
    Priority: String(priority),
    NicType: 'intranet',
    Description: description,
  };
}
