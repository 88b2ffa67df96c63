import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policySet } from '../../test/support';
import { createFolderStore, type RecordStore } from '../evidence';
import { limitsOfFew, noteGroupCount } from './estate';

const HOUR = 60 * 60 * 1000;
const NOW = Date.parse('2026-03-01T04:00:00Z');

let folder: string;
let records: RecordStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-estate-'));
  records = createFolderStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const quarter = policySet({ guardrails: '{ maxGroups: 50, maxGroupsPercent: 25 }' });
const mustNotCount = () => Promise.reject(new Error('counted needlessly'));

it('takes a percentage of all groups, by the newest count', async () => {
  await noteGroupCount(records, quarter, 400, NOW - 2 * HOUR);
  await noteGroupCount(records, quarter, 40, NOW - HOUR);
  expect((await limitsOfFew(records, quarter, NOW, mustNotCount)).maxGroups).toBe(10);
});

it('counts anew when there is no count, once for all runs to come', async () => {
  expect((await limitsOfFew(records, quarter, NOW, async () => 80)).maxGroups).toBe(20);
  expect((await limitsOfFew(records, quarter, NOW + HOUR, mustNotCount)).maxGroups).toBe(20);
});

it('counts anew when the newest count is older than a daily sweep would leave it', async () => {
  await noteGroupCount(records, quarter, 40, NOW - 26 * HOUR - 1);
  expect((await limitsOfFew(records, quarter, NOW, async () => 80)).maxGroups).toBe(20);
});

it('does not go by a count that was made with other policies', async () => {
  await noteGroupCount(records, { ...quarter, digest: 'other' }, 40, NOW);
  expect((await limitsOfFew(records, quarter, NOW, async () => 80)).maxGroups).toBe(20);
});

it.each([0, 100])('does not count for a percentage of %i', async (percent) => {
  const policies = policySet({ guardrails: `{ maxGroups: 50, maxGroupsPercent: ${percent} }` });
  const { maxGroups } = await limitsOfFew(records, policies, NOW, mustNotCount);
  expect(maxGroups).toBe(percent === 0 ? 0 : 50);
  expect(await records.list('')).toEqual([]);
});

it('gives no limits when the groups cannot be counted', async () => {
  await expect(limitsOfFew(records, quarter, NOW, mustNotCount)).rejects.toThrow('counted');
});
