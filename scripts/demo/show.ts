import Table from 'cli-table3';
import pc from 'picocolors';
import type { Verdict } from '../../shared/remediation';
import type { Case } from './inventory';
import type { GroupStory } from './records';

const COLORS: Readonly<Record<Verdict, (text: string) => string>> = {
  compliant: pc.green,
  exempt: pc.cyan,
  violating: pc.red,
  unrepairable: pc.magenta,
  unknown: pc.yellow,
};
const VERDICTS = Object.keys(COLORS) as Verdict[];

/** Announces a step of the demo. */
export function announce(text: string): void {
  console.log(`\n${pc.bold(pc.blue('▸'))} ${pc.bold(text)}`);
}

/** Says something about the current step. */
export function say(text: string): void {
  console.log(text.replace(/^/gm, '  '));
}

/**
 * Shows on a terminal how work goes on until it is done; `describe` is asked for the current state.
 * Elsewhere only the last state is written.
 */
export async function showWhile(work: Promise<void>, describe: () => string): Promise<void> {
  const isTerminal = process.stdout.isTTY;
  const timer = setInterval(() => {
    if (isTerminal) process.stdout.write(`\r  ${describe()}\u001b[K`);
  }, 80);
  try {
    await work;
  } finally {
    clearInterval(timer);
    process.stdout.write(
      `${isTerminal ? '\r' : ''}  ${describe()}${isTerminal ? '\u001b[K' : ''}\n`,
    );
  }
}

/** How many groups of each region stood and stand how. */
export function regionTable(
  stories: ReadonlyMap<string, GroupStory>,
  regions: ReadonlyMap<string, string>,
): string {
  const table = new Table({
    head: ['region', 'groups', ...VERDICTS, 'changes'].map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    colAligns: ['left', ...Array<'right'>(VERDICTS.length + 2).fill('right')],
  });
  const row = (name: string, groups: readonly GroupStory[]) => {
    const count = (verdict: Verdict, when: 'verdict' | 'verdictBefore') =>
      groups.filter((story) => story[when] === verdict).length;
    table.push([
      name,
      groups.length,
      ...VERDICTS.map((verdict) => {
        const [before, after] = [count(verdict, 'verdictBefore'), count(verdict, 'verdict')];
        if (before === 0 && after === 0) return pc.dim('·');
        return before === after
          ? String(after)
          : `${pc.dim(`${before} →`)} ${COLORS[verdict](String(after))}`;
      }),
      groups.reduce((sum, story) => sum + story.changes, 0),
    ]);
  };
  for (const regionId of new Set(regions.values())) {
    row(
      regionId,
      [...stories.values()].filter((story) => regions.get(story.securityGroupId) === regionId),
    );
  }
  row(pc.bold('all'), [...stories.values()]);
  return table.toString();
}

/** Traffic listed more than this is cut short. */
const MOST_LISTED = 5;

/** Traffic in words, cut short if it is long. */
export function listed(traffic: readonly string[]): string {
  const rest = traffic.length - MOST_LISTED;
  return traffic.slice(0, MOST_LISTED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** The difficult cases: what is difficult at each, how it ended, and what was found there. */
export function caseList(stories: ReadonlyMap<string, GroupStory>, cases: readonly Case[]): string {
  return cases
    .flatMap(({ groupId, why }) => {
      const story = stories.get(groupId);
      if (!story) return [];
      const { verdictBefore, verdict, found, changes, closed } = story;
      const end =
        verdictBefore === verdict
          ? COLORS[verdict](verdict)
          : `${COLORS[verdictBefore](verdictBefore)} → ${COLORS[verdict](verdict)}`;
      const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
      return [
        `${pc.bold(groupId)}: ${why}`,
        `  ${found[0] === undefined ? 'nothing was found' : found[0] + more}`,
        `  ${end}${changes === 0 ? '' : `, ${changes} ${changes === 1 ? 'change' : 'changes'}`}`,
        ...(closed.length === 0 ? [] : [pc.dim(`  closed: ${listed(closed)}`)]),
      ];
    })
    .join('\n');
}
