import type { Effect, GroupResult, ReportedFinding, Verdict } from '../../shared/remediation';
import { placeName } from '../../shared/security-group';
import { describeCall } from './call-text';
import { colors as pc } from './color';
import { printable } from './printable';
import { cut, pad, widthOf, wrap } from './text-width';

/** How each verdict looks. */
export const VERDICT_COLORS: Readonly<Record<Verdict, (text: string) => string>> = {
  compliant: pc.green,
  exempt: pc.cyan,
  violating: pc.red,
  unrepairable: pc.magenta,
  unknown: pc.yellow,
};

/** A line of a group's table: what it is about, and what is to be said. */
interface Row {
  readonly label: string;
  readonly text: string;
  readonly color?: (text: string) => string;
}

/** In less than this, labels stand above their texts and not beside them. */
const NARROW = 80;
const LONGEST_LABEL = 36;
const SHORTEST_NAME = 8;

/**
 * A group for people: how it stands, then a table of what each policy found and of what was or would be
 * done. `columns` is how wide a line may be; without it lines are as long as they are.
 */
export function groupLines(group: GroupResult, applied: boolean, columns?: number): string[] {
  const rows = rowsOf(group, applied);
  const isNarrow = columns !== undefined && columns < NARROW;
  const labels = isNarrow ? 0 : Math.max(0, ...rows.map(({ label }) => widthOf(label)));
  const indent = isNarrow ? 4 : Math.min(labels, LONGEST_LABEL) + 4;
  let last = '';
  const lines = rows.flatMap(({ label, text, color = same }) => {
    const shown = label === last ? '' : label;
    last = label;
    const texts = columns === undefined ? [text] : wrap(text, columns - indent);
    const above = isNarrow && shown !== '' ? [`  ${pc.bold(cut(shown, columns - 2))}`] : [];
    const beside = isNarrow ? '' : cut(shown, indent - 4);
    return [
      ...above,
      ...texts.map((line, index) => {
        const start = pad(`  ${index === 0 ? beside : ''}`, indent);
        return `${beside !== '' && index === 0 ? pc.bold(start) : start}${color(line)}`;
      }),
    ];
  });
  return [...titleLines(group, columns), ...lines, ''];
}

function same(text: string): string {
  return text;
}

/** One line, or more where the columns are few. */
function titleLines(group: GroupResult, columns = Number.POSITIVE_INFINITY): string[] {
  const { securityGroupId: id, verdict, verdictBefore } = group;
  const place = placeName(group);
  const before = verdict === verdictBefore ? '' : `${verdictBefore} → `;
  const [dimmed, state] = [pc.dim(place), `${before}${VERDICT_COLORS[verdict](verdict)}`];
  const restWidth = widthOf(`${place}  ${before}${verdict}`);
  const title = (left: number) => `${pc.bold(id)}  ${cut(printable(group.name), left)}`;
  const left = columns - widthOf(id) - restWidth - 4;
  if (left >= Math.min(widthOf(printable(group.name)), SHORTEST_NAME)) {
    return [`${title(left)}  ${dimmed}  ${state}`];
  }
  const rest = restWidth + 2 <= columns ? [`  ${dimmed}  ${state}`] : [`  ${dimmed}`, `  ${state}`];
  return [title(Math.max(columns - widthOf(id) - 2, 1)), ...rest];
}

function rowsOf(group: GroupResult, applied: boolean): Row[] {
  const findings = group.findings.length > 0 ? group.findings : group.findingsBefore;
  const isMade = group.calls.some(({ outcome }) => outcome.status === 'done');
  const effect = group.effect ? effectLines(group.effect, isMade) : [];
  return [
    ...inOrderOfPolicies(findings).map((finding) => ({
      label: labelOf(finding),
      text: printable(finding.message),
    })),
    ...group.calls.flatMap((call) => callRows(call, applied)),
    ...effect.map((text) => ({ label: 'traffic', text })),
    ...(group.unexpected
      ? [warning('traffic', `changed besides: ${printable(group.unexpected)}`)]
      : []),
    ...(group.heldBack ? [warning('left as it is', printable(group.heldBack))] : []),
  ];
}

function labelOf({ policyId, severity, mode }: ReportedFinding): string {
  return `${policyId}  ${severity}${mode === 'observe' ? ' (observed only)' : ''}`;
}

/** Findings of one policy stand together, in the order in which the policies come up. */
function inOrderOfPolicies(findings: readonly ReportedFinding[]): ReportedFinding[] {
  const ids = [...new Set(findings.map(({ policyId }) => policyId))];
  return ids.flatMap((id) => findings.filter(({ policyId }) => policyId === id));
}

function callRows({ call, outcome }: GroupResult['calls'][number], applied: boolean): Row[] {
  const label = applied ? 'changes' : 'would change';
  const mark = applied
    ? { done: '✔', failed: '✖', unknown: '?', 'not-sent': '·' }[outcome.status]
    : '+';
  return [
    ...describeCall(call).map((change) => ({
      label,
      text: `${mark} ${printable(change)}`,
      color: pc.dim,
    })),
    ...('message' in outcome
      ? [{ label, text: `  ${printable(outcome.message)}`, color: pc.red }]
      : []),
  ];
}

function warning(label: string, text: string): Row {
  return { label, text, color: pc.yellow };
}

/** What changes do to traffic. */
export function effectLines({ closed, opened, example }: Effect, isMade: boolean): string[] {
  const verb = isMade ? '' : 'would be ';
  return [
    ...closed.map((traffic) => `${verb}closed: ${traffic}`),
    ...opened.map((traffic) => `${verb}opened: ${traffic}`),
    ...(example === undefined ? [] : [`  such as ${example}`]),
  ];
}
