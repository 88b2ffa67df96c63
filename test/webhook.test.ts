import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  finished,
  type Inventory,
  makeGroup,
  makeInventory,
  onDeployment,
  policyText,
  recordsOf,
  repairOf,
  rulesOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let enforcing: Bundles;
let observing: Bundles;
beforeAll(async () => {
  [enforcing, observing] = await Promise.all([
    buildBundles(policyText()),
    buildBundles(policyText({ mode: 'observe' })),
  ]);
});
afterAll(() => Promise.all([enforcing, observing].map((each) => each.remove())));

const oneRegion = makeInventory({ 'cn-hangzhou': 6 });
const twoRegions = makeInventory({ 'cn-hangzhou': 2, 'cn-shanghai': 2 });
const GROUP = 'sg-cnhangzhoun0';

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) =>
  onDeployment(
    { bundles: enforcing, inventory: oneRegion, webhookSecret: webhookSecret(), ...options },
    action,
  );

/** One drop rule for each of four denials; a group that is not repaired has fewer. */
const isDenied = (deployment: Deployment, inventory: readonly Inventory[], group: string) => {
  const drops = rulesOf(deployment.cloud, inventory)[group]?.filter((rule) =>
    rule.includes('Policy=Drop'),
  );
  return (drops ?? []).length >= 4;
};

describe.each([
  ['fc3', 'folder'],
  ['fc2', 'oss'],
] as const)('on %s, with records in a(n) %s', (generation, store) => {
  const platform = { generation, store };

  it.concurrent('a request is accepted, and its run goes on in the enforce function', () =>
    deployed(platform, async (deployment) => {
      const answer = await sendWebhook(deployment, { id: 'msg_1', body: repairOf([GROUP]) });
      expect(answer.status).toBe(202);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      });
      const { runId, status } = JSON.parse(answer.text) as { runId: string; status: string };
      expect([runId, status]).toEqual([
        expect.stringMatching(/^webhook-[0-9a-f]{16}$/),
        'accepted',
      ]);

      await deployment.functionCompute.idle();
      expect(deployment.functionCompute.invocations).toMatchObject([
        { functionName: 'palisade-webhook', status: 'Succeeded' },
        { functionName: 'palisade-enforce', status: 'Succeeded' },
      ]);
      expect(isDenied(deployment, oneRegion, GROUP)).toBe(true);
      expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([
        {
          dryRun: false,
          totals: { groups: 1, compliant: 1 },
          trigger: {
            kind: 'webhook',
            id: runId,
            by: 'soar/playbook-12',
            reason: 'INC-4711: it sends spam',
            reference: 'msg_1',
          },
        },
      ]);
    }));

  it.concurrent('a sender that waits is told how the run ended, by a fresh read', () =>
    deployed(platform, async (deployment) => {
      const body = repairOf([GROUP, 'sg-cnhangzhoun5'], { wait: true });
      const { runId, outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome).toMatchObject({
        heldBack: [],
        totals: { groups: 2, compliant: 2, violating: 0, changes: 5 },
        groups: expect.arrayContaining([
          {
            region: 'cn-hangzhou',
            group: GROUP,
            verdictBefore: 'violating',
            verdict: 'compliant',
            changes: 5,
          },
          expect.objectContaining({ group: 'sg-cnhangzhoun5', changes: 0 }),
        ]),
      });
      expect(Object.keys(outcome).sort()).toEqual(['groups', 'heldBack', 'totals']);
      expect(isDenied(deployment, oneRegion, GROUP)).toBe(true);
      const calls = deployment.cloud.calls.all().filter(({ product }) => product === 'Ecs');
      expect(calls.at(-1)?.action).toBe('DescribeSecurityGroupAttribute');
      expect(await recordsOf(deployment, runId, 'intent')).toHaveLength(1);
      expect(await recordsOf(deployment, runId, 'outcome')).toHaveLength(1);
      expect(deployment.functionCompute.invocations).toHaveLength(1);
    }));
});

describe('a request asks for no more than the policies do', () => {
  it.concurrent.each([{ mode: 'observe' }, { mode: undefined }])(
    'with %j nothing is changed, and the answer says so',
    (mode) =>
      deployed({}, async (deployment) => {
        const body = repairOf([GROUP], { ...mode, wait: true });
        const { runId, outcome } = finished(await sendWebhook(deployment, { body }));
        expect(outcome).toMatchObject({
          dryRun: true,
          totals: { violating: 1 },
          groups: [{ verdict: 'violating', changes: 5 }],
        });
        await sendWebhook(deployment, { body: repairOf([GROUP], mode) });
        await deployment.functionCompute.idle();
        expect(deployment.writes()).toEqual([]);
        expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([{ dryRun: true }]);
      }),
  );

  it.concurrent('a policy that only observes still does when asked to enforce', () =>
    deployed({ bundles: observing }, async (deployment) => {
      const body = repairOf([GROUP], { wait: true });
      const { outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome).toMatchObject({ totals: { violating: 1, changes: 0 } });
      await sendWebhook(deployment, { body: repairOf([GROUP]) });
      await deployment.functionCompute.idle();
      expect(deployment.writes()).toEqual([]);
    }));

  it.concurrent.each([true, false])(
    'only the policies that it names are applied (wait: %s)',
    (wait) =>
      deployed({}, async (deployment) => {
        const body = repairOf([GROUP], { policies: ['descriptions'], wait });
        const { status, text } = await sendWebhook(deployment, { body });
        expect(status).toBe(wait ? 200 : 202);
        await deployment.functionCompute.idle();
        expect(deployment.writes().map(({ action }) => action)).toEqual([
          'ModifySecurityGroupRule',
        ]);
        const { runId } = JSON.parse(text) as { runId: string };
        expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([
          { policyIds: ['descriptions'], totals: { compliant: 1 } },
        ]);
      }),
  );
});

describe('the groups of a request', () => {
  it.concurrent('may be in several regions', () =>
    deployed({ inventory: twoRegions }, async (deployment) => {
      const targets = ['cn-hangzhou', 'cn-shanghai'].map((region) => ({
        region,
        groups: [0, 1].map((index) => `sg-${region.replace('-', '')}n${index}`),
      }));
      const body = repairOf([], { targets, wait: true });
      const { outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome.totals).toMatchObject({ groups: 4, compliant: 4 });
      const inEach = targets.flatMap(({ groups }) => groups);
      expect(inEach.map((group) => isDenied(deployment, twoRegions, group))).toEqual(
        Array(4).fill(true),
      );
    }));

  const chosen: Inventory[] = [
    {
      RegionId: 'cn-hangzhou',
      SecurityGroups: [
        makeGroup('sg-a', [], { SecurityGroupName: 'web-a' }),
        makeGroup('sg-b', [], { SecurityGroupName: 'web-b', Tags: [] }),
        makeGroup('sg-c', [], { SecurityGroupName: 'db' }),
      ],
      PrefixLists: [],
    },
    {
      RegionId: 'cn-shanghai',
      SecurityGroups: [makeGroup('sg-d', [], { SecurityGroupName: 'web-d' })],
      PrefixLists: [],
    },
  ];
  it.concurrent.each([
    [{ names: ['web-*'] }, ['sg-a', 'sg-b', 'sg-d']],
    [{ names: ['web-*'], tags: { owner: ['web'] } }, ['sg-a', 'sg-d']],
    [{ regions: ['cn-h*'], tags: { owner: ['w*'] } }, ['sg-a', 'sg-c']],
  ])('may be those that a filter matches: %j', (filter, groups) =>
    deployed({ inventory: chosen }, async (deployment) => {
      const body = repairOf([], { targets: undefined, filter, wait: true });
      const { outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome.groups.map(({ group }) => group).sort()).toEqual(groups);
      const repaired = ['sg-a', 'sg-b', 'sg-c', 'sg-d'].filter((group) =>
        isDenied(deployment, chosen, group),
      );
      expect(repaired).toEqual(groups);
    }),
  );

  it.concurrent('are not looked for in regions that the filter leaves out', () =>
    deployed({ inventory: chosen }, async (deployment) => {
      deployment.fault = ({ parameters }) =>
        parameters.get('RegionId') === 'cn-shanghai'
          ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
          : undefined;
      const filter = { regions: ['cn-hangzhou'] };
      const body = repairOf([], { targets: undefined, filter, wait: true });
      const { outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome.totals).toMatchObject({ groups: 3, compliant: 3 });
    }));

  it.concurrent('may be none: the sender is told at once, and the record tells it too', () =>
    deployed({}, async (deployment) => {
      const filter = { names: ['wep-*'] };
      const body = repairOf([], { targets: undefined, filter });
      const { runId, outcome } = finished(await sendWebhook(deployment, { body }));
      expect(outcome).toMatchObject({ totals: { groups: 0 }, groups: [] });
      expect(await recordsOf(deployment, runId, 'outcome')).toMatchObject([
        { totals: { groups: 0 }, trigger: { reason: 'INC-4711: it sends spam' } },
      ]);
    }));

  it.concurrent('are handed over when they are too many to wait for', () => {
    const many = makeInventory({ 'cn-hangzhou': 11 });
    return deployed({ inventory: many }, async (deployment) => {
      const groups = many[0]?.SecurityGroups.map(({ SecurityGroupId }) => SecurityGroupId) ?? [];
      const answer = await sendWebhook(deployment, { body: repairOf(groups, { wait: true }) });
      expect(answer.status).toBe(202);
      await deployment.functionCompute.idle();
      expect(groups.every((group) => isDenied(deployment, many, group))).toBe(true);
    });
  });
});

it.concurrent('a run that does not end in time goes on in the enforce function, and the sender is not kept waiting', () =>
  deployed({ webhook: { timeoutSeconds: 12 } }, async (deployment) => {
    // Another run has the group's turn, for longer than the function may take.
    const turns = join(deployment.recordFolder, 'changes', 'cn-hangzhou', GROUP);
    await mkdir(turns, { recursive: true });
    const claim = { runId: 'other', holder: 'other', changes: 1, until: Date.now() + 15_000 };
    await writeFile(join(turns, '000001'), JSON.stringify(claim));

    const answer = await sendWebhook(deployment, { body: repairOf([GROUP], { wait: true }) });
    expect(answer.status).toBe(202);
    expect(isDenied(deployment, oneRegion, GROUP)).toBe(false);
    await deployment.functionCompute.idle();
    expect(isDenied(deployment, oneRegion, GROUP)).toBe(true);
    expect(deployment.functionCompute.invocations.map(({ status }) => status)).toEqual([
      'Succeeded',
      'Succeeded',
    ]);
  }));
