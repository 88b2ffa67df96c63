import type { Fault } from '../../local-cloud';
import {
  COMPLIANT_RULES,
  duplicateRules,
  makeGroup,
  makeInventory,
  policySet,
  rulesOf,
} from '../../test/support';
import { RecordStoreError } from '../evidence';
import { loadPolicies } from '../policy/load';
import { resultOf, Stage, verdicts } from './testing/stage';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

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
    stage.cloud.ecs.loadInventory(inventory);
    const first = await stage.run('one', inventory);
    expect(first.heldBack).toEqual([]);
    expect(first.groups.map((group) => group.verdict)).toEqual(Array(12).fill('compliant'));
    expect(first.groups.filter((group) => group.verdictBefore === 'violating')).toHaveLength(10);
    const rules = rulesOf(stage.cloud, inventory);
    expect(duplicateRules(rules)).toEqual([]);

    stage.cloud.calls.clear();
    const second = await stage.run('two', inventory);
    expect(second.groups.flatMap((group) => group.calls)).toEqual([]);
    expect(stage.writes()).toEqual([]);
    expect(rulesOf(stage.cloud, inventory)).toEqual(rules);
  });

  it('reads each group once, again after a change, and each prefix list once a region', async () => {
    const inventory = makeInventory({ 'cn-hangzhou': 18, 'us-west-1': 6 });
    stage.cloud.ecs.loadInventory(inventory);
    await stage.run('one', inventory);
    const count = (action: string) =>
      stage.cloud.calls.all().filter((call) => call.action === action).length;
    expect(count('DescribePrefixListAttributes')).toBe(2);
    expect(count('DescribeSecurityGroupAttribute')).toBe(24 + 20);
  });

  it('comes to rest with a denial of a group and of a prefix list', async () => {
    const [region] = makeInventory({ 'cn-hangzhou': 1 });
    const inventory = region ? [region] : [];
    stage.cloud.ecs.loadInventory({
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
    const first = await stage.run('one', inventory, { policies });
    expect(verdicts(first)).toEqual({ 'sg-cnhangzhoun0': 'compliant' });
    expect(resultOf(first, 'sg-cnhangzhoun0').changes).toBe(2);
    const second = await stage.run('two', inventory, { policies });
    expect(second.groups.flatMap((group) => group.calls)).toEqual([]);
  });

  it('tells how far it is', async () => {
    const steps: string[] = [];
    await stage.run('one', stage.load(makeGroup('sg-a', []), makeGroup('sg-b', COMPLIANT_RULES)), {
      onProgress: (step, done, total) => steps.push(`${step} ${done}/${total}`),
    });
    expect(steps).toEqual(['read 0/2', 'read 1/2', 'read 2/2', 'repair 0/1', 'repair 1/1']);
  });
});

describe('verdicts', () => {
  it('tell how each group stands', async () => {
    const inventory = stage.load(
      makeGroup('sg-fine', COMPLIANT_RULES),
      makeGroup('sg-relay', []),
      makeGroup('sg-managed', [], { ServiceManaged: true }),
      makeGroup('sg-secret', []),
    );
    stage.fault = ({ parameters }) =>
      parameters.get('SecurityGroupId') === 'sg-secret' ? refusal(403, 'Forbidden.RAM') : undefined;
    const policies = policySet({
      exempt: '[{ groups: [sg-relay], reason: mail relay, ticket: SEC-1, until: 2099-12-31 }]',
    });
    const result = await stage.run('one', inventory, { policies });
    expect(verdicts(result)).toEqual({
      'sg-fine': 'compliant',
      'sg-relay': 'exempt',
      'sg-managed': 'unrepairable',
      'sg-secret': 'unknown',
    });
    expect(resultOf(result, 'sg-relay').findings[0]?.message).toMatch(
      /; exempt until 2099-12-31: mail relay \(SEC-1\)$/,
    );
    expect(resultOf(result, 'sg-secret').findings.map((finding) => finding.policyId)).toEqual([
      'no-mail-out',
      'descriptions',
    ]);
    expect(stage.writes()).toEqual([]);
  });

  it('say violating, and nothing is sent, while policies only observe', async () => {
    const policies = policySet({ mode: 'observe' });
    const result = await stage.run('one', stage.load(makeGroup('sg-a', [])), { policies });
    expect(verdicts(result)).toEqual({ 'sg-a': 'violating' });
    expect(resultOf(result, 'sg-a')).toMatchObject({ calls: [], changes: 0 });
    expect(stage.writes()).toEqual([]);
  });
});

describe('a repair that fails', () => {
  const groups = () => stage.load(makeGroup('sg-a', []), makeGroup('sg-b', []));

  it.each([
    ['unrepairable', 403, 'InvalidOperation.ResourceManagedByCloudProduct'],
    ['unrepairable', 403, 'AuthorizationLimitExceed'],
    ['violating', 403, 'Forbidden.RAM'],
    ['violating', 400, 'Throttling'],
  ])(
    'is %s with the reason when ECS answers %i %s, and holds up no other group',
    async (verdict, status, code) => {
      const inventory = groups();
      stage.failWrites('sg-a', refusal(status, code));
      const result = await stage.run('one', inventory);
      expect(verdicts(result)).toEqual({ 'sg-a': verdict, 'sg-b': 'compliant' });
      for (const { message } of resultOf(result, 'sg-a').findings) {
        expect(message).toMatch(new RegExp(`is not denied: .*; the repair failed: .*${code}`));
      }
    },
  );

  it('is judged by what a fresh read shows when its outcome is unknown', async () => {
    const inventory = groups();
    stage.failWrites('sg-a', { kind: 'reset-after' });
    const result = await stage.run('one', inventory);
    expect(resultOf(result, 'sg-a').calls[0]?.outcome.status).toBe('unknown');
    expect(verdicts(result)).toEqual({ 'sg-a': 'compliant', 'sg-b': 'compliant' });

    stage.failWrites('sg-a', { kind: 'reset-before' });
    stage.cloud.ecs.loadInventory(inventory);
    const again = await stage.run('two', inventory);
    expect(verdicts(again)).toEqual({ 'sg-a': 'violating', 'sg-b': 'compliant' });
  });

  it('leaves the group unknown when it cannot be read afterwards', async () => {
    const inventory = groups();
    stage.fault = ({ action, parameters }) =>
      action === 'DescribeSecurityGroupAttribute' &&
      parameters.get('SecurityGroupId') === 'sg-a' &&
      stage.writes().length > 0
        ? refusal(403, 'Forbidden.RAM')
        : undefined;
    const result = await stage.run('one', inventory);
    expect(verdicts(result)).toEqual({ 'sg-a': 'unknown', 'sg-b': 'compliant' });
    expect(resultOf(result, 'sg-a').after).toBeUndefined();
  });
});

describe('guardrails', () => {
  it('hold the whole run back, and the plan is still shown', async () => {
    const inventory = stage.load(makeGroup('sg-a', []), makeGroup('sg-b', []));
    const policies = policySet({ guardrails: '{ maxChanges: 7 }' });
    const result = await stage.run('one', inventory, { policies });
    expect(result.heldBack).toEqual([
      expect.stringContaining('calls for 8 changes and may make 7'),
    ]);
    expect(resultOf(result, 'sg-a')).toMatchObject({
      verdict: 'violating',
      changes: 0,
      calls: [{ outcome: { status: 'not-sent' } }],
    });
    expect(stage.writes()).toEqual([]);
  });

  it('leave a group alone whose hour is used up, and repair the others', async () => {
    const inventory = stage.load(makeGroup('sg-a', []));
    const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 4 }' });
    await stage.run('one', inventory, { policies });
    // Somebody undoes the repair.
    const both = stage.load(makeGroup('sg-a', []), makeGroup('sg-b', []));
    const result = await stage.run('two', both, { policies });
    expect(verdicts(result)).toEqual({ 'sg-a': 'violating', 'sg-b': 'compliant' });
    expect(resultOf(result, 'sg-a')).toMatchObject({
      heldBack: expect.stringContaining('something may be undoing the repair'),
      calls: [{ outcome: { status: 'not-sent' } }],
    });
  });

  it('change nothing when the stop switch cannot be read', async () => {
    const result = await stage.run('one', stage.load(makeGroup('sg-a', [])), {
      stop: () => Promise.reject(new RecordStoreError('the folder is gone')),
    });
    expect(result.heldBack).toEqual([expect.stringContaining('the folder is gone')]);
    expect(stage.writes()).toEqual([]);
  });
});
