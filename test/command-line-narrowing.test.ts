import { inventoryOf, makeGroup, onStage, reportOf, runPalisade } from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(180_000);

const tagged = (id: string, env: string) =>
  makeGroup(id, [], { Tags: [{ TagKey: 'env', TagValue: env }] });

it.concurrent('groups, tags, names and policies narrow what is looked at and changed', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(
      inventoryOf(tagged('sg-web', 'prod'), tagged('sg-db', 'prod'), tagged('sg-lab', 'test')),
    );
    const groupsOf = async (...parameters: string[]) => {
      const result = await stage.palisade('plan', [
        '--region',
        'cn-hangzhou',
        '--json',
        ...parameters,
      ]);
      return reportOf(result)
        .groups.map((group) => group.securityGroupId)
        .sort();
    };
    const [byId, byTag, byTags, byName, byBoth] = await Promise.all([
      groupsOf('--group', 'sg-web', '--group', 'sg-lab'),
      groupsOf('--tag', 'env=p*'),
      groupsOf('--tag', 'env=prod', '--tag', 'env=test'),
      groupsOf('--name', '*b'),
      groupsOf('--tag', 'env=prod', '--name', 'd*'),
    ]);
    expect(byId).toEqual(['sg-lab', 'sg-web']);
    expect(byTag).toEqual(['sg-db', 'sg-web']);
    expect(byTags).toEqual(['sg-db', 'sg-lab', 'sg-web']);
    expect(byName).toEqual(['sg-db', 'sg-lab', 'sg-web']);
    expect(byBoth).toEqual(['sg-db']);

    const only = await stage.palisade('plan', [
      ...['--region', 'cn-hangzhou', '--json', '--only', 'descriptions'],
    ]);
    expect(only.exitCode).toBe(0);

    stage.cloud.calls.clear();
    const applied = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--group', 'sg-db']);
    expect(applied.exitCode).toBe(0);
    const changed = stage.cloud.calls.all().filter((call) => call.write);
    expect(changed.map(({ parameters }) => parameters.SecurityGroupId)).toEqual(['sg-db']);
  }));

it.concurrent('a limit in percent is of all groups that the file is about, however few are looked at', () =>
  onStage(async (stage) => {
    await stage.policyFile({ guardrails: '{ maxGroupsPercent: 50 }' });
    const ids = ['sg-a', 'sg-b', 'sg-c', 'sg-d', 'sg-e'];
    stage.cloud.ecs.loadInventory(inventoryOf(...ids.map((id) => makeGroup(id, []))));
    const of = (count: number) =>
      stage.palisade('plan', [
        ...['--region', 'cn-hangzhou', '--json'],
        ...ids.slice(0, count).flatMap((id) => ['--group', id]),
      ]);
    const [two, three] = await Promise.all([of(2), of(3)]);
    const heldBack = ({ stdout }: typeof two) =>
      (JSON.parse(stdout) as { heldBack: string[] }).heldBack;
    expect(heldBack(two)).toEqual([]);
    expect(heldBack(three)).toEqual([
      expect.stringMatching(/would change 3 groups and may change 2/),
    ]);
  }));

it.concurrent('what is asked for and is not there is an error that says where was looked', () =>
  onStage(async (stage) => {
    await stage.policyFile({ match: '{ names: [web] }' });
    stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-web', []), makeGroup('sg-db', [])));
    const cases: readonly (readonly [RegExp, string[]])[] = [
      [
        /^palisade: no group sg-gone in cn-hangzhou, us-west-1: check the id/,
        ['--group', 'sg-gone'],
      ],
      [/no policy of policy\.yaml is about group sg-db \(cn-hangzhou\)/, ['--group', 'sg-db']],
      [/"web" is not a security group id: write it like sg-/, ['--group', 'web']],
      [/has no policy "nope": --only takes no-mail-out, descriptions/, ['--only', 'nope']],
      [/argument 'env' is invalid\. Write it like env=prod/, ['--tag', 'env']],
      [
        /argument 'xml' is invalid\. Allowed choices are table, json, markdown/,
        ['--format', 'xml'],
      ],
    ];
    const regions = ['--region', 'cn-hangzhou', '--region', 'us-west-1'];
    for (const [reason, parameters] of cases) {
      const { exitCode, stdout, stderr } = await stage.palisade('plan', [
        ...regions,
        ...parameters,
      ]);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(reason);
    }
    const none = await stage.palisade('plan', [...regions, '--tag', 'env=none']);
    expect([none.exitCode, none.stderr]).toEqual([
      0,
      'warning: no group that a policy is about fits --tag env=none\n',
    ]);
  }));

it.concurrent('without a terminal and without --yes, apply shows the plan and changes nothing', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-web', [])));
    const { exitCode, stdout, stderr } = await runPalisade(
      stage.folder,
      [
        ...['apply', '--policy', 'policy.yaml', '--endpoint', stage.cloud.endpoint],
        ...['--region', 'cn-hangzhou', '--format', 'markdown'],
      ],
      stage.credentials,
    );
    expect([exitCode, stderr]).toEqual([
      2,
      'Nothing was changed: add --yes to make these changes.\n',
    ]);
    expect(stdout).toContain('| `sg-web` | web | cn-hangzhou | violating | 4 | 4 |');
    expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
  }));
