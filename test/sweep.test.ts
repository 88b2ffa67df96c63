import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  duplicateRules,
  type Inventory,
  makeGroup,
  makeInventory,
  onDeployment,
  outcomesOf,
  policyText,
  rulesOf,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let enforcing: Bundles;
let observing: Bundles;
let guarded: Bundles;
beforeAll(async () => {
  [enforcing, observing, guarded] = await Promise.all([
    buildBundles(policyText()),
    buildBundles(policyText({ mode: 'observe' })),
    buildBundles(policyText({ guardrails: '{ maxGroups: 4 }' })),
  ]);
});
afterAll(() => Promise.all([enforcing, observing, guarded].map((each) => each.remove())));

const oneRegion = makeInventory({ 'cn-hangzhou': 6 });
const threeRegions = makeInventory({ 'cn-hangzhou': 55, 'cn-shanghai': 4, 'us-west-1': 1 });
const DAY_1 = Date.parse('2026-03-01T04:00:00Z');
const DAY_2 = Date.parse('2026-03-02T04:00:00Z');

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles: enforcing, inventory: oneRegion, ...options }, action);

describe.each(['fc2', 'fc3'] as const)('through %s', (generation) => {
  it.concurrent('a sweep repairs every group in several shards, and the next one finds nothing to do', () =>
    deployed({ generation, inventory: threeRegions }, async (deployment) => {
      const first = await deployment.sweep(DAY_1);

      expect(first.map(({ functionName, status }) => `${functionName} ${status}`).sort()).toEqual([
        ...Array(3).fill('palisade-enforce Succeeded'),
        'palisade-sweep Succeeded',
      ]);
      expect(new Set(first.map(({ serviceName }) => serviceName))).toEqual(
        new Set([generation === 'fc2' ? 'palisade' : undefined]),
      );
      const rules = rulesOf(deployment.cloud, threeRegions);
      const dropRule = (port: string, to: string) =>
        `Direction=egress IpProtocol=TCP PortRange=${port} Policy=Drop Priority=1 NicType=intranet ${to} # web | no mail`;
      expect(rules['sg-cnhangzhoun0']).toEqual([
        dropRule('25/25', 'DestCidrIp=0.0.0.0/0'),
        dropRule('25/25', 'Ipv6DestCidrIp=::/0'),
        dropRule('445/445', 'DestCidrIp=0.0.0.0/0'),
        dropRule('445/445', 'Ipv6DestCidrIp=::/0'),
        expect.stringMatching(/^Direction=ingress .*PortRange=443\/443 .* # web \| shop$/),
      ]);
      expect(duplicateRules(rules)).toEqual([]);
      const totals = (await outcomesOf(deployment)).map((outcome) => outcome.totals);
      expect(totals.map(({ groups, compliant }) => [groups, compliant]).sort()).toEqual([
        [1, 1],
        [4, 4],
        [55, 55],
      ]);
      const writes = deployment.writes();
      expect(writes.every(({ effect, status }) => effect && status === 200)).toBe(true);
      expect(new Set(writes.map((call) => call.clientToken)).size).toBe(writes.length);

      deployment.cloud.calls.clear();
      const second = await deployment.sweep(DAY_2);
      expect(second.map(({ status }) => status)).toEqual(Array(4).fill('Succeeded'));
      expect(deployment.writes()).toEqual([]);
      expect(rulesOf(deployment.cloud, threeRegions)).toEqual(rules);
    }));

  it.concurrent('a timer event that comes again starts nothing', () =>
    deployed({ generation }, async (deployment) => {
      await deployment.sweep(DAY_1);
      const calls = deployment.cloud.calls.all().length;
      const again = await deployment.sweep(DAY_1);

      expect(again.map(({ functionName }) => functionName)).toEqual(['palisade-sweep']);
      const handedOver = await deployment.logged('shard handed over', 2);
      expect(handedOver.map(({ accepted }) => accepted)).toEqual(['new', 'duplicate']);
      const since = deployment.cloud.calls.all().slice(calls);
      expect(since.map(({ action }) => action)).toEqual(['DescribeSecurityGroups']);
    }));
});

it.concurrent('every region of the account is swept when none is named', () =>
  deployed({ environment: { PALISADE_REGIONS: '*' } }, async (deployment) => {
    await deployment.sweep();
    const listed = deployment.cloud.calls
      .all()
      .filter(({ action }) => action === 'DescribeSecurityGroups');
    expect(new Set(listed.map(({ region }) => region))).toEqual(
      new Set(deployment.cloud.regionIds),
    );
    expect((await outcomesOf(deployment)).map(({ totals }) => totals.compliant)).toEqual([6]);
  }));

it.concurrent.each([
  ['the sweep is a dry run', {}, { PALISADE_DRY_RUN: 'true' }],
  ['every policy only observes', { observe: true }, {}],
  ['the stop switch is set', {}, { PALISADE_STOP: 'on' }],
])(
  'nothing is written while %s',
  (_name, { observe = false }: { observe?: boolean }, environment) =>
    deployed({ bundles: observe ? observing : enforcing, environment }, async (deployment) => {
      const invocations = await deployment.sweep();
      expect(invocations.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
      expect(deployment.writes()).toEqual([]);
      const [done] = await deployment.logged('shard done', 1);
      expect(done?.totals).toMatchObject({ groups: 6, compliant: 1, violating: 5 });
    }),
);

it.concurrent('the stop record stops every change, names its reason, and lets the next sweep go on once removed', () =>
  deployed({}, async (deployment) => {
    await mkdir(deployment.recordFolder, { recursive: true });
    const stop = join(deployment.recordFolder, 'STOP');
    await writeFile(stop, 'incident 42\n');
    await deployment.sweep(DAY_1);
    expect(deployment.writes()).toEqual([]);
    expect((await outcomesOf(deployment)).map(({ heldBack }) => heldBack)).toEqual([
      [expect.stringContaining('incident 42')],
    ]);

    await rm(stop);
    await deployment.sweep(DAY_2);
    expect((await outcomesOf(deployment)).at(-1)?.totals).toMatchObject({ compliant: 6 });
  }));

it.concurrent('a guardrail that a shard would exceed holds all of it back, with the reason', () =>
  deployed({ bundles: guarded }, async (deployment) => {
    await deployment.sweep();
    expect(deployment.writes()).toEqual([]);
    const [held] = await deployment.logged('run held back', 1);
    expect(held?.reason).toMatch(/would change 5 groups and may change 4/);
    expect((await outcomesOf(deployment)).map(({ heldBack }) => heldBack)).toEqual([
      [held?.reason],
    ]);
  }));

it.concurrent('groups that nothing may mend are reported with the reason and left alone', () => {
  const full = Array.from({ length: 199 }, (_, index) => ({
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: `${1000 + index}/${1000 + index}`,
    SourceCidrIp: '10.0.0.0/8',
    Description: 'web | port',
  }));
  const inventory: Inventory[] = [
    {
      RegionId: 'cn-hangzhou',
      SecurityGroups: [
        makeGroup('sg-full', full),
        makeGroup('sg-managed', [], { ServiceManaged: true }),
        makeGroup(
          'sg-advanced',
          [
            {
              Direction: 'egress',
              IpProtocol: 'TCP',
              PortRange: '25/25',
              DestCidrIp: '0.0.0.0/0',
              Description: 'web | out',
            },
          ],
          { SecurityGroupType: 'enterprise' },
        ),
        makeGroup('sg-fine', COMPLIANT_RULES),
      ],
      PrefixLists: [],
    },
  ];
  return deployed({ inventory }, async (deployment) => {
    const before = rulesOf(deployment.cloud, inventory);
    await deployment.sweep();
    expect(deployment.writes()).toEqual([]);
    expect(rulesOf(deployment.cloud, inventory)).toEqual(before);
    const [outcome] = await outcomesOf(deployment);
    expect(outcome?.totals).toMatchObject({ compliant: 1, unrepairable: 3, violating: 0 });
    const record = JSON.stringify(outcome);
    expect(record).toMatch(/holds 199 of 200 rules and the repair needs 4 more/);
    expect(record).toMatch(/another cloud product manages the group/);
    expect(record).toMatch(/an enterprise group takes no drop rules/);
  });
});
