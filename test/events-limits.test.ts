import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  finished,
  inventoryOf,
  makeGroup,
  onDeployment,
  policyText,
  repairOf,
  rulesOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

/** Each limit has policies of its own, which are compiled into the functions. */
const guardrails = {
  hour: '{ maxChangesPerGroupPerHour: 3 }',
  changes: '{ maxChanges: 3 }',
  groups: '{ maxGroups: 3 }',
  percent: '{ maxGroupsPercent: 60 }',
};
const bundles = new Map<string, Bundles>();
beforeAll(async () => {
  bundles.set('observe', await buildBundles(policyText({ mode: 'observe' })));
  for (const [name, text] of Object.entries(guardrails)) {
    bundles.set(name, await buildBundles(policyText({ guardrails: text })));
  }
});
afterAll(() => Promise.all([...bundles.values()].map((each) => each.remove())));

const wrong = COMPLIANT_RULES.slice(1);
const inventory = inventoryOf(
  makeGroup('sg-web', COMPLIANT_RULES),
  ...['sg-a', 'sg-b', 'sg-c', 'sg-d'].map((id) => makeGroup(id, wrong)),
);

const deployed = (
  name: string,
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => {
  const built = bundles.get(name);
  if (!built) throw new Error(`there are no functions called ${name}`);
  return onDeployment(
    { bundles: built, inventory, events: true, webhookSecret: webhookSecret(), ...options },
    action,
  );
};

const OUR_RULE = {
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.1.PortRange': '25/25',
  'Permissions.1.DestCidrIp': '0.0.0.0/0',
  'Permissions.1.Policy': 'drop',
};

/** Somebody takes our rule away, and the event about that has been dealt with. */
async function revoke(deployment: Deployment, by: string, SecurityGroupId = 'sg-web') {
  const principal = addPrincipal(deployment.cloud, by);
  await principal.call('RevokeSecurityGroupEgress', { SecurityGroupId, ...OUR_RULE });
  await deployment.settled();
}

/** Somebody changes what no policy is about; the event has been dealt with. */
async function touch(deployment: Deployment, SecurityGroupId: string) {
  await addPrincipal(deployment.cloud, 'lin').call('ModifySecurityGroupPolicy', {
    SecurityGroupId,
    InnerAccessPolicy: 'Drop',
  });
  await deployment.settled();
}

const ownWrites = (deployment: Deployment) =>
  deployment.writes().filter(({ principal }) => principal?.startsWith('palisade:'));

async function outcomes(deployment: Deployment) {
  return [...(await deployment.records())]
    .filter(([key]) => key.endsWith('.outcome.json'))
    .map(
      ([, content]) =>
        JSON.parse(content) as {
          readonly heldBack: readonly string[];
          readonly groups: readonly { readonly securityGroupId: string; heldBack?: string }[];
        },
    );
}

const LIMIT = /^3 changes were made to the group within the hour and 1 more .* undoing the repair$/;

it.concurrent('whoever takes our rule away every time is given in to when the hourly limit is reached: loudly, and through every door', () =>
  deployed('hour', {}, async (deployment) => {
    const { cloud, functionCompute } = deployment;
    const before = rulesOf(cloud, inventory)['sg-web'];
    for (const by of ['mallory', 'eve', 'mallory']) {
      await revoke(deployment, by);
      expect(rulesOf(cloud, inventory)['sg-web']).toEqual(before);
    }
    expect(ownWrites(deployment)).toHaveLength(3);

    await revoke(deployment, 'eve');
    await functionCompute.killInstances();
    await touch(deployment, 'sg-web');
    const answer = await sendWebhook(deployment, { body: repairOf(['sg-web'], { wait: true }) });
    expect(finished(answer).outcome.groups).toMatchObject([
      { group: 'sg-web', verdict: 'violating', changes: 0, heldBack: expect.stringMatching(LIMIT) },
    ]);
    // The other groups are repaired by the sweep.
    const [, ...others] = inventory[0]?.SecurityGroups ?? [];
    await deployment.sweep();
    expect(
      ownWrites(deployment)
        .slice(3)
        .map(({ parameters }) => parameters.SecurityGroupId)
        .sort(),
    ).toEqual(others.map(({ SecurityGroupId }) => SecurityGroupId));

    const lines = await deployment.logged('group', 4);
    const loud = lines.filter(({ heldBack }) => heldBack !== undefined);
    expect(loud).toHaveLength(4);
    for (const line of loud) {
      expect(line).toMatchObject({
        level: 50,
        securityGroupId: 'sg-web',
        verdict: 'violating',
        heldBack: expect.stringMatching(LIMIT),
      });
    }
    const heldBack = (await outcomes(deployment)).flatMap(({ groups }) =>
      groups.flatMap((group) => group.heldBack ?? []),
    );
    expect(heldBack).toHaveLength(4);
    expect(functionCompute.invocations.filter(({ status }) => status === 'Failed')).toEqual([]);
  }));

it.concurrent.each([
  ['changes', /calls for 1 changes and may make 0 \(3 less 3 of other runs within the hour\)/],
  ['groups', /would change 1 groups and may change 0 \(3 less 3 of other runs within the hour\)/],
  ['percent', /would change 1 groups and may change 0 \(3 less 3 of other runs within the hour\)/],
])('the limit of %s holds for events, requests and the sweep together', (limit, reason) =>
  deployed(limit, {}, async (deployment) => {
    await revoke(deployment, 'mallory');
    await touch(deployment, 'sg-a');
    finished(await sendWebhook(deployment, { body: repairOf(['sg-b'], { wait: true }) }));
    await deployment.settled();
    expect(ownWrites(deployment).map(({ parameters }) => parameters.SecurityGroupId)).toEqual([
      'sg-web',
      'sg-a',
      'sg-b',
    ]);

    await touch(deployment, 'sg-c');
    const [line] = await deployment.logged('run held back', 1);
    expect(line).toMatchObject({ level: 50, reason: expect.stringMatching(reason) });
    const answer = await sendWebhook(deployment, { body: repairOf(['sg-c'], { wait: true }) });
    expect(finished(answer).outcome.heldBack).toEqual([expect.stringMatching(reason)]);
    await deployment.sweep();
    expect(ownWrites(deployment)).toHaveLength(3);
    const reasons = (await outcomes(deployment)).flatMap(({ heldBack }) => heldBack);
    expect(reasons).toHaveLength(3);
  }),
);

it.concurrent.each<[string, string, Readonly<Record<string, string>>]>([
  ['the policies only observe', 'observe', {}],
  ['it is a dry run', 'hour', { PALISADE_DRY_RUN: 'true' }],
  ['the stop switch is set', 'hour', { PALISADE_STOP: 'true' }],
  ['the stop record is there', 'hour', {}],
])(
  'an event changes nothing while %s, and the group is recorded as violating',
  (what, name, environment) =>
    deployed(name, { environment }, async (deployment) => {
      const isStopRecord = what.includes('record');
      if (isStopRecord) await writeFile(join(deployment.recordFolder, 'STOP'), 'INC-7');
      await revoke(deployment, 'mallory');
      expect(ownWrites(deployment)).toEqual([]);
      const [line] = await deployment.logged('group', 1);
      expect(line).toMatchObject({ level: 40, securityGroupId: 'sg-web', verdict: 'violating' });
      const [outcome, ...others] = await outcomes(deployment);
      expect(others).toEqual([]);
      expect(outcome).toMatchObject({
        totals: { violating: 1, changes: environment.PALISADE_DRY_RUN ? 1 : 0 },
        heldBack: /stop/.test(what)
          ? [expect.stringMatching(isStopRecord ? /record STOP: INC-7/ : /PALISADE_STOP/)]
          : [],
      });
    }),
);
