import Ajv from 'ajv';
import fc from 'fast-check';
import { buildReport } from '../build-report';
import type { Report } from '../model';
import { renderReport } from '../render-report';
import { OCSF_COMPLIANCE_FINDING, SARIF } from '../testing/published-schemas';
import { finding, group, HOUR, repaired, START, withRecords, writeRun } from '../testing/records';

const EXEMPT = 'let through: TCP 25 to 192.0.2.7; exempt until 2026-04-01: mail relay (SEC-1)';

/** An estate with a group of each kind, and one that is unknown because a run did not finish. */
async function onReport(action: (report: Report) => void): Promise<void> {
  await withRecords(async (records) => {
    const groups = [
      group('sg-violating', 'violating', { findings: [finding(), finding({ severity: 'low' })] }),
      group('sg-exempt', 'exempt', { findings: [finding({ status: 'exempt', message: EXEMPT })] }),
      group('sg-unknown', 'unknown', { findings: [finding({ status: 'unknown' })] }),
      repaired('sg-repaired'),
    ];
    await writeRun(records, 'sweep-1', 1, { compliant: ['sg-a'], groups });
    const announced = [group('sg-announced', 'violating', { changes: 1, findings: [] })];
    await writeRun(records, 'sweep-1', 2, { part: 'two', step: 'intent', groups: announced });
    await records.putIfAbsent('runs/sweep-2/whole.1.outcome.json', 'no JSON');
    action(await buildReport(records, { run: 'latest', now: START + 3 * HOUR }));
  });
}

interface SarifResult {
  readonly kind: string;
  readonly level: string;
  readonly suppressions: readonly unknown[];
  readonly properties: { readonly status: string };
}

const valid = (schema: object, value: unknown) => {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  validate(value);
  return validate.errors ?? [];
};

describe('SARIF', () => {
  it('has what SARIF 2.1.0 requires', () =>
    onReport((report) => {
      expect(valid(SARIF, JSON.parse(renderReport(report, 'sarif', 'en')))).toEqual([]);
    }));

  it('has a result for each finding: open if it is unknown, suppressed if it is exempt', () =>
    onReport((report) => {
      const [run] = JSON.parse(renderReport(report, 'sarif', 'en')).runs;
      const results: SarifResult[] = run.results;
      const shown = results.map(({ properties, kind, level, suppressions }) => [
        properties.status,
        kind,
        level,
        suppressions.length,
      ]);
      expect(shown).toEqual([
        ['violating', 'fail', 'error', 0],
        ['violating', 'fail', 'note', 0],
        ['unknown', 'open', 'none', 0],
        ['exempt', 'fail', 'error', 1],
      ]);
      expect(run.tool.driver.rules[run.results[0].ruleIndex].id).toBe('no-mail');
    }));

  it('says that not everything could be told', () =>
    onReport((report) => {
      const [invocation] = JSON.parse(renderReport(report, 'sarif', 'en')).runs[0].invocations;
      expect(invocation.executionSuccessful).toBe(false);
      expect(invocation.toolExecutionNotifications).toHaveLength(2);
    }));
});

describe('OCSF', () => {
  const eventsOf = (report: Report) =>
    renderReport(report, 'ocsf', 'en')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('has what the class Compliance Finding requires, in each line', () =>
    onReport((report) => {
      for (const event of eventsOf(report)) {
        expect(valid(OCSF_COMPLIANCE_FINDING, event)).toEqual([]);
        expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
      }
    }));

  it('creates a finding for what is there and closes what was mended', () =>
    onReport((report) => {
      const shown = eventsOf(report).map(({ activity_name, status, compliance, resources }) => [
        resources[0].uid,
        activity_name,
        status,
        compliance.status,
      ]);
      expect(shown).toEqual([
        ['sg-violating', 'Create', 'New', 'Fail'],
        ['sg-violating', 'Create', 'New', 'Fail'],
        ['sg-unknown', 'Create', 'New', 'Warning'],
        ['sg-exempt', 'Create', 'Suppressed', 'Fail'],
        ['sg-repaired', 'Close', 'Resolved', 'Pass'],
      ]);
    }));

  it('names a finding alike whichever run found it', async () => {
    await withRecords(async (records) => {
      const uids: string[] = [];
      for (const hours of [1, 2]) {
        const groups = [group('sg-a', 'violating')];
        await writeRun(records, `sweep-${hours}`, hours, { groups });
        const report = await buildReport(records, { run: 'latest', now: START + 9 * HOUR });
        uids.push(...eventsOf(report).map((event) => event.finding_info.uid));
      }
      expect(uids).toHaveLength(2);
      expect(new Set(uids).size).toBe(1);
    });
  });
});

describe('CSV', () => {
  it('has a row for each finding and one for a group whose run did not finish', () =>
    onReport((report) => {
      const [head, ...rows] = parseCsv(renderReport(report, 'csv', 'en'));
      const column = (name: string) => rows.map((row) => row[head?.indexOf(name) ?? -1]);
      expect(column('group_id')).toEqual([
        'sg-violating',
        'sg-violating',
        'sg-announced',
        'sg-unknown',
        'sg-exempt',
      ]);
      expect(column('status')).toEqual(['violating', 'violating', '', 'unknown', 'exempt']);
      expect(column('exempt_until').at(-1)).toBe('2026-04-01');
      for (const row of rows) expect(row).toHaveLength(head?.length ?? 0);
    }));

  it('keeps every text, and lets none be a formula', async () => {
    await withRecords(async (records) => {
      await writeRun(records, 'sweep-1', 1, { groups: [group('sg-a', 'violating')] });
      const report = await buildReport(records, { run: 'latest', now: START });
      const start = fc.constantFrom('', '=', '+', '-', '@', '\t', '\r', '"', ',');
      fc.assert(
        fc.property(start, fc.string(), (first, rest) => {
          const name = first + rest;
          const groups = report.groups.map((each) => ({ ...each, name }));
          const [, row] = parseCsv(renderReport({ ...report, groups }, 'csv', 'en'));
          const shown = row?.[3] ?? '';
          expect(shown).toBe(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name);
          expect(shown).not.toMatch(/^[=+\-@\t\r]/);
        }),
      );
    });
  });
});

test('JSON is the report as it is, with its version', () =>
  onReport((report) => {
    const written = JSON.parse(renderReport(report, 'json', 'zh'));
    expect(written).toEqual({ version: 1, ...JSON.parse(JSON.stringify(report)) });
    expect(Object.keys(written)).toEqual(
      expect.arrayContaining(['run', 'totals', 'regions', 'policies', 'groups', 'exemptions']),
    );
  }));

/** Reads CSV by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}
