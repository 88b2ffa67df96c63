import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { makeGroup, makeRun, policySet, summariesOf } from '../../test/support';
import { createFolderStore, type RecordStore } from '../evidence';
import { bookChanges, type PlannedGroup, reasonsToHoldBack, runLimits } from './guard';

const HOUR = 60 * 60 * 1000;
const NOW = Date.parse('2026-03-01T04:00:00Z');

const summaries = summariesOf([
  {
    RegionId: 'cn-hangzhou',
    SecurityGroups: ['sg-a', 'sg-b', 'sg-c', 'sg-d'].map((id) => makeGroup(id, [])),
    PrefixLists: [],
  },
]);

function planned(changes: number, position = 0): PlannedGroup {
  const summary = summaries[position];
  if (!summary) throw new Error('there is no such group');
  return { summary, plan: { changes } };
}

describe('the limits of a run', () => {
  const limits = (guardrails: string, groups: number) =>
    runLimits(policySet({ guardrails }), groups);

  it('are those of the policy file, the percentage counted over the groups, rounded down, at least one', () => {
    expect(limits('{ maxChanges: 7, maxGroups: 50, maxGroupsPercent: 25 }', 10)).toEqual({
      maxChanges: 7,
      maxGroups: 2,
    });
    expect(limits('{ maxGroups: 3, maxGroupsPercent: 100 }', 10).maxGroups).toBe(3);
    expect(limits('{ maxGroupsPercent: 25 }', 3).maxGroups).toBe(1);
    expect(limits('{ maxGroupsPercent: 0 }', 3).maxGroups).toBe(0);
    expect(limits('{ maxGroupsPercent: 100 }', 7).maxGroups).toBe(7);
  });
});

describe('a run is held back', () => {
  const run = makeRun('guarded', summaries, { limits: { maxChanges: 10, maxGroups: 2 } });
  const goOn = async () => undefined;

  it('by no limit that it only reaches', async () => {
    expect(await reasonsToHoldBack(run, [planned(4), planned(6, 1)], goOn, undefined)).toEqual([]);
  });

  it('by each limit that it exceeds, with the figures and the setting to change', async () => {
    expect(await reasonsToHoldBack(run, [planned(4), planned(7, 1)], goOn, undefined)).toEqual([
      expect.stringMatching(/11 changes and may make 10: .*guardrails\.maxChanges/),
    ]);
    const three = [planned(1), planned(1, 1), planned(1, 2)];
    expect(await reasonsToHoldBack(run, three, goOn, undefined)).toEqual([
      expect.stringMatching(/change 3 groups and may change 2: .*maxGroupsPercent/),
    ]);
  });

  it('by the stop switch, and also when the stop switch cannot be read', async () => {
    expect(await reasonsToHoldBack(run, [planned(1)], async () => 'stopped', undefined)).toEqual([
      'stopped',
    ]);
    const unreadable = () => Promise.reject(new Error('no such bucket'));
    expect(await reasonsToHoldBack(run, [planned(1)], unreadable, undefined)).toEqual([
      'the stop switch could not be read, so nothing is changed: no such bucket',
    ]);
  });
});

describe('the parts of a run', () => {
  let folder: string;
  let records: RecordStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palisade-guard-'));
    records = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const part = (name: string, groups: readonly PlannedGroup[], runId = 'guarded') =>
    reasonsToHoldBack(
      { ...makeRun(runId, summaries, { limits: { maxChanges: 10, maxGroups: 3 } }), part: name },
      groups,
      async () => undefined,
      records,
    );

  it('share the limits: one that would take the sum past them is held back', async () => {
    expect(await part('a_1', [planned(6)])).toEqual([]);
    expect(await part('b_2', [planned(5)])).toEqual([
      expect.stringMatching(/calls for 11 changes and may make 10/),
    ]);
    expect(await part('a_1', [planned(10)], 'another-run')).toEqual([]);
  });

  it('count once however often they are tried again', async () => {
    expect(await part('a', [planned(6), planned(1, 1)])).toEqual([]);
    expect(await part('a', [planned(1, 1)])).toEqual([]);
    expect(await part('b', [planned(3)])).toEqual([]);
    expect(await part('c', [planned(1)])).toHaveLength(2);
  });

  it('go by the widest limit of the run, as a sweep that is tried again knows more groups', async () => {
    const of = (name: string, maxGroups: number, groups: readonly PlannedGroup[]) =>
      reasonsToHoldBack(
        { ...makeRun('grown', summaries, { limits: { maxChanges: 10, maxGroups } }), part: name },
        groups,
        async () => undefined,
        records,
      );
    expect(await of('later', 3, [planned(1), planned(1, 1)])).toEqual([]);
    expect(await of('first', 1, [planned(1, 2)])).toEqual([]);
  });

  it('never exceed the limits together, however they run at the same time', async () => {
    const demands = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(demands, async (changes) => {
        round += 1;
        const reasons = await Promise.all(
          changes.map((count, index) => part(`part-${index}`, [planned(count)], `run-${round}`)),
        );
        const made = changes.filter((_, index) => reasons[index]?.length === 0);
        expect(made.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(10);
        expect(made.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 20 },
    );
  });

  it('are held back when what the others booked cannot be read', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    expect(await part('a', [planned(1)])).toEqual([
      expect.stringMatching(/^the limits of the run could not be checked, so nothing is changed: /),
    ]);
  });
});

describe('the hourly limit of a group', () => {
  let folder: string;
  let records: RecordStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palisade-guard-'));
    records = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 10 }' });
  const run = (name: string) => makeRun(name, summaries, { policies });
  const book = (name: string, changes: number, now = NOW, position = 0) =>
    bookChanges(records, run(name), planned(changes, position), now);

  it('lets changes up to the limit pass, over all runs within the hour', async () => {
    expect(await book('one', 6)).toBeUndefined();
    expect(await book('two', 4, NOW + 1)).toBeUndefined();
    expect(await book('three', 1, NOW + 2)).toMatch(
      /^10 changes were made .* and 1 more .*maxChangesPerGroupPerHour is 10: something may be undoing/,
    );
  });

  it('counts for each group apart, and forgets what is an hour old', async () => {
    await book('one', 10);
    expect(await book('two', 10, NOW, 1)).toBeUndefined();
    expect(await book('two', 1, NOW + HOUR - 1)).toMatch(/^10 changes/);
    expect(await book('two', 10, NOW + HOUR)).toBeUndefined();
  });

  it('is not passed by runs that book at the same moment', async () => {
    const reasons = await Promise.all([book('one', 6), book('two', 6), book('three', 6)]);
    expect(reasons.filter((reason) => reason === undefined).length).toBeLessThanOrEqual(1);
  });

  it('books nothing for changes that it refuses', async () => {
    expect(await book('one', 11)).toMatch(/^0 changes/);
    expect(await book('two', 10)).toBeUndefined();
  });

  it('does not count the first attempt of a run against its retry, but against other runs once', async () => {
    expect(await book('one', 8)).toBeUndefined();
    expect(await book('one', 8, NOW + 500)).toBeUndefined();
    expect(await book('two', 2, NOW + 600)).toBeUndefined();
    expect(await book('three', 1, NOW + 700)).toMatch(/^10 changes/);
  });

  it('leaves the group alone when it cannot be checked', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const broken = createFolderStore(join(folder, 'a-file'));
    expect(await bookChanges(broken, run('one'), planned(1), NOW)).toMatch(
      /^the hourly limit of the group could not be checked: .*name a folder/,
    );
  });
});
