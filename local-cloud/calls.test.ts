import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallRecord, createCallLog, isWrite } from './calls';

const record = (requestId: string): CallRecord => ({
  at: '2026-11-23T08:00:00.000Z',
  requestId,
  action: 'DescribeRegions',
  parameters: {},
  status: 200,
  durationMs: 1,
  write: false,
  effect: false,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calls-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('calls are kept in order until they are cleared', () => {
  const log = createCallLog();
  log.append(record('a'));
  log.append(record('b'));
  const before = log.all();
  expect(before.map(({ requestId }) => requestId)).toEqual(['a', 'b']);
  log.append(record('c'));
  log.clear();
  expect(log.all()).toEqual([]);
  expect(before).toHaveLength(2);
});

test('a file receives each call at once, after what it held before', async () => {
  const file = join(folder, 'calls.jsonl');
  for (const requestId of ['a', 'b']) {
    const log = createCallLog(file);
    log.append(record(requestId));
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(record(requestId));
    log.close();
  }
  expect((await readFile(file, 'utf8')).match(/\n/g)).toHaveLength(2);
});

test('a file that cannot be written is named at once', () => {
  const file = join(folder, 'missing', 'calls.jsonl');
  expect(() => createCallLog(file)).toThrow(file);
});

test('a log can be closed twice and still keeps calls in memory', () => {
  const log = createCallLog(join(folder, 'calls.jsonl'));
  log.close();
  log.close();
  log.append(record('late'));
  expect(log.all()).toHaveLength(1);
});

test.each([
  ['DescribeSecurityGroups', false],
  ['ListTagResources', false],
  ['GetCallerIdentity', false],
  ['AssumeRole', false],
  ['AuthorizeSecurityGroupEgress', true],
  ['ModifySecurityGroupRule', true],
  ['TagResources', true],
])('%s is a write: %s', (action, write) => {
  expect(isWrite(action)).toBe(write);
});
