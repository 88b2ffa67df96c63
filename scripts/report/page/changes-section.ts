import { placeName } from '../../../shared/security-group';
import type { Move, Report, ReportedRun } from '../model';
import type { Texts } from '../texts';
import { html, type Markup, NOTHING } from './html';
import { badge, groupName, section, startedBy, table } from './pieces';
import { longTime, timeMark } from './words';

/** Moves that are shown before the rest is folded away. */
const SHOWN_MOVES = 12;

/** What the run changed, how the estate moved since the run before, and what other runs there were. */
export function changesSection(report: Report, texts: Texts): Markup {
  const { run, previous, moves, otherRuns } = report;
  return section(
    'changes',
    texts.sections.changes,
    html`${ownChanges(report, texts)}
${run.heldBack.length > 0 ? html`<div class="warning"><p>${texts.heldBack}</p><ul>${run.heldBack.map((reason) => html`<li>${reason}</li>`)}</ul></div>` : NOTHING}
${previous ? html`<h3>${texts.since(longTime(previous.endedAt), previous.runId)}</h3>${moves.length === 0 ? html`<p>${texts.nothingMoved}</p>` : movesTable(moves, texts)}` : html`<p class="muted">${texts.firstRun}</p>`}
${otherRuns.length > 0 ? html`<h3>${texts.otherRuns(otherRuns.length)}</h3>${runsTable(otherRuns, texts)}` : NOTHING}`,
  );
}

function ownChanges({ run, groups }: Report, texts: Texts): Markup {
  const own = groups.flatMap((group) => group.acts.filter(({ runId }) => runId === run.runId));
  const done = own.filter(({ calls }) => calls.some(({ outcome }) => outcome.status === 'done'));
  const failed = own.filter(({ calls }) =>
    calls.some(({ outcome }) => ['failed', 'unknown'].includes(outcome.status)),
  );
  const made = done.reduce((sum, { changes }) => sum + changes, 0);
  const words =
    done.length > 0
      ? texts.changedByRun(made, done.length)
      : own.length > 0
        ? texts.wouldChange(run.changes, own.length)
        : texts.changedNothing;
  return html`<p class="lead">${words}${failed.length > 0 ? html` <span class="failed">${texts.callsFailed(failed.length)}</span>` : NOTHING}</p>`;
}

function movesTable(moves: readonly Move[], texts: Texts): Markup {
  const rows = moves.map((move) => [
    groupName(move),
    html`<code>${placeName(move)}</code>`,
    move.from === undefined ? texts.fresh : badge(move.from, texts),
    badge(move.to, texts),
  ]);
  const headings = [texts.group, texts.region, texts.before, texts.after];
  const rest = rows.slice(SHOWN_MOVES);
  return html`${table(texts.sections.changes, headings, rows.slice(0, SHOWN_MOVES))}${rest.length > 0 ? html`<details><summary>+ ${rest.length}</summary>${table(texts.sections.changes, headings, rest)}</details>` : NOTHING}`;
}

function runsTable(runs: readonly ReportedRun[], texts: Texts): Markup {
  const row = (run: ReportedRun) => [
    timeMark(run.endedAt),
    startedBy(run, texts),
    run.trigger.reason ?? '',
    run.groups,
    run.changes,
    html`${run.isInterrupted ? html`<span class="failed">${texts.interrupted}</span> ` : NOTHING}${run.dryRun ? `${texts.dryRun} ` : ''}${run.heldBack.join('; ')}`,
    html`<code>${run.runId}</code>`,
  ];
  const headings = [
    texts.time,
    texts.trigger,
    texts.reason,
    `#${texts.groups}`,
    `#${texts.changes}`,
    '',
    texts.run,
  ];
  const newestFirst = [...runs].reverse().map(row);
  const rest = newestFirst.slice(SHOWN_MOVES);
  return html`${table(texts.otherRuns(runs.length), headings, newestFirst.slice(0, SHOWN_MOVES))}${rest.length > 0 ? html`<details><summary>+ ${rest.length}</summary>${table(texts.otherRuns(runs.length), headings, rest)}</details>` : NOTHING}`;
}
