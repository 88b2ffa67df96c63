import {
  type GroupResult,
  type Listing,
  type ReportedFinding,
  type RunResult,
  totalsOf,
  unlistedName,
  type Verdict,
} from '../../shared/remediation';
import { placeName } from '../../shared/security-group';
import { describePacket } from '../../shared/traffic';
import { describeCall } from './call-text';
import { closingText } from './closing-text';
import { effectLines } from './group-table';
import { markdownTable, plainMarkdown } from './markdown';
import type { Printed } from './result-output';
import { cut } from './text-width';

/** GitHub takes no longer text for a pull request, an issue or a comment. */
const LONGEST = 65_536;
/** Left for the lines that say what was cut. */
const RESERVE = 400;
/** Of that, the table of groups may take so much; the rest is for the details. */
const LONGEST_TABLE = 20_000;
/** Of one group. */
const LONGEST_DETAILS = 12_000;
const LONGEST_WARNING = 600;
const MOST_WARNINGS = 10;
/** Groups with more lines than this are shown folded. */
const FEW_LINES = 8;

/** Worst first, so that what is cut is what matters least. */
const ORDER: readonly Verdict[] = ['violating', 'unknown', 'unrepairable', 'exempt', 'compliant'];

/** A result for a pull request: a summary line, a table of the groups with findings, and each in detail. */
export function markdownReport(
  result: RunResult,
  unlisted: Listing['unlisted'],
  options: Omit<Printed, 'unlisted'>,
): string {
  const { applied } = options;
  const closing = plainMarkdown(closingText(result, options));
  const groups = result.groups
    .filter((group) => group.findings.length > 0 || group.findingsBefore.length > 0)
    .sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  const head = [`### Palisade ${applied ? 'apply' : 'plan'}`, '', summaryOf(result, applied), ''];
  const warnings = warningsOf(result, unlisted, applied);
  const [title = '', line = '', ...rows] = markdownTable(
    ['group', 'name', 'region', 'verdict', 'findings', 'changes'],
    groups.map(rowOf),
  );
  const start = [...head, ...warnings, ...(groups.length > 0 ? [title, line] : [])].join('\n');
  const shownRows = fitting(rows, LONGEST_TABLE);
  const more = omitted(rows.length - shownRows.length, 'group');
  // Without an empty line it would be a row of the table.
  const table = [start, ...shownRows, ...more.flatMap((note) => ['', note])];
  const left = LONGEST - RESERVE - closing.length - lengthOf(table);
  const details = fitting(
    groups.map((group) => detailsOf(group, applied)),
    left,
  );
  return [
    ...table,
    '',
    ...details,
    ...(details.length < groups.length
      ? [
          `… and the details of ${groups.length - details.length} more groups, cut to fit: \`--format table --all\` shows all of it.`,
          '',
        ]
      : []),
    closing,
  ].join('\n');
}

function summaryOf(result: RunResult, applied: boolean): string {
  const totals = totalsOf(result);
  const verdicts = [...ORDER]
    .reverse()
    .filter((verdict) => totals[verdict] > 0)
    .map((verdict) => `${totals[verdict]} ${verdict}`);
  const changes = `**${totals.changes} ${totals.changes === 1 ? 'change' : 'changes'}**`;
  return `**${totals.groups} ${totals.groups === 1 ? 'group' : 'groups'}**${verdicts.length > 0 ? `: ${verdicts.join(', ')}` : ''}. ${changes} ${applied ? 'made' : 'to make'}.`;
}

function warningsOf(
  { heldBack }: RunResult,
  unlisted: Listing['unlisted'],
  applied: boolean,
): string[] {
  const texts = [
    ...unlisted.map((each) => `${unlistedName(each)} could not be listed: ${each.reason}`),
    ...heldBack.map(
      (reason) => `${applied ? 'Nothing is changed' : 'An apply would change nothing'}: ${reason}`,
    ),
  ];
  if (texts.length === 0) return [];
  const shown = texts.slice(0, MOST_WARNINGS);
  return [
    '> [!WARNING]',
    ...shown.map((text) => `> - ${plainMarkdown(cut(text, LONGEST_WARNING))}`),
    ...omitted(texts.length - shown.length, 'warning').map((note) => `> - ${note}`),
    '',
  ];
}

function rowOf(group: GroupResult): string[] {
  return [
    `\`${group.securityGroupId}\``,
    plainMarkdown(cut(group.name, 60)),
    placeName(group),
    verdictOf(group),
    String(findingsOf(group).length),
    String(group.changes),
  ];
}

function verdictOf({ verdict, verdictBefore }: GroupResult): string {
  return verdict === verdictBefore ? verdict : `${verdictBefore} → ${verdict}`;
}

function findingsOf({ findings, findingsBefore }: GroupResult): readonly ReportedFinding[] {
  return findings.length > 0 ? findings : findingsBefore;
}

/** What was found at a group and what is to be done, folded if it is long. */
function detailsOf(group: GroupResult, applied: boolean): string {
  const title = `${group.securityGroupId} ${plainMarkdown(cut(group.name, 60))} (${placeName(group)}): ${verdictOf(group)}`;
  const all = [
    ...findingsOf(group).map(findingLine),
    ...group.calls.flatMap((call) => callLines(call, applied)),
    ...(group.effect
      ? effectLines(
          group.effect,
          group.calls.some(({ outcome }) => outcome.status === 'done'),
        ).map((text) => `- traffic ${plainMarkdown(text.trim())}`)
      : []),
    ...(group.unexpected ? [`- changed besides: ${plainMarkdown(group.unexpected)}`] : []),
    ...(group.heldBack ? [`- left as it is: ${plainMarkdown(group.heldBack)}`] : []),
  ];
  const shown = fitting(all, LONGEST_DETAILS);
  const lines = [
    ...shown,
    ...omitted(all.length - shown.length, 'line').map((note) => `- ${note}`),
  ];
  return lines.length > FEW_LINES
    ? [`<details><summary>${title}</summary>`, '', ...lines, '', '</details>', ''].join('\n')
    : [`#### ${title}`, '', ...lines, ''].join('\n');
}

function findingLine({ policyId, severity, mode, message, witness }: ReportedFinding): string {
  const observed = mode === 'observe' ? ', observed only' : '';
  const packet = witness && describePacket(witness);
  const example =
    packet === undefined || message.includes(packet) ? '' : `; such as ${plainMarkdown(packet)}`;
  return `- **${plainMarkdown(policyId)}** (${severity}${observed}): ${plainMarkdown(message)}${example}`;
}

function callLines({ call, outcome }: GroupResult['calls'][number], applied: boolean): string[] {
  const word = applied
    ? { done: 'done', failed: 'failed', unknown: 'outcome unknown', 'not-sent': 'not sent' }[
        outcome.status
      ]
    : 'planned';
  return [
    ...describeCall(call).map((change) => `- ${word}: ${plainMarkdown(change)}`),
    ...('message' in outcome ? [`- ${plainMarkdown(outcome.message)}`] : []),
  ];
}

/** As many of some texts, each with a line break, as fit into so many characters. */
function fitting(texts: readonly string[], characters: number): string[] {
  let left = characters;
  const end = texts.findIndex((text) => {
    left -= text.length + 1;
    return left < 0;
  });
  return end < 0 ? [...texts] : texts.slice(0, end);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, 0);
}

function omitted(count: number, noun: string): string[] {
  return count === 0 ? [] : [`… and ${count} more ${noun}${count === 1 ? '' : 's'}, cut to fit`];
}
