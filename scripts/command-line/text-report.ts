import Table from 'cli-table3';
import pc from 'picocolors';
import type { Effect, GroupResult, Listing, RunResult, Verdict } from '../../shared/remediation';
import { totalsOf, unlistedName } from '../../shared/remediation';
import { describeRule, parseRule, placeName } from '../../shared/security-group';

/** Groups shown with all their findings; the rest is counted. */
const MOST_SHOWN = 20;

const COLORS: Readonly<Record<Verdict, (text: string) => string>> = {
  compliant: pc.green,
  exempt: pc.cyan,
  violating: pc.red,
  unrepairable: pc.magenta,
  unknown: pc.yellow,
};

/** A result for people: groups that are not compliant with what was found and done, then the totals. */
export function textReport(
  result: RunResult,
  unlisted: Listing['unlisted'],
  { applied, all }: { readonly applied: boolean; readonly all: boolean },
): string {
  const noteworthy = result.groups.filter(
    (group) => group.findings.length > 0 || group.findingsBefore.length > 0,
  );
  const shown = all ? noteworthy : noteworthy.slice(0, MOST_SHOWN);
  const lines = shown.flatMap((group) => groupLines(group, applied));
  if (shown.length < noteworthy.length) {
    lines.push(
      pc.dim(`… and ${noteworthy.length - shown.length} more groups: --all shows them`),
      '',
    );
  }
  for (const each of unlisted) {
    lines.push(pc.yellow(`${unlistedName(each)} could not be listed: ${each.reason}`));
  }
  for (const reason of result.heldBack)
    lines.push(
      pc.yellow(`${applied ? 'Nothing is changed' : 'An apply would change nothing'}: ${reason}`),
    );
  return [...lines, totalsTable(result), closingLine(result, applied)].join('\n');
}

/** A group for people: how it stands, what was found, and what was or would be done. */
export function groupLines(group: GroupResult, applied: boolean): string[] {
  const color = COLORS[group.verdict];
  const verdict =
    group.verdict === group.verdictBefore
      ? color(group.verdict)
      : `${group.verdictBefore} → ${color(group.verdict)}`;
  const lines = [
    `${pc.bold(group.securityGroupId)}  ${group.name}  ${pc.dim(placeName(group))}  ${verdict}`,
  ];
  for (const finding of group.findings.length > 0 ? group.findings : group.findingsBefore) {
    const note = finding.mode === 'observe' ? pc.dim(' (observed only)') : '';
    lines.push(`  ${finding.policyId}${note}: ${finding.message}`);
  }
  for (const { call, outcome } of group.calls) {
    const mark = applied
      ? { done: '✔', failed: '✖', unknown: '?', 'not-sent': '·' }[outcome.status]
      : '+';
    for (const change of describeCall(call)) lines.push(pc.dim(`    ${mark} ${change}`));
    if ('message' in outcome) lines.push(pc.red(`      ${outcome.message}`));
  }
  const isMade = group.calls.some(({ outcome }) => outcome.status === 'done');
  if (group.effect) lines.push(...effectLines(group.effect, isMade));
  if (group.unexpected) lines.push(pc.yellow(`  changed besides: ${group.unexpected}`));
  if (group.heldBack) lines.push(pc.yellow(`  left as it is: ${group.heldBack}`));
  return [...lines, ''];
}

/** What changes do to traffic. */
export function effectLines({ closed, opened, example }: Effect, isMade: boolean): string[] {
  const verb = isMade ? '' : 'would be ';
  return [
    ...closed.map((traffic) => `  ${verb}closed: ${traffic}`),
    ...opened.map((traffic) => `  ${verb}opened: ${traffic}`),
    ...(example === undefined ? [] : [pc.dim(`    such as ${example}`)]),
  ];
}

/** A write in words, one line for each change. */
function describeCall(call: GroupResult['calls'][number]['call']): string[] {
  switch (call.action) {
    case 'AuthorizeSecurityGroup':
    case 'AuthorizeSecurityGroupEgress': {
      const Direction = call.action === 'AuthorizeSecurityGroup' ? 'ingress' : 'egress';
      return call.parameters.Permissions.map(
        (permission) => `add ${describeRule(parseRule({ Direction, ...permission }))}`,
      );
    }
    case 'ModifySecurityGroupRule':
    case 'ModifySecurityGroupEgressRule': {
      const { SecurityGroupRuleId, Description } = call.parameters;
      return [`describe ${SecurityGroupRuleId ?? 'rule'} as "${Description}"`];
    }
    case 'RevokeSecurityGroup':
    case 'RevokeSecurityGroupEgress': {
      const { parameters } = call;
      if (!('Permissions' in parameters)) {
        return parameters.SecurityGroupRuleId.map((id) => `revoke ${id}`);
      }
      const Direction = call.action === 'RevokeSecurityGroup' ? 'ingress' : 'egress';
      return parameters.Permissions.map(
        (permission) => `revoke ${describeRule(parseRule({ Direction, ...permission }))}`,
      );
    }
    default:
      return call satisfies never;
  }
}

function totalsTable(result: RunResult): string {
  const verdicts = ['compliant', 'exempt', 'violating', 'unrepairable', 'unknown'] as const;
  const table = new Table({
    head: ['region', 'groups', ...verdicts, 'changes'].map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    colAligns: ['left', ...Array<'right'>(7).fill('right')],
  });
  const row = (name: string, groups: readonly GroupResult[]) => {
    const totals = totalsOf({ ...result, groups });
    table.push([
      name,
      totals.groups,
      ...verdicts.map((verdict) =>
        totals[verdict] === 0 ? pc.dim('0') : COLORS[verdict](String(totals[verdict])),
      ),
      totals.changes,
    ]);
  };
  const regions = [...new Set(result.groups.map(placeName))].sort();
  for (const region of regions) {
    row(
      region,
      result.groups.filter((group) => placeName(group) === region),
    );
  }
  if (regions.length !== 1) row('all', result.groups);
  return table.toString();
}

function closingLine(result: RunResult, applied: boolean): string {
  const totals = totalsOf(result);
  if (applied)
    return `Run ${result.runId} ${result.heldBack.length > 0 ? 'was held back' : 'is done'}.`;
  if (totals.changes === 0) return 'Nothing to change.';
  return `${totals.changes} changes to make: "palisade apply" with the same options makes them.`;
}
