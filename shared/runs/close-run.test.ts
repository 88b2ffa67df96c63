import { verifyChain } from '../evidence';
import { bucketPlace, folderPlace, type Place } from '../evidence/testing/places';
import { noticeOf } from '../notices';
import { closeRun } from './close-run';
import { noteBegun, noteEnded } from './parts';
import { notePlan, type Plan } from './plan';
import { readProgress } from './progress';
import { readSummary } from './summary';

const RUN = 'sweep-1';
const NOW = Date.parse('2026-03-01T04:10:00Z');
const totals = {
  ...{ groups: 3, changes: 2, compliant: 3, violating: 0 },
  ...{ unknown: 0, exempt: 0, unrepairable: 0 },
};
const PARTS = ['cn-a_1', 'cn-b_2', 'cn-c_3', 'cn-d_4'];

const planOf = (parts: readonly string[], rest: Partial<Plan> = {}): Plan => ({
  version: 1,
  runId: RUN,
  time: '2026-03-01T04:00:00.000Z',
  trigger: { kind: 'timer', id: RUN, time: '2026-03-01T04:00:00Z' },
  dryRun: false,
  policyDigest: '0'.repeat(64),
  parts: parts.map((part) => ({ part, regionId: part.slice(0, 4), groups: 3 })),
  unlisted: [],
  ...rest,
});

const linkedSummaries = async (place: Place) =>
  (await place.open().list('chain/')).length - (await place.open().list('chain-heads/')).length;

describe.each([
  ['a folder', folderPlace],
  ['a bucket', bucketPlace],
])('in %s', (_where, openPlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await openPlace();
    await notePlan(place.open(), planOf(PARTS));
  });
  afterEach(() => place.close());

  const end = (part: string) => noteEnded(place.open(), RUN, part, { kind: 'done', totals }, NOW);
  const close = (closedBy: string, isOverdue = false) =>
    closeRun(place.open(), RUN, { closedBy, now: NOW, ...(isOverdue ? { isOverdue } : {}) });

  it('parts that all end at the same time write one summary', async () => {
    const closed = await Promise.all(
      PARTS.map(async (part) => {
        await end(part);
        return close(part);
      }),
    );
    expect(closed.filter((each) => each !== undefined)).toHaveLength(1);
    expect(await readSummary(place.open(), RUN)).toMatchObject({
      parts: { planned: 4, done: 4, handedOn: 0, failed: 0, lost: 0 },
      durationMs: 600_000,
    });
    expect(await linkedSummaries(place)).toBe(1);
    expect(await close('somebody else')).toBeUndefined();
  });

  it('nothing is read but two lists while a part goes on', async () => {
    for (const part of PARTS.slice(1)) await end(part);
    const store = place.open();
    const forbidden = async () => Promise.reject(new Error('it was read'));
    const closing = { closedBy: 'cn-b_2', now: NOW };
    expect(await closeRun({ ...store, get: forbidden }, RUN, closing)).toBeUndefined();
  });

  it('a run goes on while the part goes on that another was handed on to', async () => {
    for (const part of PARTS.slice(1)) await end(part);
    const rest = { part: 'cn-a_5', groupIds: ['sg-2'] };
    await noteEnded(place.open(), RUN, 'cn-a_1', { kind: 'handed-on', totals, rest }, NOW);
    expect(await close('cn-b_2')).toBeUndefined();
    await end('cn-a_5');
    const closed = await close('cn-a_5');
    expect(closed?.summary.parts).toEqual({ planned: 4, done: 4, handedOn: 1, failed: 0, lost: 0 });
    const { parts = [] } = (await readProgress(place.open(), RUN)) ?? {};
    expect(parts.map(({ part, state, done }) => `${part} ${state} ${done}`)).toEqual([
      'cn-a_1 handed-on 2',
      'cn-a_5 done 1',
      ...PARTS.slice(1).map((part) => `${part} done 3`),
    ]);
  });

  it('a run goes on while its sweep has still to list something, and closes when it has', async () => {
    const unlisted = [{ place: 'cn-e', reason: 'throttled' }];
    const early = { ...planOf(PARTS, { unlisted }), runId: 'sweep-2' };
    await notePlan(place.open(), early);
    for (const part of PARTS) {
      await noteEnded(place.open(), 'sweep-2', part, { kind: 'done', totals }, NOW);
    }
    const closing = { closedBy: 'hand-over', now: NOW };
    expect(await closeRun(place.open(), 'sweep-2', closing)).toBeUndefined();
    const late = { ...planOf([...PARTS, 'cn-e_6']), runId: 'sweep-2' };
    await notePlan(place.open(), { ...late, time: '2026-03-01T04:01:00.000Z' });
    expect(await closeRun(place.open(), 'sweep-2', closing)).toBeUndefined();
    await noteEnded(place.open(), 'sweep-2', 'cn-e_6', { kind: 'done', totals }, NOW);
    const closed = await closeRun(place.open(), 'sweep-2', closing);
    expect(closed?.summary).toMatchObject({ parts: { planned: 5, done: 5 }, unlisted: [] });
  });

  it('groups of parts that failed or got lost are unknown, and each is named', async () => {
    await end('cn-a_1');
    await noteEnded(place.open(), RUN, 'cn-b_2', { kind: 'failed', reason: 'out of memory' }, NOW);
    await noteBegun(place.open(), RUN, 'cn-c_3', NOW);
    expect(await close('cn-a_1')).toBeUndefined();
    const closed = await close('a later sweep', true);
    expect(closed?.summary).toMatchObject({
      parts: { planned: 4, done: 1, failed: 1, lost: 2 },
      failures: [
        { part: 'cn-b_2', groups: 3, reason: 'out of memory' },
        { part: 'cn-c_3', groups: 3, reason: 'it never came to its end' },
        { part: 'cn-d_4', groups: 3, reason: 'it was never begun' },
      ],
      totals: { groups: 9, unknown: 9 },
    });
    expect(closed?.told.heldBack).toEqual(
      expect.arrayContaining([expect.stringMatching(/^2 of 4 parts of run sweep-1 came to/)]),
    );
  });

  it('a run of which no part left anything is told of', async () => {
    const closed = await close('a later sweep', true);
    expect(closed?.summary.totals).toMatchObject({ groups: 12, unknown: 12 });
    const told = closed && noticeOf(closed.run, closed.told);
    expect(told?.heldBack.items).toEqual([
      expect.stringMatching(/^0 of 4 parts of run sweep-1 came to their end/),
    ]);
  });

  it('a run that came to no group is closed when it is overdue, and says what could not be listed', async () => {
    const unlisted = [{ place: 'account 2222333344445555', reason: 'no role' }];
    await notePlan(place.open(), { ...planOf([], { unlisted }), runId: 'sweep-2' });
    const closing = { closedBy: 'a later sweep', now: NOW };
    expect(await closeRun(place.open(), 'sweep-2', closing)).toBeUndefined();
    const closed = await closeRun(place.open(), 'sweep-2', { ...closing, isOverdue: true });
    expect(closed?.summary).toMatchObject({ unlisted, totals: { groups: 0 } });
    expect(closed?.told.heldBack).toEqual(['account 2222333344445555: no role']);
  });

  it('a request is not tried again for what could not be listed, so that its run closes with its parts', async () => {
    const unlisted = [{ place: 'cn-e', reason: 'throttled' }];
    const trigger = { kind: 'webhook', id: 'webhook-1', time: '2026-03-01T04:00:00Z' } as const;
    const plan = { ...planOf(['cn-a_1'], { unlisted, trigger }), runId: 'webhook-1' };
    await notePlan(place.open(), plan);
    await noteEnded(place.open(), 'webhook-1', 'cn-a_1', { kind: 'done', totals }, NOW);
    const closed = await closeRun(place.open(), 'webhook-1', { closedBy: 'cn-a_1', now: NOW });
    expect(closed?.summary).toMatchObject({ unlisted, parts: { done: 1 } });
  });

  it('who died after writing the summary is given the run again, and links it once', async () => {
    for (const part of PARTS) await end(part);
    const store = place.open();
    const dying = {
      ...store,
      putIfAbsent: async (key: string, content: string) => {
        const isWritten = await store.putIfAbsent(key, content);
        if (key.endsWith('summary.json')) throw new Error('killed');
        return isWritten;
      },
    };
    const closing = { closedBy: 'cn-a_1', now: NOW };
    await expect(closeRun(dying, RUN, closing)).rejects.toThrow('killed');
    expect(await close('cn-b_2')).toBeUndefined();
    expect(await linkedSummaries(place)).toBe(0);
    for (const _attempt of [1, 2]) {
      expect((await close('cn-a_1'))?.summary.closedBy).toBe('cn-a_1');
    }
    expect(await linkedSummaries(place)).toBe(1);
    expect(await verifyChain(place.open())).toMatchObject({ isIntact: true, records: 1 });
  });

  it('what begins or ends is activity, so that a run that goes on for long is not taken for lost', async () => {
    const activity = async () => (await readProgress(place.open(), RUN))?.lastActivity;
    expect(await activity()).toBe(Date.parse('2026-03-01T04:00:00Z'));
    await noteBegun(place.open(), RUN, 'cn-a_1', NOW);
    expect(await activity()).toBe(NOW);
    const rest = { part: 'cn-a_5', groupIds: ['sg-2'] };
    const later = NOW + 3 * 60 * 60 * 1000;
    const handedOn = { kind: 'handed-on', totals, rest } as const;
    await noteEnded(place.open(), RUN, 'cn-a_1', handedOn, later);
    expect(await activity()).toBe(later);
  });

  it('a part that was done is done, whatever else was noted of it', async () => {
    await end('cn-a_1');
    await noteEnded(place.open(), RUN, 'cn-a_1', { kind: 'failed', reason: 'late' }, NOW);
    const { parts = [] } = (await readProgress(place.open(), RUN)) ?? {};
    expect(parts[0]).toMatchObject({ part: 'cn-a_1', state: 'done' });
  });
});

it('a run that was not cut into parts is never closed', async () => {
  const place = await folderPlace();
  try {
    const closing = { closedBy: 'x', now: NOW, isOverdue: true };
    expect(await closeRun(place.open(), 'cli-1', closing)).toBeUndefined();
    expect(await readProgress(place.open(), 'cli-1')).toBeUndefined();
  } finally {
    await place.close();
  }
});
