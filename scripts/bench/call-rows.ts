import Table from 'cli-table3';
import type { CallBound } from './call-bound';
import type { CallCounts } from './estate';

/** Calls of ECS by what they are for; reading holds the reads after a repair as well. */
export interface EcsCalls {
  readonly listing: number;
  readonly reading: number;
  readonly lists: number;
  readonly authorizing: number;
  readonly describing: number;
  /** Of any other sort: there should be none. */
  readonly others: number;
  readonly total: number;
}

/** The calls of one sweep, beside the fewest possible and those of a tool written by hand. */
export interface CallRow {
  readonly name: string;
  readonly bound: EcsCalls;
  readonly palisade: EcsCalls;
  readonly byHand: EcsCalls;
  /** Calls for each that the bound needs. */
  readonly overBound: number;
  /** Calls of the tool written by hand for each of Palisade's. */
  readonly gain: number;
}

/** The calls of the tool written by hand, which had one group of `share`. */
export interface ByHand {
  readonly counts: CallCounts;
  readonly share: number;
  readonly policies: number;
}

const PURPOSES: Readonly<Record<string, Exclude<keyof EcsCalls, 'total' | 'others'>>> = {
  DescribeSecurityGroups: 'listing',
  DescribeSecurityGroupAttribute: 'reading',
  DescribePrefixListAttributes: 'lists',
  DescribePortRangeListEntries: 'lists',
  AuthorizeSecurityGroup: 'authorizing',
  AuthorizeSecurityGroupEgress: 'authorizing',
  ModifySecurityGroupRule: 'describing',
  ModifySecurityGroupEgressRule: 'describing',
};
const NAMES = ['listing', 'reading', 'lists', 'authorizing', 'describing', 'others'] as const;

/** Sorts calls by what they are for. Throws an Error when one was refused: then the figures say nothing. */
export function ecsCalls(counts: CallCounts): EcsCalls {
  const sums = { listing: 0, reading: 0, lists: 0, authorizing: 0, describing: 0, others: 0 };
  for (const [name, count] of Object.entries(counts)) {
    const [product, action = '', code] = name.split(' ');
    if (product !== 'Ecs') continue;
    if (code !== undefined) throw new Error(`${count} calls of ${action} were refused: ${code}`);
    sums[PURPOSES[action] ?? 'others'] += count;
  }
  return withTotal(sums);
}

/** Compares the calls of a sweep. Pages of a list are the same for every policy, and not taken times `share`. */
export function callRow(
  name: string,
  bound: CallBound,
  counts: CallCounts,
  { counts: few, share, policies }: ByHand,
): CallRow {
  const palisade = ecsCalls(counts);
  const tenth = ecsCalls(few);
  const byHand = withTotal({
    listing: policies * bound.listing,
    reading: tenth.reading * share,
    lists: tenth.lists * share,
    authorizing: tenth.authorizing * share,
    describing: tenth.describing * share,
    others: tenth.others * share,
  });
  const { readingBack, ...rest } = bound;
  return {
    name,
    bound: withTotal({ ...rest, reading: bound.reading + readingBack, others: 0 }),
    palisade,
    byHand,
    overBound: rounded(palisade.total / bound.total, 4),
    gain: rounded(byHand.total / palisade.total, 1),
  };
}

/** Prints the calls of each sweep in a table. */
export function printCallRows(
  rows: readonly CallRow[],
  about: { readonly groups: number; readonly policies: number; readonly regions: number },
  share: number,
): void {
  const table = new Table({
    head: ['sweep', 'calls for', 'fewest possible', 'palisade', 'by hand'],
    style: { head: [], border: [] },
  });
  for (const { name, bound, palisade, byHand, overBound, gain } of rows) {
    for (const purpose of NAMES) {
      const counts = [bound[purpose], palisade[purpose], byHand[purpose]];
      if (counts.some((count) => count > 0)) table.push([name, purpose, ...counts]);
    }
    table.push([
      name,
      'all',
      bound.total,
      `${palisade.total} (${overBound} of the fewest)`,
      `${byHand.total} (${gain}x)`,
    ]);
  }
  console.log(`
${about.groups} groups in ${about.regions} regions, ${about.policies} policies; calls of ECS
${table.toString()}
reading: of the rules of a group, and once more after it was changed. lists: prefix lists and port lists.
by hand: reads each group for each policy; measured on one group of ${share}, pages of groups counted in full.`);
  for (const { name, palisade, bound } of rows) {
    const isMet = palisade.total <= bound.total;
    const more = palisade.total - bound.total;
    console.log(`${isMet ? 'met:    ' : 'not met:'} ${name}: ${more} calls more than the fewest`);
  }
}

function withTotal(calls: Omit<EcsCalls, 'total'>): EcsCalls {
  const { listing, reading, lists, authorizing, describing, others } = calls;
  const sums = { listing, reading, lists, authorizing, describing, others };
  return { ...sums, total: Object.values(sums).reduce((total, each) => total + each, 0) };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
