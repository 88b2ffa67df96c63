import type { Act, Report, ReportedGroup } from '../model';
import type { RecordedFinding, Severity } from '../run-record';
import { findingId } from './finding-id';

/** Version of the Open Cybersecurity Schema Framework that the events follow. */
const OCSF_VERSION = '1.5.0';
const FINDINGS_CATEGORY = 2;
const COMPLIANCE_FINDING = 2003;

const SEVERITY_IDS: Readonly<Record<Severity, number>> = {
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};
const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

/** What happened to a finding: `activity_id` of the class. */
const ACTIVITIES = { Create: 1, Close: 3 } as const;
/** Where the finding stands: `status_id` of the class. */
const STATUSES = { New: 1, Suppressed: 3, Resolved: 4 } as const;
/** What the check says: `status_id` of the object `compliance`. */
const RESULTS = { Pass: 1, Warning: 2, Fail: 3 } as const;

/**
 * The findings as OCSF events of the class Compliance Finding, one line of JSON each: those that are there,
 * as Create, and those that runs since the previous one have mended, as Close. `finding_info.uid` is the
 * same in every report, by which a receiver knows the finding again. What could not be told is a Warning,
 * what is exempt is suppressed.
 */
export function renderOcsf(report: Report): string {
  const events = report.groups.flatMap((group) => {
    const there = new Set(group.findings.map((finding) => findingId(group, finding)));
    const closed = new Set<string>();
    const mended = group.acts.flatMap((act) =>
      mendedBy(act, group).filter((finding) => {
        const id = findingId(group, finding);
        if (there.has(id) || closed.has(id)) return false;
        closed.add(id);
        return true;
      }),
    );
    return [
      ...group.findings.map((finding) => event(report, group, finding, 'Create')),
      ...mended.map((finding) => event(report, group, finding, 'Close')),
    ];
  });
  return events.map((each) => `${JSON.stringify(each)}\n`).join('');
}

/** Findings that were there before an act and were not after it, by a fresh read. */
function mendedBy({ verdict, findings, findingsBefore }: Act, group: ReportedGroup) {
  if (verdict === 'unknown') return [];
  const after = new Set(findings.map((finding) => findingId(group, finding)));
  return findingsBefore.filter((finding) => !after.has(findingId(group, finding)));
}

function event(
  report: Report,
  group: ReportedGroup,
  finding: RecordedFinding,
  activity: keyof typeof ACTIVITIES,
) {
  const { regionId, accountId, securityGroupId, name } = group;
  const { policyId, severity, mode, message, witness } = finding;
  const status =
    activity === 'Close' ? 'Resolved' : finding.status === 'exempt' ? 'Suppressed' : 'New';
  const result = activity === 'Close' ? 'Pass' : finding.status === 'unknown' ? 'Warning' : 'Fail';
  const seen = Date.parse(group.lookedAt);
  return {
    activity_id: ACTIVITIES[activity],
    activity_name: activity,
    category_uid: FINDINGS_CATEGORY,
    category_name: 'Findings',
    class_uid: COMPLIANCE_FINDING,
    class_name: 'Compliance Finding',
    type_uid: COMPLIANCE_FINDING * 100 + ACTIVITIES[activity],
    type_name: `Compliance Finding: ${activity}`,
    time: seen,
    severity_id: SEVERITY_IDS[severity],
    severity: SEVERITY_NAMES[severity],
    status_id: STATUSES[status],
    status,
    message,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Palisade', vendor_name: 'Palisade' },
      profiles: ['cloud'],
      correlation_uid: report.run.runId,
    },
    cloud: {
      provider: 'Alibaba Cloud',
      region: regionId,
      ...(accountId === undefined ? {} : { account: { uid: accountId } }),
    },
    finding_info: {
      uid: findingId(group, finding),
      title: `${policyId}: ${securityGroupId}`,
      desc: message,
      types: ['Security group'],
      last_seen_time: seen,
    },
    compliance: {
      standards: ['Palisade policy file'],
      control: policyId,
      status_id: RESULTS[result],
      status: result,
      status_code: finding.status,
      status_detail: message,
    },
    resources: [{ uid: securityGroupId, name, type: 'ECS security group', region: regionId }],
    unmapped: { mode, policy_digest: report.run.policyDigest, ...(witness ? { witness } : {}) },
  };
}
