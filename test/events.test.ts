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
  bundles = await buildBundles(
    policyText({ priority: 10, match: '{ tags: { env: [prod] }, types: [normal] }' }),
  );
});
afterAll(() => bundles.remove());

const PROD = {
  Tags: [
    { TagKey: 'owner', TagValue: 'web' },
    { TagKey: 'env', TagValue: 'prod' },
  ],
};
const compliantRules = [
  ...COMPLIANT_RULES.map((rule) => ({ ...rule, Priority: '10' })),
  {
    Direction: 'egress',
    IpProtocol: 'ALL',
    PortRange: '-1/-1',
    DestCidrIp: '0.0.0.0/0',
    Policy: 'Accept',
    Priority: '50',
    Description: 'web | all out',
  },
] as const;
const inventory = inventoryOf(
  makeGroup('sg-web', compliantRules, PROD),
  // It violates the policies, which are not about it.
  makeGroup('sg-outside', []),
  // It violates them from the beginning.
  makeGroup('sg-wrong', compliantRules.slice(1), PROD),
);

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, events: true, ...options }, action);

const dropRule = { SecurityGroupId: 'sg-web', SecurityGroupRuleId: 'sgr-webr0' };
const withoutDropRule = { SecurityGroupId: 'sg-web', 'SecurityGroupRuleId.1': 'sgr-webr0' };
const acceptMail = {
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.1.PortRange': '25/25',
  'Permissions.1.DestCidrIp': '192.0.2.0/24',
  'Permissions.1.Policy': 'accept',
  'Permissions.1.Priority': '1',
  'Permissions.1.Description': 'web | relay',
};

/** Actions of ECS that the functions' role has called. Of the first two, which go out side by side, either may come first. */
function callsOfRole({ cloud }: Deployment): string[] {
  return cloud.calls
    .all()
    .filter(({ principal, product }) => principal?.startsWith('palisade:') && product === 'Ecs')
    .map(({ action }) => action);
}

const LOOK = ['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute'].sort();
const READ_BACK = 'DescribeSecurityGroupAttribute';

interface RunRecord {
  readonly trigger: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly groups: readonly { readonly securityGroupId: string; readonly verdict: string }[];
}

async function outcomeRecords(deployment: Deployment): Promise<RunRecord[]> {
  return [...(await deployment.records())]
    .filter(([key]) => key.endsWith('.outcome.json'))
    .map(([, content]) => JSON.parse(content) as RunRecord);
}

describe.each(['folder', 'oss'] as const)('with records in the %s store', (store) => {
  it.concurrent.each<[string, string, Readonly<Record<string, string>>, string, string]>([
    [
      'a drop rule is taken away',
      'RevokeSecurityGroupEgress',
      withoutDropRule,
      'AuthorizeSecurityGroupEgress',
      'sg-web',
    ],
    [
      'a rule is added that beats ours',
      'AuthorizeSecurityGroupEgress',
      { SecurityGroupId: 'sg-web', ...acceptMail },
      'AuthorizeSecurityGroupEgress',
      'sg-web',
    ],
    [
      'a drop rule gets a weaker priority',
      'ModifySecurityGroupEgressRule',
      { ...dropRule, Priority: '80' },
      'AuthorizeSecurityGroupEgress',
      'sg-web',
    ],
    [
      'a drop rule is made an accept rule',
      'ModifySecurityGroupEgressRule',
      { ...dropRule, Policy: 'accept' },
      'AuthorizeSecurityGroupEgress',
      'sg-web',
    ],
    [
      'a description is changed',
      'ModifySecurityGroupEgressRule',
      { ...dropRule, Description: 'do not touch' },
      'ModifySecurityGroupEgressRule',
      'sg-web',
    ],
    [
      'the inner access of a group changes that was wrong before',
      'ModifySecurityGroupPolicy',
      { SecurityGroupId: 'sg-wrong', InnerAccessPolicy: 'Drop' },
      'AuthorizeSecurityGroupEgress',
      'sg-wrong',
    ],
    [
      'a group is made',
      'CreateSecurityGroup',
      {
        VpcId: 'vpc-test',
        SecurityGroupName: 'new',
        'Tag.1.Key': 'env',
        'Tag.1.Value': 'prod',
        'Tag.2.Key': 'owner',
        'Tag.2.Value': 'web',
      },
      'AuthorizeSecurityGroupEgress',
      'new',
    ],
    [
      'a group gets the tag that policies go by',
      'TagResources',
      {
        ResourceType: 'securitygroup',
        'ResourceId.1': 'sg-outside',
        'Tag.1.Key': 'env',
        'Tag.1.Value': 'prod',
      },
      'AuthorizeSecurityGroupEgress',
      'sg-outside',
    ],
  ])(
    'when %s by %s, the group is repaired by one read, one write and one read back',
    (_what, action, parameters, write, expected) =>
      deployed({ store }, async (deployment) => {
        const { cloud } = deployment;
        const answer = await addPrincipal(cloud, 'mallory').call(action, parameters);
        await deployment.settled();

        const calls = callsOfRole(deployment);
        expect([...calls.slice(0, 2).sort(), ...calls.slice(2)]).toEqual([
          ...LOOK,
          write,
          READ_BACK,
        ]);
        const [outcome, ...others] = await outcomeRecords(deployment);
        expect(others).toEqual([]);
        const [event] = cloud.actionTrail.events;
        expect(outcome?.trigger).toMatchObject({
          kind: 'actiontrail',
          by: 'mallory',
          reason: action,
          reference: event?.data.eventId,
        });
        expect(outcome?.note).toBeUndefined();
        const securityGroupId = expected === 'new' ? answer.SecurityGroupId : expected;
        expect(outcome?.groups).toMatchObject([{ securityGroupId, verdict: 'compliant' }]);
      }),
  );
});

it.concurrent.each([
  ['its role', {}],
  ['its request id, when the role is not known', { PALISADE_ROLE: undefined }],
])(
  'the event of a change of our own is recognized by %s: no call, no record',
  (_how, environment) =>
    // Without a role, a note of the request must be there before its event is.
    deployed(
      { store: 'oss', environment, cloud: { actionTrail: { delayMs: 300 } } },
      async (deployment) => {
        const { cloud, functionCompute, actiontrailName } = deployment;
        await addPrincipal(cloud, 'mallory').call('RevokeSecurityGroupEgress', withoutDropRule);
        await deployment.settled();
        expect(callsOfRole(deployment)).toHaveLength(4);

        const own = cloud.actionTrail.events.at(-1);
        expect(own?.data).toMatchObject({ userIdentity: { type: 'assumed-role' } });
        const records = await deployment.records();
        cloud.calls.clear();
        await functionCompute.invoke(actiontrailName, JSON.stringify(own), { async: true });
        await deployment.settled();
        const calls = cloud.calls.all().map(({ action }) => action);
        expect(calls.filter((action) => !/^(Get|List)Object/.test(action))).toEqual([]);
        if (!('PALISADE_ROLE' in environment)) expect(calls).toEqual([]);
        expect(await deployment.records()).toEqual(records);
        const ignored = await deployment.logged('event ignored', 2);
        expect(ignored.map(({ reason }) => reason)).toEqual(
          Array(2).fill(expect.stringMatching(/^the change is our own, by its (role|request id)$/)),
        );
      },
    ),
);

it.concurrent('an event that comes again after its run has ended leads to no call of ECS and no record', () =>
  deployed({}, async (deployment) => {
    const { cloud, functionCompute, actiontrailName } = deployment;
    await addPrincipal(cloud, 'mallory').call('RevokeSecurityGroupEgress', withoutDropRule);
    await deployment.settled();
    const [event] = cloud.actionTrail.events;
    const records = await deployment.records();
    cloud.calls.clear();
    const again = await functionCompute.invoke(actiontrailName, JSON.stringify([event, event]));
    expect(again).toMatchObject({ kind: 'completed' });
    expect(cloud.calls.all()).toEqual([]);
    expect(await deployment.records()).toEqual(records);
    for (const { reason } of (await deployment.logged('event ignored', 3)).slice(1)) {
      expect(reason).toMatch(/^the event was answered before, by run event-2/);
    }
  }));

it.concurrent('a group that nobody watches is not written to, and a change that keeps to the policies is only recorded', () =>
  deployed({}, async (deployment) => {
    const mallory = addPrincipal(deployment.cloud, 'mallory');
    await mallory.call('AuthorizeSecurityGroupEgress', {
      SecurityGroupId: 'sg-outside',
      ...acceptMail,
    });
    await mallory.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      'Permissions.1.IpProtocol': 'TCP',
      'Permissions.1.PortRange': '443/443',
      'Permissions.1.SourceCidrIp': '0.0.0.0/0',
      'Permissions.1.Description': 'web | shop',
    });
    await deployment.settled();
    expect(callsOfRole(deployment).sort()).toEqual([...LOOK, ...LOOK].sort());
    const [outcome, ...others] = await outcomeRecords(deployment);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({ compliant: { 'cn-hangzhou': ['sg-web'] }, groups: [] });
    const [ignored] = await deployment.logged('event ignored', 1);
    expect(ignored?.reason).toBe('no policy is about the group');
  }));

it.concurrent('in a service of FC 2.0, a change is repaired and our own one ignored as well', () =>
  deployed({ generation: 'fc2' }, async (deployment) => {
    const before = rulesOf(deployment.cloud, inventory);
    await addPrincipal(deployment.cloud, 'mallory').call(
      'RevokeSecurityGroupEgress',
      withoutDropRule,
    );
    await deployment.settled();
    expect(rulesOf(deployment.cloud, inventory)).toEqual(before);
    expect(callsOfRole(deployment)).toHaveLength(4);
    expect(
      deployment.functionCompute.invocations.map(({ serviceName, status }) => [
        serviceName,
        status,
      ]),
    ).toEqual(Array(2).fill(['palisade', 'Succeeded']));
  }));

it.concurrent('no secret is in any log, record or answer', () =>
  deployed({ store: 'oss' }, async (deployment) => {
    const mallory = addPrincipal(deployment.cloud, 'mallory');
    await mallory.call('RevokeSecurityGroupEgress', withoutDropRule);
    let count = 0;
    deployment.fault = () => (count++ % 3 === 1 ? { kind: 'reset-after' } : undefined);
    await deployment.settled();
    await deployment.logged('event judged', 1);
    const records = [...(await deployment.records())].flat();
    const errors = deployment.functionCompute.invocations.map((each) => each.errorMessage ?? '');
    const written = [...deployment.logLines, ...records, ...errors].join('\n');
    expect(deployment.secrets.size).toBeGreaterThan(2);
    for (const secret of deployment.secrets) expect(written).not.toContain(secret);
    expect(written).not.toMatch(/Signature=|acs3-hmac|LTAI|STS\./i);
  }));
