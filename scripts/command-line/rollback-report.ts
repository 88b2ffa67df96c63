import type { GroupResult, RunResult } from '../../shared/remediation';
import { exemptionSnippets, type PreparedRollback } from '../../shared/remediation/rollback';
import {
  describeRule,
  parseRule,
  placeName,
  placeOf,
  type Rule,
} from '../../shared/security-group';
import { colors as pc } from './color';
import { effectLines } from './group-table';
import { changeJson } from './json-report';
import { printable } from './printable';

/** What was, or would be, taken back, for people. `now`: milliseconds since 1970. */
export function rollbackText(
  { recorded, rollback, result, applied }: RollbackOutcome,
  now: number,
): string {
  const lines = [
    ...recorded.interrupted.map((part) =>
      pc.yellow(
        `Part ${part} of the run has no outcome: it was interrupted, or is still at work. What it may have done is taken back; a retry may do it again.`,
      ),
    ),
    ...(rollback.isResumed
      ? [pc.dim(`Rollback ${rollback.run.runId} was interrupted: going on with it.`)]
      : []),
    ...result.groups.filter(isNoteworthy).flatMap((group) => groupLines(group, applied)),
    ...rollback.gone.map(({ id, name, ...place }) =>
      pc.dim(`${id}  ${name}  ${placeName(place)} does not exist any more: nothing to take back.`),
    ),
    ...rollback.unlisted.map(({ reason, ...place }) =>
      pc.yellow(`${placeName(place)} could not be listed: ${reason}`),
    ),
    ...result.heldBack.map((reason) =>
      pc.yellow(`${applied ? 'Nothing is changed' : 'Nothing would be changed'}: ${reason}`),
    ),
    closingLine(recorded.runId, result, applied),
  ];
  const snippets = exemptionSnippets(affected(rollback, result), now);
  if (snippets.length > 0) lines.push('', ...adviceLines(snippets, applied));
  return lines.join('\n');
}

/** What `--json` prints; keys are stable. */
export function rollbackJson(
  { recorded, rollback, result, applied }: RollbackOutcome,
  now: number,
) {
  return {
    runId: rollback.run.runId,
    takesBack: recorded.runId,
    applied,
    resumed: rollback.isResumed,
    interruptedParts: recorded.interrupted,
    groups: result.groups.map((group) => ({
      ...placeOf(group),
      securityGroupId: group.securityGroupId,
      name: group.name,
      changes: group.calls.map((call) => changeJson(call, applied)),
      leftAlone: group.leftAlone ?? [],
      ...(group.effect ? { effect: group.effect } : {}),
      ...(group.unexpected === undefined ? {} : { unexpected: group.unexpected }),
      ...(group.heldBack === undefined ? {} : { heldBack: group.heldBack }),
      ...(group.before ? {} : { unread: unreadReason(group) }),
    })),
    changes: changesOf(result),
    gone: rollback.gone.map(({ id, name, ...deeds }) => ({
      ...placeOf(deeds),
      securityGroupId: id,
      name,
    })),
    unlisted: rollback.unlisted,
    heldBack: result.heldBack,
    exemptions: exemptionSnippets(affected(rollback, result), now),
  };
}

/** What a rollback came to, or would come to. */
export interface RollbackOutcome {
  readonly recorded: { readonly runId: string; readonly interrupted: readonly string[] };
  readonly rollback: PreparedRollback;
  readonly result: RunResult;
  /** Whether it was carried out. */
  readonly applied: boolean;
}

/** Groups at which something is, or would be, taken back: those the policies call for again. */
function affected({ deeds }: PreparedRollback, { groups }: RunResult) {
  return deeds.filter((one) =>
    groups.some(
      (group) =>
        placeName(group) === placeName(one) &&
        group.securityGroupId === one.id &&
        group.calls.length > 0,
    ),
  );
}

function isNoteworthy({ calls, leftAlone, before, heldBack }: GroupResult): boolean {
  return (
    calls.length > 0 || leftAlone !== undefined || before === undefined || heldBack !== undefined
  );
}

function groupLines(group: GroupResult, applied: boolean): string[] {
  const unread = unreadReason(group);
  const lines = [
    `${pc.bold(group.securityGroupId)}  ${printable(group.name)}  ${pc.dim(placeName(group))}`,
    ...(unread === undefined ? [] : [pc.yellow(`  ${unread}`)]),
  ];
  const rules = (group.before ?? []).map(parseRule);
  for (const { call, outcome } of group.calls) {
    const mark = applied
      ? { done: '✔', failed: '✖', unknown: '?', 'not-sent': '·' }[outcome.status]
      : '-';
    for (const change of describeReverse(call, rules))
      lines.push(`    ${mark} ${printable(change)}`);
    if ('message' in outcome) lines.push(pc.red(`      ${outcome.message}`));
  }
  const isMade = group.calls.some(({ outcome }) => outcome.status === 'done');
  if (group.effect) {
    lines.push(...effectLines(group.effect, isMade).map((line) => `  ${line}`));
  }
  if (group.unexpected) lines.push(pc.yellow(`  changed besides: ${group.unexpected}`));
  for (const each of group.leftAlone ?? []) lines.push(pc.yellow(`  ${each}`));
  if (group.heldBack) lines.push(pc.yellow(`  left as it is: ${group.heldBack}`));
  return [...lines, ''];
}

/** A call in words, by the rules as they were before it. */
function describeReverse(
  call: GroupResult['calls'][number]['call'],
  rules: readonly Rule[],
): string[] {
  const words = (id: string) => {
    const rule = rules.find((each) => each.id === id);
    return rule ? `${id} (${describeRule(rule)})` : id;
  };
  const { parameters } = call;
  if ('Description' in parameters) {
    const { SecurityGroupRuleId: id, Description } = parameters;
    return [`describe ${id === undefined ? 'rule' : words(id)} as "${Description}" again`];
  }
  if ('Permissions' in parameters) {
    const Direction = call.action.includes('Egress') ? 'egress' : 'ingress';
    return parameters.Permissions.map(
      (permission) => `revoke ${describeRule(parseRule({ Direction, ...permission }))}`,
    );
  }
  return parameters.SecurityGroupRuleId.map((id) => `revoke ${words(id)}`);
}

/** Why the group, or a list that its rules name, could not be read; undefined if all could. */
function unreadReason({ before, findings }: GroupResult): string | undefined {
  const message = findings[0]?.message;
  if (before === undefined) return message ?? 'the group could not be read';
  return message?.startsWith('not judged') ? undefined : message;
}

function changesOf({ groups }: RunResult): number {
  return groups.reduce((sum, group) => sum + group.changes, 0);
}

function closingLine(runId: string, result: RunResult, applied: boolean): string {
  const changes = changesOf(result);
  if (applied) {
    return `Rollback ${result.runId} took back ${changes} changes of run ${runId}.`;
  }
  if (changes === 0) return `Nothing that run ${runId} did is left to take back.`;
  return `${changes} changes of run ${runId} to take back.`;
}

function adviceLines(snippets: readonly string[], applied: boolean): string[] {
  const past = 'The policies still call for what was taken back: the next sweep repairs it again.';
  const ahead =
    'The policies still call for what would be taken back. The next sweep repairs it again, and the function that gets the events of ActionTrail may do so within seconds, if it keeps its records elsewhere.';
  return [
    pc.yellow(applied ? past : ahead),
    applied
      ? 'To keep it as it is, add this to the policy file, with a ticket, and deploy it:'
      : 'First add this to the policy file, with a ticket, and deploy it; or set PALISADE_STOP=true on the functions meanwhile:',
    '',
    ...snippets,
  ];
}
