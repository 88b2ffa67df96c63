import type { PolicyStanding, ReportedGroup, SeverityStanding } from './model';
import type { RecordedRun } from './read-runs';
import { type RecordedFinding, SEVERITIES } from './run-record';
import { count } from './timeline';

/** What one policy holds against a group counts as how the group stands with that policy. */
const WORST_FIRST = ['unknown', 'violating', 'unrepairable', 'exempt'] as const;

/** How groups stand with each policy: those of a run, then others that findings name. */
export function policyStandings(
  run: RecordedRun,
  groups: readonly ReportedGroup[],
): PolicyStanding[] {
  const findings = groups.flatMap((group) => group.findings);
  const policies = new Map<
    string,
    Omit<PolicyStanding, 'findings' | 'totals'> & { about?: number }
  >();
  for (const { id, kind, severity, mode, groups: about } of run.parts.flatMap((p) => p.policies)) {
    const more = Object.values(about).reduce((sum, groupCount) => sum + groupCount, 0);
    policies.set(id, { id, kind, severity, mode, about: (policies.get(id)?.about ?? 0) + more });
  }
  for (const { policyId: id, severity, mode } of findings) {
    if (!policies.has(id)) policies.set(id, { id, kind: '', severity, mode });
  }
  return [...policies.values()].map(({ about, ...policy }) => {
    const verdicts = groups.flatMap((group) => {
      const own = group.findings.filter(({ policyId }) => policyId === policy.id);
      return WORST_FIRST.find((status) => own.some((each) => each.status === status)) ?? [];
    });
    const rest = Math.max((about ?? 0) - verdicts.length, 0);
    return {
      ...policy,
      ...(about === undefined
        ? {}
        : { totals: count([...verdicts, ...Array<'compliant'>(rest).fill('compliant')]) }),
      findings: findings.filter(({ policyId }) => policyId === policy.id).length,
    };
  });
}

/** Findings by severity, the worst first. */
export function severityStandings(groups: readonly ReportedGroup[]): SeverityStanding[] {
  return SEVERITIES.map((severity) => {
    const has = (finding: RecordedFinding) => finding.severity === severity;
    const findings = { exempt: 0, violating: 0, unrepairable: 0, unknown: 0 };
    for (const { status } of groups.flatMap((group) => group.findings.filter(has))) {
      findings[status] += 1;
    }
    return {
      severity,
      groups: groups.filter((group) => group.findings.some(has)).length,
      findings,
    };
  });
}
