import type { StoredRecord } from '../../shared/evidence/read-runs';
import type { GroupRecord, RunRecord } from '../../shared/evidence/record-schema';
import { formatProtocol, placeName } from '../../shared/security-group';
import { colors as pc } from './color';
import { printable } from './printable';
import { recordedRuleText, ruleDifference } from './rule-difference';

type Finding = GroupRecord['findings'][number];
type Call = GroupRecord['calls'][number];

/**
 * The records of one run for people: what started it, then each group that was changed or was to be, from
 * every attempt. With a group, that one alone, changed or not.
 */
export function runText(records: readonly StoredRecord[], group?: string): string {
  const [first] = records;
  if (!first) return '';
  const isOver = new Set(records.filter(({ step }) => step === 'outcome').map(attemptOf));
  const lines = [...titleLines(first.record), ''];
  for (const stored of records) {
    // What was announced is in the outcome again, with what became of it.
    if (stored.step === 'intent' && isOver.has(attemptOf(stored))) continue;
    lines.push(...attemptLines(stored, group));
  }
  return lines.join('\n');
}

function attemptOf({ part, attempt }: StoredRecord): string {
  return `${part}.${attempt}`;
}

function titleLines(record: RunRecord) {
  const { runId, trigger, dryRun, policyDigest, policyIds, note, limits, plan } = record;
  const { kind, by, time, reason, reference } = trigger;
  return [
    pc.bold(`Run ${printable(runId)}`),
    `  started by  ${printable(`${kind}${by === undefined ? '' : `, ${by}`}, ${time}`)}`,
    ...(reason === undefined ? [] : [`  reason      ${printable(reason)}`]),
    ...(reference === undefined ? [] : [`  reference   ${printable(reference)}`]),
    `  policies    ${policyDigest}${policyIds ? `, only ${policyIds.join(', ')}` : ''}`,
    `  limits      ${limits.maxChanges} changes, ${limits.maxGroups} groups`,
    ...(plan ? [`  saved plan  ${plan.digest}, made ${plan.time}`] : []),
    ...(note === undefined ? [] : [`  note        ${printable(note)}`]),
    ...(dryRun ? [pc.cyan('  A dry run: nothing was to be changed.')] : []),
  ];
}

function attemptLines({ part, attempt, step, record }: StoredRecord, group?: string): string[] {
  const { time, heldBack, groups, compliant, totals } = record;
  const title = `${part}, attempt ${attempt}, ${time}`;
  const shown = group === undefined ? groups.filter(({ calls }) => calls.length > 0) : groups;
  const fine = Object.values(compliant).flat();
  if (group !== undefined && shown.length + fine.length === 0) return [];
  return [
    pc.bold(printable(title)),
    step === 'intent'
      ? pc.yellow('  Announced; what became of it is not recorded.')
      : pc.dim(
          `  ${totals.groups} groups: ${totals.compliant} compliant, ${totals.exempt} exempt, ` +
            `${totals.violating} violating, ${totals.unrepairable} unrepairable, ${totals.unknown} unknown; ` +
            `${totals.changes} changes`,
        ),
    ...heldBack.map((reason) => pc.yellow(`  held back: ${printable(reason)}`)),
    ...(group === undefined ? [] : fine.map((id) => `  ${id}  compliant: nothing found`)),
    ...shown.flatMap(groupLines),
    '',
  ];
}

function groupLines(group: GroupRecord): string[] {
  const { verdictBefore, verdict, calls, effect, before, after } = group;
  const verdicts = verdict === verdictBefore ? verdict : `${verdictBefore} → ${verdict}`;
  const isMade = calls.some(({ outcome }) => outcome.status === 'done');
  return [
    `  ${pc.bold(group.securityGroupId)}  ${printable(group.name)}  ${pc.dim(placeName(group))}  ${verdicts}`,
    ...group.findingsBefore.flatMap(findingLines),
    ...(before && after ? differenceLines(before, after) : []),
    ...calls.flatMap(callLines),
    ...(effect?.closed ?? []).map(
      (text) => `    ${isMade ? 'closed' : 'would be closed'}: ${text}`,
    ),
    ...(effect?.opened ?? []).map(
      (text) => `    ${isMade ? 'opened' : 'would be opened'}: ${text}`,
    ),
    ...(group.unexpected === undefined
      ? []
      : [pc.yellow(`    changed besides: ${printable(group.unexpected)}`)]),
    ...(group.leftAlone ?? []).map((text) => pc.yellow(`    not taken back: ${printable(text)}`)),
    ...(group.heldBack === undefined
      ? []
      : [pc.yellow(`    left as it is: ${printable(group.heldBack)}`)]),
    ...(verdict === verdictBefore ? [] : group.findings.flatMap(leftLines)),
  ];
}

function findingLines({ policyId, severity, mode, message, witness }: Finding): string[] {
  const note = mode === 'observe' ? ', observed only' : '';
  return [
    `    ${policyId} (${severity}${note}): ${printable(message)}`,
    ...(witness ? [pc.dim(`      for example ${witnessText(witness)}`)] : []),
  ];
}

function leftLines(finding: Finding): string[] {
  return findingLines(finding).map((line) => line.replace(/^ {4}(?! )/, '    left: '));
}

function witnessText(witness: NonNullable<Finding['witness']>): string {
  const { direction, protocol, destinationPort, sourcePort, peer, own } = witness;
  return [
    formatProtocol(protocol),
    ...(destinationPort === null ? [] : [destinationPort]),
    direction === 'ingress' ? 'from' : 'to',
    peer,
    ...(sourcePort === null ? [] : [`from source port ${sourcePort}`]),
    ...(own === null ? [] : [`at ${own}`]),
  ].join(' ');
}

function differenceLines(
  before: NonNullable<GroupRecord['before']>,
  after: NonNullable<GroupRecord['after']>,
): string[] {
  const text = (rule: (typeof before)[number]) => printable(recordedRuleText(rule));
  return [
    pc.dim(`    rules: ${before.length} before, ${after.length} after`),
    ...ruleDifference(before, after).flatMap((change) => {
      switch (change.kind) {
        case 'added':
          return [pc.green(`    + ${text(change.rule)}`)];
        case 'removed':
          return [pc.red(`    - ${text(change.rule)}`)];
        case 'changed':
          return [pc.red(`    - ${text(change.before)}`), pc.green(`    + ${text(change.after)}`)];
        default:
          return change satisfies never;
      }
    }),
  ];
}

function callLines({ action, parameters, clientToken, outcome }: Call): string[] {
  const title = `    ${action}${subjectOf(parameters)}`;
  const token = `token ${clientToken}`;
  switch (outcome.status) {
    case 'not-sent':
      return [`${title}: not sent`, pc.dim(`      ${token}`)];
    case 'done':
      return [
        `${title}: done`,
        pc.dim(`      ${token}, request ${outcome.requestId}, attempts ${outcome.attempts}`),
      ];
    case 'failed':
    case 'unknown':
      return [
        pc.red(
          `${title}: ${outcome.status === 'failed' ? 'failed' : 'outcome unknown'} (${outcome.kind}): ${printable(outcome.message)}`,
        ),
        pc.dim(
          `      ${token}${outcome.requestId === undefined ? '' : `, request ${outcome.requestId}`}`,
        ),
      ];
    default:
      return outcome satisfies never;
  }
}

/** What a call is about, as far as the difference of the rules does not say it. */
function subjectOf({ Permissions, SecurityGroupRuleId }: Call['parameters']): string {
  if (Array.isArray(Permissions)) {
    return ` of ${Permissions.length} ${Permissions.length === 1 ? 'rule' : 'rules'}`;
  }
  const ids = [SecurityGroupRuleId].flat().filter((id) => typeof id === 'string');
  return ids.length === 0 ? '' : ` of ${printable(ids.join(', '))}`;
}
