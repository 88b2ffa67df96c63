import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealPlan, unsealPlan } from '../shared/remediation/saved-plan';
import { parseSecurityGroupId } from '../shared/security-group';
import {
  addPrincipal,
  type CommandStage,
  inventoryOf,
  makeGroup,
  onStage,
  rulesOf,
  runPalisade,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(180_000);

const inventory = inventoryOf(makeGroup('sg-one', []), makeGroup('sg-two', []));

/** Plans for both groups, saves the plan, and forgets the calls. */
async function saved(stage: CommandStage, ...parameters: string[]) {
  stage.cloud.ecs.loadInventory(inventory);
  const { exitCode, stdout } = await stage.palisade('plan', [
    ...['--region', 'cn-hangzhou', '--save', 'plan.json'],
    ...parameters,
  ]);
  expect(exitCode).toBe(2);
  expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
  const text = await readFile(join(stage.folder, 'plan.json'), 'utf8');
  const sealed = unsealPlan(text, 'plan.json');
  expect(stdout).toContain(sealed.digest);
  stage.cloud.calls.clear();
  return { ...sealed, text };
}

function applied(stage: CommandStage, ...parameters: string[]) {
  return stage.palisade('apply', ['--plan', 'plan.json', '--records', 'kept', ...parameters]);
}

function writes(stage: CommandStage) {
  return stage.cloud.calls.all().filter((call) => call.write);
}

it.concurrent('a saved plan is applied exactly, once, and its record says so', () =>
  onStage(async (stage) => {
    const { plan, digest } = await saved(stage);
    // It violates the policies as well, and is not in the plan.
    stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-late', [])));
    const first = await applied(stage);
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain(`of the plan plan.json, digest ${digest} is done.`);
    expect(
      writes(stage)
        .map(({ parameters }) => parameters.SecurityGroupId)
        .sort(),
    ).toEqual(['sg-one', 'sg-two']);
    const [runId = ''] = await readdir(join(stage.folder, 'kept', 'runs'));
    const record = join(stage.folder, 'kept', 'runs', runId, 'whole.1.outcome.json');
    expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({
      plan: { digest, time: plan.time },
      heldBack: [],
    });
    const shown = await runPalisade(stage.folder, ['evidence', 'show', runId, 'kept']);
    expect(shown.stdout).toContain(`saved plan  ${digest}`);

    stage.cloud.calls.clear();
    const second = await applied(stage);
    expect(second.exitCode).toBe(4);
    expect(second.stderr).toContain('sg-one one (cn-hangzhou): it has changed since');
    expect(writes(stage)).toEqual([]);
  }));

it.concurrent('nothing at all is changed when one group has, with the difference of each', () =>
  onStage(async (stage) => {
    await saved(stage);
    const alice = addPrincipal(stage.cloud, 'alice');
    await alice.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-two',
      'Permissions.1.IpProtocol': 'TCP',
      'Permissions.1.PortRange': '22/22',
      'Permissions.1.SourceCidrIp': '192.0.2.0/24',
    });
    await alice.call('TagResources', {
      ResourceType: 'securitygroup',
      'ResourceId.1': 'sg-two',
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'prod',
    });
    const before = rulesOf(stage.cloud, inventory);
    stage.cloud.calls.clear();
    const { exitCode, stdout, stderr } = await applied(stage, '--json');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /sg-two two \(cn-hangzhou\): it has changed since\n +\+ .*22\/22 from 192.*\n +tag env: none → prod/,
    );
    expect(stderr).not.toContain('sg-one');
    expect(JSON.parse(stdout)).toEqual({
      refused: [expect.objectContaining({ securityGroupId: 'sg-two', kind: 'state' })],
    });
    expect(writes(stage)).toEqual([]);
    expect(rulesOf(stage.cloud, inventory)).toEqual(before);
  }));

it.concurrent('nothing at all is changed when a group is gone', () =>
  onStage(async (stage) => {
    const { plan } = await saved(stage);
    const groups = plan.groups.map((group) => ({
      ...group,
      securityGroupId: parseSecurityGroupId(group.securityGroupId.replace('one', 'gone')),
    }));
    await writeFile(join(stage.folder, 'plan.json'), sealPlan({ ...plan, groups }).text);
    const { exitCode, stderr } = await applied(stage);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('sg-gone one (cn-hangzhou): it is not there any more');
    expect(writes(stage)).toEqual([]);
  }));

it.concurrent('a plan that was edited, or is of another policy file, is refused before anything is read', () =>
  onStage(async (stage) => {
    const { text } = await saved(stage);
    const write = (content: string) => writeFile(join(stage.folder, 'plan.json'), content);
    await write(text.replace('"changes": 4', '"changes": 3'));
    const edited = await applied(stage);
    expect([edited.exitCode, edited.stdout]).toEqual([4, '']);
    expect(edited.stderr).toMatch(/was edited after it was saved/);
    await write(text);
    await stage.policyFile({ priority: 2 });
    const other = await applied(stage);
    expect(other.exitCode).toBe(4);
    expect(other.stderr).toMatch(/policy\.yaml is not the policy file that it was made with/);
    expect(stage.cloud.calls.all().map(({ action }) => action)).toEqual(['GetCallerIdentity']);
  }));

it.concurrent('the limits hold for a saved plan', () =>
  onStage(async (stage) => {
    await stage.policyFile({ guardrails: '{ maxGroups: 1 }' });
    await saved(stage);
    const guarded = await applied(stage);
    expect(guarded.exitCode).toBe(2);
    expect(guarded.stdout).toMatch(
      /Nothing is changed: the run would change 2 groups and may change 1/,
    );
    expect(writes(stage)).toEqual([]);
  }));
