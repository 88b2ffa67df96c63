import { ApiError, type Caller } from '../action';
import type { ServedCall } from '../wire';
import { type RecordForm, recordOf } from './record';

const ACCOUNT = '1000000000000001';
const caller = (identity: Caller['identity']): Caller => ({
  accountId: ACCOUNT,
  accessKeyId: 'LTAI5tKey',
  identity,
});
const call = (changes: Partial<ServedCall> = {}): ServedCall => ({
  requestId: 'REQUEST',
  product: 'Ecs',
  version: '2014-05-26',
  action: 'AuthorizeSecurityGroupEgress',
  parameters: new Map([
    ['RegionId', 'cn-hangzhou'],
    ['SecurityGroupId', 'sg-1'],
    ['ClientToken', 'token'],
    ['Permissions.1.IpProtocol', 'TCP'],
  ]),
  caller: caller({ type: 'ram-user', userId: '312345678901234567', userName: 'alice' }),
  userAgent: 'some client',
  at: Date.UTC(2026, 2, 1, 8, 0, 0, 999),
  answer: { kind: 'success', body: {} },
  ...changes,
});
const record = (form: RecordForm = {}, changes?: Partial<ServedCall>) =>
  recordOf(call(changes), 'EVENT', form);
const refusal = {
  kind: 'refusal',
  error: new ApiError(404, 'InvalidSecurityGroupId.NotFound', 'None such.'),
} as const;

test('a success says who did what to which group, with all parameters flattened', () => {
  const written = record();
  const parameters = {
    AcsProduct: 'Ecs',
    RequestId: 'REQUEST',
    RegionId: 'cn-hangzhou',
    SecurityGroupId: 'sg-1',
    ClientToken: 'token',
    'Permissions.1.IpProtocol': 'TCP',
  };
  expect(written).toMatchObject({
    eventId: 'EVENT',
    eventVersion: '1',
    eventType: 'ApiCall',
    eventName: 'AuthorizeSecurityGroupEgress',
    eventRW: 'Write',
    eventTime: '2026-03-01T08:00:00Z',
    serviceName: 'Ecs',
    acsRegion: 'cn-hangzhou',
    requestId: 'REQUEST',
    requestParameters: parameters,
    responseElements: { RequestId: 'REQUEST' },
    referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-1'] },
    resourceName: 'sg-1',
    resourceType: 'ACS::ECS::SecurityGroup',
    userAgent: 'some client',
    recipientAccountId: ACCOUNT,
  });
  expect(JSON.parse(String(written.requestParameterJson))).toEqual(parameters);
  expect(written).not.toHaveProperty('errorCode');
});

test('a refusal carries its error, and a success may carry an empty one', () => {
  expect(record({}, { answer: refusal })).toMatchObject({
    errorCode: 'InvalidSecurityGroupId.NotFound',
    errorMessage: 'None such.',
  });
  expect(record({ successErrorCode: 'empty' })).toMatchObject({ errorCode: '', errorMessage: '' });
});

test.each<[Caller['identity'], object]>([
  [
    { type: 'root-account' },
    { type: 'root-account', principalId: ACCOUNT, accountId: ACCOUNT, userName: 'root' },
  ],
  [
    { type: 'ram-user', userId: '3123', userName: 'alice' },
    { type: 'ram-user', principalId: '3123', accountId: ACCOUNT, userName: 'alice' },
  ],
  [
    { type: 'assumed-role', roleId: '3456', roleName: 'palisade', sessionName: 'enforce' },
    {
      type: 'assumed-role',
      principalId: '3456:enforce',
      accountId: ACCOUNT,
      userName: 'palisade:enforce',
    },
  ],
])('the identity %j is told apart', (identity, expected) => {
  expect(record({}, { caller: caller(identity) }).userIdentity).toMatchObject(expected);
});

describe('the group', () => {
  const created = {
    action: 'CreateSecurityGroup',
    parameters: new Map([['RegionId', 'cn-hangzhou']]),
    answer: { kind: 'success', body: { SecurityGroupId: 'sg-new' } },
  } as const;

  test('of a creation is in the response, not in the parameters', () => {
    expect(record({}, created)).toMatchObject({
      responseElements: { RequestId: 'REQUEST', SecurityGroupId: 'sg-new' },
      referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-new'] },
    });
    expect(record({}, created).requestParameters).not.toHaveProperty('SecurityGroupId');
  });

  test('of a creation that was refused is nowhere', () => {
    const refused = record({}, { ...created, answer: refusal });
    expect(refused).not.toHaveProperty('referencedResources');
    expect(refused).not.toHaveProperty('resourceName');
  });

  test('may be one of several that are tagged', () => {
    const tagged = record(
      {},
      {
        action: 'TagResources',
        parameters: new Map([
          ['ResourceType', 'securitygroup'],
          ['ResourceId.1', 'sg-1'],
          ['ResourceId.2', 'sg-2'],
        ]),
      },
    );
    expect(tagged).toMatchObject({
      referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-1', 'sg-2'] },
      resourceName: 'sg-1,sg-2',
    });
  });

  test.each<[NonNullable<RecordForm['resourceOnlyIn']>, Partial<ServedCall>]>([
    ['parameters', {}],
    ['referencedResources', {}],
    ['resourceName', {}],
    ['responseElements', created],
    ['referencedResources', created],
  ])('can be in %s and nowhere else', (resourceOnlyIn, changes) => {
    const written = record({ resourceOnlyIn, parametersIn: 'requestParameters' }, changes);
    const field = resourceOnlyIn === 'parameters' ? 'requestParameters' : resourceOnlyIn;
    const { [field]: where, ...others } = written;
    expect(JSON.stringify(where)).toMatch(/sg-1|sg-new/);
    expect(JSON.stringify(others)).not.toMatch(/sg-1|sg-new/);
  });

  test('can be under the older key', () => {
    expect(record({ securityGroupKey: 'SecurityGroup' }).referencedResources).toEqual({
      SecurityGroup: ['sg-1'],
    });
  });
});

test.each([
  ['requestParameters', 'requestParameterJson'],
  ['requestParameterJson', 'requestParameters'],
] as const)('the parameters can be in %s alone', (parametersIn, other) => {
  const written = record({ parametersIn });
  expect(JSON.stringify(written[parametersIn])).toContain('Permissions.1.IpProtocol');
  expect(written).not.toHaveProperty(other);
});

test('a change in the console has its own type and agent, and versions may be numbers', () => {
  const form = { eventType: 'ConsoleOperation', eventVersion: 'number' } as const;
  expect(record(form)).toMatchObject({
    eventType: 'ConsoleOperation',
    eventVersion: 1,
    userAgent: 'ecs.console.aliyun.com',
  });
});

test('changes of lists refer to the list', () => {
  const parameters = new Map([['PrefixListId', 'pl-1']]);
  expect(record({}, { action: 'ModifyPrefixList', parameters })).toMatchObject({
    referencedResources: { 'ACS::ECS::PrefixList': ['pl-1'] },
    resourceType: 'ACS::ECS::PrefixList',
  });
  const answer = { kind: 'success', body: { PortRangeListId: 'prl-1' } } as const;
  expect(
    record({}, { action: 'CreatePortRangeList', parameters: new Map(), answer }),
  ).toMatchObject({ referencedResources: { 'ACS::ECS::PortRangeList': ['prl-1'] } });
});
