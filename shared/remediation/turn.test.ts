import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { makeGroup, makeRun, policySet, summariesOf } from '../../test/support';
import { createFolderStore, type RecordStore } from '../evidence';
import { listTurns, type Turn, takeTurn } from './turn';

const HOUR = 60 * 60 * 1000;
const START = Date.parse('2026-03-01T04:00:00Z');

const groups = summariesOf([
  {
    RegionId: 'cn-hangzhou',
    SecurityGroups: ['sg-a', 'sg-b'].map((id) => makeGroup(id, [])),
    PrefixLists: [],
  },
]);
const policies = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 10 }' });

let folder: string;
let records: RecordStore;
let clock: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-turn-'));
  records = createFolderStore(folder);
  clock = START;
});
afterEach(() => rm(folder, { recursive: true }));

interface Options {
  readonly changes?: number;
  readonly group?: number;
  readonly holder?: string;
  readonly readAt?: number;
  readonly readAfterTurn?: number;
  readonly store?: RecordStore;
  readonly listed?: Promise<readonly string[]>;
}

/** Asks for a turn as a run that has just read the group; waiting moves the clock on. */
function ask(runId: string, options: Options = {}): Promise<Turn> {
  const group = groups[options.group ?? 0];
  if (!group) throw new Error('there is no such group');
  return takeTurn(
    options.store ?? records,
    {
      run: makeRun(runId, [group], { policies }),
      group,
      changes: options.changes ?? 1,
      readAt: options.readAt ?? clock,
      readAfterTurn: options.readAfterTurn ?? 0,
      holder: options.holder ?? `request-of-${runId}`,
      listed: options.listed,
    },
    () => clock,
    async (milliseconds) => {
      clock += milliseconds;
    },
  );
}

async function take(runId: string, options: Options = {}) {
  const turn = await ask(runId, options);
  if (turn.kind !== 'taken') throw new Error(`${runId} got no turn: ${JSON.stringify(turn)}`);
  return turn;
}

/** The turns at the first group, as they are listed now. */
function listNow(): Promise<readonly string[]> {
  const [group] = groups;
  if (!group) throw new Error('there is no group');
  return listTurns(records, group);
}

/** Takes a turn and ends it; afterwards enough time has passed for readings to be fresh. */
async function change(runId: string, changes: number, options: Options = {}): Promise<void> {
  const turn = await take(runId, { ...options, changes });
  await turn.end(changes);
  clock += 6_000;
}

describe('one run at a time changes a group', () => {
  it('and the next has its turn when the first has ended it', async () => {
    const first = await take('one');
    const waiting = ask('two');
    await first.end(1);
    clock += 6_000;
    expect((await waiting).kind).not.toBe('refused');
    expect((await ask('three')).kind).toBe('taken');
  });

  it('while other groups are not held up', async () => {
    await take('one');
    expect((await ask('two', { group: 1 })).kind).toBe('taken');
  });

  it('which must read the group again if it was changed since', async () => {
    const readAt = clock;
    const first = await take('one');
    await first.end(1);
    expect(await ask('two', { readAt })).toEqual({ kind: 'stale', turn: 1 });
    expect((await ask('two', { readAt: clock, readAfterTurn: 1 })).kind).toBe('taken');
  });

  it('and is read again also when clocks disagree by some seconds', async () => {
    const first = await take('one');
    await first.end(1);
    expect(await ask('two', { readAt: clock + 4_000 })).toEqual({ kind: 'stale', turn: 1 });
  });

  it('and one that has died is waited for no longer than its lease', async () => {
    await take('dies', { changes: 4 });
    const before = clock;
    expect((await ask('two', { readAfterTurn: 1, changes: 6 })).kind).toBe('taken');
    expect(clock - before).toBeGreaterThanOrEqual(30_000);
    expect(clock - before).toBeLessThan(32_000);
  });

  it('and goes on at once when the platform tries the same invocation again', async () => {
    await take('one', { changes: 10 });
    const before = clock;
    expect((await ask('one', { changes: 10 })).kind).toBe('taken');
    expect(clock).toBe(before);
  });

  it('but another invocation of the same run waits like any other', async () => {
    const before = clock;
    await take('one');
    await ask('one', { holder: 'another-request' });
    expect(clock).toBeGreaterThan(before);
  });

  it('however many ask at the same moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 8 }), async (count) => {
        clock += 2 * HOUR;
        let holding = 0;
        let most = 0;
        await Promise.all(
          Array.from({ length: count }, async (_, index) => {
            const name = `run-${clock}-${index}`;
            let readAfterTurn = 0;
            let early = index % 2 === 0 ? { listed: listNow() } : {};
            for (;;) {
              const turn = await ask(name, { changes: 0, readAfterTurn, ...early });
              early = {};
              if (turn.kind === 'stale') readAfterTurn = turn.turn;
              else if (turn.kind === 'taken') {
                holding += 1;
                most = Math.max(most, holding);
                await new Promise((resolve) => setImmediate(resolve));
                holding -= 1;
                return turn.end(0);
              } else throw new Error(turn.reason);
            }
          }),
        );
        expect(most).toBe(1);
      }),
      { numRuns: 10 },
    );
  });
});

describe('turns that were listed before the run asks', () => {
  it('need not be listed again if nothing has happened meanwhile', async () => {
    await change('one', 1);
    const listed = listNow();
    const list = async () => {
      throw new Error('listed again');
    };

    const turn = await take('two', { listed, store: { ...records, list } });
    await turn.end(1);
    expect((await records.list('changes/')).map((key) => key.replace(/\.\d+_/, '.'))).toEqual([
      'changes/cn-hangzhou/sg-a/000001',
      'changes/cn-hangzhou/sg-a/000001.1',
      'changes/cn-hangzhou/sg-a/000002',
      'changes/cn-hangzhou/sg-a/000002.1',
    ]);
  });

  it('do not let a run have a turn that another one has begun since', async () => {
    const listed = listNow();
    const other = await take('other');
    const asking = ask('late', { listed });
    await other.end(1);
    expect(await asking).toEqual({ kind: 'stale', turn: 1 });
  });

  it('do not hide what has used up the limit since', async () => {
    const listed = listNow();
    await change('other', 10);
    expect(await ask('late', { listed })).toMatchObject({ kind: 'refused', tryAgain: false });
  });

  it('do not take a run for dead that has ended its turn since', async () => {
    const other = await take('other', { changes: 9 });
    const listed = listNow();
    await listed;
    await other.end(1);
    clock += 40_000;
    expect((await ask('late', { listed, changes: 9 })).kind).toBe('taken');
  });

  it('leave the group alone when they could not be listed', async () => {
    const listed = Promise.reject(new Error('the store is gone'));
    expect(await ask('one', { listed })).toMatchObject({ kind: 'refused', tryAgain: true });
  });
});

describe('the hourly limit of a group', () => {
  it('lets changes up to the limit pass, over all runs within the hour', async () => {
    await change('one', 6);
    await change('two', 4);
    expect(await ask('three')).toEqual({
      kind: 'refused',
      tryAgain: false,
      reason: expect.stringMatching(
        /^10 changes were made .* and 1 more .*maxChangesPerGroupPerHour is 10: something may be undoing/,
      ),
    });
  });

  it('says so when one repair alone needs more: no waiting helps then', async () => {
    expect(await ask('one', { changes: 11 })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^11 changes are called for at once, .* is 10: .* is raised$/),
      tryAgain: false,
    });
  });

  it('counts for each group apart, and forgets what is an hour old', async () => {
    await change('one', 10);
    expect((await ask('two', { group: 1, changes: 10 })).kind).toBe('taken');
    clock = START + HOUR - 1;
    expect((await ask('three')).kind).toBe('refused');
    clock = START + HOUR;
    expect((await ask('four', { changes: 10 })).kind).toBe('taken');
  });

  it('counts nothing for changes that it refuses, and what was made rather than what was planned', async () => {
    expect((await ask('one', { changes: 11 })).kind).toBe('refused');
    const turn = await take('two', { changes: 10 });
    await turn.end(3);
    clock += 6_000;
    expect((await ask('three', { changes: 7 })).kind).toBe('taken');
  });

  it('counts what a run that died was about to change', async () => {
    await take('dies', { changes: 4 });
    clock += 40_000;
    expect((await ask('two', { changes: 7 })).kind).toBe('refused');
  });

  it('leaves the group alone when it cannot be checked, for the moment', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const store = createFolderStore(join(folder, 'a-file'));
    expect(await ask('one', { store })).toEqual({
      kind: 'refused',
      tryAgain: true,
      reason: expect.stringMatching(
        /^the hourly limit of the group could not be checked: .*name a folder/,
      ),
    });
  });

  it('is not deceived by a claim that cannot be read', async () => {
    await records.putIfAbsent('changes/cn-hangzhou/sg-a/000001', '{"half":');
    expect((await ask('one', { readAfterTurn: 1 })).kind).toBe('taken');
  });
});
