import { inScope, type Match, matches, type PolicySet, selectPolicies } from '../../shared/policy';
import { type Listing, unlistedName } from '../../shared/remediation';
import {
  parseSecurityGroupId,
  placeName,
  type SecurityGroupSummary,
} from '../../shared/security-group';
import type { TagFilter } from './narrowing-options';

/** Options that narrow a run to some policies and groups. */
export interface NarrowingOptions {
  /** Ids of policies. */
  readonly only: readonly string[];
  /** Ids of groups. */
  readonly group: readonly string[];
  readonly tag: readonly TagFilter[];
  /** Patterns with `*`. */
  readonly name: readonly string[];
}

/** Whether options narrow anything. */
export function isNarrowed({ only, group, tag, name }: NarrowingOptions): boolean {
  return [only, group, tag, name].some((values) => values.length > 0);
}

/** The policies that are asked for. Throws an Error that says which there are. */
export function narrowPolicies(policies: PolicySet, file: string, only: readonly string[]) {
  if (only.length === 0) return policies;
  const ids = policies.policies.map(({ id }) => id);
  const unknown = only.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw new Error(`${file} has no policy "${unknown}": --only takes ${ids.join(', ')}`);
  }
  return selectPolicies(policies, only);
}

/** The ids of groups that are asked for; none: all. Throws FormatError. */
export function groupIdsOf({ group }: Pick<NarrowingOptions, 'group'>) {
  return group.map((id) => parseSecurityGroupId(id));
}

/**
 * The groups of a listing that are asked for and that a policy is about. Throws an Error for a group that was
 * not found, or that no policy is about: nothing would be said of it, as if it were compliant.
 */
export function narrowGroups(
  { groups, places, unlisted }: Listing,
  policies: PolicySet,
  options: NarrowingOptions & { readonly policy: string },
): SecurityGroupSummary[] {
  const wanted = groups.filter((group) => matches(matchOf(options), group));
  for (const id of options.group) {
    const found = groups.filter((group) => group.id === id);
    if (found.length === 0) {
      const missed = unlisted.map(
        (each) => `; ${unlistedName(each)} could not be listed: ${each.reason}`,
      );
      throw new Error(
        `no group ${id} in ${places.map(placeName).join(', ') || 'any region that the policies are about'}${missed.join('')}: ` +
          'check the id, the region (--region) and the account',
      );
    }
    if (!found.some((group) => inScope(policies, group))) {
      const which = options.only.length > 0 ? options.only.join(', ') : `of ${options.policy}`;
      throw new Error(
        `no policy ${which} is about group ${id} (${found.map(placeName).join(', ')}): ` +
          'look at "match" in the policy file',
      );
    }
  }
  return wanted.filter(
    (group) =>
      inScope(policies, group) && (options.group.length === 0 || options.group.includes(group.id)),
  );
}

/** What is asked for, in words; empty if nothing narrows it. */
export function describeNarrowing({ only, group, tag, name }: NarrowingOptions): string {
  return [
    ...only.map((id) => `--only ${id}`),
    ...group.map((id) => `--group ${id}`),
    ...tag.map(({ key, value }) => `--tag ${key}=${value}`),
    ...name.map((pattern) => `--name ${pattern}`),
  ].join(' ');
}

/** Values of one tag are alternatives, as in a policy file. */
function matchOf({ tag, name }: NarrowingOptions): Match {
  const keys = [...new Set(tag.map(({ key }) => key))];
  return {
    regions: ['*'],
    types: ['normal', 'enterprise'],
    names: name.length > 0 ? name : ['*'],
    tags: Object.fromEntries(
      keys.map((key) => [key, tag.filter((each) => each.key === key).map(({ value }) => value)]),
    ),
  };
}
