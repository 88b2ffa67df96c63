import Table from 'cli-table3';
import { VERDICTS } from '../report/run-record';
import { colors as pc } from './color';
import { printable } from './printable';
import type { Status } from './status';

/** Regions, exemptions and the like that are shown; the rest is counted, so that all fits a screen. */
const MOST_SHOWN = 5;

/** How an estate stands, for people. */
export function statusText(status: Status): string {
  return [
    ...runLines(status),
    ...(status.totals ? [totalsTable(status)] : []),
    ...row(
      'stop switch',
      status.stopped === undefined ? 'off' : pc.yellow(`on: ${status.stopped}`),
    ),
    ...row('last hour', limitsText(status.limits)),
    ...row('unknown', unknownText(status)),
    ...row('not seen', unseenText(status)),
    ...row('exemptions', exemptionsText(status)),
    ...row('records', recordsText(status)),
  ].join('\n');
}

function row(name: string, text: string): string[] {
  return text === '' ? [] : [`${name.padEnd(13)}${text}`];
}

function runLines({ run, place }: Status): string[] {
  if (!run) {
    const next = 'run "palisade apply", deploy the functions, or name their place with --records';
    return [`${pc.yellow('No run')} has left a record in ${place}: ${next}.`];
  }
  const { runId, startedBy, endedAt, isRecent, dryRun, changes, heldBack } = run;
  const time = endedAt.replace(/\.\d+Z$/, 'Z');
  const word = dryRun ? 'changes called for' : 'changes';
  const lines = [
    `${pc.bold(printable(runId))}  ${startedBy}, ${isRecent ? time : pc.yellow(`${time}, not recent`)}, ${changes} ${word}${dryRun ? ' (dry run)' : ''}`,
  ];
  return [...lines, ...heldBack.map((reason) => pc.yellow(`held back: ${printable(reason)}`))];
}

function totalsTable({ regions, totals }: Status): string {
  const table = new Table({
    head: ['region', 'groups', ...VERDICTS].map((text) => pc.bold(text)),
    style: { head: [], border: [] },
    colAligns: ['left', ...Array<'right'>(VERDICTS.length + 1).fill('right')],
  });
  const add = (name: string, counts: NonNullable<Status['totals']>) => {
    table.push([name, counts.groups, ...VERDICTS.map((verdict) => counts[verdict])]);
  };
  const isWorse = (one: (typeof regions)[number]) => one.totals.groups - one.totals.compliant;
  const shown = regions.toSorted((one, other) => isWorse(other) - isWorse(one));
  for (const { regionId, totals: counts } of shown.slice(0, MOST_SHOWN)) add(regionId, counts);
  if (totals && regions.length !== 1) add(`all ${regions.length} regions`, totals);
  return table.toString();
}

function limitsText({ changes, groups, maxChanges, maxGroups }: Status['limits']): string {
  const of = (most: number | undefined) => (most === undefined ? '' : ` of ${most}`);
  return `${changes}${of(maxChanges)} changes called for, at ${groups}${of(maxGroups)} groups`;
}

function unknownText({ unknown: { groups, oldest }, interrupted }: Status): string {
  const parts = interrupted.map(({ runId }) => printable(runId));
  const open =
    parts.length === 0 ? [] : [`outcome not recorded (yet): ${some([...new Set(parts)])}`];
  if (!oldest) return open.join('');
  const { regionId, securityGroupId, lookedAt, reason } = oldest;
  const text = `${groups} ${groups === 1 ? 'group' : 'groups'}, for the longest ${securityGroupId} (${regionId}, ${lookedAt.slice(0, 10)}): ${printable(reason)}`;
  return pc.yellow([text, ...open].join('; '));
}

function unseenText({ unseen }: Status): string {
  const each = unseen.map(({ what, reason }) => `${what}: ${printable(reason)}`);
  return unseen.length === 0 ? '' : pc.yellow(some(each));
}

function exemptionsText({ exemptionsEndingSoon }: Status): string {
  const ends = exemptionsEndingSoon.map(
    ({ securityGroupId, policyId, until, ticket }) =>
      `${securityGroupId} from ${policyId} until ${until} (${printable(ticket)})`,
  );
  return ends.length === 0 ? '' : pc.yellow(`ending soon: ${some(ends)}`);
}

function recordsText({ chain: { checked, head, problems }, unreadable }: Status): string {
  const unread = unreadable.map(({ key }) => printable(key));
  const lost = unread.length === 0 ? '' : `; cannot be understood: ${some(unread)}`;
  if (problems.length > 0) {
    const next = 'see "palisade evidence verify"';
    return pc.red(`not as they were written: ${some(problems.map(printable))}; ${next}${lost}`);
  }
  if (!head) return lost.slice(2);
  const text = `the last ${checked} are as they were written; head ${head.sequence}:${head.digest}`;
  return lost === '' ? text : pc.yellow(`${text}${lost}`);
}

function some(texts: readonly string[]): string {
  const more = texts.length - MOST_SHOWN;
  return `${texts.slice(0, MOST_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
