import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  type FinishedAnswer,
  finished,
  makeInventory,
  onDeployment,
  outcomesOf,
  policyText,
  recordsOf,
  repairOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const inventory = makeInventory({ 'cn-hangzhou': 6 });
/** The repair of this group takes five changes. */
const GROUP = 'sg-cnhangzhoun0';

let bundles: Bundles;
let narrow: Bundles;
beforeAll(async () => {
  [bundles, narrow] = await Promise.all([
    buildBundles(policyText({ guardrails: '{ maxChanges: 26, maxChangesPerGroupPerHour: 8 }' })),
    buildBundles(policyText({ guardrails: '{ maxChanges: 4, maxGroups: 1 }' })),
  ]);
});
afterAll(() => Promise.all([bundles, narrow].map((each) => each.remove())));

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, webhookSecret: webhookSecret(), ...options }, action);

async function repair(deployment: Deployment, groups = [GROUP]): Promise<FinishedAnswer> {
  return finished(await sendWebhook(deployment, { body: repairOf(groups, { wait: true }) }));
}

/** Nothing of a run was changed, and both the sender and the record are told why. */
async function expectHeldBack(
  deployment: Deployment,
  { runId, outcome }: FinishedAnswer,
  ...reasons: readonly RegExp[]
): Promise<void> {
  const heldBack = reasons.map((reason) => expect.stringMatching(reason) as string);
  expect(outcome.heldBack).toEqual(heldBack);
  expect(outcome.groups.map(({ verdict, changes }) => [verdict, changes])).toEqual(
    outcome.groups.map(() => ['violating', 0]),
  );
  expect(deployment.writes()).toEqual([]);
  expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([{ heldBack }]);
}

it.concurrent('a run with more changes than are allowed makes none', () =>
  deployed({ bundles: narrow }, async (deployment) =>
    expectHeldBack(deployment, await repair(deployment), /calls for 5 changes and may make 4/),
  ));

it.concurrent('a run over more groups than are allowed changes none, whoever carries it out', () =>
  deployed({ bundles: narrow }, async (deployment) => {
    const groups = [GROUP, 'sg-cnhangzhoun1'];
    await expectHeldBack(
      deployment,
      await repair(deployment, groups),
      /calls for 10 changes and may make 4/,
      /would change 2 groups and may change 1/,
    );
    await sendWebhook(deployment, { body: repairOf(groups) });
    await deployment.functionCompute.idle();
    expect(deployment.writes()).toEqual([]);
  }));

it.concurrent('what other doors changed within the hour counts as well', () =>
  deployed({}, async (deployment) => {
    await deployment.sweep();
    const [swept] = await outcomesOf(deployment);
    expect(swept?.totals).toMatchObject({ compliant: 6 });
    deployment.cloud.ecs.loadInventory(inventory);
    deployment.cloud.calls.clear();
    await expectHeldBack(
      deployment,
      await repair(deployment),
      /calls for 5 changes and may make \d \(26 less \d+ of other runs within the hour\)/,
    );
  }));

it.concurrent('a group that was changed too often within the hour is left alone, and the answer says so', () =>
  deployed({}, async (deployment) => {
    expect((await repair(deployment)).outcome.totals).toMatchObject({ compliant: 1 });
    deployment.cloud.ecs.loadInventory(inventory);
    deployment.cloud.calls.clear();
    const { outcome } = await repair(deployment);
    expect(outcome).toMatchObject({
      heldBack: [],
      totals: { violating: 1, changes: 0 },
      groups: [
        {
          verdict: 'violating',
          changes: 0,
          heldBack: expect.stringMatching(
            /^5 changes were made to the group within the hour and 5 more are called for/,
          ),
        },
      ],
    });
    expect(deployment.writes()).toEqual([]);
  }));

it.concurrent('the stop switch stops it, and the answer says so', () =>
  deployed({ environment: { PALISADE_STOP: 'on' } }, async (deployment) =>
    expectHeldBack(deployment, await repair(deployment), /the stop switch is on/),
  ));

it.concurrent('the stop record stops it until it is removed', () =>
  deployed({}, async (deployment) => {
    const stop = join(deployment.recordFolder, 'STOP');
    await writeFile(stop, 'incident 42\n');
    await expectHeldBack(deployment, await repair(deployment), /incident 42/);
    await rm(stop);
    expect((await repair(deployment)).outcome.totals).toMatchObject({ compliant: 1 });
  }));

it.concurrent('a deployment that only looks changes nothing when asked to enforce, and says so', () =>
  deployed({ environment: { PALISADE_DRY_RUN: 'true' } }, async (deployment) => {
    const { outcome } = await repair(deployment);
    expect(outcome).toMatchObject({ dryRun: true, totals: { violating: 1 } });
    await sendWebhook(deployment, { body: repairOf([GROUP]) });
    await deployment.functionCompute.idle();
    expect(deployment.writes()).toEqual([]);
  }));

describe('when a limit cannot be checked nothing is changed, and the sender learns nothing of the store', () => {
  it.concurrent('of the limits of runs', () =>
    deployed({}, async (deployment) => {
      await writeFile(join(deployment.recordFolder, 'limits'), 'in the way');
      const { runId, outcome } = await repair(deployment);
      expect(outcome.heldBack).toEqual([
        'the limits of the run could not be checked, so nothing is changed',
      ]);
      expect(deployment.writes()).toEqual([]);
      expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([
        { heldBack: [expect.stringContaining(deployment.recordFolder)] },
      ]);
    }));

  it.concurrent('of the stop switch', () =>
    deployed({}, async (deployment) => {
      await mkdir(join(deployment.recordFolder, 'STOP'));
      const { outcome } = await repair(deployment);
      expect(outcome.heldBack).toEqual([
        'the stop switch could not be read, so nothing is changed',
      ]);
      expect(deployment.writes()).toEqual([]);
    }));

  it.concurrent('of the hourly limit of a group', () =>
    deployed({}, async (deployment) => {
      await writeFile(join(deployment.recordFolder, 'changes'), 'in the way');
      const { outcome } = await repair(deployment);
      expect(outcome).toMatchObject({
        unfinished: true,
        groups: [{ heldBack: 'the hourly limit of the group could not be checked' }],
      });
      expect(deployment.writes()).toEqual([]);
    }));
});
