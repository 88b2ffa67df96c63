import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPLIANT_RULES, inventoryOf, makeGroup, onStage, reportOf, rulesOf } from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const open = makeGroup('sg-open', []);
const closed = makeGroup('sg-closed', COMPLIANT_RULES);

describe('apply', () => {
  it.concurrent('repairs, keeps a record, and says what it did', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, closed));
      const { exitCode, stdout } = await stage.palisade('apply', [
        '--region',
        'cn-hangzhou',
        '--records',
        'kept',
      ]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/sg-open .*violating → compliant/);
      expect(stdout).toContain('✔ add drop egress TCP 25/25 to 0.0.0.0/0, priority 1');
      const [runId = ''] = await readdir(join(stage.folder, 'kept', 'runs'));
      expect(stdout).toContain(`Run ${runId} is done.`);
      expect((await readdir(join(stage.folder, 'kept', 'runs', runId))).sort()).toEqual([
        'whole.1.intent.json',
        'whole.1.outcome.json',
      ]);
    }));

  it.concurrent('keeps records in a bucket, where its changes count for the limits of all doors', () =>
    onStage(async (stage) => {
      await stage.policyFile({ guardrails: '{ maxGroups: 1 }' });
      const bucket = ['--region', 'cn-hangzhou', '--records', 'oss://palisade-records/kept'];
      const environment = { PALISADE_OSS_ENDPOINT: stage.cloud.endpoint };
      const apply = (...more: string[]) =>
        stage.palisade('apply', [...bucket, ...more], environment);
      stage.cloud.ecs.loadInventory(inventoryOf(open));
      const first = await apply('--records-region', 'cn-hangzhou');
      expect(first.exitCode).toBe(0);
      const keys = [...stage.cloud.oss.objects('palisade-records').keys()];
      expect(keys.filter((key) => /^kept\/runs\/.*\.outcome\.json$/.test(key))).toHaveLength(1);

      stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-other', [])));
      const second = await apply('--records-region', 'cn-hangzhou');
      expect(second.exitCode).toBe(2);
      expect(second.stdout).toMatch(/may change 0 \(1 less 1 of other runs within the hour\)/);

      const nowhere = await apply();
      expect(nowhere.exitCode).toBe(1);
      expect(nowhere.stderr).toContain('add --records-region');
    }));

  it.concurrent('changes nothing when a guardrail is exceeded, the stop switch is on or it is a dry run', () =>
    onStage(async (stage) => {
      const inventory = inventoryOf(open, makeGroup('sg-other', []));
      stage.cloud.ecs.loadInventory(inventory);
      const before = rulesOf(stage.cloud, inventory);
      await stage.policyFile({ guardrails: '{ maxGroups: 1 }' });
      const guarded = await stage.palisade('apply');
      expect(guarded.exitCode).toBe(2);
      expect(guarded.stdout).toMatch(
        /Nothing is changed: the run would change 2 groups and may change 1/,
      );

      await stage.policyFile();
      const [stopped, dry] = await Promise.all([
        stage.palisade('apply', undefined, { PALISADE_STOP: 'true' }),
        stage.palisade('apply', undefined, { PALISADE_DRY_RUN: 'true' }),
      ]);
      expect(stopped.exitCode).toBe(2);
      expect(stopped.stdout).toMatch(/Nothing is changed: the stop switch is on \(PALISADE_STOP\)/);
      expect(dry.exitCode).toBe(2);
      expect(dry.stderr).toBe('PALISADE_DRY_RUN is on: nothing is changed.\n');
      expect(dry.stdout).toContain('8 changes to make');
      expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
      expect(rulesOf(stage.cloud, inventory)).toEqual(before);
    }));

  it.concurrent('changes nothing and exits 1 when its record cannot be written', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open));
      await writeFile(join(stage.folder, 'a-file'), '');
      const { exitCode, stderr } = await stage.palisade('apply', [
        '--region',
        'cn-hangzhou',
        '--records',
        'a-file',
      ]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/record folder a-file: a part of the path is a file; name a folder/);
      expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
    }));

  it.concurrent('exits 2 with the reason of ECS for a group that it refuses to change, and mends the others', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, makeGroup('sg-other', [])));
      stage.fault = ({ action, parameters }) =>
        action === 'AuthorizeSecurityGroupEgress' && parameters.get('SecurityGroupId') === 'sg-open'
          ? {
              kind: 'error',
              status: 403,
              code: 'InvalidOperation.ResourceManagedByCloudProduct',
              message: 'managed',
              when: 'before',
            }
          : undefined;
      const result = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--json']);
      expect(result.exitCode).toBe(2);
      const { groups } = reportOf(result);
      expect(groups.find((group) => group.securityGroupId === 'sg-other')?.verdict).toBe(
        'compliant',
      );
      const refused = groups.find((group) => group.securityGroupId === 'sg-open');
      expect(refused?.verdict).toBe('unrepairable');
      expect(refused?.findings[0]?.message).toMatch(
        /the repair failed: .*ResourceManagedByCloudProduct/,
      );
    }));
});
