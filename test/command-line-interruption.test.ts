import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CommandStage,
  inventoryOf,
  makeGroup,
  onStage,
  rulesOf,
  type StartedCommand,
  startPalisade,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(180_000);

const GROUPS = 40;
const inventory = inventoryOf(
  ...Array.from({ length: GROUPS }, (_, index) => makeGroup(`sg-n${index}`, [])),
);

function start(stage: CommandStage, command: string, ...parameters: string[]): StartedCommand {
  return startPalisade(
    stage.folder,
    [
      ...[command, '--policy', 'policy.yaml', '--endpoint', stage.cloud.endpoint],
      ...['--region', 'cn-hangzhou', '--records', 'kept', ...parameters],
    ],
    stage.credentials,
  );
}

function changedGroups(stage: CommandStage): string[] {
  const rules = rulesOf(stage.cloud, inventory);
  return Object.keys(rules).filter((id) => (rules[id]?.length ?? 0) > 0);
}

it.concurrent.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s in an apply finishes what is in hand, records it, says what was left, and exits %i',
  (signal, code) =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventory);
      let command: StartedCommand | undefined;
      stage.fault = ({ action }) => {
        if (action !== 'AuthorizeSecurityGroupEgress') return undefined;
        command?.signal(signal);
        command = undefined;
        return undefined;
      };
      const started = start(stage, 'apply', '--yes');
      command = started;
      const { exitCode, stdout, stderr } = await started.ended;
      expect(exitCode).toBe(code);
      expect(stderr).toMatch(/^Stopping: changes in hand are finished/);
      const changed = changedGroups(stage).length;
      expect(changed).toBeGreaterThan(0);
      expect(changed).toBeLessThan(GROUPS);
      expect(stdout).toContain(
        `was stopped: ${changed} of ${GROUPS} groups were changed, ${GROUPS - changed} left as they are`,
      );
      const [runId = ''] = await readdir(join(stage.folder, 'kept', 'runs'));
      const record = join(stage.folder, 'kept', 'runs', runId, 'whole.1.outcome.json');
      const { totals, unfinished } = JSON.parse(await readFile(record, 'utf8')) as {
        readonly totals: { readonly compliant: number; readonly violating: number };
        readonly unfinished: boolean;
      };
      expect(totals).toMatchObject({ compliant: changed, violating: GROUPS - changed });
      expect(unfinished).toBe(true);
    }),
);

it.concurrent('while groups are still read nothing is changed, recorded or waited for', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(inventory);
    let command: StartedCommand | undefined;
    stage.fault = ({ action }) => {
      if (action !== 'DescribeSecurityGroupAttribute') return undefined;
      command?.signal('SIGINT');
      command = undefined;
      return { kind: 'hang' };
    };
    const started = start(stage, 'apply', '--yes');
    command = started;
    const { exitCode, stdout, stderr } = await started.ended;
    expect([exitCode, stdout, stderr]).toEqual([
      130,
      '',
      'palisade: stopped by SIGINT; nothing was changed\n',
    ]);
    await expect(readdir(join(stage.folder, 'kept', 'runs'))).rejects.toThrow('ENOENT');
    expect(changedGroups(stage)).toEqual([]);
  }));

it.concurrent('a second signal ends it at once, although a change is under way', () =>
  onStage(async (stage) => {
    stage.cloud.ecs.loadInventory(inventory);
    let isTold = false;
    const command = start(stage, 'apply', '--yes');
    stage.fault = ({ action }) => {
      if (action !== 'AuthorizeSecurityGroupEgress') return undefined;
      if (!isTold) {
        isTold = true;
        command.signal('SIGINT');
        // So soon it would be taken for the same one.
        void wait(1_000).then(() => command.signal('SIGINT'));
      }
      return { kind: 'hang' };
    };
    const { exitCode, stderr } = await command.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('ended at once; changes that were under way may have been made');
  }));
