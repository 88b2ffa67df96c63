import type { Environment } from './environment';
import { refuse } from './refuse';
import type { RuleFields } from './rule';
import type { RuleSite } from './rule-target';

/**
 * Throws when a group would hold more rules than it may: AuthorizationLimitExceed (403) for all of
 * them, AuthorizedGroupRule.LimitExceed (400) for those whose authorization object is a group. A rule
 * that refers to a list counts as often as the list's MaxEntries (help page: Limits).
 */
export function checkQuotas(
  site: RuleSite,
  rules: readonly RuleFields[],
  environment: Environment,
): void {
  const { settings } = environment;
  const total = rules.reduce((sum, rule) => sum + weightOf(site, rule, environment), 0);
  if (total > settings.rulesPerGroup) {
    refuse('AuthorizationLimitExceed');
  }
  if (rules.filter((rule) => rule.peerGroupId !== '').length > settings.groupRulesPerGroup) {
    refuse('AuthorizedGroupRule.LimitExceed');
  }
}

function weightOf(
  { group, regionId }: RuleSite,
  { peerPrefixListId, portRangeListId }: RuleFields,
  { store }: Environment,
): number {
  if (peerPrefixListId === '' && portRangeListId === '') {
    return 1;
  }
  // A list that an inventory refers to without giving it counts as one entry.
  const { prefixLists, portRangeLists } = store.region(group.accountId, regionId);
  const prefixes = prefixLists.get(peerPrefixListId)?.maxEntries ?? 1;
  const ports = portRangeLists.get(portRangeListId)?.maxEntries ?? 1;
  return prefixes * ports;
}
