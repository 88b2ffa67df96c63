import type { SecurityGroupSummary } from '../security-group';
import type { Match, PolicySet } from './policy';
import { matchesWildcard } from './wildcard';

/** Whether a policy is about a group. */
export function matches(match: Match, group: SecurityGroupSummary): boolean {
  return (
    match.types.includes(group.type) &&
    matchesRegion(match, group.regionId) &&
    match.names.some((name) => matchesWildcard(name, group.name)) &&
    Object.entries(match.tags).every(([key, values]) => {
      // Object.hasOwn: every object inherits names such as `constructor`.
      const tag = Object.hasOwn(group.tags, key) ? group.tags[key] : undefined;
      return tag !== undefined && values.some((value) => matchesWildcard(value, tag));
    })
  );
}

/** Whether there can be groups in a region that match. */
export function matchesRegion(match: Match, regionId: string): boolean {
  return match.regions.some((region) => matchesWildcard(region, regionId));
}

/** Whether any of some policies is about a group; no other group needs to be read. */
export function inScope(policies: PolicySet, group: SecurityGroupSummary): boolean {
  return policies.policies.some((policy) => matches(policy.match, group));
}

/** Whether any of some policies can be about groups of a region; no other region needs to be listed. */
export function regionInScope(policies: PolicySet, regionId: string): boolean {
  return policies.policies.some((policy) => matchesRegion(policy.match, regionId));
}

/** A policy set with only some of its policies; its guardrails and digest stay. Throws RangeError for an id that it does not have. */
export function selectPolicies(policies: PolicySet, ids: readonly string[]): PolicySet {
  const unknown = ids.find((id) => !policies.policies.some((policy) => policy.id === id));
  if (unknown !== undefined) throw new RangeError(`there is no policy "${unknown}"`);
  return { ...policies, policies: policies.policies.filter((policy) => ids.includes(policy.id)) };
}
