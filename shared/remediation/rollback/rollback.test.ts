import {
  duplicateRules,
  type Inventory,
  makeGroup,
  makeInventory,
  policySet,
  rulesOf,
} from '../../../test/support';
import { resultOf, Stage } from '../testing/stage';
import { described, repaired, undo, writeAs } from './testing/undo';

// Pipelines run through real HTTP here, which takes its time on a busy machine.
jest.setTimeout(60_000);

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const rules = (inventory: readonly Inventory[]) => rulesOf(stage.cloud, inventory);

describe('taking a run back', () => {
  it('revokes the rules that it added and restores the descriptions that it changed', async () => {
    const inventory = makeInventory({ 'cn-hangzhou': 12, 'cn-beijing': 6 }).map((region) => ({
      ...region,
      SecurityGroups: region.SecurityGroups.map((group) => ({
        ...group,
        Permissions: group.Permissions.map((permission) => ({
          ...permission,
          Description: permission.Description || 'old',
        })),
      })),
    }));
    stage.cloud.ecs.loadInventory(inventory);
    const before = rules(inventory);
    await stage.run('one', inventory);
    expect(rules(inventory)).not.toEqual(before);
    stage.cloud.calls.clear();

    const { result, run } = await undo(stage, 'one');

    expect(rules(inventory)).toEqual(before);
    expect(result.heldBack).toEqual([]);
    expect(result.groups).toHaveLength(15);
    expect(result.groups.every((group) => group.leftAlone === undefined)).toBe(true);
    expect(run.runId).toMatch(/^rollback-run-one-\d{8}T\d{9}Z$/);
    expect(run.trigger).toMatchObject({
      kind: 'command-line',
      id: run.runId,
      by: 'alice@laptop',
      reason: 'rollback of run-one',
      reference: 'run-one',
    });
    const revokes = stage.writes().filter(({ action }) => action.startsWith('Revoke'));
    expect(revokes.length).toBeGreaterThan(0);
    for (const { parameters } of revokes)
      expect(parameters).toHaveProperty(['SecurityGroupRuleId.1']);
  });

  it('says what opens again, with a packet, before and after', async () => {
    await repaired(stage, described);
    const opened = [
      'TCP 25 to 0.0.0.0/0',
      'TCP 445 to 0.0.0.0/0',
      'TCP 25 to ::/0',
      'TCP 445 to ::/0',
    ].sort();
    const preview = await undo(stage, 'one', { dryRun: true });
    const planned = resultOf(preview.result, 'sg-a');
    expect([...(planned.effect?.opened ?? [])].sort()).toEqual(opened);
    expect(planned.effect).toMatchObject({
      closed: [],
      example: expect.stringMatching(/^TCP 25 to /),
    });

    const { result } = await undo(stage, 'one');
    const done = resultOf(result, 'sg-a');
    expect([...(done.effect?.opened ?? [])].sort()).toEqual(opened);
    expect(done).not.toHaveProperty('unexpected');
    expect(done).toMatchObject({ verdict: 'unknown', changes: 5 });
  });

  it('does nothing the second time', async () => {
    const { inventory, before } = await repaired(stage, described);
    await undo(stage, 'one');
    stage.cloud.calls.clear();
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').calls).toEqual([]);
    expect(stage.writes()).toEqual([]);
    expect(rules(inventory)).toEqual(before);
  });

  it('is effective again after the run was made again, for the new run only', async () => {
    const { inventory, before } = await repaired(stage, described);
    await undo(stage, 'one');
    await stage.run('two', inventory);
    const again = rules(inventory);

    const first = await undo(stage, 'one');
    expect(resultOf(first.result, 'sg-a').calls).toEqual([]);
    expect(resultOf(first.result, 'sg-a').leftAlone?.join()).toMatch(
      /the run's own is gone, and somebody added this one since/,
    );
    expect(resultOf(first.result, 'sg-a').leftAlone?.join()).toMatch(/run run-two wrote it since/);
    expect(rules(inventory)).toEqual(again);

    await undo(stage, 'two');
    expect(rules(inventory)).toEqual(before);
  });

  it('takes two runs back in the reverse order', async () => {
    const { inventory, before } = await repaired(stage, described);
    const other = policySet({ match: '{ names: [a] }' });
    const renamed = {
      ...other,
      policies: other.policies.map((policy) =>
        policy.kind === 'describe-rules' ? { ...policy, template: '{owner} / {text}' } : policy,
      ),
    };
    await stage.run('two', inventory, { policies: renamed });
    expect(rules(inventory)['sg-a']?.join()).toContain('web / ');
    await undo(stage, 'two');
    await undo(stage, 'one');
    expect(rules(inventory)).toEqual(before);
  });

  it('looks only at the groups that are asked for', async () => {
    const inventory = stage.load(makeGroup('sg-a', [described]), makeGroup('sg-b', [described]));
    const before = rules(inventory);
    await stage.run('one', inventory);
    const after = rules(inventory);
    await undo(stage, 'one', { groups: ['sg-a'] });
    expect(rules(inventory)).toEqual({ 'sg-a': before['sg-a'], 'sg-b': after['sg-b'] });
    await expect(undo(stage, 'one', { groups: ['sg-c'] })).rejects.toThrow(
      /run run-one changed nothing in sg-c: name groups that it changed/,
    );
  });

  it('revokes no rule that was there before, even one that the run asked for', async () => {
    const inventory = stage.load(makeGroup('sg-a', []));
    const mail = {
      'Permissions.1.IpProtocol': 'TCP',
      'Permissions.1.PortRange': '25/25',
      'Permissions.1.DestCidrIp': '0.0.0.0/0',
      'Permissions.1.Policy': 'drop',
      'Permissions.1.Description': 'mine',
    };
    // Somebody adds one of the rules between the read and the call, which then adds only the others.
    stage.fault = ({ action }) => {
      if (action === 'AuthorizeSecurityGroupEgress') {
        stage.fault = undefined;
        writeAs(stage, 'AuthorizeSecurityGroupEgress', mail);
      }
      return undefined;
    };
    await stage.run('one', inventory);
    const { result } = await undo(stage, 'one');
    expect(rules(inventory)['sg-a']).toEqual([expect.stringMatching(/PortRange=25\/25.* # mine$/)]);
    expect(resultOf(result, 'sg-a').leftAlone).toEqual([
      expect.stringMatching(/drop egress TCP 25\/25 .* is left alone: somebody changed it since/),
    ]);
  });
});

describe('trouble', () => {
  it('a call whose answer is lost is made once, and reported as done', async () => {
    const { inventory, before } = await repaired(stage, described);
    let lost = 0;
    stage.fault = ({ action }) => {
      if (action.startsWith('Describe')) return undefined;
      lost += 1;
      return lost % 2 === 1 ? { kind: 'reset-after' } : undefined;
    };
    const { result } = await undo(stage, 'one');
    stage.fault = undefined;
    expect(resultOf(result, 'sg-a').calls.map(({ outcome }) => outcome.status)).toEqual([
      'done',
      'done',
    ]);
    expect(rules(inventory)).toEqual(before);
  });

  it('a group that refuses does not hold up the others', async () => {
    const inventory = stage.load(makeGroup('sg-a', [described]), makeGroup('sg-b', [described]));
    const before = rules(inventory);
    await stage.run('one', inventory);
    const after = rules(inventory);
    stage.failWrites('sg-a', {
      kind: 'error',
      status: 403,
      code: 'InvalidOperation.ResourceManagedByCloudProduct',
      message: 'managed',
      when: 'before',
    });
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').calls.map(({ outcome }) => outcome.status)).toEqual([
      'failed',
      'not-sent',
    ]);
    expect(rules(inventory)).toEqual({ 'sg-a': after['sg-a'], 'sg-b': before['sg-b'] });

    stage.fault = undefined;
    await undo(stage, 'one');
    expect(rules(inventory)).toEqual(before);
  });

  it('a group or region that cannot be read is said and not changed', async () => {
    await repaired(stage, described);
    const refuse = (refused: string) => {
      stage.fault = ({ action }) =>
        action === refused
          ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
          : undefined;
    };
    stage.cloud.calls.clear();
    refuse('DescribeSecurityGroupAttribute');
    const unread = await undo(stage, 'one');
    expect(resultOf(unread.result, 'sg-a')).not.toHaveProperty('before');
    expect(resultOf(unread.result, 'sg-a').findings[0]?.message).toMatch(/Forbidden.RAM/);
    refuse('DescribeSecurityGroups');
    const unlisted = await undo(stage, 'one');
    expect(unlisted.unlisted).toEqual([
      { regionId: 'cn-hangzhou', reason: expect.stringMatching(/Forbidden.RAM/) },
    ]);
    expect(unlisted.result.groups).toEqual([]);
    expect(stage.writes()).toEqual([]);
  });

  it('what the run may have done is taken back where its outcome is unknown', async () => {
    const inventory = stage.load(makeGroup('sg-a', [described]));
    const before = rules(inventory);
    stage.failWrites('sg-a', { kind: 'reset-after' });
    const result = await stage.run('one', inventory);
    expect(resultOf(result, 'sg-a').calls[0]?.outcome.status).toBe('unknown');
    stage.fault = undefined;
    expect(rules(inventory)).not.toEqual(before);
    await undo(stage, 'one');
    expect(rules(inventory)).toEqual(before);
    expect(duplicateRules(rules(inventory))).toEqual([]);
  });
});

describe('limits', () => {
  it.each([
    ['{ maxChanges: 4 }', /calls for 5 changes and may make 0 \(4 less 5 of other runs/],
    ['{ maxGroups: 0 }', /would change 1 groups and may change 0/],
    ['{ maxGroupsPercent: 0 }', /would change 1 groups and may change 0/],
  ])('%s holds a rollback back', async (guardrails, reason) => {
    const { inventory } = await repaired(stage, described);
    const after = rules(inventory);
    const { result } = await undo(stage, 'one', { policies: policySet({ guardrails }) });
    expect(result.heldBack.join()).toMatch(reason);
    expect(rules(inventory)).toEqual(after);
  });

  it('the hourly limit of a group and the stop switch do so too', async () => {
    const { inventory } = await repaired(stage, described);
    const after = rules(inventory);
    const limited = await undo(stage, 'one', {
      policies: policySet({ guardrails: '{ maxChangesPerGroupPerHour: 9 }' }),
    });
    expect(resultOf(limited.result, 'sg-a').heldBack).toMatch(/maxChangesPerGroupPerHour is 9/);
    const stopped = await undo(stage, 'one', {
      surroundings: { stop: async () => 'the stop switch is on' },
    });
    expect(stopped.result.heldBack).toEqual(['the stop switch is on']);
    expect(rules(inventory)).toEqual(after);
  });
});
