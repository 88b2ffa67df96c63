import Table from 'cli-table3';
import pc from 'picocolors';
import type { PartProgress, PartState } from '../../shared/runs';
import { printable } from './printable';
import type { RunView } from './run-view';

/** Shards that are shown; the rest is counted. */
const MOST_SHOWN = 20;

const RUN_COLORS: Readonly<Record<RunView['state'], (text: string) => string>> = {
  'in progress': pc.cyan,
  done: pc.green,
  failed: pc.red,
  lost: pc.yellow,
};

/** In the order in which shards are worth looking at. */
const PART_COLORS: Readonly<Record<PartState, (text: string) => string>> = {
  failed: pc.red,
  working: pc.cyan,
  waiting: pc.yellow,
  'handed-on': pc.dim,
  done: pc.green,
};
const PART_ORDER = Object.keys(PART_COLORS);

/** Runs for people, as a table. */
export function runsText(views: readonly RunView[], place: string, now: number): string {
  if (views.length === 0) {
    return `No run in ${place} was cut into shards: the sweep does that, and whatever is about many groups.`;
  }
  const table = tableOf('run', 'started by', 'age', 'groups', 'shards', 'changes', 'state');
  for (const view of views) {
    table.push([
      printable(view.runId),
      starter(view),
      ageOf(view, now),
      fraction(view.groups.done, view.groups.total),
      fraction(view.shards.ended, view.shards.total),
      changesOf(view),
      stateOf(view),
    ]);
  }
  return [
    table.toString(),
    ...(views.some(({ dryRun }) => dryRun)
      ? ['In brackets: changes that a dry run called for.']
      : []),
  ].join('\n');
}

/** One run with its shards. */
export function shardsText(view: RunView, all: boolean, now: number): string {
  const { parts = [], groups, shards, durationMs, unknown } = view;
  const ordered = [...parts].sort(
    (one, other) => PART_ORDER.indexOf(one.state) - PART_ORDER.indexOf(other.state),
  );
  const shown = all ? ordered : ordered.slice(0, MOST_SHOWN);
  const table = tableOf('shard', 'groups', 'changes', 'state');
  for (const part of shown) {
    table.push([
      printable(part.part),
      fraction(part.done, part.groups),
      part.changes,
      `${PART_COLORS[part.state](wordOf(part.state))}${detailOf(part)}`,
    ]);
  }
  const took = durationMs === undefined ? ageOf(view, now) : `took ${duration(durationMs)}`;
  return [
    `${pc.bold(printable(view.runId))}  ${starter(view)}  ${stateOf(view)}  ${took}`,
    `${bar(groups.done, groups.total)} ${groups.done} of ${groups.total} groups, ${shards.ended} of ${shards.total} shards, changes: ${changesOf(view)}${unknown > 0 ? `, unknown: ${unknown}` : ''}`,
    table.toString(),
    ...(shown.length < parts.length
      ? [pc.dim(`… and ${parts.length - shown.length} more shards: --all shows them`)]
      : []),
    ...view.unlisted.map(({ place, reason }) =>
      pc.yellow(`${printable(place)} could not be listed: ${printable(reason)}`),
    ),
    ...view.heldBack.map((reason) => pc.yellow(`Held back: ${printable(reason)}`)),
  ].join('\n');
}

function tableOf(...head: string[]) {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    colAligns: head.map((name) =>
      ['groups', 'shards', 'changes', 'age'].includes(name) ? 'right' : 'left',
    ),
  });
}

function stateOf({ state, heldBack, unknown }: RunView): string {
  const notes = [
    ...(heldBack.length > 0 ? ['held back'] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return `${RUN_COLORS[state](state)}${notes.length > 0 ? `, ${notes.join(', ')}` : ''}`;
}

function wordOf(state: PartState): string {
  return state === 'handed-on' ? 'handed on' : state;
}

function detailOf({ to, reason }: PartProgress): string {
  if (to !== undefined) return ` to ${printable(to)}`;
  return reason === undefined ? '' : `: ${printable(reason).slice(0, 80)}`;
}

function starter({ trigger: { kind, by } }: RunView): string {
  return printable(by === undefined ? kind : `${kind}: ${by}`);
}

function changesOf({ changes, dryRun }: RunView): string {
  return dryRun ? `(${changes})` : String(changes);
}

function ageOf({ startedAt }: RunView, now: number): string {
  return duration(Math.max(now - Date.parse(startedAt), 0));
}

/** A duration in its largest unit. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

function fraction(done: number, total: number): string {
  return `${done}/${total}`;
}

const BAR_WIDTH = 24;

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return `${pc.green('█'.repeat(full))}${pc.dim('░'.repeat(BAR_WIDTH - full))}`;
}
