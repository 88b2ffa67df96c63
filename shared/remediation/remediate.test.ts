import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, type FaultHook, type LocalCloud, startLocalCloud } from '../../local-cloud';
import {
  COMPLIANT_RULES,
  duplicateRules,
  type Inventory,
  type InventoryGroup,
  makeGroup,
  makeInventory,
  makeRun,
  policySet,
  rulesOf,
  summariesOf,
} from '../../test/support';
import { createEcsClient } from '../ecs';
import { createFolderStore, RecordStoreError } from '../evidence';
import { loadPolicies } from '../policy/load';
import { remediate } from './remediate';
import type { Run, RunResult } from './run';

let folder: string;
let cloud: LocalCloud;
let fault: FaultHook | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-remediate-'));
  fault = undefined;
  cloud = await startLocalCloud({ fault: (call) => fault?.(call) });
});
afterEach(async () => {
  await cloud.close();
  await rm(folder, { recursive: true });
});

function load(...groups: InventoryGroup[]): Inventory[] {
  const inventory = [
    { RegionId: 'cn-hangzhou', SecurityGroups: groups, PrefixLists: [] },
  ] satisfies Inventory[];
  cloud.ecs.loadInventory(inventory);
  return inventory;
}

interface Options extends Partial<Run> {
  readonly recordFolder?: string | undefined;
  readonly stop?: () => Promise<string | undefined>;
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

function run(name: string, inventory: readonly Inventory[], options: Options = {}) {
  const { recordFolder = folder, stop, onProgress, ...rest } = options;
  return remediate(makeRun(name, summariesOf(inventory), rest), {
    ecs: (regionId) =>
      createEcsClient({
        regionId,
        endpoint: cloud.endpoint,
        credentials: async () => cloud,
        sleep: async () => {},
        maxAttempts: 2,
      }),
    records: createFolderStore(recordFolder),
    now: Date.now,
    sleep: async () => {},
    stop: stop ?? (async () => undefined),
    ...(onProgress ? { onProgress } : {}),
  });
}

function resultOf(result: RunResult, id: string) {
  const group = result.groups.find((each) => each.securityGroupId === id);
  if (!group) throw new Error(`${id} is not in the result`);
  return group;
}

const writes = () => cloud.calls.all().filter((call) => call.write);
const verdicts = (result: RunResult) =>
  Object.fromEntries(result.groups.map((group) => [group.securityGroupId, group.verdict]));

/** A fault for every write to one group. */
function failWrites(id: string, failure: Fault): void {
  fault = ({ action, parameters }) =>
    !action.startsWith('Describe') && parameters.get('SecurityGroupId') === id
      ? failure
      : undefined;
}
const refusal = (status: number, code: string): Fault => ({
  kind: 'error',
  status,
  code,
  message: `${code} was said`,
  when: 'before',
});

describe('a run', () => {
  it('repairs what it may, leaves nothing for the next run, and adds no rule twice', async () => {
    const inventory = makeInventory({ 'cn-hangzhou': 6, 'us-west-1': 6 });
    cloud.ecs.loadInventory(inventory);
    const first = await run('one', inventory);
    expect(first.heldBack).toEqual([]);
    expect(first.groups.map((group) => group.verdict)).toEqual(Array(12).fill('compliant'));
    expect(first.groups.filter((group) => group.verdictBefore === 'violating')).toHaveLength(10);
    const rules = rulesOf(cloud, inventory);
    expect(duplicateRules(rules)).toEqual([]);

    cloud.calls.clear();
    const second = await run('two', inventory);
    expect(second.groups.flatMap((group) => group.calls)).toEqual([]);
    expect(writes()).toEqual([]);
    expect(rulesOf(cloud, inventory)).toEqual(rules);
  });

  it('reads each group once, again after a change, and each prefix list once a region', async () => {
    const inventory = makeInventory({ 'cn-hangzhou': 18, 'us-west-1': 6 });
    cloud.ecs.loadInventory(inventory);
    await run('one', inventory);
    const count = (action: string) =>
      cloud.calls.all().filter((call) => call.action === action).length;
    expect(count('DescribePrefixListAttributes')).toBe(2);
    expect(count('DescribeSecurityGroupAttribute')).toBe(24 + 20);
  });

  it('comes to rest with a denial of a group and of a prefix list', async () => {
    const [region] = makeInventory({ 'cn-hangzhou': 1 });
    const inventory = region ? [region] : [];
    cloud.ecs.loadInventory({
      ...region,
      SecurityGroups: [...(region?.SecurityGroups ?? []), makeGroup('sg-peer', [])],
    });
    const policies = loadPolicies(
      `
version: 1
policies:
  - id: apart
    kind: deny-egress
    mode: enforce
    deny: [{ to: [sg-peer, pl-partners], protocol: tcp, ports: [22] }]
`,
      'policy.yaml',
      0,
    );
    const first = await run('one', inventory, { policies });
    expect(verdicts(first)).toEqual({ 'sg-cnhangzhoun0': 'compliant' });
    expect(resultOf(first, 'sg-cnhangzhoun0').changes).toBe(2);
    const second = await run('two', inventory, { policies });
    expect(second.groups.flatMap((group) => group.calls)).toEqual([]);
  });

  it('tells how far it is', async () => {
    const steps: string[] = [];
    await run('one', load(makeGroup('sg-a', []), makeGroup('sg-b', COMPLIANT_RULES)), {
      onProgress: (step, done, total) => steps.push(`${step} ${done}/${total}`),
    });
    expect(steps).toEqual(['read 0/2', 'read 1/2', 'read 2/2', 'repair 0/1', 'repair 1/1']);
  });
});

describe('verdicts', () => {
  it('tell how each group stands', async () => {
    const inventory = load(
      makeGroup('sg-fine', COMPLIANT_RULES),
      makeGroup('sg-relay', []),
      makeGroup('sg-managed', [], { ServiceManaged: true }),
      makeGroup('sg-secret', []),
    );
    fault = ({ parameters }) =>
      parameters.get('SecurityGroupId') === 'sg-secret' ? refusal(403, 'Forbidden.RAM') : undefined;
    const policies = policySet({ exempt: '[{ groups: [sg-relay], reason: mail relay }]' });
    const result = await run('one', inventory, { policies });
    expect(verdicts(result)).toEqual({
      'sg-fine': 'compliant',
      'sg-relay': 'exempt',
      'sg-managed': 'unrepairable',
      'sg-secret': 'unknown',
    });
    expect(resultOf(result, 'sg-relay').findings[0]?.message).toMatch(/exempt: mail relay$/);
    expect(resultOf(result, 'sg-secret').findings.map((finding) => finding.policyId)).toEqual([
      'no-mail-out',
      'descriptions',
    ]);
    expect(writes()).toEqual([]);
  });

  it('say violating, and nothing is sent, while policies only observe', async () => {
    const policies = policySet({ mode: 'observe' });
    const result = await run('one', load(makeGroup('sg-a', [])), { policies });
    expect(verdicts(result)).toEqual({ 'sg-a': 'violating' });
    expect(resultOf(result, 'sg-a')).toMatchObject({ calls: [], changes: 0 });
    expect(writes()).toEqual([]);
  });
});

describe('a repair that fails', () => {
  const groups = () => load(makeGroup('sg-a', []), makeGroup('sg-b', []));

  it.each([
    ['unrepairable', 403, 'InvalidOperation.ResourceManagedByCloudProduct'],
    ['unrepairable', 403, 'AuthorizationLimitExceed'],
    ['violating', 403, 'Forbidden.RAM'],
    ['violating', 400, 'Throttling'],
  ])(
    'is %s with the reason when ECS answers %i %s, and holds up no other group',
    async (verdict, status, code) => {
      const inventory = groups();
      failWrites('sg-a', refusal(status, code));
      const result = await run('one', inventory);
      expect(verdicts(result)).toEqual({ 'sg-a': verdict, 'sg-b': 'compliant' });
      for (const { message } of resultOf(result, 'sg-a').findings) {
        expect(message).toMatch(new RegExp(`is not denied: .*; the repair failed: .*${code}`));
      }
    },
  );

  it('is judged by what a fresh read shows when its outcome is unknown', async () => {
    const inventory = groups();
    failWrites('sg-a', { kind: 'reset-after' });
    const result = await run('one', inventory);
    expect(resultOf(result, 'sg-a').calls[0]?.outcome.status).toBe('unknown');
    expect(verdicts(result)).toEqual({ 'sg-a': 'compliant', 'sg-b': 'compliant' });

    failWrites('sg-a', { kind: 'reset-before' });
    cloud.ecs.loadInventory(inventory);
    const again = await run('two', inventory);
    expect(verdicts(again)).toEqual({ 'sg-a': 'violating', 'sg-b': 'compliant' });
  });

  it('leaves the group unknown when it cannot be read afterwards', async () => {
    const inventory = groups();
    fault = ({ action, parameters }) =>
      action === 'DescribeSecurityGroupAttribute' &&
      parameters.get('SecurityGroupId') === 'sg-a' &&
      writes().length > 0
        ? refusal(403, 'Forbidden.RAM')
        : undefined;
    const result = await run('one', inventory);
    expect(verdicts(result)).toEqual({ 'sg-a': 'unknown', 'sg-b': 'compliant' });
    expect(resultOf(result, 'sg-a').after).toBeUndefined();
  });
});

describe('guardrails', () => {
  it('hold the whole run back, and the plan is still shown', async () => {
    const inventory = load(makeGroup('sg-a', []), makeGroup('sg-b', []));
    const policies = policySet({ guardrails: '{ maxChanges: 7 }' });
    const result = await run('one', inventory, { policies });
    expect(result.heldBack).toEqual([
      expect.stringContaining('calls for 8 changes and may make 7'),
    ]);
    expect(resultOf(result, 'sg-a')).toMatchObject({
      verdict: 'violating',
      changes: 0,
      calls: [{ outcome: { status: 'not-sent' } }],
    });
    expect(writes()).toEqual([]);
  });

  it('leave a group alone whose hour is used up, and repair the others', async () => {
    const inventory = load(makeGroup('sg-a', []));
    const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 4 }' });
    await run('one', inventory, { policies });
    // Somebody undoes the repair.
    const both = load(makeGroup('sg-a', []), makeGroup('sg-b', []));
    const result = await run('two', both, { policies });
    expect(verdicts(result)).toEqual({ 'sg-a': 'violating', 'sg-b': 'compliant' });
    expect(resultOf(result, 'sg-a')).toMatchObject({
      heldBack: expect.stringContaining('something may be undoing the repair'),
      calls: [{ outcome: { status: 'not-sent' } }],
    });
  });

  it('change nothing when the stop switch cannot be read', async () => {
    const result = await run('one', load(makeGroup('sg-a', [])), {
      stop: () => Promise.reject(new RecordStoreError('the folder is gone')),
    });
    expect(result.heldBack).toEqual([expect.stringContaining('the folder is gone')]);
    expect(writes()).toEqual([]);
  });
});

describe('records', () => {
  const read = async (key: string) =>
    JSON.parse((await createFolderStore(folder).get(key)) ?? 'null') as unknown;

  it('hold what was read, found and planned before the first write, and what came of it after', async () => {
    const inventory = load(makeGroup('sg-a', []), makeGroup('sg-fine', COMPLIANT_RULES));
    const intentFile = join(folder, 'runs', 'run-one', 'whole.1.intent.json');
    const seen: boolean[] = [];
    fault = ({ action }) => {
      if (action.startsWith('Authorize')) seen.push(existsSync(intentFile));
      return undefined;
    };
    await run('one', inventory);
    expect(seen).toEqual([true]);

    const [call] = writes();
    const common = {
      version: 1,
      runId: 'run-one',
      part: 'whole',
      trigger: { kind: 'timer', id: 'timer one' },
      dryRun: false,
      policyDigest: policySet().digest,
      compliant: ['sg-fine'],
    };
    const planned = {
      action: 'AuthorizeSecurityGroupEgress',
      parameters: { SecurityGroupId: 'sg-a' },
      clientToken: call?.clientToken,
    };
    expect(await read('runs/run-one/whole.1.intent.json')).toMatchObject({
      ...common,
      totals: { violating: 1, compliant: 1 },
      groups: [
        {
          securityGroupId: 'sg-a',
          verdict: 'violating',
          before: [],
          calls: [{ ...planned, outcome: { status: 'not-sent' } }],
        },
      ],
    });
    expect(await read('runs/run-one/whole.1.outcome.json')).toMatchObject({
      ...common,
      totals: { violating: 0, compliant: 2 },
      groups: [
        {
          securityGroupId: 'sg-a',
          verdictBefore: 'violating',
          verdict: 'compliant',
          before: [],
          after: Array(4).fill(expect.objectContaining({ Policy: 'Drop' })),
          calls: [
            { ...planned, outcome: { status: 'done', requestId: call?.requestId, attempts: 1 } },
          ],
        },
      ],
    });
  });

  it('of a retry stand beside those of the first attempt', async () => {
    const inventory = load(makeGroup('sg-a', []));
    await run('one', inventory);
    await run('one', inventory);
    expect(await createFolderStore(folder).list('runs/')).toEqual([
      'runs/run-one/whole.1.intent.json',
      'runs/run-one/whole.1.outcome.json',
      'runs/run-one/whole.2.intent.json',
      'runs/run-one/whole.2.outcome.json',
    ]);
  });

  it('that cannot be written stop the run before anything is sent', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const inventory = load(makeGroup('sg-a', []));
    await expect(run('one', inventory, { recordFolder: join(folder, 'a-file') })).rejects.toThrow(
      RecordStoreError,
    );
    expect(writes()).toEqual([]);
  });

  it('that cannot be written after the changes fail the run, and its retry makes up for them', async () => {
    const inventory = load(makeGroup('sg-a', []));
    const runs = join(folder, 'runs');
    fault = ({ action }) => {
      if (action.startsWith('Authorize')) {
        rmSync(runs, { recursive: true });
        writeFileSync(runs, '');
      }
      return undefined;
    };
    await expect(run('one', inventory)).rejects.toThrow(RecordStoreError);
    const sent = writes();
    expect(sent).toHaveLength(1);

    fault = undefined;
    await rm(runs);
    expect(verdicts(await run('one', inventory))).toEqual({ 'sg-a': 'compliant' });
    expect(writes()).toEqual(sent);
    expect(await read('runs/run-one/whole.1.outcome.json')).toMatchObject({ compliant: ['sg-a'] });
  });

  it('are not written for a dry run, which changes nothing', async () => {
    const result = await run('one', load(makeGroup('sg-a', [])), { dryRun: true });
    expect(resultOf(result, 'sg-a')).toMatchObject({ verdict: 'violating', changes: 4 });
    expect(await createFolderStore(folder).list('')).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it('are a must for any other run', async () => {
    const given = {
      ecs: () => {
        throw new Error('nothing may be read');
      },
      now: Date.now,
      sleep: async () => {},
      stop: async () => undefined,
    };
    await expect(remediate(makeRun('one', []), given)).rejects.toThrow(
      'a run that may change groups needs a record store',
    );
  });
});
