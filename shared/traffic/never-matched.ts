import type { Direction, Rule } from '../security-group';
import { EVERYTHING } from './box';
import { decisionList, rulesByStrength } from './decision-list';
import { type Contender, cutToBox, decidedCovers, type LocalList } from './local-list';
import type { RuleSet } from './rule-set';
import { STRIDE } from './uncovered';
import { DEFAULT_WORK_LIMIT, type Undecided, withinLimit } from './work';

/** A rule that no packet reaches. */
export interface NeverMatched {
  readonly rule: Rule;
  /**
   * Stronger rules that match every packet which the rule matches, strongest first; it often takes
   * several together. Empty: the rule matches nothing to begin with.
   */
  readonly coveredBy: readonly Rule[];
}

/**
 * The rules of one direction that decide no packet, whatever unread groups and lists hold, strongest
 * first. Stronger rules count by their union. Of equal rules the later one is never matched.
 */
export function neverMatched(
  ruleSet: RuleSet,
  direction: Direction,
  workLimit: number = DEFAULT_WORK_LIMIT,
): { readonly verdict: 'exact'; readonly rules: readonly NeverMatched[] } | Undecided {
  return withinLimit(workLimit, (work) => {
    const reached = new Set<Rule | 'default'>();
    const covers = new Map<Rule | 'default', Set<Rule | 'default'>>();
    for (const family of [4, 6] as const) {
      const entries = decisionList(ruleSet, direction, family);
      const list = cutToBox(entries, EVERYTHING[family], work);
      for (const { by, coveredBy } of judgeContenders(list)) {
        if (!coveredBy) reached.add(by);
        else covers.set(by, new Set([...(covers.get(by) ?? []), ...coveredBy]));
      }
      // A certain match of everything ended the list early; it covers whatever comes behind.
      const last = list.contenders.at(-1)?.entry;
      for (const { by } of entries.slice(last ? entries.indexOf(last) + 1 : 0)) {
        if (last) covers.set(by, new Set([...(covers.get(by) ?? []), last.by]));
      }
    }
    const rules = rulesByStrength(ruleSet).filter((rule) => rule.direction === direction);
    return {
      verdict: 'exact',
      rules: rules
        .filter((rule) => !reached.has(rule))
        .map((rule) => {
          const coveredBy = covers.get(rule);
          return { rule, coveredBy: rules.filter((other) => coveredBy?.has(other)) };
        }),
    };
  });
}

/** For each entry, the stronger ones that leave it no packet, or undefined if some packet is left. */
function* judgeContenders(list: LocalList): Generator<{
  by: Rule | 'default';
  coveredBy: Set<Rule | 'default'> | undefined;
}> {
  const { contenders } = list;
  const owners = contenders.flatMap(({ entry, from, to }) => Array(to - from).fill(entry.by));
  for (const contender of contenders) {
    const used = findCover(list, contender, decidedCovers(list, contender));
    const coveredBy = used && new Set(dropNeedless(list, contender, used).map((n) => owners[n]));
    yield { by: contender.entry.by, coveredBy };
  }
}

/** Those of the covers with which the search got along if they leave a contender nothing. */
function findCover(
  { cells, search }: LocalList,
  { from, to }: Contender,
  covers: ArrayLike<number>,
): number[] | undefined {
  const used = new Set<number>();
  for (let box = from; box < to; box++) {
    if (search.visit(cells, box * STRIDE, covers, () => true, used)) return undefined;
  }
  return [...used];
}

/** Covers of a contender without those that the others can do without, the last found tried first. */
function dropNeedless(list: LocalList, contender: Contender, covers: number[]): number[] {
  let needed = covers;
  for (const cover of covers.length > 1 ? covers.toReversed() : []) {
    const others = needed.filter((other) => other !== cover);
    if (findCover(list, contender, others)) needed = others;
  }
  return needed;
}
