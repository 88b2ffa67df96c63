import type { ReportedFinding, RunResult, Verdict } from './run';

/** How a group stands, given everything that was found about it. */
export function verdictOf(findings: readonly ReportedFinding[]): Verdict {
  for (const status of ['unknown', 'violating', 'unrepairable', 'exempt'] as const) {
    if (findings.some((finding) => finding.status === status)) return status;
  }
  return 'compliant';
}

/** How many groups stand how. */
export type Totals = { readonly groups: number; readonly changes: number } & Readonly<
  Record<Verdict, number>
>;

/** Counts the groups of a run by verdict. */
export function totalsOf(result: RunResult): Totals {
  const totals = {
    groups: result.groups.length,
    changes: 0,
    compliant: 0,
    violating: 0,
    unknown: 0,
    exempt: 0,
    unrepairable: 0,
  };
  for (const group of result.groups) {
    totals[group.verdict] += 1;
    totals.changes += group.changes;
  }
  return totals;
}

/**
 * Whether trying the same run again may bring more: limits or a group could not be read, a group was busy,
 * or a call failed only for the moment.
 */
export function isUnfinished(result: RunResult): boolean {
  if (result.tryAgain) return true;
  return result.groups.some(
    (group) =>
      group.tryAgain === true ||
      group.before === undefined ||
      group.calls.some(
        ({ outcome }) =>
          outcome.status === 'unknown' ||
          (outcome.status === 'failed' && ['throttled', 'transient'].includes(outcome.kind)),
      ),
  );
}
