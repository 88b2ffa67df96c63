import { type Inventory, makeGroup, rulesOf } from '../../../test/support';
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
const write = (action: string, parameters: Readonly<Record<string, string>>, id?: string) =>
  writeAs(stage, action, parameters, id);

describe('what somebody changed since', () => {
  it('is left alone: a rule of the run with another description', async () => {
    const { inventory, rules: after } = await repaired(stage, described);
    const mail = after.find(({ Policy }) => Policy === 'Drop');
    write('ModifySecurityGroupEgressRule', {
      SecurityGroupRuleId: mail?.SecurityGroupRuleId ?? '',
      Description: 'keep this',
    });
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').leftAlone).toEqual([
      expect.stringContaining(`${mail?.SecurityGroupRuleId} (drop egress`),
    ]);
    expect(rules(inventory)['sg-a']).toEqual([
      expect.stringMatching(/ # keep this$/),
      expect.stringMatching(/ # shop$/),
    ]);
  });

  it('is left alone: a rule of the run with other ports', async () => {
    const { inventory, rules: after } = await repaired(stage, described);
    const mail = after.find(({ Policy }) => Policy === 'Drop');
    write('ModifySecurityGroupEgressRule', {
      SecurityGroupRuleId: mail?.SecurityGroupRuleId ?? '',
      PortRange: '2525/2525',
    });
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').leftAlone).toEqual([
      expect.stringMatching(/TCP 2525\/2525 .* is left alone: somebody changed it since/),
    ]);
    expect(rules(inventory)['sg-a']).toHaveLength(2);
  });

  it('is left alone: a description, and a rule whose description the run changed', async () => {
    const ssh = { ...described, PortRange: '22/22' };
    const { inventory } = await repaired(stage, described, ssh);
    write('ModifySecurityGroupRule', { SecurityGroupRuleId: 'sgr-ar0', Description: 'web | mine' });
    write('ModifySecurityGroupRule', { SecurityGroupRuleId: 'sgr-ar1', PortRange: '2222/2222' });
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').leftAlone).toEqual([
      expect.stringMatching(/^the description of sgr-ar0 .* somebody changed it since$/),
      expect.stringMatching(/^the description of sgr-ar1 .* somebody changed the rule since$/),
    ]);
    expect(rules(inventory)['sg-a']).toEqual([
      expect.stringMatching(/PortRange=2222.* # web \| shop$/),
      expect.stringMatching(/PortRange=443.* # web \| mine$/),
    ]);
  });

  it('is settled: a rule that is gone, a description that is back, a group that is gone', async () => {
    const inventory = stage.load(makeGroup('sg-a', [described]), makeGroup('sg-b', [described]));
    await stage.run('one', inventory);
    write('ModifySecurityGroupRule', { SecurityGroupRuleId: 'sgr-ar0', Description: 'shop' });
    write('DeleteSecurityGroup', {}, 'sg-b');
    const { result, gone, run } = await undo(stage, 'one');
    expect(gone.map(({ id }) => id)).toEqual(['sg-b']);
    expect(run.note).toBe('gone: sg-b');
    expect(result.groups.map(({ securityGroupId }) => securityGroupId)).toEqual(['sg-a']);
    const calls = resultOf(result, 'sg-a').calls.map(({ call }) => call.action);
    expect(calls).toEqual(['RevokeSecurityGroupEgress']);
    expect(resultOf(result, 'sg-a')).not.toHaveProperty('leftAlone');
  });

  it('is said: a description that was empty cannot be made empty again', async () => {
    const { inventory, before } = await repaired(stage, { ...described, Description: '' });
    const { result } = await undo(stage, 'one');
    expect(resultOf(result, 'sg-a').leftAlone).toEqual([
      expect.stringMatching(/there was none before, and ECS takes no empty description/),
    ]);
    const bare = (lines: readonly string[] = []) => lines.map((line) => line.split(' # ')[0]);
    expect(bare(rules(inventory)['sg-a'])).toEqual(bare(before['sg-a']));
  });
});
