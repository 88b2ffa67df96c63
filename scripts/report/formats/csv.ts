import { formatProtocol } from '../../../shared/security-group';
import { readExemption } from '../exemptions';
import type { Report } from '../model';
import { findingId } from './finding-id';

const COLUMNS = [
  'finding_id',
  'region',
  'group_id',
  'group_name',
  'group_verdict',
  'policy',
  'severity',
  'mode',
  'status',
  'message',
  'direction',
  'protocol',
  'peer',
  'destination_port',
  'source_port',
  'exempt_until',
  'looked_at',
  'run',
  'account',
] as const;

/**
 * One row a finding, after a row of headings, as RFC 4180 writes CSV. A group that is unknown because a run
 * did not finish has one row without a policy. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it, which spreadsheets do not show.
 */
export function renderCsv(report: Report): string {
  const rows = report.groups.flatMap((group) => {
    const { regionId, accountId, securityGroupId, name, verdict, findings, lookedAt, runId } =
      group;
    const about = [regionId, securityGroupId, name, verdict];
    const seen = [lookedAt, runId, accountId ?? ''];
    if (findings.length === 0 && verdict === 'unknown') {
      const nothing = Array<string>(11).fill('');
      return [['', ...about, ...nothing, ...seen]];
    }
    return findings.map((finding) => {
      const { policyId, severity, mode, status, message, witness } = finding;
      return [
        findingId(group, finding),
        ...about,
        policyId,
        severity,
        mode,
        status,
        message,
        witness?.direction ?? '',
        witness ? formatProtocol(witness.protocol) : '',
        witness?.peer ?? '',
        witness?.destinationPort ?? '',
        witness?.sourcePort ?? '',
        status === 'exempt' ? (readExemption(message).until ?? '') : '',
        ...seen,
      ];
    });
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
