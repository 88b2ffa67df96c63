import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallRecord } from '../local-cloud';
import {
  inventoryOf,
  makeGroup,
  makeInventory,
  onStage,
  reportOf,
  runPalisade,
  startLocalProcess,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

function readsByGroup(calls: readonly CallRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { action, parameters } of calls) {
    if (action !== 'DescribeSecurityGroupAttribute') continue;
    const id = parameters.SecurityGroupId ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

describe('local, plan, apply and plan again', () => {
  it.concurrent('a plan shows every change, apply makes each once, and then nothing is left to do', () =>
    onStage(async (stage) => {
      const inventory = makeInventory({ 'cn-hangzhou': 60, 'cn-shanghai': 40 });
      const ids = inventory.flatMap((region) =>
        region.SecurityGroups.map((group) => group.SecurityGroupId),
      );
      await writeFile(join(stage.folder, 'inventory.json'), JSON.stringify(inventory));
      const local = await startLocalProcess(stage.folder, ['--inventory', 'inventory.json']);
      const { endpoint } = local.address.ecs;
      let seen = 0;
      const callsSince = async () => {
        const answer = await fetch(`${endpoint}/local-cloud/calls`);
        const calls = (await answer.json()) as CallRecord[];
        const since = calls.slice(seen);
        seen = calls.length;
        return since;
      };
      const run = (command: string, ...more: string[]) =>
        runPalisade(
          stage.folder,
          [command, '--policy', 'policy.yaml', '--endpoint', endpoint, '--json', ...more],
          {
            ALIBABA_CLOUD_ACCESS_KEY_ID: local.address.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: local.address.accessKeySecret,
          },
        );

      try {
        const first = await run('plan');
        expect(first.exitCode).toBe(2);
        const planned = reportOf(first);
        expect(planned.totals).toMatchObject({ groups: 100, compliant: 16, violating: 84 });
        const firstCalls = await callsSince();
        expect(firstCalls.filter((call) => call.write)).toEqual([]);
        expect(readsByGroup(firstCalls)).toEqual(new Map(ids.map((id) => [id, 1])));

        const applied = await run('apply', '--yes');
        expect(applied.exitCode).toBe(0);
        expect(reportOf(applied).totals).toMatchObject({ groups: 100, compliant: 100 });
        const calls = await callsSince();
        const changed = new Set(
          planned.groups.flatMap((group) =>
            group.changes.length > 0 ? [group.securityGroupId] : [],
          ),
        );
        expect(readsByGroup(calls)).toEqual(
          new Map(ids.map((id) => [id, changed.has(id) ? 2 : 1])),
        );
        const writes = calls.filter((call) => call.write);
        expect(writes.map((call) => call.status)).toEqual(writes.map(() => 200));
        expect(writes).toHaveLength(planned.groups.flatMap((group) => group.changes).length);
        const sent = writes.map(({ action, parameters: { ClientToken: _token, ...rest } }) =>
          JSON.stringify([action, rest]),
        );
        expect(new Set(sent).size).toBe(writes.length);
        expect(new Set(writes.map((call) => call.clientToken)).size).toBe(writes.length);

        const last = await run('plan');
        expect(last.exitCode).toBe(0);
        expect(reportOf(last).groups.flatMap((group) => group.changes)).toEqual([]);
        expect(readsByGroup(await callsSince())).toEqual(new Map(ids.map((id) => [id, 1])));
      } finally {
        expect(await local.stop('SIGTERM')).toBe(0);
      }
    }));
});

describe('local', () => {
  it.concurrent('says in one line where everything is, and ends at once when interrupted', () =>
    onStage(async (stage) => {
      const local = await startLocalProcess(stage.folder, ['--port', '0']);
      expect(local.address).toMatchObject({
        ecs: { endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
        fc: { endpoint: local.address.ecs.endpoint },
        accessKeyId: expect.any(String),
        accessKeySecret: expect.any(String),
        accountId: expect.stringMatching(/^\d{16}$/),
        regionIds: expect.arrayContaining(['cn-hangzhou', 'us-west-1']),
      });
      expect(await local.stop('SIGINT')).toBe(0);
    }));

  it.concurrent('refuses a port in use and an inventory that is missing, not JSON, or malformed', () =>
    onStage(async (stage) => {
      await Promise.all([
        writeFile(join(stage.folder, 'not.json'), '{'),
        writeFile(
          join(stage.folder, 'bad.json'),
          JSON.stringify(inventoryOf(makeGroup('sg-bad', [{ Direction: 'sideways' }]))),
        ),
      ]);
      const port = stage.cloud.endpoint.split(':').at(-1) ?? '';
      const local = async (...parameters: string[]) => {
        const { exitCode, stdout, stderr } = await runPalisade(stage.folder, [
          'local',
          ...parameters,
        ]);
        expect([exitCode, stdout]).toEqual([1, '']);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        return stderr;
      };
      expect(await local('--port', port)).toContain(port);
      expect(await local('--inventory', 'gone.json')).toMatch(
        /gone\.json cannot be read: there is no such/,
      );
      expect(await local('--inventory', 'not.json')).toMatch(/not\.json cannot be read: .*JSON/);
      expect(await local('--inventory', 'bad.json')).toMatch(
        /sg-bad.*Direction.*Correct the field/,
      );
    }));
});
