import type { Direction, SecurityGroup, SecurityGroupSummary } from '../../security-group';
import type { Flow, ReadLists } from '../../traffic';
import { matches } from '../match';
import type { Policy, PolicySet } from '../policy';
import { directionOf, judgeDenial, trafficOfDenial } from './deny-traffic';
import { judgeDescribeRules } from './describe-rules';
import type { Finding } from './finding';

/** What a policy holds against a group, exemptions left aside. */
export function judge(policy: Policy, group: SecurityGroup, lists: ReadLists): Finding[] {
  switch (policy.kind) {
    case 'deny-egress':
    case 'deny-ingress':
      return judgeDenial(policy, group, lists);
    case 'describe-rules':
      return judgeDescribeRules(policy, group);
  }
}

/** The traffic of one direction whose verdict a policy's repairs may change; descriptions change none. */
export function trafficOf(policy: Policy, direction: Direction): Flow[] {
  switch (policy.kind) {
    case 'deny-egress':
    case 'deny-ingress':
      return directionOf(policy) === direction ? trafficOfDenial(policy) : [];
    case 'describe-rules':
      return [];
  }
}

/** The prefix lists that policies about a group name as peers. */
export function prefixListsOf(policies: PolicySet, group: SecurityGroupSummary): string[] {
  return policies.policies
    .filter((policy) => matches(policy.match, group))
    .flatMap((policy) => [...trafficOf(policy, 'egress'), ...trafficOf(policy, 'ingress')])
    .flatMap(({ peer }) => (peer.kind === 'prefix-list' ? [peer.prefixListId] : []));
}
