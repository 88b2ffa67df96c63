import type { SecurityGroup } from '../../security-group';
import type { ReadLists, RuleSet } from '../../traffic';

const known = new WeakMap<SecurityGroup, RuleSet>();

/**
 * A group as the engine takes it. The same object for every policy, because the engine remembers what it
 * has worked out about one.
 */
export function ruleSetOf(group: SecurityGroup, lists: ReadLists): RuleSet {
  const found = known.get(group);
  if (found?.lists === lists) return found;
  const { type: groupType, innerAccessPolicy, rules } = group;
  const ruleSet = { groupType, innerAccessPolicy, rules, lists };
  known.set(group, ruleSet);
  return ruleSet;
}
