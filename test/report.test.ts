import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estate } from '../scripts/report/testing/estates';
import { createFolderStore } from '../shared/evidence';
import { type CommandResult, inventoryOf, makeGroup, onStage, runPalisade } from './support';

/** Lets a test run the command in a folder with records in `out/records`. */
async function onRecords(
  action: (
    report: (...parameters: string[]) => Promise<CommandResult>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-report-'));
  try {
    await estate(createFolderStore(join(folder, 'out', 'records')));
    await action((...parameters) => runPalisade(folder, ['report', ...parameters]), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the page is written to out/report.html, and its name is printed', () =>
  onRecords(async (report, folder) => {
    expect(await report()).toEqual({
      exitCode: 0,
      stdout: 'out/report.html: 2 of 6 groups are compliant\n',
      stderr: '',
    });
    const page = await readFile(join(folder, 'out', 'report.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
  }));

test('--lang chooses the language and --out the file, whose folder is made', () =>
  onRecords(async (report, folder) => {
    const result = await report('--lang', 'zh', '--out', 'some/where/report.html');
    expect(result.exitCode).toBe(0);
    const page = await readFile(join(folder, 'some', 'where', 'report.html'), 'utf8');
    expect(page).toContain('<html lang="zh-CN">');
  }));

test.each([
  ['json', (text: string) => JSON.parse(text).version, 1],
  ['csv', (text: string) => text.split(',')[0], 'finding_id'],
  ['sarif', (text: string) => JSON.parse(text).version, '2.1.0'],
  ['ocsf', (text: string) => JSON.parse(text.split('\n')[0] ?? '').class_uid, 2003],
] as const)('%s goes to standard output and nowhere else', async (format, look, expected) => {
  await onRecords(async (report, folder) => {
    const { exitCode, stdout, stderr } = await report('--format', format);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(look(stdout)).toBe(expected);
    expect(await readdir(join(folder, 'out'))).toEqual(['records']);
  });
});

test('a run can be named; one that is not there, or no record at all, is an error that says what to do', () =>
  onRecords(async (report) => {
    const named = await report('sweep-1', '--format', 'json');
    expect(JSON.parse(named.stdout)).toMatchObject({ run: { runId: 'sweep-1' } });
    const missing = await report('sweep-9');
    expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
    expect(missing.stderr).toContain('there is no record of the run "sweep-9"');
    const nowhere = await report('--records', 'elsewhere');
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain('run "palisade apply" first');
    const bucket = await report('--records', 'oss://bucket');
    expect(bucket.stderr).toContain('add --records-region');
  }));

test('what apply did is in the report afterwards', () =>
  onStage(async ({ cloud, folder, palisade }) => {
    cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-open', [])));
    await palisade('apply', ['--region', 'cn-hangzhou', '--yes']);
    const { stdout } = await runPalisade(folder, ['report', '--format', 'json']);
    const { run, totals, groups } = JSON.parse(stdout);
    expect(run.trigger.kind).toBe('command-line');
    expect(totals.compliant).toBe(totals.groups);
    expect(groups[0].acts[0].calls[0].outcome.status).toBe('done');
  }));
