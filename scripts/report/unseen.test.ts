import { closeRun, noteHandedOver, notePlan, planOf } from '../../shared/runs';
import { policySet } from '../../test/support';
import { buildReport } from './build-report';
import { HOUR, START, withRecords, writeRun } from './testing/records';

const OTHER = 'account 2222333344445555';

it('what a sweep could not list is in the report, before the run is closed and after', () =>
  withRecords(async (records) => {
    await writeRun(records, 'sweep-1', 0, { compliant: ['sg-a'] });
    const trigger = { kind: 'timer', id: 'sweep-2', time: '2026-03-01T05:00:00Z' } as const;
    const run = { runId: 'sweep-2', trigger, dryRun: false, policies: policySet() };
    const plan = planOf(run, [], [{ place: OTHER, reason: 'no such role' }], START + HOUR);
    if (!plan) throw new Error('the run has no plan');
    await notePlan(records, plan);
    await noteHandedOver(records, 'sweep-2', 0, START + HOUR);
    const unseen = [
      { runId: 'sweep-2', time: '2026-03-01T05:00:00.000Z', what: OTHER, reason: 'no such role' },
    ];
    const report = () => buildReport(records, { run: 'latest', now: START + 3 * HOUR });

    expect((await report()).unseen).toEqual(unseen);
    const closing = { closedBy: 'a later sweep', now: START + 3 * HOUR, isOverdue: true };
    expect(await closeRun(records, 'sweep-2', closing)).toBeDefined();
    expect(await report()).toMatchObject({ unseen, unreadable: [] });
  }));

it('a run of which no part left a record is named with each of its parts', () =>
  withRecords(async (records) => {
    await writeRun(records, 'sweep-1', 0, { compliant: ['sg-a'] });
    const trigger = { kind: 'timer', id: 'sweep-2', time: '2026-03-01T05:00:00Z' };
    const time = '2026-03-01T05:00:00.000Z';
    await noteHandedOver(records, 'sweep-2', 1, Date.parse(time));
    const totals = { groups: 3, changes: 0, compliant: 0, violating: 0, unknown: 3 };
    const summary = {
      ...{ version: 1, runId: 'sweep-2', time, trigger, dryRun: false },
      ...{
        policyDigest: 'd'.repeat(64),
        startedAt: time,
        durationMs: 1,
        closedBy: 'a later sweep',
      },
      parts: { planned: 1, done: 0, handedOn: 0, failed: 0, lost: 1 },
      failures: [{ part: 'cn-a_1', groups: 3, reason: 'it was never begun' }],
      ...{ unlisted: [], heldBack: [], totals: { ...totals, exempt: 0, unrepairable: 0 } },
    };
    await records.putIfAbsent('runs/sweep-2/summary.json', JSON.stringify(summary));

    const { unseen } = await buildReport(records, { run: 'latest', now: START + 3 * HOUR });
    expect(unseen).toEqual([
      { runId: 'sweep-2', time, what: 'cn-a_1', reason: 'it was never begun' },
    ]);
  }));

it('a summary that cannot be understood is named as one', () =>
  withRecords(async (records) => {
    await writeRun(records, 'sweep-1', 0, { compliant: ['sg-a'] });
    await noteHandedOver(records, 'sweep-2', 1, START + HOUR);
    await records.putIfAbsent('runs/sweep-2/summary.json', '{}');

    const { unreadable } = await buildReport(records, { run: 'latest', now: START + 3 * HOUR });
    expect(unreadable).toMatchObject([{ key: 'runs/sweep-2/summary.json' }]);
  }));
