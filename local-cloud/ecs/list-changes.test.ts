import fc from 'fast-check';
import { permissions, type Sent, type TestEcs, testEcs, VPC } from './ecs-for-tests';

const entries = (values: Sent, description = '') =>
  Object.values(values).map((value) => [value, description]);

describe.each([
  {
    kind: 'prefix list',
    create: 'CreatePrefixList',
    modify: 'ModifyPrefixList',
    read: 'DescribePrefixListAttributes',
    id: 'PrefixListId',
    fields: { PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: '3' },
    nameField: 'PrefixListName',
    value: 'Cidr',
    values: { one: '10.0.0.0/8', two: '11.0.0.0/8', three: '12.0.0.0/8', four: '13.0.0.0/8' },
    sameAsOne: '10.1.2.3/8',
    malformed: '::/0',
    notFound: '404 InvalidPrefixListId.NotFound',
    name: '400 InvalidParameter.PrefixListName',
    malformedCode: '400 InvalidParameter.CidrMalformed',
    duplicated: '400 InvalidParameter.CidrDuplicated',
  },
  {
    kind: 'port range list',
    create: 'CreatePortRangeList',
    modify: 'ModifyPortRangeList',
    read: 'DescribePortRangeListEntries',
    id: 'PortRangeListId',
    fields: { PortRangeListName: 'web', MaxEntries: '3' },
    nameField: 'PortRangeListName',
    value: 'PortRange',
    values: { one: '80/80', two: '443/443', three: '8080/8080', four: '1/9' },
    sameAsOne: '80/80',
    malformed: '-1/-1',
    notFound: '400 InvalidPortRangeListId.NotFound',
    name: '400 InvalidParameter.PortRangeListName',
    malformedCode: '400 InvalidParameter.PortRange',
    duplicated: '400 InvalidParameter.PortRangeDuplicated',
  },
])('a $kind', (list) => {
  const { one, two, three, four } = list.values;
  const create = (ecs: TestEcs) => {
    const sent = { ...list.fields, [`Entry.1.${list.value}`]: one };
    return String(ecs.call(list.create, sent)[list.id]);
  };
  const read = (ecs: TestEcs, id: string): Record<string, string>[] => {
    const found = ecs.call(list.read, { [list.id]: id }).Entries;
    return Array.isArray(found) ? found : (found as { Entry: Record<string, string>[] }).Entry;
  };
  const held = (ecs: TestEcs, id: string) =>
    read(ecs, id).map((entry) => [entry[list.value], entry.Description]);
  const add = (index: number, value: string): Sent => ({
    [`AddEntry.${index}.${list.value}`]: value,
  });
  const remove = (index: number, value: string): Sent => ({
    [`RemoveEntry.${index}.${list.value}`]: value,
  });

  test('gets and loses entries, and keeps the others', () => {
    const ecs = testEcs();
    const id = create(ecs);
    expect(ecs.call(list.modify, { [list.id]: id, ...add(1, two), ...add(2, three) })).toEqual({});
    expect(held(ecs, id)).toEqual(entries({ one, two, three }));
    // Room for a new one is made by the same call.
    ecs.call(list.modify, { [list.id]: id, ...remove(1, two), ...add(1, four) });
    expect(held(ecs, id)).toEqual(entries({ one, three, four }));
    ecs.call(list.modify, { [list.id]: id, ...remove(1, two) });
    expect(held(ecs, id)).toEqual(entries({ one, three, four }));
  });

  test('gets the description of an entry that it has', () => {
    const ecs = testEcs();
    const id = create(ecs);
    ecs.call(list.modify, {
      [list.id]: id,
      ...add(1, list.sameAsOne),
      'AddEntry.1.Description': 'first',
    });
    expect(held(ecs, id)).toEqual(entries({ one }, 'first'));
  });

  test.each<[string, Sent, string]>([
    ['an unknown list', { [list.id]: 'none' }, list.notFound],
    ['no list', { [list.id]: '' }, `400 Missing${list.id}`],
    ['a malformed name', { [list.nameField]: '1' }, list.name],
    ['a malformed description', { Description: 'x' }, '400 InvalidDescription.Malformed'],
    ['a malformed entry', add(1, list.malformed), list.malformedCode],
    ['an entry without value', { 'AddEntry.1.Description': 'ab' }, '400 MissingAddEntry.1.'],
    ['an entry twice', { ...add(1, two), ...add(2, two) }, list.duplicated],
    ['an entry to add and remove', { ...add(1, one), ...remove(1, one) }, list.duplicated],
    [
      'more entries than fit',
      { ...add(1, two), ...add(2, three), ...add(3, four) },
      '400 LimitExceed.MaxEntries',
    ],
    [
      'more changes than a call may hold',
      Object.assign({}, ...Array.from({ length: 201 }, (_, index) => add(index + 1, two))) as Sent,
      '400 LimitExceed.Entry',
    ],
  ])('refuses a change with %s, and stays as it is', (_name, sent, code) => {
    const ecs = testEcs();
    const id = create(ecs);
    expect(ecs.outcome(list.modify, { [list.id]: id, ...sent })).toContain(code);
    expect(held(ecs, id)).toEqual(entries({ one }));
  });
});

test('a prefix list can be renamed without touching its entries', () => {
  const ecs = testEcs();
  const fields = { PrefixListName: 'offices', AddressFamily: 'IPv6', MaxEntries: '3' };
  const created = ecs.call('CreatePrefixList', { ...fields, 'Entry.1.Cidr': '2001:db8::/32' });
  const PrefixListId = String(created.PrefixListId);
  const sent = { PrefixListName: 'branches', Description: 'all of them' };
  ecs.call('ModifyPrefixList', { PrefixListId, ...sent });
  expect(ecs.call('DescribePrefixListAttributes', { PrefixListId })).toMatchObject({
    ...sent,
    Entries: { Entry: [{ Cidr: '2001:db8::/32' }] },
  });
});

test('repeating ModifyPortRangeList with its ClientToken changes nothing more', () => {
  const ecs = testEcs();
  const { PortRangeListId } = ecs.call('CreatePortRangeList', {
    PortRangeListName: 'web',
    MaxEntries: '3',
  });
  const id = { PortRangeListId: String(PortRangeListId) };
  const first = { ...id, ClientToken: 'once', 'AddEntry.1.PortRange': '80/80' };
  ecs.call('ModifyPortRangeList', first);
  ecs.call('ModifyPortRangeList', { ...id, 'RemoveEntry.1.PortRange': '80/80' });
  ecs.call('ModifyPortRangeList', first);
  expect(ecs.call('DescribePortRangeListEntries', id).Entries).toEqual([]);
});

describe('the associations of a list', () => {
  const associated = (ecs: TestEcs, sent: Sent) => {
    const body = ecs.call('DescribePrefixListAssociations', sent);
    const { PrefixListAssociation } = body.PrefixListAssociations as {
      PrefixListAssociation: { ResourceId: string; ResourceType: string }[];
    };
    return { groups: PrefixListAssociation, next: String(body.NextToken) };
  };
  const prefixList = (ecs: TestEcs) =>
    String(
      ecs.call('CreatePrefixList', {
        PrefixListName: 'offices',
        AddressFamily: 'IPv4',
        MaxEntries: '1',
      }).PrefixListId,
    );
  const refer = (ecs: TestEcs, SecurityGroupId: string, DestPrefixListId: string) =>
    ecs.call('AuthorizeSecurityGroupEgress', {
      SecurityGroupId,
      ...permissions({ IpProtocol: 'tcp', PortRange: '1/2', DestPrefixListId }),
    });

  test('are the groups with a rule that names it, until the rule is gone', () => {
    const ecs = testEcs();
    const PrefixListId = prefixList(ecs);
    const group = ecs.group({ VpcId: VPC });
    ecs.group({ VpcId: VPC });
    expect(associated(ecs, { PrefixListId }).groups).toEqual([]);
    refer(ecs, group, PrefixListId);
    expect(associated(ecs, { PrefixListId })).toEqual({
      groups: [{ ResourceId: group, ResourceType: 'securitygroup' }],
      next: '',
    });
    const rule = { IpProtocol: 'tcp', PortRange: '1/2', DestPrefixListId: PrefixListId };
    ecs.call('RevokeSecurityGroupEgress', { SecurityGroupId: group, ...permissions(rule) });
    expect(associated(ecs, { PrefixListId }).groups).toEqual([]);
  });

  test('come in pages that hold each group once, ten by default', () => {
    const ecs = testEcs();
    const PrefixListId = prefixList(ecs);
    const groups = Array.from({ length: 23 }, () => ecs.group({ VpcId: VPC }));
    for (const group of groups) refer(ecs, group, PrefixListId);
    expect(associated(ecs, { PrefixListId }).groups).toHaveLength(10);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (size) => {
        const seen: string[] = [];
        let NextToken = '';
        do {
          const page = associated(ecs, { PrefixListId, MaxResults: String(size), NextToken });
          expect(page.groups.length).toBeLessThanOrEqual(size);
          seen.push(...page.groups.map(({ ResourceId }) => ResourceId));
          NextToken = page.next;
        } while (NextToken !== '');
        expect(seen.sort()).toEqual([...groups].sort());
      }),
    );
  });

  test('of a port range list are told in its own form', () => {
    const ecs = testEcs();
    const fields = { PortRangeListName: 'web', MaxEntries: '1' };
    const PortRangeListId = String(ecs.call('CreatePortRangeList', fields).PortRangeListId);
    const SecurityGroupId = ecs.group({ VpcId: VPC });
    ecs.call('AuthorizeSecurityGroup', {
      SecurityGroupId,
      ...permissions({ IpProtocol: 'tcp', PortRangeListId, SourceCidrIp: '10.0.0.0/8' }),
    });
    expect(ecs.call('DescribePortRangeListAssociations', { PortRangeListId })).toEqual({
      PortRangeListAssociations: [{ ResourceId: SecurityGroupId, ResourceType: 'SecurityGroup' }],
      NextToken: '',
    });
  });

  test.each<[string, Sent, string]>([
    ['DescribePrefixListAssociations', { PrefixListId: 'pl-none' }, '404 InvalidPrefixListId'],
    ['DescribePrefixListAssociations', {}, '400 MissingPrefixListId'],
    ['DescribePortRangeListAssociations', { PortRangeListId: 'prl-none' }, '400 InvalidPortRange'],
  ])('%s of %j is refused', (action, sent, code) => {
    expect(testEcs().outcome(action, sent)).toContain(code);
  });
});
