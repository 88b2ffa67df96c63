import type { ActionTrailOptions, CloudEvent } from '../local-cloud';
import {
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  inventoryOf,
  makeGroup,
  onDeployment,
  policyText,
  rulesOf,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const inventory = inventoryOf(makeGroup('sg-web', COMPLIANT_RULES));

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, ...options }, action);

/** Somebody takes one of our drop rules away. Gives the event about that. */
async function violate({ cloud }: Deployment): Promise<CloudEvent> {
  await addPrincipal(cloud, 'mallory').call('RevokeSecurityGroupEgress', {
    SecurityGroupId: 'sg-web',
    'SecurityGroupRuleId.1': 'sgr-webr0',
  });
  const [event] = cloud.actionTrail.events;
  if (!event) throw new Error('there is no event');
  return event;
}

async function deliver(deployment: Deployment, payload: unknown): Promise<void> {
  const { functionCompute, actiontrailName } = deployment;
  await functionCompute.invoke(actiontrailName, JSON.stringify(payload), { async: true });
  await deployment.settled();
}

const callsOfRole = ({ cloud }: Deployment) =>
  cloud.calls
    .all()
    .filter(({ principal }) => principal?.startsWith('palisade:'))
    .map(({ action }) => action);

type RecordForm = Exclude<ActionTrailOptions['form'], undefined | (() => unknown)>;

it.concurrent.each<[string, RecordForm]>([
  ['with its version as a number', { eventVersion: 'number' }],
  ['with an empty errorCode', { successErrorCode: 'empty' }],
  ['of the console', { eventType: 'ConsoleOperation' }],
  ['with its parameters as an object only', { parametersIn: 'requestParameters' }],
  ['with its parameters as text only', { parametersIn: 'requestParameterJson' }],
  ['that names the group in the parameters only', { resourceOnlyIn: 'parameters' }],
  ['that names the group among the resources only', { resourceOnlyIn: 'referencedResources' }],
  ['that names the group as resourceName only', { resourceOnlyIn: 'resourceName' }],
  ['that spells the type of the group as it once was', { securityGroupKey: 'SecurityGroup' }],
])('a record %s is answered by a repair, and our own by nothing', (_what, form) =>
  deployed({ events: true, cloud: { actionTrail: { form } } }, async (deployment) => {
    const before = rulesOf(deployment.cloud, inventory);
    await violate(deployment);
    await deployment.settled();
    expect(rulesOf(deployment.cloud, inventory)).toEqual(before);
    expect(callsOfRole(deployment)).toHaveLength(4);
  }),
);

it.concurrent('the group of a creation is found in the answer', () =>
  deployed(
    { events: true, cloud: { actionTrail: { form: { resourceOnlyIn: 'responseElements' } } } },
    async (deployment) => {
      const mallory = addPrincipal(deployment.cloud, 'mallory');
      const made = await mallory.call('CreateSecurityGroup', { VpcId: 'vpc-test' });
      await deployment.settled();
      const [write, ...others] = deployment.writes().slice(1);
      expect(others).toEqual([]);
      expect(write?.parameters.SecurityGroupId).toBe(made.SecurityGroupId);
    },
  ));

it.concurrent.each<[string, (event: CloudEvent) => unknown]>([
  ['an object', (event) => event],
  ['a list of one', (event) => [event]],
  ['a list with the same event twice', (event) => [event, event]],
  ['a list with what is none', (event) => [null, 'text', event, {}]],
  ['the bare record', ({ data }) => data],
  ['a list of bare records', ({ data }) => [data]],
  ['an envelope whose data is text', (event) => ({ ...event, data: JSON.stringify(event.data) })],
  [
    'an envelope whose data is base64',
    ({ data, ...event }) => ({
      ...event,
      data_base64: Buffer.from(JSON.stringify(data)).toString('base64'),
    }),
  ],
])('a delivery that is %s is answered by one repair', (_what, form) =>
  deployed({}, async (deployment) => {
    const before = rulesOf(deployment.cloud, inventory);
    await deliver(deployment, form(await violate(deployment)));
    expect(rulesOf(deployment.cloud, inventory)).toEqual(before);
    expect(callsOfRole(deployment)).toHaveLength(4);
    expect(deployment.functionCompute.invocations.map(({ status }) => status)).toEqual([
      'Succeeded',
    ]);
  }),
);

it.concurrent('a record keeps no more of an event than a person reads', () =>
  deployed({}, async (deployment) => {
    const long = 'x'.repeat(40_000);
    const event = await violate(deployment);
    const userIdentity = { ...(event.data.userIdentity as object), userName: long };
    await deliver(deployment, { ...event, data: { ...event.data, eventId: long, userIdentity } });
    const outcome = [...(await deployment.records())].find(([key]) =>
      key.endsWith('.outcome.json'),
    );
    expect(JSON.parse(outcome?.[1] ?? '').trigger).toMatchObject({
      by: 'x'.repeat(200),
      reference: 'x'.repeat(200),
    });
    expect(deployment.logLines.join('').length).toBeLessThan(20_000);
  }));

describe('there is no write and no failure', () => {
  const data = (changes: object) => (event: CloudEvent) => ({
    ...event,
    data: { ...event.data, ...changes },
  });
  const group = (id: string) => (event: CloudEvent) =>
    JSON.parse(JSON.stringify(event).replaceAll('sg-web', id)) as unknown;

  it.concurrent.each<[string, (event: CloudEvent) => unknown, string]>([
    [
      'the event is about another account',
      data({ recipientAccountId: '9999999999999999' }),
      'it is about account "9999999999999999", and this is 1234567890123456',
    ],
    [
      'the call failed',
      data({ errorCode: 'InvalidSecurityGroupId.NotFound' }),
      'the call failed with "InvalidSecurityGroupId.NotFound"',
    ],
    ['the call only read', data({ eventRW: 'Read' }), 'it only read'],
    [
      'the call is of another product',
      data({ serviceName: 'Vpc' }),
      'it is not a change of a security group',
    ],
    [
      'the group is in a region that is not looked after',
      (event) =>
        JSON.parse(JSON.stringify(event).replaceAll('cn-hangzhou', 'cn-beijing')) as unknown,
      'no policy is about region cn-beijing',
    ],
  ])('when %s, and not even a call', (_what, change, reason) =>
    deployed({}, async (deployment) => {
      await deliver(deployment, change(await violate(deployment)));
      expect(callsOfRole(deployment)).toEqual([]);
      const [line] = await deployment.logged('event ignored', 1);
      expect(line?.reason).toBe(reason);
      expect(deployment.functionCompute.invocations).toMatchObject([{ status: 'Succeeded' }]);
    }),
  );

  it.concurrent('when the id is not that of a group, and the log names the event', () =>
    deployed({}, async (deployment) => {
      const event = await violate(deployment);
      await deliver(deployment, group('sg-/../web')(event));
      expect(callsOfRole(deployment)).toEqual([]);
      const [line] = await deployment.logged('event ignored', 1);
      expect(line).toMatchObject({
        eventId: event.data.eventId,
        reason: expect.stringMatching(/^the event names no valid security group id/),
      });
    }));

  it.concurrent('when the group is not there, and nothing but reads', () =>
    deployed({}, async (deployment) => {
      const event = group('sg-gone')(await violate(deployment)) as CloudEvent;
      await deliver(deployment, data({ eventTime: '2026-01-01T00:00:00Z' })(event));
      expect(callsOfRole(deployment).sort()).toEqual([
        'DescribeSecurityGroupAttribute',
        'DescribeSecurityGroups',
      ]);
      const [line] = await deployment.logged('event ignored', 1);
      expect(line?.reason).toBe('the group is not there any more');
    }));

  it.concurrent('for events of another account: they are not delivered, and its groups are not ours', () =>
    deployed({ events: true }, async (deployment) => {
      const { cloud, functionCompute } = deployment;
      const stranger = addPrincipal(cloud, 'stranger', '9999999999999999');
      await stranger.call('CreateSecurityGroup', { VpcId: 'vpc-test' });
      await deployment.settled();
      expect(functionCompute.invocations).toEqual([]);
      await deliver(deployment, cloud.actionTrail.events[0]);
      expect(callsOfRole(deployment)).toEqual([]);
    }));
});
