import fc from 'fast-check';
import { decodeCloudConfig, isDirectInvocation } from './index';

const ACCOUNT = '1234567890123456';
const GROUP = {
  accountId: ACCOUNT,
  regionId: 'cn-hangzhou',
  resourceId: 'sg-bp1web',
  resourceType: 'ACS::ECS::SecurityGroup',
};

const decode = (value: unknown) =>
  decodeCloudConfig(Buffer.from(JSON.stringify(value)), { own: ACCOUNT, members: [] });

test('a list of groups becomes a command that may repair them', () => {
  const decoded = decode([
    GROUP,
    { ...GROUP, resourceId: 'sg-bp2web' },
    { ...GROUP, regionId: 'cn-beijing' },
    GROUP,
  ]);
  expect(decoded).toEqual({
    kind: 'command',
    skipped: [],
    command: {
      selection: {
        kind: 'targets',
        targets: [
          { regionId: 'cn-hangzhou', groupIds: ['sg-bp1web', 'sg-bp2web'] },
          { regionId: 'cn-beijing', groupIds: ['sg-bp1web'] },
        ],
      },
      mode: 'enforce',
      reason: 'Cloud Config found these groups non-compliant',
      requester: 'Cloud Config',
      wait: true,
    },
  });
});

test('fields are taken in any case, beside others, and account ids as numbers', () => {
  const item = {
    AccountId: Number(ACCOUNT),
    RegionID: GROUP.regionId,
    resourceid: GROUP.resourceId,
    RESOURCETYPE: 'acs::ecs::securitygroup',
    configuration: { anything: [1] },
  };
  expect(decode([item])).toEqual(decode([GROUP]));
});

test('what is something else is skipped and named, and the rest is done', () => {
  const decoded = decode([
    { ...GROUP, resourceType: 'ACS::ECS::Instance', resourceId: 'i-1' },
    { ...GROUP, accountId: '9876543210987654' },
    GROUP,
    { ...GROUP, resourceId: 'sg-****' },
    { regionId: 'cn-hangzhou', accountId: 2 ** 60 },
    null,
  ]);
  expect(decoded).toMatchObject({
    kind: 'command',
    skipped: [
      { item: 0, reason: 'it is not of the type ACS::ECS::SecurityGroup' },
      { item: 1, reason: 'it belongs to another account' },
      { item: 3, reason: 'its regionId or resourceId does not have its form' },
      { item: 4, reason: 'it has no accountId, resourceId, resourceType' },
      { item: 5, reason: 'it has no accountId, regionId, resourceId, resourceType' },
    ],
  });
});

test('a list without a group of this account asks for nothing', () => {
  expect(decode([])).toEqual({ kind: 'nothing', skipped: [] });
  expect(decode([{ ...GROUP, accountId: '1' }])).toMatchObject({ kind: 'nothing' });
});

test.each([
  ['text', 'text', 'the event is not a JSON list'],
  ['an object', GROUP, 'the event is not a JSON list'],
  ['numbers', [1, 2], 'no item of the event is a resource with accountId'],
  ['too many', Array(1001).fill(GROUP), 'has 1001 resources, more than 1000'],
])('%s are refused', (_what, value, problem) => {
  expect(decode(value)).toMatchObject({
    kind: 'refused',
    problem: expect.stringContaining(problem),
  });
});

test('only a list is a direct invocation: what comes through HTTP is an object', () => {
  expect(isDirectInvocation(Buffer.from('[]'))).toBe(true);
  expect(isDirectInvocation(Buffer.from(' \r\n\t[{'))).toBe(true);
  for (const other of ['', '{"body":"[]"}', '"[]"', 'null']) {
    expect(isDirectInvocation(Buffer.from(other))).toBe(false);
  }
});

test('no event makes it throw', () => {
  const item = fc.record({
    accountId: fc.oneof(fc.jsonValue(), fc.constant(ACCOUNT)),
    regionId: fc.oneof(fc.jsonValue(), fc.constant('cn-hangzhou')),
    resourceId: fc.oneof(fc.jsonValue(), fc.constant('sg-1')),
    resourceType: fc.oneof(fc.jsonValue(), fc.constant(GROUP.resourceType)),
  });
  const events = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => Buffer.from(json)),
    fc.array(fc.oneof(item, fc.jsonValue())).map((list) => Buffer.from(JSON.stringify(list))),
  );
  fc.assert(
    fc.property(events, (event) => {
      expect(['command', 'nothing', 'refused']).toContain(
        decodeCloudConfig(event, { own: ACCOUNT, members: [] }).kind,
      );
      expect(typeof isDirectInvocation(event)).toBe('boolean');
    }),
  );
});
