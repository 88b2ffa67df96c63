import fc from 'fast-check';
import type { CloudEvent } from '../local-cloud';
import {
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  deploy,
  inventoryOf,
  makeGroup,
  policyText,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const RUNS = { numRuns: 200 };
const LONG_AGO = '2026-01-01T00:00:00Z';

/** One group keeps to the policies; the other one does not, and no event is about it. */
const inventory = inventoryOf(makeGroup('sg-web', COMPLIANT_RULES), makeGroup('sg-wrong', []));

let bundles: Bundles;
let deployment: Deployment;
/** Events that are answered by reads, and wait for nothing. */
let genuine: readonly CloudEvent[];
beforeAll(async () => {
  bundles = await buildBundles(policyText());
  deployment = await deploy({ bundles, inventory });
  const mallory = addPrincipal(deployment.cloud, 'mallory');
  const SecurityGroupId = 'sg-web';
  await mallory.call('ModifySecurityGroupPolicy', { SecurityGroupId, InnerAccessPolicy: 'Accept' });
  await mallory.call('RevokeSecurityGroupEgress', {
    SecurityGroupId,
    'Permissions.1.IpProtocol': 'UDP',
    'Permissions.1.PortRange': '53/53',
    'Permissions.1.DestCidrIp': '192.0.2.1',
  });
  const list = await mallory.call('CreatePrefixList', {
    PrefixListName: 'offices',
    AddressFamily: 'IPv4',
    MaxEntries: '2',
  });
  await mallory.call('ModifyPrefixList', {
    PrefixListId: String(list.PrefixListId),
    'AddEntry.1.Cidr': '192.0.2.0/24',
  });
  genuine = deployment.cloud.actionTrail.events.filter(
    ({ data }) => data.eventName !== 'CreatePrefixList',
  );
});
afterAll(async () => {
  await deployment.close();
  await bundles.remove();
});

/** Invokes the function. Gives the ECS actions that it called; a failure must be in the log. */
async function deliver(event: Buffer | string): Promise<string[]> {
  const { cloud, functionCompute, actiontrailName, logLines } = deployment;
  cloud.calls.clear();
  const from = logLines.length;
  const result = await functionCompute.invoke(actiontrailName, event);
  if (result.kind !== 'completed') throw new Error('the invocation was not synchronous');
  if (result.errorType !== undefined) {
    expect(logLines.slice(from).join('\n')).toContain('event not dealt with');
  }
  const calls = cloud.calls.all();
  expect(calls.filter(({ write }) => write)).toEqual([]);
  return calls.map(({ action }) => action);
}

const hasNoEvent = (value: unknown): boolean => !/eventName/i.test(JSON.stringify(value) ?? '');

it('bytes that are no event lead to no call and no failure', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      ),
      async (bytes) => expect(await deliver(bytes)).toEqual([]),
    ),
    RUNS,
  ));

it('JSON that is no event leads to no call and no failure', () =>
  fc.assert(
    fc.asyncProperty(fc.jsonValue().filter(hasNoEvent), async (value) => {
      expect(await deliver(JSON.stringify(value))).toEqual([]);
      expect(await deliver(JSON.stringify({ data: value }))).toEqual([]);
      expect(
        await deliver(JSON.stringify([value, { id: '1', source: 'acs.ecs', data: value }])),
      ).toEqual([]);
    }),
    RUNS,
  ));

const fieldName = fc.constantFrom(
  'eventName',
  'eventId',
  'eventTime',
  'eventType',
  'eventRW',
  'errorCode',
  'serviceName',
  'acsRegion',
  'requestId',
  'requestParameters',
  'requestParameterJson',
  'responseElements',
  'referencedResources',
  'resourceName',
  'resourceType',
  'userIdentity',
  'recipientAccountId',
  '__proto__',
);
const fieldValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '',
    'sg-',
    'sg-nobody',
    'cn-beijing',
    'cn-nowhere',
    '../../etc',
    'RevokeSecurityGroup',
    'UntagResources',
    'ModifyPortRangeList',
    'constructor',
    '{"SecurityGroupId":"sg-web"}',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59Z',
    { SecurityGroupId: ['sg-web', { a: 1 }], RegionId: null },
    { 'ACS::ECS::SecurityGroup': ['sg-nobody', 1, null, 'sg-web'] },
    { type: 'assumed-role', accountId: '1234567890123456', userName: 'palisade:x' },
    { type: 'system' },
  ),
);

let count = 0;

/** A genuine event, not seen before, with some of its fields replaced or left out. */
const spoiled = fc
  .tuple(
    fc.nat({ max: 2 }),
    fc.array(fc.tuple(fieldName, fc.option(fieldValue, { nil: undefined })), { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([index, changes, bare]) => {
    count += 1;
    const event = genuine[index];
    const data = { ...event?.data, eventTime: LONG_AGO, eventId: `event-${count}` };
    const record = { ...data, ...Object.fromEntries(changes) };
    return bare ? record : { ...event, id: `envelope-${count}`, data: record };
  });

it('an event with fields that are missing or make no sense is never answered by a write, and a failure is explained', () =>
  fc.assert(
    fc.asyncProperty(spoiled, async (event) => {
      const calls = await deliver(JSON.stringify(event));
      expect(calls.filter((action) => !action.startsWith('Describe'))).toEqual([]);
    }),
    RUNS,
  ));

it('the genuine events themselves are answered by reads', async () => {
  const answers: string[][] = [];
  for (const event of genuine) {
    const payload = { ...event, id: `genuine-${event.id}` };
    answers.push((await deliver(JSON.stringify(payload))).sort());
  }
  const look = ['DescribeSecurityGroupAttribute', 'DescribeSecurityGroups'];
  expect(answers).toEqual([look, look, ['DescribePrefixListAssociations']]);
});

it('an event about a group that does not exist is answered by two reads at most', () =>
  fc.assert(
    fc.asyncProperty(fc.stringMatching(/^sg-[A-Za-z0-9_-]{1,40}$/), async (id) => {
      fc.pre(!inventory[0]?.SecurityGroups.some((group) => group.SecurityGroupId === id));
      count += 1;
      const event = { ...genuine[0], id: `nobody-${count}` };
      const old = { ...event, data: { ...event.data, eventTime: LONG_AGO } };
      const calls = await deliver(JSON.stringify(old).replaceAll('sg-web', id));
      expect(calls.length).toBeLessThanOrEqual(2);
    }),
    RUNS,
  ));

it('a part of an event, or one with a byte that is wrong, is never answered by a write', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 2 }),
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.boolean(),
      async (index, at, byte, cut) => {
        count += 1;
        const event = genuine[index];
        const data = { ...event?.data, eventTime: LONG_AGO };
        const bytes = Buffer.from(JSON.stringify({ ...event, id: `byte-${count}`, data }));
        bytes[at % bytes.length] = byte;
        await deliver(cut ? bytes.subarray(0, at % bytes.length) : bytes);
      },
    ),
    RUNS,
  ));

it('what is too large or nested too deep is not looked into', async () => {
  expect(await deliver('['.repeat(100_000))).toEqual([]);
  expect(await deliver(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toEqual([]);
  expect(await deliver(Buffer.alloc(2_000_000, ' '))).toEqual([]);
  await deployment.logged('event not understood', 3);
});
