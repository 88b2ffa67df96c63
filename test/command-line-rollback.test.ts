import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CommandStage,
  inventoryOf,
  makeGroup,
  onStage,
  policyText,
  reportOf,
  rulesOf,
  runPalisade,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const described = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
  Description: 'shop',
};
const inventory = inventoryOf(makeGroup('sg-a', [described]), makeGroup('sg-b', [described]));

const rollback = (
  { folder, cloud }: CommandStage,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) =>
  runPalisade(folder, ['rollback', '--endpoint', cloud.endpoint, ...parameters], {
    ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
    ...environment,
  });

/** Repairs both groups; gives the id of the run, and the rules before and after. */
async function applied(stage: CommandStage, ...parameters: readonly string[]) {
  stage.cloud.ecs.loadInventory(inventory);
  const before = rulesOf(stage.cloud, inventory);
  const result = await stage.palisade(
    'apply',
    ['--region', 'cn-hangzhou', '--json', ...parameters],
    { PALISADE_OSS_ENDPOINT: stage.cloud.endpoint },
  );
  expect(result.exitCode).toBe(0);
  const after = rulesOf(stage.cloud, inventory);
  stage.cloud.calls.clear();
  return { runId: reportOf(result).runId, before, after };
}

const writes = ({ cloud }: CommandStage) => cloud.calls.all().filter((call) => call.write);

describe('rollback', () => {
  it.concurrent('shows first what it would do and open, and does nothing without a yes', () =>
    onStage(async (stage) => {
      const { runId, after } = await applied(stage);
      const { exitCode, stdout, stderr } = await rollback(stage, [runId]);
      expect(exitCode).toBe(2);
      expect(stdout).toMatch(
        /- revoke sgr-\w+ \(drop egress TCP 25\/25 to 0\.0\.0\.0\/0, priority 1\)/,
      );
      expect(stdout).toContain(
        '- describe sgr-ar0 (accept ingress TCP 443/443 from 0.0.0.0/0, priority 1) as "shop" again',
      );
      expect(stdout).toContain('would be opened: TCP 25 to 0.0.0.0/0');
      expect(stdout).toMatch(/such as TCP 25 to \d+\.\d+\.\d+\.\d+/);
      expect(stdout).toContain(`10 changes of run ${runId} to take back.`);
      expect(stdout).toContain('set PALISADE_STOP=true on the functions meanwhile');
      expect(stderr).toBe('Nothing was changed: add --yes to do it.\n');
      expect(writes(stage)).toEqual([]);
      expect(rulesOf(stage.cloud, inventory)).toEqual(after);
      expect(await readdir(join(stage.folder, 'out/records/runs'))).toEqual([runId]);
    }));

  it.concurrent('takes a run back, keeps a record, and is done the second time', () =>
    onStage(async (stage) => {
      const { runId, before } = await applied(stage);
      const first = await rollback(stage, [runId, '--yes']);
      expect(first.stderr).toBe('');
      expect(first.exitCode).toBe(0);
      expect(first.stdout).toMatch(/✔ revoke sgr-\w+ \(drop egress TCP 25\/25/);
      expect(first.stdout).toMatch(
        new RegExp(`Rollback (rollback-${runId}-\\w+) took back 10 changes of run ${runId}\\.`),
      );
      expect(rulesOf(stage.cloud, inventory)).toEqual(before);

      const folder = join(stage.folder, 'out/records/runs');
      const rollbackId = (await readdir(folder)).find((id) => id.startsWith('rollback-')) ?? '';
      expect((await readdir(join(folder, rollbackId))).sort()).toEqual([
        'whole.1.intent.json',
        'whole.1.outcome.json',
      ]);
      const record = JSON.parse(
        await readFile(join(folder, rollbackId, 'whole.1.outcome.json'), 'utf8'),
      ) as { trigger: object; totals: object };
      expect(record.trigger).toMatchObject({
        reason: `rollback of ${runId}`,
        by: expect.stringMatching(/^.+@.+$/),
      });
      expect(record.totals).toMatchObject({ groups: 2, changes: 10, compliant: 0, unknown: 2 });

      stage.cloud.calls.clear();
      const second = await rollback(stage, [runId, '--yes']);
      expect(second.exitCode).toBe(0);
      expect(second.stdout).toBe(`Nothing that run ${runId} did is left to take back.\n`);
      expect(writes(stage)).toEqual([]);
      expect(await readdir(folder)).toHaveLength(2);
    }));

  it.concurrent('prints an exemption that keeps the next run from repairing again', () =>
    onStage(async (stage) => {
      const { runId, before } = await applied(stage);
      const { stdout } = await rollback(stage, [runId, '--yes']);
      const until = new Date(Date.now() + 14 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
      const snippets = [
        ...stdout
          .slice(stdout.lastIndexOf('To keep it as it is'))
          .matchAll(/^ {2}- id: (.+)\n {4}exempt:\n {6}- (.+)$/gm),
      ];
      expect(snippets.map(([, id]) => id)).toEqual(['no-mail-out', 'descriptions']);
      let text = policyText().replace('    exempt: []\n', '');
      for (const [, id, exemption = ''] of snippets) {
        expect(exemption).toBe(
          `{ groups: [sg-a, sg-b], reason: rollback of ${runId}, ticket: TICKET, until: ${until} }`,
        );
        text = text.replace(
          `  - id: ${id}\n`,
          `  - id: ${id}\n    exempt:\n      - ${exemption}\n`,
        );
      }
      await writeFile(join(stage.folder, 'policy.yaml'), text);
      const again = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--json']);
      expect(again.exitCode).toBe(0);
      expect(reportOf(again).totals).toMatchObject({ exempt: 2, changes: 0 });
      expect(rulesOf(stage.cloud, inventory)).toEqual(before);
    }));

  it.concurrent('takes back the groups that are named, and prints JSON', () =>
    onStage(async (stage) => {
      const { runId, before, after } = await applied(stage);
      const { exitCode, stdout } = await rollback(stage, [
        runId,
        '--yes',
        '--json',
        '--group',
        'sg-b',
      ]);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        takesBack: runId,
        applied: true,
        resumed: false,
        changes: 5,
        gone: [],
        heldBack: [],
        groups: [
          {
            securityGroupId: 'sg-b',
            leftAlone: [],
            changes: [
              { action: 'RevokeSecurityGroupEgress', outcome: { status: 'done' } },
              { action: 'ModifySecurityGroupRule', outcome: { status: 'done' } },
            ],
          },
        ],
        exemptions: [expect.stringContaining('no-mail-out'), expect.any(String)],
      });
      expect(rulesOf(stage.cloud, inventory)).toEqual({
        'sg-a': after['sg-a'],
        'sg-b': before['sg-b'],
      });
    }));

  it.concurrent('is held back by the guardrails of a policy file, the stop switch and a dry run', () =>
    onStage(async (stage) => {
      const { runId, after } = await applied(stage);
      await stage.policyFile({ guardrails: '{ maxGroups: 1 }' });
      const guarded = await rollback(stage, [runId, '--yes', '--policy', 'policy.yaml']);
      expect(guarded.exitCode).toBe(2);
      expect(guarded.stdout).toMatch(/Nothing is changed: the run would change 2 groups/);
      await stage.policyFile({ guardrails: '{ maxGroupsPercent: 50 }' });
      const percent = await rollback(stage, [runId, '--yes', '--policy', 'policy.yaml']);
      expect(percent.stdout).toMatch(/Nothing is changed: the run would change 2 groups/);
      const stopped = await rollback(stage, [runId, '--yes'], { PALISADE_STOP: 'true' });
      expect(stopped.exitCode).toBe(2);
      expect(stopped.stdout).toMatch(/Nothing is changed: the stop switch is on/);
      const dry = await rollback(stage, [runId, '--yes'], { PALISADE_DRY_RUN: 'true' });
      expect(dry.exitCode).toBe(2);
      expect(dry.stderr).toBe('PALISADE_DRY_RUN is on: nothing is changed.\n');
      expect(writes(stage)).toEqual([]);
      expect(rulesOf(stage.cloud, inventory)).toEqual(after);
    }));

  it.concurrent('says with exit code 2 what somebody changed since, and with 3 what it could not read', () =>
    onStage(async (stage) => {
      const { runId } = await applied(stage);
      stage.fault = ({ action, parameters }) =>
        action === 'DescribeSecurityGroupAttribute' && parameters.get('SecurityGroupId') === 'sg-a'
          ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
          : undefined;
      const unread = await rollback(stage, [runId, '--yes', '--group', 'sg-a']);
      expect(unread.exitCode).toBe(3);
      expect(unread.stdout).toContain('the group could not be read');
      stage.fault = undefined;

      const bare = { ...described, Description: '' };
      stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-a', [bare])));
      const other = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--json']);
      const left = await rollback(stage, [reportOf(other).runId, '--yes']);
      expect(left.exitCode).toBe(2);
      expect(left.stdout).toMatch(/the description of sgr-ar0 .* ECS takes no empty description/);
    }));

  it.concurrent('exits 1 for a run that is not there, and for records that were altered', () =>
    onStage(async (stage) => {
      const { runId } = await applied(stage);
      const missing = await rollback(stage, ['cli-none', '--yes']);
      expect(missing.exitCode).toBe(1);
      expect(missing.stderr).toMatch(/there is no record of a run cli-none in this place/);
      const path = join(stage.folder, 'out/records/runs', runId, 'whole.1.outcome.json');
      const record = await readFile(path, 'utf8');
      await writeFile(path, record.replaceAll('25/25', '22/22'));
      const altered = await rollback(stage, [runId, '--yes']);
      expect(altered.exitCode).toBe(1);
      expect(altered.stderr).toMatch(/is not the one that its ClientToken was made for/);
      expect(writes(stage)).toEqual([]);
    }));

  it.concurrent('finds the run in the bucket of the functions', () =>
    onStage(async (stage) => {
      const bucket = [
        '--records',
        'oss://palisade-records/kept',
        '--records-region',
        'cn-hangzhou',
      ];
      const { runId, before } = await applied(stage, ...bucket);
      const { exitCode } = await rollback(stage, [runId, '--yes', ...bucket], {
        PALISADE_OSS_ENDPOINT: stage.cloud.endpoint,
      });
      expect(exitCode).toBe(0);
      expect(rulesOf(stage.cloud, inventory)).toEqual(before);
    }));
});
