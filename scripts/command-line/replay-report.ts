import type { GroupResult, RunResult } from '../../shared/remediation';
import type { ActionTrailEvent } from '../../shared/triggers/actiontrail';
import { colors as pc } from './color';
import { groupLines } from './group-table';
import { jsonReport } from './json-report';
import { printable } from './printable';
import { keyOf, type ReplayOutcome, type ReplaySummary } from './replay-outcome';

/** Groups of one event, and reasons, that are shown; the rest is counted. */
const MOST_SHOWN = 20;
/** Characters of a text of an event that are shown. */
const LONGEST_TEXT = 500;

/** An outcome for machines; keys are stable. */
export function outcomeJson(outcome: ReplayOutcome): object {
  const { at, kind } = outcome;
  if (outcome.kind === 'unreadable') return { at, outcome: kind, reason: outcome.reason };
  const { event } = outcome;
  const base = {
    at,
    eventId: event.id,
    eventName: event.name,
    eventTime: event.time,
    regionId: event.regionId,
    accountId: event.accountId,
    by: whoOf(event),
    outcome: kind,
  };
  if (outcome.kind !== 'judged') return { ...base, reason: outcome.reason };
  const { run, result, handedOver } = outcome;
  return {
    ...base,
    runId: run.runId,
    handedOver,
    ...(run.note === undefined ? {} : { note: noteOf(event) }),
    heldBack: result.heldBack,
    groups: jsonReport(result, [], false).groups,
  };
}

/**
 * An outcome for people. What cannot be read is left to the caller. `shownAt` remembers where each group was
 * first shown: every event finds it the same, so that it is shown in full only once.
 */
export function outcomeText(
  outcome: Exclude<ReplayOutcome, { kind: 'unreadable' }>,
  shownAt: Map<string, string>,
): string {
  const { at, event } = outcome;
  const who = whoOf(event);
  const title = [
    pc.dim(at),
    ...(event.time === undefined ? [] : [event.time.replace('.000Z', 'Z')]),
    pc.bold(excerpt(event.name)),
    ...(who === '' ? [] : [`by ${excerpt(who)}`]),
  ].join('  ');
  switch (outcome.kind) {
    case 'ignored':
      return `${title}  ${pc.dim(`ignored: ${excerpt(outcome.reason)}`)}`;
    case 'unknown':
      return `${title}  ${pc.yellow(`unknown: ${excerpt(outcome.reason)}`)}`;
    case 'judged':
      return [title, ...judgedLines(outcome, shownAt)].join('\n');
    default:
      return outcome satisfies never;
  }
}

function judgedLines(
  { at, event, run, result, handedOver }: Extract<ReplayOutcome, { kind: 'judged' }>,
  shownAt: Map<string, string>,
): string[] {
  const groups = handedOver ? noteworthy(result) : result.groups;
  const shown = groups.slice(0, MOST_SHOWN);
  const lines = [
    ...(run.note === undefined ? [] : [pc.yellow(noteOf(event))]),
    ...(handedOver
      ? [`the enforce function: ${run.groups.length} groups, ${groups.length} with findings`]
      : []),
    ...result.heldBack.map((reason) => pc.yellow(`nothing would be changed: ${reason}`)),
    ...shown.flatMap((group) => linesOnce(group, at, shownAt)),
    ...(shown.length < groups.length
      ? [pc.dim(`… and ${groups.length - shown.length} more groups: --json shows them`)]
      : []),
  ];
  return lines.map((line) => `  ${line}`);
}

function linesOnce(group: GroupResult, at: string, shownAt: Map<string, string>): string[] {
  const lines = groupLines(group, false).filter((line) => line !== '');
  if (lines.length === 1) return lines;
  const key = keyOf(group);
  const first = shownAt.get(key);
  if (first !== undefined) return [`${lines[0]}  ${pc.dim(`as at ${first}`)}`];
  shownAt.set(key, at);
  return lines;
}

function noteworthy({ groups }: RunResult): GroupResult[] {
  return groups.filter((group) => group.findings.length > 0);
}

/** The end of a replay for people. */
export function summaryText(summary: ReplaySummary): string {
  const { events, ignored, judged, unknown, unreadable, violatingGroups, wouldChange } = summary;
  const parts = [
    `${ignored} ignored`,
    `${judged} judged`,
    ...(unknown === 0 ? [] : [pc.yellow(`${unknown} unknown`)]),
    ...(unreadable === 0 ? [] : [pc.red(`${unreadable} unreadable besides`)]),
  ];
  const changes =
    wouldChange.events === 0
      ? 'nothing would be changed'
      : `${counted(wouldChange.events, 'event')} would change ${counted(wouldChange.groups, 'group')}`;
  const reasons = summary.ignoredBecause;
  return [
    pc.bold(`${counted(events, 'event')}: ${parts.join(', ')}`),
    `${counted(violatingGroups, 'group')} ${violatingGroups === 1 ? 'violates' : 'violate'} a policy; ${changes}`,
    ...reasons
      .slice(0, MOST_SHOWN)
      .map(({ reason, events: count }) =>
        pc.dim(`  ${String(count).padStart(7)} ignored: ${excerpt(reason)}`),
      ),
    ...(reasons.length > MOST_SHOWN
      ? [pc.dim(`  … and for ${reasons.length - MOST_SHOWN} more reasons: --json shows them`)]
      : []),
  ].join('\n');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function whoOf({ principal }: ActionTrailEvent): string {
  return principal.name ?? principal.type;
}

/** The function waits for the effect; a replay looks at what became of it long ago. */
function noteOf({ name }: ActionTrailEvent): string {
  return `the effect of ${name} is not in what was read: it may have been undone since`;
}

/** A text of an event, which anyone can have written at any length. */
function excerpt(text: string): string {
  return printable(text.slice(0, LONGEST_TEXT));
}
