import { judge, matches, type PolicySet } from '../policy';
import type { SecurityGroup } from '../security-group';
import type { ReadLists } from '../traffic';
import type { ReportedFinding } from './run';

/** Everything that the policies hold against a group. `now`: milliseconds since 1970. */
export function judgeGroup(
  policies: PolicySet,
  group: SecurityGroup,
  lists: ReadLists,
  now: number,
): ReportedFinding[] {
  return policies.policies
    .filter((policy) => matches(policy.match, group))
    .flatMap((policy) =>
      judge(policy, group, lists, now).map((finding) => ({ ...finding, mode: policy.mode })),
    );
}
