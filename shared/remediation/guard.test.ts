import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { makeGroup, makeRun, policySet, summariesOf } from '../../test/support';
import { createFolderStore, type RecordStore } from '../evidence';
import { askPermit, type PlannedGroup, runLimits } from './guard';

const HOUR = 60 * 60 * 1000;
const NOW = Date.parse('2026-03-01T04:00:00Z');

const summaries = summariesOf([
  {
    RegionId: 'cn-hangzhou',
    SecurityGroups: ['sg-a', 'sg-b', 'sg-c', 'sg-d', 'sg-e', 'sg-f'].map((id) => makeGroup(id, [])),
    PrefixLists: [],
  },
]);

function planned(changes: number, position = 0): PlannedGroup {
  const summary = summaries[position];
  if (!summary) throw new Error('there is no such group');
  return { summary, plan: { changes } };
}

const reasonsToHoldBack = async (...given: Parameters<typeof askPermit>) =>
  (await askPermit(...given)).reasons;

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
    expect(limits('{ maxGroups: 30, maxGroupsPercent: 100 }', 7).maxGroups).toBe(30);
  });
});

describe('a run is held back', () => {
  const run = makeRun('guarded', summaries, { limits: { maxChanges: 10, maxGroups: 2 } });
  const goOn = async () => undefined;

  it('by no limit that it only reaches', async () => {
    expect(await reasonsToHoldBack(run, [planned(4), planned(6, 1)], goOn, undefined, NOW)).toEqual(
      [],
    );
  });

  it('by each limit that it exceeds, with the figures and the setting to change', async () => {
    expect(await reasonsToHoldBack(run, [planned(4), planned(7, 1)], goOn, undefined, NOW)).toEqual(
      [expect.stringMatching(/11 changes and may make 10: .*guardrails\.maxChanges/)],
    );
    const three = [planned(1), planned(1, 1), planned(1, 2)];
    expect(await reasonsToHoldBack(run, three, goOn, undefined, NOW)).toEqual([
      expect.stringMatching(/change 3 groups and may change 2: .*maxGroupsPercent/),
    ]);
  });

  it('by the stop switch, and also when the stop switch cannot be read', async () => {
    expect(
      await reasonsToHoldBack(run, [planned(1)], async () => 'stopped', undefined, NOW),
    ).toEqual(['stopped']);
    const unreadable = () => Promise.reject(new Error('no such bucket'));
    expect(await reasonsToHoldBack(run, [planned(1)], unreadable, undefined, NOW)).toEqual([
      'the stop switch could not be read, so nothing is changed: no such bucket',
    ]);
  });
});

describe('a run that is held back', () => {
  const run = makeRun('guarded', summaries, { limits: { maxChanges: 1, maxGroups: 1 } });
  const goOn = async () => undefined;
  const unreadable = () => Promise.reject(new Error('no such bucket'));

  it('is worth trying again only when nothing but a failed check is against it', async () => {
    const ask = (changes: number, stop: () => Promise<string | undefined>) =>
      askPermit(run, [planned(changes)], stop, undefined, NOW);
    expect(await ask(1, unreadable)).toHaveProperty('tryAgain', true);
    expect(await ask(2, unreadable)).not.toHaveProperty('tryAgain');
    expect(await ask(2, goOn)).not.toHaveProperty('tryAgain');
    expect(await ask(1, goOn)).not.toHaveProperty('tryAgain');
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

  const part = (name: string, groups: readonly PlannedGroup[], runId = 'guarded', now = NOW) =>
    reasonsToHoldBack(
      { ...makeRun(runId, summaries, { limits: { maxChanges: 10, maxGroups: 3 } }), part: name },
      groups,
      async () => undefined,
      records,
      now,
    );

  it('share the limits: one that would take the sum past them is held back', async () => {
    expect(await part('a_1', [planned(6)])).toEqual([]);
    expect(await part('b_2', [planned(5, 1)])).toEqual([
      expect.stringMatching(/calls for 11 changes and may make 10/),
    ]);
  });

  it('count once however often they are tried again', async () => {
    expect(await part('a', [planned(6), planned(1, 1)])).toEqual([]);
    expect(await part('a', [planned(1, 1)])).toEqual([]);
    expect(await part('b', [planned(3, 2)])).toEqual([]);
    expect(await part('c', [planned(1, 3)])).toHaveLength(2);
  });

  it('count a group once that one part planned and handed on to the next', async () => {
    expect(await part('a', [planned(4), planned(4, 1), planned(2, 2)])).toEqual([]);
    expect(await part('b', [planned(4, 1), planned(2, 2)])).toEqual([]);
    expect(await part('c', [planned(3, 2)])).toEqual([
      expect.stringMatching(/calls for 11 changes and may make 10/),
    ]);
  });

  it('count once when the run was handed over after it had booked as a whole', async () => {
    expect(await part('whole', [planned(6), planned(2, 1)])).toEqual([]);
    expect(await part('a', [planned(6)])).toEqual([]);
    expect(await part('b', [planned(2, 1)])).toEqual([]);
    expect(await part('c', [planned(3, 2)])).toHaveLength(1);
  });

  it('go by the widest limit of the run, as a sweep that is tried again knows more groups', async () => {
    const of = (name: string, maxGroups: number, groups: readonly PlannedGroup[]) =>
      reasonsToHoldBack(
        { ...makeRun('grown', summaries, { limits: { maxChanges: 10, maxGroups } }), part: name },
        groups,
        async () => undefined,
        records,
        NOW,
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
          changes.map((count, index) =>
            part(`part-${index}`, [planned(count, index)], `run-${round}`),
          ),
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

describe('runs within an hour, through whichever door they came', () => {
  let folder: string;
  let records: RecordStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palisade-guard-'));
    records = createFolderStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (runId: string, changes: number, now = NOW, positions = [0]) =>
    reasonsToHoldBack(
      {
        ...makeRun(runId, summaries, { limits: { maxChanges: 10, maxGroups: 3 } }),
        trigger: { kind: 'actiontrail', id: runId, time: new Date(now).toISOString() },
      },
      positions.map((position) => planned(changes, position)),
      async () => undefined,
      records,
      now,
    );

  it('share the limits: one that would take the sum past them is held back, with both figures', async () => {
    expect(await run('one', 6)).toEqual([]);
    expect(await run('two', 5)).toEqual([
      'the run calls for 5 changes and may make 4 (10 less 6 of other runs within the hour): look at the plan, then raise guardrails.maxChanges or narrow the policies',
    ]);
    expect(await run('three', 4)).toEqual([]);
  });

  it('share the groups as well', async () => {
    expect(await run('one', 1, NOW, [0, 1])).toEqual([]);
    expect(await run('two', 1, NOW, [2, 3])).toEqual([
      expect.stringMatching(/change 2 groups and may change 1 \(3 less 2 of other runs/),
    ]);
    expect(await run('three', 1, NOW, [2])).toEqual([]);
  });

  it('count a group once that is changed again and again', async () => {
    for (const name of ['one', 'two', 'three', 'four']) {
      expect(await run(name, 1, NOW, [0, 1])).toEqual([]);
    }
    expect(await run('five', 1, NOW, [2])).toEqual([]);
    expect(await run('six', 1, NOW, [3])).toHaveLength(1);
  });

  it('leave room for the others however often one group is set wrong: for no more than its hourly limit', async () => {
    const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 2 }' });
    const of = (runId: string, position: number, changes: number) =>
      reasonsToHoldBack(
        makeRun(runId, summaries, { policies, limits: { maxChanges: 10, maxGroups: 3 } }),
        [planned(changes, position)],
        async () => undefined,
        records,
        NOW,
      );
    for (let event = 1; event <= 12; event += 1) {
      expect(await of(`event-${event}`, 0, 1)).toEqual([]);
    }
    expect(await of('too-many', 1, 9)).toEqual([
      expect.stringMatching(/may make 8 \(10 less 2 of other runs/),
    ]);
    expect(await of('just-enough', 1, 8)).toEqual([]);
  });

  it('count what an attempt changed although the next attempt at the same part was held back', async () => {
    const attempt = (stop: string | undefined, changes: number, now: number) =>
      reasonsToHoldBack(
        makeRun('tried-again', summaries, { limits: { maxChanges: 10, maxGroups: 3 } }),
        [planned(changes)],
        async () => stop,
        records,
        now,
      );
    expect(await attempt(undefined, 6, NOW)).toEqual([]);
    expect(await attempt('stopped', 1, NOW + 1)).toEqual(['stopped']);
    expect(await run('another', 5, NOW + 2)).toHaveLength(1);
    expect(await run('smaller', 4, NOW + 2)).toEqual([]);
  });

  it('count an attempt that goes ahead although the one before was held back', async () => {
    const attempt = (stop: string | undefined, now: number) =>
      reasonsToHoldBack(
        makeRun('put-off', summaries, { limits: { maxChanges: 10, maxGroups: 3 } }),
        [planned(6)],
        async () => stop,
        records,
        now,
      );
    expect(await attempt('stopped', NOW)).toEqual(['stopped']);
    expect(await attempt(undefined, NOW + 1)).toEqual([]);
    expect(await run('another', 5, NOW + 2)).toHaveLength(1);
  });

  it('do not count what was held back, nor what is an hour old', async () => {
    expect(await run('too-many', 11)).toHaveLength(1);
    expect(await run('one', 10)).toEqual([]);
    expect(await run('two', 1, NOW + HOUR - 1)).toHaveLength(1);
    expect(await run('three', 10, NOW + HOUR)).toEqual([]);
  });

  it('never exceed the limits together, however they come at the same time', async () => {
    const demands = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 });
    let hour = 0;
    await fc.assert(
      fc.asyncProperty(demands, async (changes) => {
        hour += 1;
        const reasons = await Promise.all(
          changes.map((count, index) =>
            run(`run-${hour}-${index}`, count, NOW + hour * HOUR, [index % 4]),
          ),
        );
        const made = changes.filter((_, index) => reasons[index]?.length === 0);
        expect(made.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(10);
      }),
      { numRuns: 20 },
    );
  });

  it('do not count what was allowed and withdrawn, because nothing came of it', async () => {
    const limits = { maxChanges: 10, maxGroups: 3 };
    const ask = (runId: string) =>
      askPermit(
        makeRun(runId, summaries, { limits }),
        [planned(6)],
        async () => undefined,
        records,
        NOW,
      );
    const first = await ask('one');
    expect(first.reasons).toEqual([]);
    expect((await ask('two')).reasons).toHaveLength(1);
    await first.withdraw();
    expect((await ask('three')).reasons).toEqual([]);
  });

  it('keep the sum of a run that goes on for more than an hour', async () => {
    const part = (name: string, position: number, now: number) =>
      reasonsToHoldBack(
        {
          ...makeRun('long', summaries, { limits: { maxChanges: 10, maxGroups: 3 } }),
          trigger: { kind: 'timer', id: 'long', time: new Date(NOW).toISOString() },
          part: name,
        },
        [planned(6, position)],
        async () => undefined,
        records,
        now,
      );
    expect(await part('first', 0, NOW)).toEqual([]);
    expect(await part('second', 1, NOW + 2 * HOUR)).toHaveLength(1);
  });
});
