import { subjectOf } from './index';
import { ACCOUNT, decodeJson, envelope, eventOf, record } from './testing/events';

const GROUP = { kind: 'groups', regionId: 'cn-hangzhou', securityGroupIds: ['sg-aa11'] };
const subject = (changes: Record<string, unknown>) => subjectOf(eventOf(changes), ACCOUNT);

test.each([
  'AuthorizeSecurityGroup',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroup',
  'RevokeSecurityGroupEgress',
  'ModifySecurityGroupRule',
  'ModifySecurityGroupEgressRule',
  'ModifySecurityGroupPolicy',
  'ModifySecurityGroupAttribute',
  'ConfigureSecurityGroupPermissions',
  'CreateSecurityGroup',
  'modifysecuritygrouprule',
])('%s is about its group', (eventName) => {
  expect(subject({ eventName })).toEqual(GROUP);
});

test.each(['ApiCall', 'ConsoleOperation', 'ConsoleCall', undefined])(
  'a change of type %s counts',
  (eventType) => {
    expect(subject({ eventType })).toEqual(GROUP);
  },
);

test.each([
  ['another product', { serviceName: 'Vpc' }, 'not a change of a security group'],
  ['no product', { serviceName: undefined }, 'not a change of a security group'],
  ['another call', { eventName: 'RunInstances' }, 'not a change of a security group'],
  ['a name from the prototype', { eventName: '__proto__' }, 'not a change of a security group'],
  ['an instance that joins', { eventName: 'JoinSecurityGroup' }, 'who is in the group'],
  ['an instance that leaves', { eventName: 'LeaveSecurityGroup' }, 'who is in the group'],
  ['a deletion', { eventName: 'DeleteSecurityGroup' }, 'no rules left'],
  ['a new list', { eventName: 'CreatePrefixList' }, 'no rule can name the list'],
  ['a list taken away', { eventName: 'DeletePrefixList' }, 'no rule can name the list'],
  ['a read', { eventRW: 'Read' }, 'it only read'],
  ['a failed call', { errorCode: 'InvalidSecurityGroupId.NotFound' }, 'the call failed'],
  ['a sign-in', { eventType: 'ConsoleSignin' }, 'is not that of a call'],
  ['an event of the service', { eventType: 'AliyunServiceEvent' }, 'is not that of a call'],
  ['another account', { recipientAccountId: '999' }, 'account "999"'],
])('%s is ignored, with the reason', (_what, changes, reason) => {
  expect(subject(changes)).toEqual({ kind: 'ignored', reason: expect.stringContaining(reason) });
});

test('our group counts when someone of another account changes it', () => {
  const userIdentity = { type: 'assumed-role', accountId: '999', userName: 'partner:s' };
  expect(subject({ userIdentity })).toEqual(GROUP);
});

test('accounts are not compared when ours or that of the event is not known', () => {
  expect(subjectOf(eventOf({ recipientAccountId: '999' }))).toEqual(GROUP);
  expect(subject({ recipientAccountId: undefined, userIdentity: { type: 'system' } })).toEqual(
    GROUP,
  );
});

describe('the group is found', () => {
  const none = { requestParameters: {}, requestParameterJson: '', responseElements: {} };

  test.each([
    ['in the parameters', { requestParameters: { SecurityGroupId: 'sg-aa11' } }],
    ['in parameters in another case', { requestParameters: { securityGroupId: 'sg-aa11' } }],
    ['in the parameters as JSON', { requestParameterJson: '{"SecurityGroupId":"sg-aa11"}' }],
    ['in the response', { responseElements: { SecurityGroupId: 'sg-aa11' } }],
    ['in a response as JSON', { responseElements: '{"SecurityGroupId":"sg-aa11"}' }],
    ['by the type', { referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-aa11'] } }],
    ['by the older type', { referencedResources: { SecurityGroup: ['sg-aa11'] } }],
    ['by the type and a text', { referencedResources: { SecurityGroup: 'sg-aa11' } }],
    ['by name', { resourceType: 'ACS::ECS::SecurityGroup', resourceName: 'sg-aa11' }],
    [
      'by name among other resources',
      {
        resourceType: 'ACS::ECS::Instance;ACS::ECS::SecurityGroup',
        resourceName: 'i-1,sg-looksalike;sg-aa11',
      },
    ],
  ])('%s', (_where, changes) => {
    expect(subject({ ...none, ...changes })).toEqual(GROUP);
  });

  test('in the first of these places that has one', () => {
    const places = [
      { resourceType: 'SecurityGroup', resourceName: 'sg-6' },
      { referencedResources: { SecurityGroup: ['sg-5'] } },
      { referencedResources: { SecurityGroup: ['sg-5'], 'ACS::ECS::SecurityGroup': ['sg-4'] } },
      { responseElements: { SecurityGroupId: 'sg-3' } },
      { requestParameterJson: '{"SecurityGroupId":"sg-2"}' },
      { requestParameters: { SecurityGroupId: 'sg-1' } },
    ];
    const found = places.map((_, index) =>
      subject(Object.assign({ ...none }, ...places.slice(0, index + 1))),
    );
    expect(found).toMatchObject(
      [6, 5, 4, 3, 2, 1].map((number) => ({ securityGroupIds: [`sg-${number}`] })),
    );
  });

  test('never by an id that does not have the form of one', () => {
    for (const wrong of [
      'sg-',
      'sg-a/../b',
      'sg-a"]',
      'sg-a\n',
      '',
      'SG-a',
      5,
      ['x'],
      { a: 'sg-' },
    ]) {
      const changes = { requestParameters: { SecurityGroupId: wrong } };
      expect(subject(changes)).toMatchObject({ kind: 'unresolved' });
      const referencedResources = { SecurityGroup: ['sg-aa11'] };
      expect(subject({ ...changes, referencedResources })).toEqual(GROUP);
    }
  });

  test('or it is said that none was named', () => {
    expect(subject(none)).toEqual({
      kind: 'unresolved',
      reason: expect.stringContaining('names no valid security group id'),
    });
  });
});

test('without a region the group cannot be looked at', () => {
  const { requestParameters: _, acsRegion: __, ...rest } = record();
  const bare = { ...rest, requestParameters: { SecurityGroupId: 'sg-aa11' } };
  const [event] = decodeJson(bare).events;
  const [enveloped] = decodeJson(envelope(bare)).events;
  expect(event && subjectOf(event)).toEqual({
    kind: 'unresolved',
    reason: expect.stringContaining('names no region'),
  });
  expect(enveloped && subjectOf(enveloped)).toEqual(GROUP);
});

describe.each(['TagResources', 'UntagResources', 'AddTags', 'RemoveTags'])('%s', (eventName) => {
  const tagging = (requestParameters: Record<string, unknown>, changes = {}) =>
    subject({ eventName, requestParameters, ...changes });

  test('is about the groups that it names', () => {
    expect(
      tagging({ ResourceType: 'securitygroup', 'ResourceId.1': 'sg-1', 'ResourceId.2': 'sg-2' }),
    ).toMatchObject({ securityGroupIds: ['sg-1', 'sg-2'] });
    expect(tagging({ ResourceType: 'SecurityGroup', ResourceId: 'sg-1' })).toMatchObject({
      securityGroupIds: ['sg-1'],
    });
    expect(
      tagging({ ResourceType: 'securitygroup', ResourceId: ['sg-1', 'sg-1', 'sg 2'] }),
    ).toMatchObject({ securityGroupIds: ['sg-1'] });
  });

  test('is ignored for anything else', () => {
    expect(tagging({ ResourceType: 'instance', 'ResourceId.1': 'sg-1' })).toMatchObject({
      kind: 'ignored',
    });
  });

  test('without a type is about the groups among its resources', () => {
    const referencedResources = { 'ACS::ECS::SecurityGroup': ['sg-3'] };
    expect(tagging({ 'ResourceId.1': 'sg-1' }, { referencedResources })).toMatchObject({
      securityGroupIds: ['sg-3'],
    });
  });

  test('of more groups than a call can name is not acted on', () => {
    const ResourceId = Array.from({ length: 101 }, (_, index) => `sg-${index}`);
    expect(tagging({ ResourceType: 'securitygroup', ResourceId })).toEqual({
      kind: 'unresolved',
      reason: expect.stringContaining('names 101 groups'),
    });
    expect(
      tagging({ ResourceType: 'securitygroup', ResourceId: ResourceId.slice(1) }),
    ).toMatchObject({ kind: 'groups' });
  });
});

test.each([
  ['ModifyPrefixList', 'PrefixListId', 'pl-aa11', { kind: 'prefix-list', prefixListId: 'pl-aa11' }],
  [
    'ModifyPortRangeList',
    'PortRangeListId',
    'prl-aa11',
    { kind: 'port-list', portRangeListId: 'prl-aa11' },
  ],
])('%s is about the groups whose rules name the list', (eventName, name, id, expected) => {
  const list = (value: unknown, changes = {}) =>
    subject({
      eventName,
      requestParameters: { RegionId: 'cn-beijing', [name]: value },
      ...changes,
    });
  expect(list(id)).toEqual({ ...expected, regionId: 'cn-beijing' });
  expect(list('pl-a&b')).toMatchObject({ kind: 'unresolved' });
  expect(list('', { resourceType: `ACS::ECS::${name.slice(0, -2)}`, resourceName: id })).toEqual({
    ...expected,
    regionId: 'cn-beijing',
  });
});
