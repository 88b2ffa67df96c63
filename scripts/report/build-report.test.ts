import type { RecordStore } from '../../shared/evidence';
import { buildReport } from './build-report';
import { onStageOfRuns } from './testing/real-run';
import { group, HOUR, REGION, repaired, START, withRecords, writeRun } from './testing/records';

const NOW = START + 100 * HOUR;
const reportOn = (records: RecordStore, run = 'latest') => buildReport(records, { run, now: NOW });

test('a report understands the records that a real run writes', async () => {
  await onStageOfRuns(async (records) => {
    const report = await reportOn(records);
    expect(report.unreadable).toEqual([]);
    expect(report.totals).toMatchObject({ groups: 3, compliant: 3 });
    const [first] = report.groups;
    expect(first?.acts[0]?.calls[0]?.outcome).toMatchObject({ status: 'done', attempts: 1 });
    expect(first?.acts[0]?.findingsBefore[0]?.witness?.destinationPort).toBe(25);
    expect(first?.acts[0]?.after?.length).toBeGreaterThan(first?.acts[0]?.before?.length ?? 99);
  });
});

describe('how the estate stands', () => {
  it('is how the last run left each group that looked at it', async () => {
    await withRecords(async (records) => {
      const violating = group('sg-b', 'violating');
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a'], groups: [violating] });
      const mended = { trigger: { kind: 'actiontrail' }, groups: [repaired('sg-b')] };
      await writeRun(records, 'event-1', 2, mended);
      const report = await reportOn(records);
      expect(report.run.runId).toBe('sweep-1');
      expect(report.totals).toMatchObject({ groups: 2, compliant: 2, violating: 0 });
      expect(report.asOf).toBe('2026-03-01T06:00:00.000Z');
      expect(report.groups.map((each) => each.securityGroupId)).toEqual(['sg-b']);
    });
  });

  it('is, for a run that is named, how it was when that run was over', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { groups: [group('sg-a', 'violating')] });
      await writeRun(records, 'sweep-2', 2, { groups: [repaired('sg-a')] });
      expect((await reportOn(records, 'sweep-1')).totals).toMatchObject({ violating: 1 });
      expect((await reportOn(records, 'sweep-2')).totals).toMatchObject({ compliant: 1 });
    });
  });

  it('takes the last outcome of a part that was tried again, by its time', async () => {
    await withRecords(async (records) => {
      const open = { groups: [repaired('sg-a', { verdict: 'violating' })] };
      await writeRun(records, 'sweep-1', 1, { ...open, step: 'intent' });
      await writeRun(records, 'sweep-1', 2, { ...open, step: 'intent', attempt: 2 });
      await writeRun(records, 'sweep-1', 3, { compliant: ['sg-a'] });
      const { totals, interrupted } = await reportOn(records);
      expect(totals).toMatchObject({ groups: 1, compliant: 1 });
      expect(interrupted).toEqual([]);
    });
  });

  it('adds up the shards of a run', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { part: 'one', compliant: ['sg-a', 'sg-b'] });
      await writeRun(records, 'sweep-1', 2, { part: 'two', groups: [group('sg-c', 'exempt')] });
      const { totals, policies, run } = await reportOn(records);
      expect(totals).toMatchObject({ groups: 3, compliant: 2, exempt: 1 });
      expect(policies[0]?.totals).toMatchObject({ groups: 3, compliant: 2, exempt: 1 });
      expect(run).toMatchObject({ groups: 3, endedAt: '2026-03-01T06:00:00.000Z' });
    });
  });

  it('leaves out a group that two sweeps in a row did not find, not one that a single sweep missed', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a', 'sg-b'] });
      await writeRun(records, 'sweep-2', 2, { compliant: ['sg-a'] });
      expect((await reportOn(records)).totals.groups).toBe(2);
      await writeRun(records, 'sweep-3', 3, { compliant: ['sg-a'] });
      const { totals, gone } = await reportOn(records);
      expect(totals.groups).toBe(1);
      expect(gone).toEqual([{ regionId: REGION, securityGroupId: 'sg-b' }]);
    });
  });

  it('keeps the groups of a region that sweeps did not reach', async () => {
    await withRecords(async (records) => {
      const elsewhere = { compliant: [], groups: [] };
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a'] });
      for (const hours of [2, 3, 4]) {
        const far = group('sg-z', 'violating', { regionId: 'cn-beijing' });
        await writeRun(records, `sweep-${hours}`, hours, { ...elsewhere, groups: [far] });
      }
      expect((await reportOn(records)).totals).toMatchObject({ groups: 2, compliant: 1 });
    });
  });
});

describe('what cannot be told', () => {
  it('is a group whose changes were announced and have no outcome', async () => {
    await withRecords(async (records) => {
      const step = 'intent' as const;
      const groups = [repaired('sg-b', { verdict: 'violating' }), group('sg-c', 'unrepairable')];
      await writeRun(records, 'sweep-1', 1, { step, compliant: ['sg-a'], groups });
      const report = await reportOn(records);
      expect(report.totals).toMatchObject({ compliant: 1, unknown: 1, unrepairable: 1 });
      expect(report.interrupted).toMatchObject([{ runId: 'sweep-1', part: 'whole' }]);
      expect(report.unknown).toMatchObject([{ securityGroupId: 'sg-b', reasons: [] }]);
      expect(report.groups[0]?.acts[0]).toMatchObject({ isInterrupted: true, verdict: 'unknown' });
    });
  });

  it('is a record that cannot be read, which is named and spoils no other', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a'] });
      await records.putIfAbsent('runs/sweep-2/whole.1.outcome.json', '{"version":');
      await records.putIfAbsent('runs/sweep-3/whole.1.outcome.json', '{"version":2}');
      const { totals, unreadable } = await reportOn(records);
      expect(totals.groups).toBe(1);
      expect(unreadable.map(({ key }) => key)).toEqual([
        'runs/sweep-2/whole.1.outcome.json',
        'runs/sweep-3/whole.1.outcome.json',
      ]);
    });
  });

  it('still counts a group whose details cannot be read', async () => {
    await withRecords(async (records) => {
      const broken = { ...group('sg-a', 'violating'), findings: 'none' };
      await writeRun(records, 'sweep-1', 1, { groups: [broken as never] });
      const report = await reportOn(records);
      expect(report.totals.violating).toBe(1);
      expect(report.groups).toMatchObject([{ securityGroupId: 'sg-a', findings: [] }]);
      expect(report.unreadable).toMatchObject([{ reason: expect.stringContaining('findings') }]);
    });
  });
});

describe('what changed', () => {
  it('is counted from the run over the estate before, with the runs between', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a', 'sg-b'] });
      const trigger = { kind: 'webhook', by: 'playbook' };
      await writeRun(records, 'webhook-1', 2, { trigger, groups: [repaired('sg-a')] });
      const groups = [group('sg-b', 'violating'), repaired('sg-c')];
      await writeRun(records, 'sweep-2', 3, { compliant: ['sg-a'], groups });
      const report = await reportOn(records);
      expect(report.previous?.runId).toBe('sweep-1');
      expect(report.moves).toEqual([
        { regionId: REGION, securityGroupId: 'sg-b', from: 'compliant', to: 'violating' },
        { regionId: REGION, securityGroupId: 'sg-c', to: 'compliant' },
      ]);
      expect(report.otherRuns.map(({ runId }) => runId)).toEqual(['webhook-1']);
      expect(report.groups.map((each) => [each.securityGroupId, each.acts.length])).toEqual([
        ['sg-b', 0],
        ['sg-a', 1],
        ['sg-c', 1],
      ]);
      expect(report.trend.map(({ left }) => left.groups)).toEqual([2, 3]);
    });
  });

  it('does not take a small run of the command line for one over the estate', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a', 'sg-b', 'sg-c'] });
      const trigger = { kind: 'command-line' };
      await writeRun(records, 'cli-1', 2, { trigger, compliant: ['sg-a'] });
      const report = await reportOn(records);
      expect(report.run.runId).toBe('sweep-1');
      expect(report.otherRuns.map(({ runId }) => runId)).toEqual(['cli-1']);
    });
  });

  it('does not take a rollback for one, and tells what it left alone', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { groups: [repaired('sg-a')] });
      const trigger = { kind: 'command-line', reason: 'rollback of sweep-1' };
      const back = { ...group('sg-a', 'unknown', { changes: 1 }), leftAlone: ['changed since'] };
      await writeRun(records, 'rollback-1', 2, { trigger, policies: [], groups: [back] });
      const report = await reportOn(records);
      expect(report.run.runId).toBe('sweep-1');
      expect(report.totals).toMatchObject({ groups: 1, unknown: 1 });
      expect(report.groups[0]?.acts.map(({ runId, notes }) => [runId, notes])).toEqual([
        ['rollback-1', ['changed since']],
        ['sweep-1', []],
      ]);
    });
  });

  it('has no run before the first', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { groups: [repaired('sg-a')] });
      const report = await reportOn(records);
      expect(report).not.toHaveProperty('previous');
      expect(report.moves).toEqual([]);
      expect(report.groups[0]?.acts).toHaveLength(1);
    });
  });
});

describe('a report that cannot be made says what to do', () => {
  it('without any record', async () => {
    await withRecords(async (records) => {
      await expect(reportOn(records)).rejects.toThrow('run "palisade apply" first');
    });
  });

  it('with a run that is not there', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a'] });
      await expect(reportOn(records, 'sweep-9')).rejects.toThrow(
        'there is no record of the run "sweep-9"; the last ones are sweep-1; or write "latest"',
      );
    });
  });
});

test('progress is told once for each part, up to the last', async () => {
  await withRecords(async (records) => {
    for (const hours of [1, 2, 3]) {
      await writeRun(records, `sweep-${hours}`, hours, { compliant: ['sg-a'] });
    }
    const seen: string[] = [];
    const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
    await buildReport(records, { run: 'latest', now: NOW, onProgress });
    expect(seen).toEqual(['1/3', '2/3', '3/3']);
  });
});
