import { type Fault, type LocalCloud, startLocalCloud } from '../local-cloud';
import {
  authorizeCalls,
  clientToken,
  createEcsClient,
  type EcsClient,
  isEcsError,
  modifyCall,
  type NewPermission,
  type WriteCall,
} from '../shared/ecs';
import { type Permission, parseRegionId, parseSecurityGroupId } from '../shared/security-group';

const regionId = parseRegionId('cn-hangzhou');
const web = parseSecurityGroupId('sg-web');

const rules: readonly Permission[] = [
  { Direction: 'ingress', IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' },
  { Direction: 'ingress', IpProtocol: 'TCP', PortRange: '22/22', SourceGroupId: 'sg-jump' },
  { Direction: 'egress', IpProtocol: 'ALL', PortRange: '-1/-1', Ipv6DestCidrIp: '::/0' },
  { Direction: 'egress', IpProtocol: 'UDP', PortRange: '53/53', DestPrefixListId: 'pl-dns' },
  {
    Direction: 'egress',
    IpProtocol: 'TCP',
    PortRange: '25/25',
    SourcePortRange: '1024/65535',
    SourceCidrIp: '10.0.0.0/8',
    DestCidrIp: '192.0.2.0/24',
    Policy: 'Drop',
    Priority: 7,
  },
];

const inventory = {
  RegionId: 'cn-hangzhou',
  SecurityGroups: [
    {
      SecurityGroupId: 'sg-web',
      SecurityGroupName: 'web',
      VpcId: 'vpc-1',
      Tags: { Tag: [{ TagKey: 'env', TagValue: 'prod' }] },
      Permissions: rules,
    },
    { SecurityGroupId: 'sg-jump', VpcId: 'vpc-1', Permissions: [] },
    ...Array.from({ length: 230 }, (_, index) => ({
      SecurityGroupId: `sg-many${index}`,
      VpcId: 'vpc-1',
      SecurityGroupType: 'enterprise',
      Permissions: [],
    })),
  ],
  PrefixLists: [
    { PrefixListId: 'pl-dns', AddressFamily: 'IPv4', Entries: [{ Cidr: '198.51.100.0/24' }] },
  ],
  PortRangeLists: [{ PortRangeListId: 'prl-mail', Entries: [{ PortRange: '25/25' }] }],
};

const noMail: NewPermission = {
  Policy: 'drop',
  Priority: '1',
  IpProtocol: 'TCP',
  PortRange: '25/25',
  DestCidrIp: '0.0.0.0/0',
  Description: 'no mail',
};

let faults: Fault[];
let cloud: LocalCloud;
let client: EcsClient;

beforeEach(async () => {
  faults = [];
  cloud = await startLocalCloud({ fault: () => faults.shift() });
  cloud.ecs.loadInventory(inventory);
  client = createEcsClient({
    regionId,
    endpoint: cloud.endpoint,
    credentials: async () => cloud,
    sleep: async () => {},
    writeTimeoutMs: 1_000,
  });
});
afterEach(() => cloud.close());

const denyMail = () => authorizeCalls('egress', regionId, web, [noMail])[0] as WriteCall;
const rulesOf = async () => (await client.readSecurityGroup(web)).permissions;

it('the regions are those of the cloud', async () => {
  expect(await client.describeRegions()).toEqual(cloud.regionIds);
});

it('a list holds every group of the region', async () => {
  const groups = await client.listSecurityGroups();

  expect(new Set(groups.map(({ id }) => id)).size).toBe(232);
  expect(groups.find(({ id }) => id === 'sg-web')).toEqual({
    regionId,
    id: 'sg-web',
    name: 'web',
    type: 'normal',
    vpcId: 'vpc-1',
    tags: { env: 'prod' },
    serviceManaged: false,
  });
  expect(groups.filter(({ type }) => type === 'enterprise')).toHaveLength(230);
});

it('a list of named groups holds those that exist', async () => {
  const groups = await client.listSecurityGroups({ securityGroupIds: ['sg-web', 'sg-absent'] });

  expect(groups.map(({ id }) => id)).toEqual(['sg-web']);
});

it('a group is read with all of its rules', async () => {
  const group = await client.readSecurityGroup(web);

  expect(group).toMatchObject({ name: 'web', vpcId: 'vpc-1', innerAccessPolicy: 'accept' });
  expect(group.permissions).toHaveLength(rules.length);
});

it('prefix lists and port lists are read', async () => {
  expect(await client.readPrefixList('pl-dns')).toMatchObject({ cidrs: ['198.51.100.0/24'] });
  expect(await client.readPortRangeList('prl-mail')).toEqual(['25/25']);
});

it('a group that does not exist is not found', async () => {
  const error: unknown = await client
    .readSecurityGroup(parseSecurityGroupId('sg-absent'))
    .catch((reason: unknown) => reason);

  expect(isEcsError(error, 'not-found')).toBe(true);
});

it('a rule is added', async () => {
  const receipt = await client.execute(denyMail(), clientToken('run-1', denyMail()));

  expect(receipt.attempts).toBe(1);
  expect(await rulesOf()).toContainEqual(
    expect.objectContaining({ DestCidrIp: '0.0.0.0/0', Policy: 'Drop', Description: 'no mail' }),
  );
});

it.each<[string, Fault]>([
  ['a reset before the call took effect', { kind: 'reset-before' }],
  ['a reset after the call took effect', { kind: 'reset-after' }],
  ['an answer that never came', { kind: 'hang-after' }],
  ['a gateway error', { kind: 'html', status: 502 }],
])('a rule is added once despite %s', async (_name, fault) => {
  faults = [fault];

  const receipt = await client.execute(denyMail(), clientToken('run-1', denyMail()));

  expect(receipt.attempts).toBe(2);
  expect(await rulesOf()).toHaveLength(rules.length + 1);
});

it('the next trigger adds a rule again that was removed, where the same one would not', async () => {
  const call = denyMail();
  const removeEverything = () => cloud.ecs.loadInventory(inventory);
  await client.execute(call, clientToken('run-1', call));
  removeEverything();

  await client.execute(call, clientToken('run-1', call));
  expect(await rulesOf()).toHaveLength(rules.length);

  await client.execute(call, clientToken('run-2', call));
  expect(await rulesOf()).toHaveLength(rules.length + 1);
});

it.each(['with', 'without'])('every rule is described %s its id', async (form) => {
  for (const [index, rule] of (await rulesOf()).entries()) {
    const direction = rule.Direction === 'ingress' ? 'ingress' : 'egress';
    const { SecurityGroupRuleId: _id, ...anonymous } = rule;
    const named = form === 'with' ? rule : anonymous;
    const call = modifyCall(direction, regionId, web, named, `rule ${index}`);

    await client.execute(call, clientToken('run-1', call));
  }

  expect((await rulesOf()).map(({ Description }) => Description)).toEqual(
    rules.map((_rule, index) => `rule ${index}`),
  );
});
