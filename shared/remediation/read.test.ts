import { type Fault, type FaultHook, type LocalCloud, startLocalCloud } from '../../local-cloud';
import { makeGroup, makeInventory, PREFIX_LIST_ID, summariesOf } from '../../test/support';
import { createEcsClient, type EcsClient } from '../ecs';
import {
  type Permission,
  parseRegionId,
  parseRule,
  type SecurityGroupSummary,
} from '../security-group';
import { ListReader, readGroup } from './read';

const regionId = parseRegionId('cn-hangzhou');
const refused: Fault = {
  kind: 'error',
  status: 403,
  code: 'Forbidden.RAM',
  message: 'no',
  when: 'before',
};

let cloud: LocalCloud;
let ecs: EcsClient;
let fault: FaultHook | undefined;
beforeEach(async () => {
  fault = undefined;
  cloud = await startLocalCloud({ fault: (call) => fault?.(call) });
  ecs = createEcsClient({
    regionId,
    endpoint: cloud.endpoint,
    credentials: async () => cloud,
    sleep: async () => {},
    readTimeoutMs: 100,
    maxAttempts: 2,
  });
});
afterEach(() => cloud.close());

function load(id: string, permissions: readonly Permission[]): SecurityGroupSummary {
  const region = {
    RegionId: 'cn-hangzhou',
    SecurityGroups: [makeGroup(id, permissions)],
    PrefixLists: [],
  };
  cloud.ecs.loadInventory(region);
  const [summary] = summariesOf([region]);
  if (!summary) throw new Error('the inventory is empty');
  return summary;
}

const https: Permission = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
};

describe('a group', () => {
  it('is complete with all its rules, over several pages', async () => {
    const rules = Array.from({ length: 1100 }, (_, index) => ({
      ...https,
      PortRange: `${index + 1}/${index + 1}`,
    }));
    const reading = await readGroup(ecs, load('sg-many', rules));
    expect(reading).toMatchObject({ status: 'complete', group: { innerAccessPolicy: 'accept' } });
    expect(reading.status === 'complete' && reading.group.rules).toHaveLength(1100);
    expect(cloud.calls.all()).toHaveLength(2);
  });

  it('of the classic network takes a call for each kind of interface', async () => {
    cloud.ecs.loadInventory({
      RegionId: 'cn-hangzhou',
      SecurityGroups: [{ ...makeGroup('sg-classic', [https]), VpcId: '' }],
      PrefixLists: [],
    });
    const [summary] = await ecs.listSecurityGroups();
    if (!summary) throw new Error('the group is not there');
    cloud.calls.clear();

    const reading = await readGroup(ecs, summary);
    expect(reading.status === 'complete' && reading.group.rules).toHaveLength(1);
    expect(cloud.calls.all()).toHaveLength(2);
  });

  it.each<[string, Fault]>([
    ['it may not be read', refused],
    ['the service fails', { kind: 'html', status: 502 }],
    ['the connection breaks', { kind: 'reset-before' }],
    ['the answer gets lost', { kind: 'reset-after' }],
    ['no answer comes', { kind: 'hang' }],
  ])('is unknown, with the reason, when %s', async (_name, failure) => {
    fault = () => failure;
    const reading = await readGroup(ecs, load('sg-one', [https]));
    expect(reading).toEqual({
      status: 'unknown',
      reason: expect.stringMatching(/^the group could not be read: .*sg-one/),
    });
  });

  it('is unknown when a later page does not come', async () => {
    const rules = Array.from({ length: 1100 }, (_, index) => ({
      ...https,
      PortRange: `${index + 1}/${index + 1}`,
    }));
    fault = ({ parameters }) => (parameters.has('NextToken') ? refused : undefined);
    expect(await readGroup(ecs, load('sg-many', rules))).toMatchObject({ status: 'unknown' });
  });

  it.each<[string, Partial<Permission>]>([
    ['ports', { PortRange: 'web' }],
    ['address', { SourceCidrIp: '10.0.0.0/33' }],
    ['protocol', { IpProtocol: 'CARRIER-PIGEON' }],
  ])('is unknown when a rule has %s that cannot be understood', async (_name, strange) => {
    const reading = await readGroup(ecs, load('sg-one', [https, { ...https, ...strange }]));
    expect(reading).toMatchObject({
      status: 'unknown',
      reason: expect.stringMatching(/sgr-oner1/),
    });
  });

  it('that does not exist is unknown', async () => {
    const summary = load('sg-one', []);
    const gone = summariesOf([
      { RegionId: 'cn-hangzhou', SecurityGroups: [makeGroup('sg-gone', [])], PrefixLists: [] },
    ])[0];
    expect(await readGroup(ecs, gone ?? summary)).toMatchObject({
      status: 'unknown',
      reason: expect.stringMatching(/sg-gone/),
    });
  });
});

describe('lists', () => {
  const named = [
    parseRule({ ...https, SourceCidrIp: '', SourcePrefixListId: PREFIX_LIST_ID }),
    parseRule({ ...https, PortRange: '', PortRangeListId: 'prl-web' }),
  ];

  beforeEach(() => {
    const [region] = makeInventory({ 'cn-hangzhou': 0 });
    cloud.ecs.loadInventory({
      ...region,
      PrefixLists: [
        ...(region?.PrefixLists ?? []),
        {
          PrefixListId: 'pl-other',
          AddressFamily: 'IPv6',
          MaxEntries: 7,
          Entries: [{ Cidr: '2001:db8::/32' }],
        },
        { PrefixListId: 'pl-strange', AddressFamily: 'IPv4', Entries: [{ Cidr: 'somewhere' }] },
      ],
      PortRangeLists: [{ PortRangeListId: 'prl-web', Entries: [{ PortRange: '80/443' }] }],
    });
  });

  it('are read when rules or policies name them', async () => {
    const lists = await new ListReader(ecs).read(named, ['pl-other']);
    expect([...lists.prefixLists.keys()].sort()).toEqual(['pl-other', PREFIX_LIST_ID]);
    expect(lists.prefixLists.get(PREFIX_LIST_ID)).toHaveLength(2);
    expect(lists.rulesCounted.get('pl-other')).toBe(7);
    expect(lists.portRangeLists.get('prl-web')).toEqual([{ first: 80, last: 443 }]);
  });

  it('are read once, also when several groups ask at the same time', async () => {
    const reader = new ListReader(ecs);
    await Promise.all([reader.read(named, []), reader.read(named, []), reader.read(named, [])]);
    await reader.read(named, []);
    expect(
      cloud.calls
        .all()
        .map((call) => call.action)
        .sort(),
    ).toEqual(['DescribePortRangeListEntries', 'DescribePrefixListAttributes']);
  });

  it('stay out when they cannot be read or understood, with the reason', async () => {
    fault = ({ parameters }) => (parameters.has('PortRangeListId') ? refused : undefined);
    const lists = await new ListReader(ecs).read(named, ['pl-gone', 'pl-strange']);
    expect([...lists.prefixLists.keys()]).toEqual([PREFIX_LIST_ID]);
    expect([...lists.portRangeLists.keys()]).toEqual([]);
    expect([...lists.unread.keys()].sort()).toEqual(['pl-gone', 'pl-strange', 'prl-web']);
  });

  it('that a rule does not name are not read', async () => {
    const lists = await new ListReader(ecs).read([parseRule(https)], []);
    expect([lists.prefixLists.size, lists.portRangeLists.size]).toEqual([0, 0]);
    expect(cloud.calls.all()).toEqual([]);
  });
});
