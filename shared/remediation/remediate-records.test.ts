import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPLIANT_RULES, makeGroup, makeRun, policySet } from '../../test/support';
import { createFolderStore, RecordStoreError } from '../evidence';
import { isOwnRequest } from './record';
import { remediate } from './remediate';
import { resultOf, Stage, verdicts } from './testing/stage';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

describe('records', () => {
  const read = async (key: string) =>
    JSON.parse((await createFolderStore(stage.folder).get(key)) ?? 'null') as unknown;

  it.each(['-', '-1', '../x', 'a b', ''])(
    'are not asked for a request called %j: it is none of ours',
    async (id) => {
      expect(await isOwnRequest(createFolderStore(stage.folder), id)).toBe(false);
    },
  );

  it('of a dry run hold what it would have done', async () => {
    const inventory = stage.load(makeGroup('sg-a', []));
    const result = await stage.run('one', inventory, { dryRun: true });
    expect(resultOf(result, 'sg-a')).toMatchObject({ verdict: 'violating', changes: 4 });
    expect(stage.writes()).toEqual([]);
    expect(await read('runs/run-one/whole.1.outcome.json')).toMatchObject({
      dryRun: true,
      groups: [{ securityGroupId: 'sg-a', calls: [{ outcome: { status: 'not-sent' } }] }],
    });
  });

  it('hold what stood against the limits, before the change and after it', async () => {
    await stage.run('one', stage.load(makeGroup('sg-a', [])));
    await stage.run('two', stage.load(makeGroup('sg-b', [])));
    for (const step of ['intent', 'outcome']) {
      expect(await read(`runs/run-two/whole.1.${step}.json`)).toMatchObject({
        counted: { own: { changes: 4, groups: 1 }, others: { changes: 4, groups: 1 } },
      });
    }
  });

  it('hold every exemption in force, with what it lets through, needed or not', async () => {
    const exempt =
      '[{ groups: [sg-open, sg-closed], reason: relay, ticket: SEC-1, until: 2099-12-31 }]';
    const inventory = stage.load(
      makeGroup('sg-open', []),
      makeGroup('sg-closed', COMPLIANT_RULES),
      makeGroup('sg-other', COMPLIANT_RULES),
    );
    await stage.run('one', inventory, { policies: policySet({ exempt }) });
    const { exemptions } = (await read('runs/run-one/whole.1.outcome.json')) as {
      exemptions: { securityGroupId: string; letsThrough: string[] }[];
    };
    const lets = new Map(exemptions.map((each) => [each.securityGroupId, each.letsThrough]));
    expect(lets.get('sg-open')?.length).toBeGreaterThan(0);
    expect(lets.get('sg-closed')).toEqual([]);
    expect(lets.size).toBe(2);
  });

  it('say when each call was answered', async () => {
    const before = Date.now();
    await stage.run('one', stage.load(makeGroup('sg-a', [])));
    const outcome = (await read('runs/run-one/whole.1.outcome.json')) as {
      groups: { calls: { time: string }[] }[];
    };
    for (const { time } of outcome.groups[0]?.calls ?? []) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());
    }
    expect(outcome.groups[0]?.calls.length).toBeGreaterThan(0);
  });

  it('say what traffic was closed, and what somebody else changed meanwhile', async () => {
    const inventory = stage.load(makeGroup('sg-a', []), makeGroup('sg-b', []));
    stage.fault = ({ action, parameters, caller }) => {
      if (action !== 'AuthorizeSecurityGroupEgress') return undefined;
      if (parameters.get('SecurityGroupId') !== 'sg-b') return undefined;
      stage.cloud.ecs.actions.get('AuthorizeSecurityGroup')?.(
        new Map([
          ['RegionId', 'cn-hangzhou'],
          ['SecurityGroupId', 'sg-b'],
          ['IpProtocol', 'TCP'],
          ['PortRange', '22/22'],
          ['SourceCidrIp', '10.0.0.0/8'],
        ]),
        { requestId: 'elsewhere', caller, now: Date.now() },
      );
      return undefined;
    };
    const result = await stage.run('one', inventory);
    expect(resultOf(result, 'sg-a')).toMatchObject({
      effect: { closed: expect.arrayContaining(['TCP 25 to 0.0.0.0/0']), opened: [] },
    });
    expect(resultOf(result, 'sg-a').unexpected).toBeUndefined();
    expect(resultOf(result, 'sg-b')).toMatchObject({
      effect: { opened: ['TCP 22 from 10.0.0.0/8'] },
      unexpected: expect.stringContaining('TCP 22 from 10.0.0.0/8'),
    });
  });

  it('are written for a witness whose own address is zero', async () => {
    const inventory = stage.load(
      makeGroup('sg-a', [
        {
          Direction: 'egress',
          IpProtocol: 'TCP',
          PortRange: '25/25',
          SourceCidrIp: '0.0.0.0/1',
          DestCidrIp: '203.0.113.0/24',
          Policy: 'Accept',
          Priority: '1',
        },
      ]),
    );
    await stage.run('one', inventory);
    expect(await read('runs/run-one/whole.1.intent.json')).toMatchObject({
      groups: [
        {
          findings: expect.arrayContaining([
            expect.objectContaining({
              witness: expect.objectContaining({ own: '0.0.0.0', peer: '203.0.113.10' }),
            }),
          ]),
        },
      ],
    });
  });

  it('hold what was read, found and planned before the first write, and what came of it after', async () => {
    const inventory = stage.load(makeGroup('sg-a', []), makeGroup('sg-fine', COMPLIANT_RULES));
    const intentFile = join(stage.folder, 'runs', 'run-one', 'whole.1.intent.json');
    const seen: boolean[] = [];
    stage.fault = ({ action }) => {
      if (action.startsWith('Authorize')) seen.push(existsSync(intentFile));
      return undefined;
    };
    await stage.run('one', inventory);
    expect(seen).toEqual([true]);

    const [call] = stage.writes();
    const common = {
      version: 1,
      runId: 'run-one',
      part: 'whole',
      trigger: { kind: 'timer', id: 'timer one' },
      dryRun: false,
      policyDigest: policySet().digest,
      compliant: { 'cn-hangzhou': ['sg-fine'] },
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
    const inventory = stage.load(makeGroup('sg-a', []));
    await stage.run('one', inventory);
    await stage.run('one', inventory);
    expect(await createFolderStore(stage.folder).list('runs/')).toEqual([
      'runs/run-one/whole.1.intent.json',
      'runs/run-one/whole.1.outcome.json',
      'runs/run-one/whole.2.outcome.json',
    ]);
  });

  it('that cannot be written stop the run before anything is sent', async () => {
    await writeFile(join(stage.folder, 'a-file'), '');
    const inventory = stage.load(makeGroup('sg-a', []));
    await expect(
      stage.run('one', inventory, { recordFolder: join(stage.folder, 'a-file') }),
    ).rejects.toThrow(RecordStoreError);
    expect(stage.writes()).toEqual([]);
  });

  it('that cannot be written after the changes fail the run, and its retry makes up for them', async () => {
    const inventory = stage.load(makeGroup('sg-a', []));
    const runs = join(stage.folder, 'runs');
    stage.fault = ({ action }) => {
      if (action.startsWith('Authorize')) {
        rmSync(runs, { recursive: true });
        writeFileSync(runs, '');
      }
      return undefined;
    };
    await expect(stage.run('one', inventory)).rejects.toThrow(RecordStoreError);
    const sent = stage.writes();
    expect(sent).toHaveLength(1);

    stage.fault = undefined;
    await rm(runs);
    expect(verdicts(await stage.run('one', inventory))).toEqual({ 'sg-a': 'compliant' });
    expect(stage.writes()).toEqual(sent);
    expect(await read('runs/run-one/whole.1.outcome.json')).toMatchObject({
      compliant: { 'cn-hangzhou': ['sg-a'] },
    });
  });

  it('are a must for any other run', async () => {
    const given = {
      ecs: () => {
        throw new Error('nothing may be read');
      },
      holder: 'request-of-one',
      now: Date.now,
      sleep: async () => {},
      stop: async () => undefined,
    };
    await expect(remediate(makeRun('one', []), given)).rejects.toThrow(
      'a run that may change groups needs a record store',
    );
  });
});
