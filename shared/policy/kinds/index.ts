import type { SecurityGroup, SecurityGroupSummary } from '../../security-group';
import type { Flow, ReadLists } from '../../traffic';
import { matches } from '../match';
import type { Policy, PolicySet } from '../policy';
import { judgeDenyEgress, trafficOfDenyEgress } from './deny-egress';
import { judgeDescribeRules } from './describe-rules';
import type { Finding } from './finding';

/** What a policy holds against a group, exemptions left aside. */
export function judge(policy: Policy, group: SecurityGroup, lists: ReadLists): Finding[] {
  switch (policy.kind) {
    case 'deny-egress':
      return judgeDenyEgress(policy, group, lists);
    case 'describe-rules':
      return judgeDescribeRules(policy, group);
  }
}

/** The traffic whose verdict a policy's repairs may change; none for a policy about descriptions. */
export function trafficOf(policy: Policy): Flow[] {
  switch (policy.kind) {
    case 'deny-egress':
      return trafficOfDenyEgress(policy);
    case 'describe-rules':
      return [];
  }
}

/** The prefix lists that policies about a group name as destinations. */
export function prefixListsOf(policies: PolicySet, group: SecurityGroupSummary): string[] {
  return policies.policies
    .filter((policy) => matches(policy.match, group))
    .flatMap(trafficOf)
    .flatMap(({ peer }) => (peer.kind === 'prefix-list' ? [peer.prefixListId] : []));
}
