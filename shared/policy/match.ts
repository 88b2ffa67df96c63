import type { SecurityGroupSummary } from '../security-group';
import { isLookedAfter, matchesAccount } from './accounts';
import type { Match, PolicySet } from './policy';
import { matchesWildcard } from './wildcard';

/** Whether a policy is about a group. */
export function matches(match: Match, group: SecurityGroupSummary): boolean {
  return (
    match.types.includes(group.type) &&
    matchesRegion(match, group.regionId, group.accountId) &&
    match.names.some((name) => matchesWildcard(name, group.name)) &&
    Object.entries(match.tags).every(([key, values]) => {
      // Object.hasOwn: every object inherits names such as `constructor`.
      const tag = Object.hasOwn(group.tags, key) ? group.tags[key] : undefined;
      return tag !== undefined && values.some((value) => matchesWildcard(value, tag));
    })
  );
}

/** Whether there can be groups in a region that match; without an account, in the own one. */
export function matchesRegion(match: Match, regionId: string, accountId?: string): boolean {
  return (
    matchesAccount(match, accountId) &&
    match.regions.some((region) => matchesWildcard(region, regionId))
  );
}

/** Whether any of some policies is about a group; no other group needs to be read. */
export function inScope(policies: PolicySet, group: SecurityGroupSummary): boolean {
  return (
    isLookedAfter(policies, group) && policies.policies.some(({ match }) => matches(match, group))
  );
}

/**
 * Whether any of some policies can be about groups of a region, without an account in the own one; no other
 * region needs to be listed.
 */
export function regionInScope(policies: PolicySet, regionId: string, accountId?: string): boolean {
  return (
    isLookedAfter(policies, { regionId, accountId }) &&
    policies.policies.some(({ match }) => matchesRegion(match, regionId, accountId))
  );
}

/** A policy set with only some of its policies; its guardrails and digest stay. Throws RangeError for an id that it does not have. */
export function selectPolicies(policies: PolicySet, ids: readonly string[]): PolicySet {
  const unknown = ids.find((id) => !policies.policies.some((policy) => policy.id === id));
  if (unknown !== undefined) throw new RangeError(`there is no policy "${unknown}"`);
  return { ...policies, policies: policies.policies.filter((policy) => ids.includes(policy.id)) };
}
