import {
  describeExemption,
  exemptionOf,
  type Finding,
  judge,
  matches,
  type Policy,
  type PolicySet,
} from '../policy';
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
      judgePolicy(policy, group, lists, now).map((finding) => ({ ...finding, mode: policy.mode })),
    );
}

/** What one policy holds against a group that it is about, with its exemptions taken into account. */
export function judgePolicy(
  policy: Policy,
  group: SecurityGroup,
  lists: ReadLists,
  now: number,
): Finding[] {
  const findings = judge(policy, group, lists);
  const exemption = exemptionOf(policy, group, now);
  if (!exemption) return findings;
  return findings.map((finding) => ({
    ...finding,
    status: 'exempt',
    message: `${finding.message}; ${describeExemption(exemption)}`,
    changes: [],
  }));
}
