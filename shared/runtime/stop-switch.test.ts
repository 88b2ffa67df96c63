import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore } from '../evidence';
import { readStopSwitch } from './index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-stop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the switch is off without a setting and without a record', async () => {
  expect(await readStopSwitch(undefined, undefined)).toBeUndefined();
  expect(await readStopSwitch(undefined, createFolderStore(folder))).toBeUndefined();
});

test('a setting stops, whatever the store says', async () => {
  expect(await readStopSwitch('maintenance', undefined)).toBe('maintenance');
  expect(await readStopSwitch('maintenance', createFolderStore(join(folder, 'none')))).toBe(
    'maintenance',
  );
});

test('a record named STOP stops with its text as the reason, until it is removed', async () => {
  const records = createFolderStore(folder);
  await writeFile(join(folder, 'STOP'), ' change freeze\n');
  expect(await readStopSwitch(undefined, records)).toBe(
    'the stop switch is on (record STOP: change freeze); remove the record to go on',
  );
  await unlink(join(folder, 'STOP'));
  expect(await readStopSwitch(undefined, records)).toBeUndefined();
});

test('an empty record stops too', async () => {
  await writeFile(join(folder, 'STOP'), '');
  expect(await readStopSwitch(undefined, createFolderStore(folder))).toContain('(record STOP)');
});

test('a store that cannot be read is an error and not a switch that is off', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(readStopSwitch(undefined, createFolderStore(file))).rejects.toThrow('name a folder');
});
