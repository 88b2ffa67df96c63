import {
  addPrincipal,
  type Bundles,
  buildBundles,
  type Deployment,
  type Inventory,
  makeGroup,
  onDeployment,
  PREFIX_LIST_ID,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

/** Denies mail to one destination, from groups of production. */
const policyTo = (destination: string) => `
version: 1
policies:
  - id: no-mail
    kind: deny-egress
    mode: enforce
    match: { tags: { env: [prod] } }
    deny: [{ to: ['${destination}'], protocol: tcp, ports: [25] }]
    rule: { priority: 10 }
`;

let bundles: { readonly block: Bundles; readonly list: Bundles };
beforeAll(async () => {
  bundles = {
    block: await buildBundles(policyTo('192.0.2.0/24')),
    list: await buildBundles(policyTo(PREFIX_LIST_ID)),
  };
});
afterAll(() => Promise.all([bundles.block.remove(), bundles.list.remove()]));

/** Groups whose drop rules keep to the policy as long as no list changes; the last is not in production. */
function inventoryWith(groupCount: number): Inventory[] {
  const dropMailTo = (DestCidrIp: string) => ({
    Direction: 'egress' as const,
    IpProtocol: 'TCP',
    PortRange: '25/25',
    DestCidrIp,
    Policy: 'Drop',
    Priority: '10',
  });
  return [
    {
      RegionId: 'cn-hangzhou',
      SecurityGroups: Array.from({ length: groupCount }, (_, index) =>
        makeGroup(`sg-n${index}`, ['192.0.2.0/24', '203.0.113.0/24'].map(dropMailTo), {
          Tags: [{ TagKey: 'env', TagValue: index === groupCount - 1 ? 'test' : 'prod' }],
        }),
      ),
      PrefixLists: [
        {
          PrefixListId: PREFIX_LIST_ID,
          AddressFamily: 'IPv4',
          MaxEntries: 5,
          Entries: [{ Cidr: '203.0.113.0/24' }],
        },
      ],
    },
  ];
}

const callsOfRole = ({ cloud }: Deployment) =>
  cloud.calls.all().filter(({ principal }) => principal?.startsWith('palisade:'));

/** Groups that the functions have read the rules of, and those that they have changed. */
function touched(deployment: Deployment) {
  const groups = (action: RegExp) =>
    callsOfRole(deployment)
      .filter((call) => action.test(call.action))
      .map(({ parameters }) => parameters.SecurityGroupId);
  return {
    read: [...new Set(groups(/^DescribeSecurityGroupAttribute$/))].sort(),
    changed: groups(/^(Authorize|Modify)/).sort(),
  };
}

it.concurrent.each([
  {
    kind: 'prefix list',
    fields: { PrefixListName: 'offices', AddressFamily: 'IPv4', 'Entry.1.Cidr': '10.0.0.0/8' },
    id: 'PrefixListId',
    rule: (id: string) => ({
      'Permissions.1.PortRange': '25/25',
      'Permissions.1.DestPrefixListId': id,
    }),
    added: { 'AddEntry.1.Cidr': '192.0.2.0/24' },
    associations: 'DescribePrefixListAssociations',
  },
  {
    kind: 'port list',
    fields: { PortRangeListName: 'web', 'Entry.1.PortRange': '443/443' },
    id: 'PortRangeListId',
    rule: (id: string) => ({
      'Permissions.1.PortRangeListId': id,
      'Permissions.1.DestCidrIp': '0.0.0.0/0',
    }),
    added: { 'AddEntry.1.PortRange': '25/25' },
    associations: 'DescribePortRangeListAssociations',
  },
])('when a $kind lets more through, the groups with rules that name it are repaired', (list) =>
  onDeployment(
    { bundles: bundles.block, inventory: inventoryWith(5), events: true },
    async (deployment) => {
      const { cloud, functionCompute, actiontrailName } = deployment;
      const mallory = addPrincipal(cloud, 'mallory');
      const name = list.id.replace(/Id$/, '');
      const made = await mallory.call(`Create${name}`, { ...list.fields, MaxEntries: '3' });
      const id = String(made[list.id]);
      for (const SecurityGroupId of ['sg-n0', 'sg-n2', 'sg-n4']) {
        await mallory.call('AuthorizeSecurityGroupEgress', {
          SecurityGroupId,
          'Permissions.1.IpProtocol': 'TCP',
          'Permissions.1.Policy': 'accept',
          'Permissions.1.Priority': '1',
          ...list.rule(id),
        });
      }
      await deployment.settled();
      expect(touched(deployment).changed).toEqual([]);

      cloud.calls.clear();
      await mallory.call(`Modify${name}`, { [list.id]: id, ...list.added });
      await deployment.settled();
      // The group of another environment names the list as well, and no policy is about it.
      expect(touched(deployment)).toEqual({
        read: ['sg-n0', 'sg-n2'],
        changed: ['sg-n0', 'sg-n2'],
      });
      expect(
        callsOfRole(deployment)
          .slice(0, 2)
          .map(({ action }) => action),
      ).toEqual([list.associations, 'DescribeSecurityGroups']);

      // The same about a list that has been deleted since.
      const event = JSON.stringify(
        cloud.actionTrail.events.find(({ data }) => data.eventName === `Modify${name}`),
      );
      const gone = event.replaceAll(id, `${id}gone`).replaceAll(/"(event)?id":"/gi, '$&another-');
      await functionCompute.invoke(actiontrailName, gone, { async: true });
      await deployment.settled();
      const ignored = await deployment.logged('event ignored', 1);
      expect(ignored.map(({ reason }) => reason)).toContain(
        'no policy is about a group that it affects',
      );
      expect(functionCompute.invocations.filter(({ status }) => status === 'Failed')).toEqual([]);
    },
  ),
);

const addPartner = {
  PrefixListId: PREFIX_LIST_ID,
  'AddEntry.1.Cidr': '198.51.100.0/24',
};

it.concurrent('when a prefix list grows that a policy names, every group that the policy is about is judged', () =>
  onDeployment(
    { bundles: bundles.list, inventory: inventoryWith(4), events: true },
    async (deployment) => {
      await addPrincipal(deployment.cloud, 'mallory').call('ModifyPrefixList', addPartner);
      await deployment.settled();
      const groups = ['sg-n0', 'sg-n1', 'sg-n2'];
      expect(touched(deployment)).toEqual({ read: groups, changed: groups });
      const [judged] = await deployment.logged('event judged', 1);
      expect(judged?.totals).toMatchObject({ groups: 3, compliant: 3 });
    },
  ));

it.concurrent('more than ten groups are handed over, once, however often the event comes', () =>
  onDeployment(
    { bundles: bundles.list, inventory: inventoryWith(13), events: true },
    async (deployment) => {
      const { cloud, functionCompute, actiontrailName } = deployment;
      await addPrincipal(cloud, 'mallory').call('ModifyPrefixList', addPartner);
      await deployment.settled();
      expect(touched(deployment).changed).toHaveLength(12);
      await deployment.logged('event handed over', 1);
      const [done] = await deployment.logged('shard done', 1);
      expect(done?.totals).toMatchObject({ groups: 12, compliant: 12 });

      cloud.calls.clear();
      const [event] = cloud.actionTrail.events;
      await functionCompute.invoke(actiontrailName, JSON.stringify(event), { async: true });
      await deployment.settled();
      expect(touched(deployment)).toEqual({ read: [], changed: [] });
      expect(
        functionCompute.invocations.filter((each) => each.functionName === 'palisade-enforce'),
      ).toHaveLength(1);
    },
  ));
