import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalCloud } from '../local-cloud';
import { ACCOUNT, record } from '../shared/triggers/actiontrail/testing/events';
import { PREFIX_LIST_ID, policyText, runCutOff, runPalisade } from './support';
import {
  about,
  answersOf,
  INVENTORY,
  MANY,
  makeReplayStage,
  OFFLINE,
  type ReplayStage,
} from './support/replay-stage';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const REGION = 'no policy is about region eu-central-1';
const UNRESOLVED =
  'the event names no valid security group id: the next sweep looks at every group';
const GONE = 'the group is not there any more';
const NEW_GROUP = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-new', SecurityGroupName: 'new' };

let stage: ReplayStage;
beforeAll(async () => {
  stage = await makeReplayStage();
});
afterAll(() => stage.remove());

describe('what it says of an event', () => {
  it('says why an event would be ignored, and counts the reasons', async () => {
    const own = { type: 'assumed-role', accountId: ACCOUNT, userName: 'palisade:run' };
    const cases: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ eventName: 'StopInstance' }, 'it is not a change of a security group'],
      [{ errorCode: 'Forbidden' }, 'the call failed with "Forbidden"'],
      [{ userIdentity: own }, 'the change is our own, by its role'],
      [{ recipientAccountId: '7' }, `it is about account "7", and this is ${ACCOUNT}`],
      [{ requestParameters: { RegionId: 'eu-central-1', SecurityGroupId: 'sg-aa11' } }, REGION],
      [{ requestParameters: { RegionId: 'cn-hangzhou' } }, UNRESOLVED],
      [{ requestParameters: { SecurityGroupId: 'sg-gone' } }, 'the group is not there any more'],
      [{ eventName: 'CreateSecurityGroup', requestParameters: NEW_GROUP }, GONE],
    ];
    const events = cases.map(([changes], index) => record({ eventId: `e${index}`, ...changes }));
    await stage.writeLines('ignored.jsonl', [
      ...events,
      about('sg-bb22', 'e'),
      about('sg-bb22', 'e'),
    ]);
    const result = await stage.replay(
      ...['--json', '--region', 'cn-hangzhou', '--account', ACCOUNT],
      ...['--role', `acs:ram::${ACCOUNT}:role/Palisade`, 'ignored.jsonl'],
    );
    const { answers, summary } = answersOf(result);
    expect(answers.map(({ reason }) => reason)).toEqual([
      ...cases.map(([, reason]) => reason),
      undefined,
      'the event was answered before',
    ]);
    expect(summary).toMatchObject({ events: 10, ignored: 9, judged: 1 });
    expect(summary).toMatchObject({
      ignoredBecause: expect.arrayContaining([{ reason: GONE, events: 2 }]),
    });
    expect(result.exitCode).toBe(0);
  });

  it('takes events of every account when none is named', async () => {
    const identity = { type: 'ram-user', accountId: '7', userName: 'lin' };
    const events = [
      about('sg-bb22', '1', { recipientAccountId: '7', userIdentity: identity }),
      about('sg-bb22', '2'),
    ];
    await stage.writeLines('accounts.jsonl', events);
    const { answers } = answersOf(await stage.replay('--json', 'accounts.jsonl'));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['judged', 'judged']);
  });

  it('shows a group once with what would be changed and the traffic that closes', async () => {
    await stage.writeLines('text.jsonl', [about('sg-aa11', '1'), about('sg-aa11', '2')]);
    const { stdout, exitCode } = await stage.replay('text.jsonl');
    expect(exitCode).toBe(2);
    expect(stdout).toContain(
      'text.jsonl:1  2027-03-31T06:00:00Z  AuthorizeSecurityGroupEgress  by lin\n  sg-aa11  ',
    );
    expect(stdout).toContain('+ add drop egress TCP 25/25 to 0.0.0.0/0, priority 1');
    expect(stdout).toContain('would be closed: TCP 25 to 0.0.0.0/0');
    expect(stdout).toMatch(/text\.jsonl:2 .*\n {2}sg-aa11 .* violating {2}as at text\.jsonl:1\n/);
    expect(stdout).toContain('2 events: 0 ignored, 2 judged\n');
    expect(stdout).toContain('1 group violates a policy; 2 events would change 1 group\n');
  });

  it('notes that the effect of an event is not there', async () => {
    await stage.writeLines('undone.jsonl', [about('sg-bb22', '1'), about('sg-aa11', '2')]);
    const { answers } = answersOf(await stage.replay('--json', 'undone.jsonl'));
    const note = expect.stringMatching(/is not in what was read: it may have been undone since/);
    expect(answers).toMatchObject([{ note, groups: [{ verdict: 'compliant' }] }, {}]);
    expect(answers[1]?.note).toBeUndefined();
  });

  it('shows what the enforce function would do about many groups', async () => {
    const groupIds = [...MANY, 'sg-many12'].map((id, index) => [`ResourceId.${index + 1}`, id]);
    const requestParameters = {
      RegionId: 'cn-hangzhou',
      ResourceType: 'securitygroup',
      ...Object.fromEntries(groupIds),
    };
    await stage.writeLines('tags.jsonl', [
      record({ eventName: 'TagResources', requestParameters }),
    ]);
    const json = await stage.replay('--json', 'tags.jsonl');
    const [answer] = answersOf(json).answers;
    expect(answer).toMatchObject({ outcome: 'judged', handedOver: true });
    expect(answer?.groups).toHaveLength(13);
    const changed = answer?.groups?.filter(({ changes }) => changes.length > 0);
    expect(changed?.map((group) => group.securityGroupId)).toEqual(['sg-many12']);
    const { stdout } = await stage.replay('tags.jsonl');
    expect(stdout).toContain('  the enforce function: 13 groups, 1 with findings\n  sg-many12  ');
  });

  it('finds the groups that a prefix list affects', async () => {
    const requestParameters = { RegionId: 'cn-hangzhou', PrefixListId: PREFIX_LIST_ID };
    await stage.writeLines('list.jsonl', [
      record({ eventName: 'ModifyPrefixList', requestParameters }),
    ]);
    const { answers } = answersOf(await stage.replay('--json', 'list.jsonl'));
    expect(answers).toMatchObject([{ groups: [{ securityGroupId: 'sg-bb22' }] }]);
  });

  it.each([
    ['{ maxChanges: 1 }', /calls for 4 changes and may make 1/],
    ['{ maxGroupsPercent: 0 }', /would change 1 groups and may change 0/],
    // A twelfth of 16 groups is one.
    ['{ maxGroupsPercent: 8 }', undefined],
  ])('keeps the limits %s', async (guardrails, reason) => {
    const name = `policy-${guardrails.replace(/\W/g, '')}.yaml`;
    await stage.write(name, policyText({ guardrails }));
    await stage.writeLines('limits.jsonl', [about('sg-aa11', '1')]);
    const result = await stage.replay('--policy', name, '--json', 'limits.jsonl');
    const { answers, summary } = answersOf(result);
    expect(answers[0]?.heldBack).toEqual(
      reason === undefined ? [] : [expect.stringMatching(reason)],
    );
    const events = reason === undefined ? 1 : 0;
    expect(summary).toMatchObject({ violatingGroups: 1, wouldChange: { events } });
    expect(result.exitCode).toBe(2);
  });

  it('lets nothing that a caller can write reach the terminal', async () => {
    const userIdentity = { type: 'ram-user', userName: '\u001b]0;x\u0007\u202e\u2028' };
    await stage.writeLines('escapes.jsonl', [
      record({ eventName: '\u001b[2J\u009b', userIdentity }),
    ]);
    const { stdout } = await stage.replay('escapes.jsonl');
    expect(stdout).toContain('  ?[2J?  by ?]0;x???  ignored');
  });

  it('ends quietly when the reader of its answers has seen enough', async () => {
    const events = Array.from({ length: 2_000 }, () => record({ eventName: 'StopInstance' }));
    await stage.writeLines('long.jsonl', events);
    const { stderr } = await runCutOff(stage.folder, ['replay', ...OFFLINE, 'long.jsonl']);
    expect(stderr).toBe('');
  });

  it.each([
    [['--inventory', 'gone.json', 'x.jsonl'], /gone\.json/],
    [['--policy', 'gone.yaml', 'x.jsonl'], /gone\.yaml cannot be read/],
    [['--region', 'nowhere', 'x.jsonl'], /"nowhere" is not a region id/],
    [['-', '-'], /- is named twice/],
    [[], /missing required argument 'file'/],
  ])('refuses %j', async (parameters, problem) => {
    const { stderr, stdout, exitCode } = await stage.replay(...parameters);
    expect(stderr).toMatch(problem);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  });
});

describe('with the groups of an account', () => {
  it('reads each group once, and changes nothing there nor here', async () => {
    const cloud = await startLocalCloud({ inventory: INVENTORY });
    try {
      const home = await mkdtemp(join(stage.folder, 'home-'));
      await writeFile(join(home, 'policy.yaml'), policyText());
      const events = ['sg-aa11', 'sg-bb22', 'sg-aa11', 'sg-gone', 'sg-bb22'];
      await writeFile(
        join(home, 'events.json'),
        JSON.stringify(events.map((id, index) => about(id, `e${index}`))),
      );
      const result = await runPalisade(
        home,
        [
          'replay',
          '--policy',
          'policy.yaml',
          '--endpoint',
          cloud.endpoint,
          '--json',
          'events.json',
        ],
        {
          ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
        },
      );
      const { answers, summary } = answersOf(result);
      expect(answers.map(({ groups }) => groups?.[0]?.verdict)).toEqual([
        ...['violating', 'compliant', 'violating'],
        ...[undefined, 'compliant'],
      ]);
      expect(answers[1]?.note).toMatch(/is not in what was read/);
      expect(summary).toMatchObject({ judged: 4, wouldChange: { events: 2, groups: 1 } });
      expect(result.exitCode).toBe(2);

      const calls = cloud.calls.all();
      expect(calls.filter((call) => call.write)).toEqual([]);
      const reads = calls.filter((call) => call.action === 'DescribeSecurityGroupAttribute');
      expect(reads.map((call) => call.parameters.SecurityGroupId)).toEqual([
        ...['sg-aa11', 'sg-bb22', 'sg-gone'],
      ]);
      expect((await readdir(home)).sort()).toEqual(['events.json', 'policy.yaml']);
    } finally {
      await cloud.close();
    }
  });

  it('calls an event unknown when ECS refuses to answer, and goes on', async () => {
    const cloud = await startLocalCloud({ inventory: INVENTORY });
    try {
      await stage.writeLines('refused.jsonl', [about('sg-aa11', '1'), record({ eventName: 'X' })]);
      const result = await runPalisade(
        stage.folder,
        ['replay', '--policy', 'policy.yaml', '--endpoint', cloud.endpoint, 'refused.jsonl'],
        {
          ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'another-secret',
        },
      );
      expect(result.stdout).toMatch(/refused\.jsonl:1 .* unknown: DescribeSecurityGroups for /);
      expect(result.stdout).toContain('2 events: 1 ignored, 0 judged, 1 unknown\n');
      expect(result.stdout).not.toContain('another-secret');
      expect(result.exitCode).toBe(3);
    } finally {
      await cloud.close();
    }
  });
});
