import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandStage, inventoryOf, makeGroup, onStage, runPalisade } from './support';

const open = (id: string) =>
  makeGroup(id, [
    {
      Direction: 'ingress',
      IpProtocol: 'TCP',
      PortRange: '443/443',
      SourceCidrIp: '10.0.0.0/8',
      Description: 'web',
    },
  ]);

async function statusOf({ folder }: CommandStage, ...parameters: string[]) {
  const { exitCode, stdout, stderr } = await runPalisade(folder, [
    'status',
    '--json',
    ...parameters,
  ]);
  expect(stderr).toBe('');
  return { exitCode, status: JSON.parse(stdout) as Record<string, unknown> };
}

describe('status', () => {
  it('exits 3 where no run has left a record, and says what to do', () =>
    onStage(async ({ folder }) => {
      const { exitCode, stdout } = await runPalisade(folder, ['status']);
      expect(exitCode).toBe(3);
      expect(stdout).toMatch(/^No run has left a record in out\/records: run "palisade apply"/);
    }));

  it('exits 0 when a recent run left every group compliant, with what stands against the limits', () =>
    onStage(async (stage) => {
      await stage.policyFile({ guardrails: '{ maxChanges: 50, maxGroups: 9 }' });
      stage.cloud.ecs.loadInventory(inventoryOf(open('sg-a'), open('sg-b')));
      const applied = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--yes', '--json']);
      expect(applied.exitCode).toBe(0);
      const { exitCode, status } = await statusOf(stage);
      expect(exitCode).toBe(0);
      expect(status).toMatchObject({
        run: { startedBy: 'command-line', isRecent: true, dryRun: false, changes: 10 },
        totals: { groups: 2, compliant: 2 },
        limits: { changes: 10, groups: 2, maxChanges: 50, maxGroups: 9 },
        unknown: { groups: 0 },
        chain: { checked: 2, problems: [], head: { sequence: 2 } },
      });
      const { stdout } = await runPalisade(stage.folder, ['status']);
      expect(stdout).toContain('10 of 50 changes called for, at 2 of 9 groups');
      expect(stdout.split('\n').length).toBeLessThan(24);
      expect((await statusOf(stage, '--recent', '0')).exitCode).toBe(3);
    }));

  it('exits 2 with violations and names exemptions that end soon and the stop switch', () =>
    onStage(async (stage) => {
      const until = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
      const exempt = `[{ groups: [sg-b], reason: relay, ticket: SEC-7, until: ${until} }]`;
      await stage.policyFile({ mode: 'observe', exempt });
      stage.cloud.ecs.loadInventory(inventoryOf(open('sg-a'), open('sg-b')));
      await stage.palisade('apply');
      await writeFile(join(stage.folder, 'out', 'records', 'STOP'), 'change freeze');
      const { exitCode, status } = await statusOf(stage);
      expect(exitCode).toBe(2);
      expect(status).toMatchObject({
        stopped: expect.stringContaining('change freeze'),
        exemptionsEndingSoon: [{ securityGroupId: 'sg-b', ticket: 'SEC-7', until }],
      });
      const { stdout } = await runPalisade(stage.folder, ['status']);
      expect(stdout).toMatch(/^stop switch {2}on: .*change freeze/m);
      expect(stdout).toMatch(/^exemptions {3}ending soon: sg-b from no-mail-out until /m);
    }));

  it('exits 3 for a group that could not be read, and tells which and why', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open('sg-a'), open('sg-lost')));
      stage.fault = ({ action, parameters }) =>
        action === 'DescribeSecurityGroupAttribute' &&
        parameters.get('SecurityGroupId') === 'sg-lost'
          ? { kind: 'error', status: 403, code: 'Forbidden.RAM', message: 'no', when: 'before' }
          : undefined;
      await stage.palisade('apply');
      const { exitCode, status } = await statusOf(stage);
      expect(exitCode).toBe(3);
      expect(status.unknown).toMatchObject({
        groups: 1,
        oldest: { securityGroupId: 'sg-lost', reason: expect.stringContaining('Forbidden.RAM') },
      });
    }));

  it('exits 3 when the last records are not as they were written', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open('sg-a')));
      await stage.palisade('apply');
      const records = join(stage.folder, 'out', 'records');
      const link = JSON.parse(await readFile(join(records, 'chain', '000000002.json'), 'utf8')) as {
        record: string;
      };
      const record = join(records, ...link.record.split('/'));
      await writeFile(record, `${await readFile(record, 'utf8')} `);
      const altered = await statusOf(stage);
      expect(altered.exitCode).toBe(3);
      expect(altered.status.chain).toMatchObject({ problems: [`${link.record} was changed`] });
      await rm(record);
      const { exitCode, stdout } = await runPalisade(stage.folder, ['status']);
      expect(exitCode).toBe(3);
      expect(stdout).toContain(`${link.record} is missing; see "palisade evidence verify"`);
    }));
});
