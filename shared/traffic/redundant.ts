import type { Direction, Rule } from '../security-group';
import { EVERYTHING } from './box';
import { decisionList } from './decision-list';
import { type Contender, cutToBox, isSubset, type LocalList } from './local-list';
import type { RuleSet } from './rule-set';
import { STRIDE } from './uncovered';
import { DEFAULT_WORK_LIMIT, type Undecided, type WorkMeter, withinLimit } from './work';

/**
 * The rules of one direction without which every packet would get the same verdict, in the order
 * given: rules that are never matched, and rules whose packets weaker rules or the default treat the
 * same way. Each is redundant while the others stay; of two that stand in for each other, removing
 * both may change verdicts.
 */
export function redundant(
  ruleSet: RuleSet,
  direction: Direction,
  workLimit: number = DEFAULT_WORK_LIMIT,
): { readonly verdict: 'exact'; readonly rules: readonly Rule[] } | Undecided {
  return withinLimit(workLimit, (work) => {
    const needed = new Set<Rule | 'default'>();
    for (const family of [4, 6] as const) {
      const entries = decisionList(ruleSet, direction, family);
      const list = cutToBox(entries, EVERYTHING[family], work, { keepUnreached: true });
      for (const contender of list.contenders) {
        const { by } = contender.entry;
        if (by !== 'default' && !needed.has(by) && isNeeded(list, contender, work)) needed.add(by);
      }
    }
    const rules = ruleSet.rules.filter((rule) => rule.direction === direction && !needed.has(rule));
    return { verdict: 'exact', rules };
  });
}

/** A box near another: its number in the grid, and whose it is. */
interface Near {
  readonly box: number;
  readonly contender: Contender;
}

/**
 * Whether some packet that a contender decides would be decided the other way without its rule: by an
 * opposite weaker contender, past all that are stronger than that one but for the rule itself.
 */
function isNeeded({ contenders, cells, search }: LocalList, own: Contender, work: WorkMeter) {
  for (let box = own.from; box < own.to; box++) {
    const near: Near[] = [];
    for (const contender of contenders) {
      if (contender.entry.by === own.entry.by) continue;
      for (let other = contender.from; other < contender.to; other++) {
        if (overlapOf(cells, box, other)) near.push({ box: other, contender });
      }
    }
    work.spend(cells.length / STRIDE);
    // The default and the widest rules come last and are the likeliest to decide otherwise.
    for (const { box: other, contender } of near.toReversed()) {
      if (contender.from < own.from || contender.entry.accept === own.entry.accept) continue;
      const target = overlapOf(cells, box, other);
      const on = [...own.unknowns, ...contender.unknowns];
      work.spend(near.length);
      const covers = near
        .filter((each) => each.contender.from < contender.from)
        .filter((each) => isSubset(each.contender.unknowns, on))
        .map((each) => each.box);
      if (target && search.visit(target, 0, covers, () => true)) return true;
    }
  }
  return false;
}

/** What two boxes of a grid have in common, as eight numbers. */
function overlapOf(cells: Int32Array, one: number, other: number): Int32Array | undefined {
  const common = new Int32Array(STRIDE);
  for (let side = 0; side < STRIDE; side += 2) {
    const [a, b] = [one * STRIDE + side, other * STRIDE + side];
    common[side] = Math.max(cells[a] as number, cells[b] as number);
    common[side + 1] = Math.min(cells[a + 1] as number, cells[b + 1] as number);
    if ((common[side] as number) > (common[side + 1] as number)) return undefined;
  }
  return common;
}
