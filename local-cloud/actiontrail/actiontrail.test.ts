import RpcClient from '@alicloud/pop-core';
import { type CloudEvent, type Fault, type LocalCloud, startLocalCloud } from '..';
import type { LocalCloudOptions } from '../options';

const REGION = 'cn-hangzhou';
const VPC = 'vpc-bp1vwnn14rqpyiczj1ofp';
const clouds: LocalCloud[] = [];
afterEach(async () => {
  await Promise.all(clouds.splice(0).map((cloud) => cloud.close()));
});

interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}
type Fields = Readonly<Record<string, unknown>>;

/** A cloud whose one function takes the events that match a pattern. */
async function start(options: LocalCloudOptions = {}, filterPattern: unknown = {}) {
  const received: CloudEvent[] = [];
  const rule = {
    functionName: 'watcher',
    triggerName: 'trail',
    filterPattern,
    deliver: async (event: Buffer) => {
      received.push(JSON.parse(event.toString()) as CloudEvent);
    },
  };
  const cloud = await startLocalCloud({
    functionCompute: () => ({
      handle: () => Promise.reject(new Error('nobody calls this function')),
      eventTriggers: [rule],
      close: async () => {},
    }),
    ...options,
  });
  clouds.push(cloud);
  const call = (action: string, parameters: Fields, key: Key = cloud, version = '2014-05-26') =>
    new RpcClient({ endpoint: cloud.endpoint, apiVersion: version, ...key }).request<
      Record<string, string>
    >(action, { RegionId: REGION, ...parameters }, { method: 'POST' });
  const attempt = (action: string, parameters: Fields) =>
    call(action, parameters).catch(({ code }: { code?: string }) => code ?? 'lost');
  return { cloud, received, call, attempt };
}
const names = (events: readonly CloudEvent[]) => events.map(({ data }) => data.eventName);

test('every kind of write comes out as one event about its resource, and no read does', async () => {
  const { cloud, received, call } = await start();
  const { SecurityGroupId = '' } = await call('CreateSecurityGroup', { VpcId: VPC });
  const group = { SecurityGroupId };
  const rule = { ...group, IpProtocol: 'tcp', PortRange: '22/22' };
  const lists = { MaxEntries: 2 };
  await call('AuthorizeSecurityGroup', { ...rule, SourceCidrIp: '10.0.0.0/8' });
  await call('AuthorizeSecurityGroupEgress', { ...rule, DestCidrIp: '10.0.0.0/8' });
  await call('ModifySecurityGroupRule', { ...rule, SourceCidrIp: '10.0.0.0/8', Description: 'ab' });
  await call('ModifySecurityGroupEgressRule', {
    ...rule,
    DestCidrIp: '10.0.0.0/8',
    Description: 'ab',
  });
  await call('DescribeSecurityGroupAttribute', group);
  await call('RevokeSecurityGroup', { ...rule, SourceCidrIp: '10.0.0.0/8' });
  await call('RevokeSecurityGroupEgress', { ...rule, DestCidrIp: '10.0.0.0/8' });
  await call('ModifySecurityGroupPolicy', { ...group, InnerAccessPolicy: 'Drop' });
  await call('ModifySecurityGroupAttribute', { ...group, SecurityGroupName: 'renamed' });
  const tagged = { ResourceType: 'securitygroup', 'ResourceId.1': SecurityGroupId };
  await call('TagResources', { ...tagged, 'Tag.1.Key': 'env', 'Tag.1.Value': 'prod' });
  await call('ListTagResources', tagged);
  await call('UntagResources', { ...tagged, 'TagKey.1': 'env' });
  await call('DeleteSecurityGroup', group);
  const { PrefixListId = '' } = await call('CreatePrefixList', {
    ...lists,
    PrefixListName: 'offices',
    AddressFamily: 'IPv4',
  });
  await call('ModifyPrefixList', { PrefixListId, 'AddEntry.1.Cidr': '10.0.0.0/8' });
  const { PortRangeListId = '' } = await call('CreatePortRangeList', {
    ...lists,
    PortRangeListName: 'ports',
  });
  await call('ModifyPortRangeList', { PortRangeListId, 'AddEntry.1.PortRange': '80/80' });

  await cloud.actionTrail.idle();
  const writes = cloud.calls.all().filter(({ write }) => write);
  expect(names(received)).toEqual(writes.map(({ action }) => action));
  expect(new Set(names(received))).toEqual(
    new Set([...cloud.ecs.actions.keys()].filter((action) => !/^(Describe|List)/.test(action))),
  );
  expect(received.map(({ data }) => data.requestId)).toEqual(
    writes.map(({ requestId }) => requestId),
  );
  const subjects = received.map(({ subject }) => subject.split(':').at(-1));
  expect(subjects).toEqual([
    ...Array<string>(12).fill(SecurityGroupId),
    ...Array<string>(2).fill(PrefixListId),
    ...Array<string>(2).fill(PortRangeListId),
  ]);
  expect(cloud.actionTrail.events).toEqual(received);
});

test('the envelope is that of EventBridge', async () => {
  const { cloud, call } = await start();
  const { RequestId, SecurityGroupId } = await call('CreateSecurityGroup', { VpcId: VPC });
  const [event] = cloud.actionTrail.events;
  expect(event).toMatchObject({
    specversion: '1.0',
    source: 'acs.ecs',
    type: 'ecs:ActionTrail:ApiCall',
    subject: `acs.ecs:${REGION}:${cloud.accountId}:${SecurityGroupId}`,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
    aliyunaccountid: cloud.accountId,
    aliyuneventbusname: 'default',
    aliyunregionid: REGION,
    data: { requestId: RequestId, userIdentity: { type: 'ram-user', userName: 'palisade' } },
  });
  expect(Date.parse(event?.time ?? '')).toBe(Date.parse(event?.aliyunpublishtime ?? ''));
  expect(event?.id).not.toBe(event?.data.eventId);
});

test('events hold neither the secret nor the token of the caller', async () => {
  const { cloud, call } = await start({ roles: [] });
  const session = cloud.credentials.startSession({
    accountId: cloud.accountId,
    roleName: 'palisade',
    sessionName: 'enforce',
    durationSeconds: 900,
  });
  await call('CreateSecurityGroup', { VpcId: VPC }, session);
  const text = JSON.stringify(cloud.actionTrail.events);
  expect(text).toContain('palisade:enforce');
  expect(text).not.toContain(session.securityToken);
  expect(text).not.toContain(session.accessKeySecret);
});

test('a refused write comes out with its error, one with a wrong signature not at all', async () => {
  const { cloud, attempt, call } = await start();
  expect(await attempt('DeleteSecurityGroup', { SecurityGroupId: 'sg-none' })).toBe(
    'InvalidSecurityGroupId.NotFound',
  );
  const wrong = { accessKeyId: cloud.accessKeyId, accessKeySecret: 'wrong' };
  await expect(call('CreateSecurityGroup', { VpcId: VPC }, wrong)).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
  expect(cloud.actionTrail.events.map(({ data }) => data)).toMatchObject([
    { eventName: 'DeleteSecurityGroup', errorCode: 'InvalidSecurityGroupId.NotFound' },
  ]);
});

test('a call with a repeated ClientToken is a call of its own', async () => {
  const { cloud, call } = await start();
  const parameters = { VpcId: VPC, ClientToken: 'once' };
  const first = await call('CreateSecurityGroup', parameters);
  const second = await call('CreateSecurityGroup', parameters);
  expect(cloud.actionTrail.events.map(({ data }) => data)).toMatchObject([
    { requestId: first.RequestId, responseElements: { SecurityGroupId: first.SecurityGroupId } },
    { requestId: second.RequestId, responseElements: { SecurityGroupId: first.SecurityGroupId } },
  ]);
});

test.each<[Fault, object[]]>([
  [{ kind: 'reset-before' }, []],
  [{ kind: 'html', status: 502 }, []],
  [{ kind: 'reset-after' }, [{ responseElements: { SecurityGroupId: expect.any(String) } }]],
  [
    { kind: 'error', when: 'before', status: 500, code: 'InternalError', message: 'no' },
    [{ errorCode: 'InternalError' }],
  ],
  [
    { kind: 'error', when: 'after', status: 500, code: 'InternalError', message: 'no' },
    [{ errorCode: 'InternalError' }],
  ],
])('after the fault %j, ActionTrail knows what ECS answered', async (fault, expected) => {
  const { cloud, attempt } = await start({ fault: () => fault });
  await attempt('CreateSecurityGroup', { VpcId: VPC });
  expect(cloud.actionTrail.events.map(({ data }) => data)).toMatchObject(expected);
});

test('a function gets what its pattern matches', async () => {
  const pattern = {
    type: [{ suffix: ':ActionTrail:ApiCall' }],
    data: { eventName: [{ prefix: 'Modify' }] },
  };
  const { cloud, received, call } = await start({}, pattern);
  const { SecurityGroupId } = await call('CreateSecurityGroup', { VpcId: VPC });
  await call('ModifySecurityGroupAttribute', { SecurityGroupId, SecurityGroupName: 'renamed' });
  await cloud.actionTrail.idle();
  expect(names(cloud.actionTrail.events)).toEqual([
    'CreateSecurityGroup',
    'ModifySecurityGroupAttribute',
  ]);
  expect(names(received)).toEqual(['ModifySecurityGroupAttribute']);
});

test('a function gets no events of another account', async () => {
  const { cloud, received, call } = await start();
  const stranger = cloud.credentials.addRootKey({ accountId: '9999999999999999' });
  await call('CreateSecurityGroup', { VpcId: VPC }, stranger);
  await cloud.actionTrail.idle();
  expect(cloud.actionTrail.events).toHaveLength(1);
  expect(received).toEqual([]);
});

test('copies of one event have one id, and their form can change from event to event', async () => {
  const forms = [
    { eventVersion: 'number', eventType: 'ConsoleOperation' } as const,
    { resourceOnlyIn: 'resourceName' } as const,
  ];
  const heard: string[] = [];
  const { cloud, received, call } = await start({
    actionTrail: {
      copies: 2,
      shuffle: true,
      form: () => forms.shift() ?? {},
      onEvent: ({ id }) => heard.push(id),
    },
  });
  const { SecurityGroupId = '' } = await call('CreateSecurityGroup', { VpcId: VPC });
  await call('ModifySecurityGroupAttribute', { SecurityGroupId, SecurityGroupName: 'renamed' });
  await cloud.actionTrail.idle();
  expect(received.map(({ id }) => id).sort()).toEqual([...heard, ...heard].sort());
  const byId = new Map(received.map((event) => [event.id, event]));
  expect([...heard].map((id) => byId.get(id))).toMatchObject([
    { type: 'ecs:ActionTrail:ConsoleOperation', data: { eventVersion: 1 } },
    { data: { resourceName: SecurityGroupId, requestParameters: { RegionId: REGION } } },
  ]);
});

test('a malformed pattern is named when the cloud starts', async () => {
  await expect(start({}, { type: 'x' })).rejects.toThrow(
    "Trigger 'trail' of function 'watcher': Event pattern at $.type has no array",
  );
});

test('closing drops what waits', async () => {
  const { cloud, received, call } = await start({ actionTrail: { delayMs: 60_000 } });
  await call('CreateSecurityGroup', { VpcId: VPC });
  const idle = cloud.actionTrail.idle();
  await cloud.close();
  await idle;
  expect(received).toEqual([]);
});

test('events of other accounts come when they are passed on, and say where they are from', async () => {
  const { cloud, received, call } = await start({
    actionTrail: { passedOnFrom: ['2222222222222222'] },
  });
  for (const accountId of ['2222222222222222', '3333333333333333']) {
    const key = cloud.credentials.addUser({ accountId, userName: 'bob' });
    await call('CreateSecurityGroup', { VpcId: VPC }, key);
  }
  await cloud.actionTrail.idle();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    aliyunaccountid: cloud.accountId,
    aliyunoriginalaccountid: '2222222222222222',
    data: { recipientAccountId: '2222222222222222' },
  });
});
