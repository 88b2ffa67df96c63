import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPLIANT_RULES, makeGroup, makeRun, policySet } from '../../test/support';
import { createFolderStore, RecordStoreError } from '../evidence';
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
              witness: expect.objectContaining({ peer: expect.stringMatching(/^[\d.]+$/) }),
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
    const inventory = stage.load(makeGroup('sg-a', []));
    await stage.run('one', inventory);
    await stage.run('one', inventory);
    expect(await createFolderStore(stage.folder).list('runs/')).toEqual([
      'runs/run-one/whole.1.intent.json',
      'runs/run-one/whole.1.outcome.json',
      'runs/run-one/whole.2.intent.json',
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
    expect(await read('runs/run-one/whole.1.outcome.json')).toMatchObject({ compliant: ['sg-a'] });
  });

  it('are not written for a dry run, which changes nothing', async () => {
    const result = await stage.run('one', stage.load(makeGroup('sg-a', [])), { dryRun: true });
    expect(resultOf(result, 'sg-a')).toMatchObject({ verdict: 'violating', changes: 4 });
    expect(await createFolderStore(stage.folder).list('')).toEqual([]);
    expect(stage.writes()).toEqual([]);
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
