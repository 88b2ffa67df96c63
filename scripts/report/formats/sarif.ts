import { placeName } from '../../../shared/security-group';
import type { Report, ReportedGroup } from '../model';
import type { RecordedFinding, Severity } from '../run-record';
import { findingId } from './finding-id';

/** SARIF 2.1.0, §3.27.10: what is not `fail` has the level `none`. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};

/** From 0 to 10, as tools that read SARIF sort by `security-severity`. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.0',
  low: '2.0',
};

/**
 * The findings as SARIF 2.1.0 (OASIS Standard): a rule for each policy, a result for each finding, at a
 * logical location, for a security group is no file. What could not be told is `open`, what is exempt is
 * suppressed, and what did not finish is a notification of the invocation.
 */
export function renderSarif(report: Report): string {
  const { run, policies, groups } = report;
  const ruleIndex = new Map(policies.map(({ id }, index) => [id, index]));
  const problems = [
    ...report.unseen.map(
      ({ runId, what, reason }) => `run ${runId} did not look at ${what}: ${reason}`,
    ),
    ...report.interrupted.map(
      ({ runId, part }) => `part ${part} of run ${runId} announced changes and has no outcome`,
    ),
    ...report.unreadable.map(({ key, reason }) => `the record ${key} cannot be read: ${reason}`),
  ];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Palisade',
            rules: policies.map(({ id, kind, severity, mode }) => ({
              id,
              shortDescription: { text: kind === '' ? id : `${id} (${kind})` },
              defaultConfiguration: { level: LEVELS[severity] },
              properties: { kind, mode, severity, 'security-severity': SCORES[severity] },
            })),
          },
        },
        automationDetails: { id: `palisade/${run.runId}` },
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            endTimeUtc: report.asOf,
            toolExecutionNotifications: problems.map((text) => ({
              level: 'warning',
              message: { text },
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: groups.flatMap((group) =>
          group.findings.map((finding) => result(group, finding, ruleIndex)),
        ),
        properties: { totals: report.totals, asOf: report.asOf },
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}

function result(
  group: ReportedGroup,
  finding: RecordedFinding,
  ruleIndex: ReadonlyMap<string, number>,
) {
  const { regionId, accountId, securityGroupId, name } = group;
  const { policyId, severity, mode, status, message, witness } = finding;
  const isOpen = status === 'unknown';
  return {
    ruleId: policyId,
    ruleIndex: ruleIndex.get(policyId) ?? -1,
    kind: isOpen ? 'open' : 'fail',
    level: isOpen ? 'none' : LEVELS[severity],
    message: { text: message },
    locations: [
      {
        logicalLocations: [
          {
            name: securityGroupId,
            fullyQualifiedName: `${placeName(group)}/${securityGroupId}`,
            kind: 'resource',
          },
        ],
      },
    ],
    partialFingerprints: { 'palisadeFinding/v1': findingId(group, finding) },
    suppressions:
      status === 'exempt' ? [{ kind: 'external', status: 'accepted', justification: message }] : [],
    properties: {
      regionId,
      ...(accountId === undefined ? {} : { accountId }),
      groupName: name,
      status,
      mode,
      severity,
      ...(witness ? { witness } : {}),
    },
  };
}
