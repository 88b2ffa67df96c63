import type { Cidr, PortRange } from '../security-group';
import type { RuleSet } from './rule-set';

/**
 * The rules of all groups of one network interface as one rule set: they are sorted and applied
 * together (help page "Security group rules"). Intra-group traffic is let through if any of the groups
 * lets it through. Throws RangeError for no groups, and for basic and enterprise groups together,
 * which one interface cannot have.
 */
export function pool(ruleSets: readonly RuleSet[]): RuleSet {
  const [first, ...others] = ruleSets;
  if (!first) throw new RangeError('no groups to pool: an interface belongs to at least one');
  if (others.some((other) => other.groupType !== first.groupType)) {
    throw new RangeError(
      'basic and enterprise groups cannot share an interface: pool groups of one type only',
    );
  }
  return {
    groupType: first.groupType,
    innerAccessPolicy: ruleSets.some((ruleSet) => ruleSet.innerAccessPolicy === 'accept')
      ? 'accept'
      : 'drop',
    rules: ruleSets.flatMap((ruleSet) => ruleSet.rules),
    lists: {
      prefixLists: new Map<string, readonly Cidr[]>(
        ruleSets.flatMap((ruleSet) => [...(ruleSet.lists?.prefixLists ?? [])]),
      ),
      portRangeLists: new Map<string, readonly PortRange[]>(
        ruleSets.flatMap((ruleSet) => [...(ruleSet.lists?.portRangeLists ?? [])]),
      ),
    },
  };
}
