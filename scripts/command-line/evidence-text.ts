import Table from 'cli-table3';
import type { Problem, Verification } from '../../shared/evidence';
import type { RunList, RunSummary } from '../../shared/evidence/read-runs';
import { colors as pc } from './color';
import { printable } from './printable';

/** Problems, records and runs that are shown; the rest is counted. */
const MOST_SHOWN = 20;

const VERDICTS = ['compliant', 'exempt', 'violating', 'unrepairable', 'unknown'] as const;

/** What was verified, for people: what does not fit, the first one first, and the head to keep. */
export function verificationText(place: string, found: Verification): string {
  const { problems, unlinked, interrupted, entries, records, head } = found;
  const lines: string[] = [];
  for (const [index, problem] of problems.slice(0, MOST_SHOWN).entries()) {
    lines.push(...problemLines(problem, index === 0));
  }
  lines.push(...more(problems.length));
  if (unlinked.length > 0) {
    const says = `${counted(unlinked.length, 'record')} not in the chain: left by a run that died or goes on, or put there`;
    lines.push(pc.yellow(says), ...some(unlinked));
  }
  if (interrupted.length > 0) {
    const runs = interrupted.map(
      ({ runId, part, attempt, resumedBy }) =>
        `${runId} ${part}, attempt ${attempt}${resumedBy ? `; attempt ${resumedBy} went on and ended` : ''}`,
    );
    lines.push('Changes announced, and the outcome not recorded (yet):', ...some(runs));
  }
  const size = `${counted(entries, 'entry', 'entries')} and ${counted(records, 'record')}`;
  if (found.isIntact) {
    lines.push(`${pc.green('Intact')}: ${size} in ${place} are as they were written.`);
  } else if (problems.length === 0) {
    lines.push(`${pc.yellow('Incomplete')}: ${size} are in ${place}, and what is linked fits.`);
  } else {
    lines.push(`${pc.red('Tampered with')}: ${size} are in ${place}.`);
  }
  if (problems.length === 0 && entries > 0) lines.push(`Head: ${head.sequence}:${head.digest}`);
  return lines.join('\n');
}

function problemLines(problem: Problem, isFirst: boolean): string[] {
  const { kind, sequence, key, expected, found } = problem;
  const entry = sequence === undefined ? '' : `entry ${sequence} was `;
  const title = `${isFirst ? 'First: ' : ''}${entry}${kind}`;
  return [
    `${pc.red(title)}  ${pc.bold(printable(key))}`,
    `  expected: ${printable(expected)}`,
    `  found:    ${printable(found)}`,
  ];
}

/** The runs for people, as a table. */
export function runListText({ runs, unreadable }: RunList, all: boolean): string {
  const shown = all ? runs : runs.slice(0, MOST_SHOWN);
  const table = new Table({
    head: ['time', 'run', 'started by', 'groups', 'changes', 'record'].map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'left', 'left', 'right', 'left'],
  });
  for (const run of shown) {
    const { totals } = run;
    table.push([
      run.time.replace(/\.\d+Z$/, 'Z'),
      printable(run.runId),
      starter(run),
      verdictsOf(run),
      run.dryRun ? `(${totals.changes})` : totals.changes,
      stateOf(run),
    ]);
  }
  return [
    table.toString(),
    ...(shown.length < runs.length
      ? [pc.dim(`… and ${runs.length - shown.length} earlier runs: --all shows them`)]
      : []),
    ...(shown.some((run) => run.dryRun) ? ['In brackets: changes that a dry run called for.'] : []),
    ...(unreadable.length === 0
      ? []
      : [
          pc.red(`${counted(unreadable.length, 'record')} cannot be understood:`),
          ...some(unreadable),
        ]),
  ].join('\n');
}

function verdictsOf({ totals }: RunSummary): string {
  const some = VERDICTS.filter((verdict) => totals[verdict] > 0);
  return some.map((verdict) => `${totals[verdict]} ${verdict}`).join(', ') || '0';
}

function starter({ trigger }: RunSummary): string {
  return printable(trigger.by === undefined ? trigger.kind : `${trigger.kind}: ${trigger.by}`);
}

function stateOf({ isSealed, hasEnded, heldBack }: RunSummary): string {
  const sealed = isSealed ? 'sealed' : pc.yellow('not sealed');
  if (!hasEnded) return `${sealed}, ${pc.yellow('no outcome')}`;
  return heldBack.length > 0 ? `${sealed}, held back` : sealed;
}

function some(texts: readonly string[]): string[] {
  return [
    ...texts.slice(0, MOST_SHOWN).map((text) => `  ${printable(text)}`),
    ...more(texts.length),
  ];
}

function more(count: number): string[] {
  return count > MOST_SHOWN
    ? [pc.dim(`  … and ${count - MOST_SHOWN} more: --json shows them`)]
    : [];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
