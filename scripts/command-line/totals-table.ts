import Table from 'cli-table3';
import { type RunResult, totalsOf } from '../../shared/remediation';
import { placeName } from '../../shared/security-group';
import { colors as pc } from './color';
import { VERDICT_COLORS } from './group-table';
import { widthOf, wrap } from './text-width';

const UNFRAMED = {
  style: { 'padding-left': 0, 'padding-right': 2 },
  chars: Object.fromEntries(
    [
      ...['top', 'top-mid', 'top-left', 'top-right', 'mid', 'left-mid', 'mid-mid', 'right-mid'],
      ...['bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'right', 'middle'],
    ].map((name) => [name, '']),
  ),
};

const VERDICTS = ['compliant', 'exempt', 'violating', 'unrepairable', 'unknown'] as const;

/**
 * How many groups of each region, and account, stand how. What is wider than `columns` goes without verdicts that no group
 * has, then without borders, and becomes a sentence for each region in the end.
 */
export function totalsLines(result: RunResult, columns = Number.POSITIVE_INFINITY): string[] {
  const regions = [...new Set(result.groups.map(placeName))].sort();
  const rows: Row[] = regions.map((region) => ({
    name: region,
    totals: totalsOf({
      ...result,
      groups: result.groups.filter((group) => placeName(group) === region),
    }),
  }));
  if (regions.length !== 1) rows.push({ name: 'all', totals: totalsOf(result) });
  const seen = VERDICTS.filter((verdict) => totalsOf(result)[verdict] > 0);
  const forms = [
    [VERDICTS, true],
    [seen, true],
    [seen, false],
  ] as const;
  for (const [verdicts, isFramed] of forms) {
    const lines = tableOf(rows, verdicts, isFramed).split('\n');
    if (widthOf(lines[0] ?? '') <= columns) return lines.map((line) => line.trimEnd());
  }
  return rows.flatMap(({ name, totals }) => {
    const counts = VERDICTS.filter((verdict) => totals[verdict] > 0).map(
      (verdict) => `${totals[verdict]} ${verdict}`,
    );
    const all = `${totals.groups} groups${counts.length > 0 ? `, ${counts.join(', ')}` : ''}`;
    return wrap(`${name}: ${all}; ${totals.changes} changes`, columns);
  });
}

interface Row {
  readonly name: string;
  readonly totals: ReturnType<typeof totalsOf>;
}

function tableOf(
  rows: readonly Row[],
  verdicts: readonly (typeof VERDICTS)[number][],
  isFramed: boolean,
): string {
  const table = new Table({
    head: ['region', 'groups', ...verdicts, 'changes'].map((text) => pc.bold(text)),
    style: { head: [], border: [], compact: true, ...(isFramed ? {} : UNFRAMED.style) },
    ...(isFramed ? {} : { chars: UNFRAMED.chars }),
    colAligns: ['left', ...Array<'right'>(verdicts.length + 2).fill('right')],
  });
  for (const { name, totals } of rows) {
    table.push([
      name,
      totals.groups,
      ...verdicts.map((verdict) =>
        totals[verdict] === 0 ? pc.dim('0') : VERDICT_COLORS[verdict](String(totals[verdict])),
      ),
      totals.changes,
    ]);
  }
  return table.toString();
}
