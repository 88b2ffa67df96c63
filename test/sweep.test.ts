import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../local-cloud';
import {
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  deploy,
  duplicateRules,
  type Inventory,
  makeGroup,
  makeInventory,
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

async function deployed(
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const deployment = await deploy({ bundles: enforcing, inventory: oneRegion, ...options });
  try {
    await action(deployment);
  } finally {
    await deployment.close();
  }
}

interface OutcomeRecord {
  readonly runId: string;
  readonly part: string;
  readonly heldBack: readonly string[];
  readonly totals: Readonly<Record<string, number>>;
}

async function outcomes(deployment: Deployment): Promise<OutcomeRecord[]> {
  const records = await deployment.records();
  return [...records]
    .filter(([key]) => key.endsWith('.outcome.json'))
    .map(([, content]) => JSON.parse(content) as OutcomeRecord);
}

describe.each(['fc2', 'fc3'] as const)('through %s', (generation) => {
  it.concurrent('a sweep repairs every group in several shards, and the next one finds nothing to do', () =>
    deployed({ generation, inventory: threeRegions }, async (deployment) => {
      const first = await deployment.sweep(DAY_1);

      expect(first.map(({ functionName, status }) => `${functionName} ${status}`).sort()).toEqual([
        ...Array(4).fill('palisade-enforce Succeeded'),
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
      const totals = (await outcomes(deployment)).map((outcome) => outcome.totals);
      expect(totals.map(({ groups, compliant }) => [groups, compliant]).sort()).toEqual([
        [1, 1],
        [4, 4],
        [5, 5],
        [50, 50],
      ]);
      const writes = deployment.writes();
      expect(writes.every(({ effect, status }) => effect && status === 200)).toBe(true);
      expect(new Set(writes.map((call) => call.clientToken)).size).toBe(writes.length);

      deployment.cloud.calls.clear();
      const second = await deployment.sweep(DAY_2);
      expect(second.map(({ status }) => status)).toEqual(Array(5).fill('Succeeded'));
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
    expect((await outcomes(deployment)).map(({ totals }) => totals.compliant)).toEqual([6]);
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
    expect((await outcomes(deployment)).map(({ heldBack }) => heldBack)).toEqual([
      [expect.stringContaining('incident 42')],
    ]);

    await rm(stop);
    await deployment.sweep(DAY_2);
    expect((await outcomes(deployment)).at(-1)?.totals).toMatchObject({ compliant: 6 });
  }));

it.concurrent.each<[string, RegExp, () => Partial<DeploymentOptions>]>([
  [
    'sweep and enforce carry different policies',
    /different policies.*deploy both/,
    () => ({ bundles: { ...enforcing, sweep: observing.sweep } }),
  ],
  [
    'there is no folder for records',
    /PALISADE_RECORDS is not set/,
    () => ({ environment: { PALISADE_RECORDS: undefined } }),
  ],
])('enforce refuses to work, on every attempt, when %s', (_name, reason, options) =>
  deployed(options(), async (deployment) => {
    const invocations = await deployment.sweep();
    const attempts = invocations.filter(({ functionName }) => functionName === 'palisade-enforce');
    expect(attempts.map(({ status }) => status)).toEqual(Array(4).fill('Failed'));
    for (const { errorMessage } of attempts) expect(errorMessage).toMatch(reason);
    expect(deployment.cloud.calls.all().map(({ action }) => action)).toEqual([
      'DescribeSecurityGroups',
    ]);
  }),
);

it.concurrent('functions without a role say so and call nothing', () =>
  deployed({ withoutRole: true }, async (deployment) => {
    const invocations = await deployment.sweep();
    expect(invocations.map(({ functionName }) => functionName)).toEqual(
      Array(4).fill('palisade-sweep'),
    );
    expect(invocations[0]?.errorMessage).toMatch(/no role: give it one/);
    expect(deployment.cloud.calls.all()).toEqual([]);

    const enforce = await deployment.functionCompute.invoke(
      deployment.enforceName,
      JSON.stringify({
        version: 1,
        runId: 'run',
        part: 'part',
        trigger: { kind: 'timer', id: 'timer', time: '2026-03-01T04:00:00Z' },
        dryRun: false,
        policyDigest: '',
        limits: { maxChanges: 1, maxGroups: 1 },
        groups: [],
      }),
    );
    expect(enforce).toMatchObject({ errorType: 'UnhandledInvocationError' });
    expect(String('payload' in enforce && enforce.payload)).toMatch(/no role: give it one/);
  }));

it.concurrent('a region that cannot be listed holds up no other, and the sweep is tried again for it', () => {
  const inventory = makeInventory({ 'cn-hangzhou': 2, 'cn-shanghai': 3 });
  return deployed({ inventory }, async (deployment) => {
    let refusals = 2;
    deployment.fault = ({ action, parameters }): Fault | undefined => {
      const isMeant =
        action === 'DescribeSecurityGroups' && parameters.get('RegionId') === 'cn-shanghai';
      if (!isMeant || refusals === 0) return undefined;
      refusals -= 1;
      return { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' };
    };
    const invocations = await deployment.sweep();

    const sweeps = invocations.filter(({ functionName }) => functionName === 'palisade-sweep');
    expect(sweeps.map(({ status }) => status)).toEqual(['Failed', 'Failed', 'Succeeded']);
    expect(sweeps[0]?.errorMessage).toMatch(/not complete and will be tried again: cn-shanghai: /);
    const handedOver = await deployment.logged('shard handed over', 4);
    expect(
      handedOver.map(({ part, accepted }) => `${String(part).split('_')[0]} ${accepted}`),
    ).toEqual([
      'cn-hangzhou new',
      'cn-hangzhou duplicate',
      'cn-hangzhou duplicate',
      'cn-shanghai new',
    ]);
    expect((await outcomes(deployment)).map(({ totals }) => totals.compliant).sort()).toEqual([
      2, 3,
    ]);
  });
});

it.concurrent('a shard that cannot be handed over makes the sweep fail, and a region that does not exist does too', () =>
  deployed(
    {
      environment: {
        PALISADE_REGIONS: 'cn-hangzhou,cn-nowhere',
        PALISADE_ENFORCE_FUNCTION: 'gone',
      },
    },
    async (deployment) => {
      const [sweep] = await deployment.sweep();
      expect(sweep?.status).toBe('Failed');
      expect(sweep?.errorMessage).toMatch(
        /cn-nowhere: .*cn-hangzhou_[0-9a-f]{16}: .*FunctionNotFound/,
      );
    },
  ));

/** What happens to the first two attempts at a call, whichever turn it begins with; then it goes well. */
const BAD_WEATHER: readonly (Fault | undefined)[] = [
  { kind: 'reset-after' },
  undefined,
  { kind: 'error', status: 500, code: 'InternalError', message: 'oops', when: 'before' },
  { kind: 'reset-before' },
  undefined,
  { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'oops', when: 'after' },
  { kind: 'html', status: 502 },
];

it.concurrent('in bad weather a sweep ends as in good weather: each token has one effect and no rule is twice', () => {
  const inventory = makeInventory({ 'cn-hangzhou': 12, 'cn-shanghai': 6 });
  const cloud = {
    latency: 5,
    throttle: { perAction: { DescribeSecurityGroupAttribute: 15 }, retryAfter: true },
    ecs: { readLagMs: 150 },
  };
  return deployed({ inventory, cloud }, async (stormy) => {
    const attempts = new Map<string, number>();
    stormy.fault = ({ action, parameters }) => {
      const call = JSON.stringify([action, ...parameters]);
      const attempt = attempts.get(call) ?? 0;
      attempts.set(call, attempt + 1);
      return attempt < 2 ? BAD_WEATHER[(attempts.size + attempt) % BAD_WEATHER.length] : undefined;
    };
    await stormy.sweep(DAY_1);

    await deployed({ inventory }, async (calm) => {
      await calm.sweep(DAY_1);
      const rules = rulesOf(stormy.cloud, inventory);
      expect(rules).toEqual(rulesOf(calm.cloud, inventory));
      expect(duplicateRules(rules)).toEqual([]);
      const tokens = (one: Deployment) => one.writes().map((call) => call.clientToken);
      expect(new Set(tokens(stormy))).toEqual(new Set(tokens(calm)));
      expect(tokens(stormy).length).toBeGreaterThan(tokens(calm).length);
    });
    const verdicts = (await outcomes(stormy)).map(({ totals }) => totals.compliant);
    expect(verdicts.sort()).toEqual([12, 6]);
  });
});

it.concurrent('log lines carry the request id and the run id, and no secret is in any log, record or error', () =>
  deployed({}, async (deployment) => {
    let count = 0;
    deployment.fault = () => (count++ % 3 === 0 ? { kind: 'reset-after' } : undefined);
    const invocations = await deployment.sweep();

    await deployment.logged('ECS call', 20);
    await deployment.logged('shard done', 1);
    const requestIds = new Set(invocations.map(({ requestId }) => requestId));
    for (const line of deployment.logLines) {
      const { requestId, runId } = JSON.parse(line) as Record<string, string>;
      expect(requestIds.has(requestId ?? '')).toBe(true);
      expect(runId).toMatch(/^sweep-20260301T040000Z-[0-9a-f]{8}$/);
    }

    const records = [...(await deployment.records())].flat();
    const errors = invocations.map(({ errorMessage }) => errorMessage ?? '');
    const written = [...deployment.logLines, ...records, ...errors].join('\n');
    expect(deployment.secrets.size).toBeGreaterThan(4);
    for (const secret of deployment.secrets) expect(written).not.toContain(secret);
    expect(written).not.toMatch(/Signature=|acs3-hmac|LTAI|STS\./i);
  }));

it.concurrent('a guardrail that a shard would exceed holds all of it back, with the reason', () =>
  deployed({ bundles: guarded }, async (deployment) => {
    await deployment.sweep();
    expect(deployment.writes()).toEqual([]);
    const [held] = await deployment.logged('run held back', 1);
    expect(held?.reason).toMatch(/would change 5 groups and may change 4/);
    expect((await outcomes(deployment)).map(({ heldBack }) => heldBack)).toEqual([[held?.reason]]);
  }));

it.concurrent('a shard that runs out of time still writes its record: nothing is sent any more, and unknown is unknown', () =>
  deployed({ enforce: { timeoutSeconds: 7 } }, async (deployment) => {
    deployment.fault = ({ action, parameters }) =>
      action === 'DescribeSecurityGroupAttribute' &&
      parameters.get('SecurityGroupId') === 'sg-cnhangzhoun2'
        ? { kind: 'hang' }
        : undefined;
    const invocations = await deployment.sweep();
    expect(invocations.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
    const [outcome] = await outcomes(deployment);
    // Waiting for one group's answer takes all the time there is: the others cannot be read back.
    expect(outcome?.totals).toMatchObject({ groups: 6, compliant: 1, unknown: 5 });
    expect(deployment.writes()).toEqual([]);
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
    const [outcome] = await outcomes(deployment);
    expect(outcome?.totals).toMatchObject({ compliant: 1, unrepairable: 3, violating: 0 });
    const record = JSON.stringify(outcome);
    expect(record).toMatch(/holds 199 of 200 rules and the repair needs 4 more/);
    expect(record).toMatch(/another cloud product manages the group/);
    expect(record).toMatch(/an enterprise group takes no drop rules/);
  });
});
