import type { Direction, SecurityGroup, SecurityGroupSummary } from '../../security-group';
import type { Flow, ReadLists } from '../../traffic';
import { describeExemption, exemptionsOf, policyFor } from '../exemptions';
import { matches } from '../match';
import type { Exemption, Policy, PolicySet } from '../policy';
import { directionOf, judgeDenial, trafficOfDenial } from './deny-traffic';
import { judgeDescribeRules } from './describe-rules';
import type { Finding } from './finding';
import { describeLetThrough, findLetThrough } from './let-through';

/**
 * What a policy holds against a group at a time (milliseconds since 1970), and what its exemptions let
 * pass, which are findings too.
 */
export function judge(
  policy: Policy,
  group: SecurityGroup,
  lists: ReadLists,
  now: number,
): Finding[] {
  const rest = policyFor(policy, group, now);
  return [
    ...(rest ? judgeAsItStands(rest, group, lists) : []),
    ...exemptionsOf(policy, group, now).flatMap((exemption) =>
      findExempt(policy, exemption, group, lists),
    ),
  ];
}

function judgeAsItStands(policy: Policy, group: SecurityGroup, lists: ReadLists): Finding[] {
  switch (policy.kind) {
    case 'deny-egress':
    case 'deny-ingress':
      return judgeDenial(policy, group, lists);
    case 'describe-rules':
      return judgeDescribeRules(policy, group);
    default:
      return policy satisfies never;
  }
}

function findExempt(
  policy: Policy,
  exemption: Exemption,
  group: SecurityGroup,
  lists: ReadLists,
): Finding[] {
  if (policy.kind !== 'describe-rules') return findLetThrough(policy, exemption, group, lists);
  return judgeDescribeRules(policy, group).map((finding) => ({
    ...finding,
    status: 'exempt',
    message: `${finding.message}; ${describeExemption(exemption)}`,
    changes: [],
  }));
}

/** An exemption that holds for a group, and what it lets pass there. */
export interface ExemptionInForce {
  readonly policyId: string;
  readonly exemption: Exemption;
  /** In words, one thing each: traffic, or rules whose description is not of the standard. */
  readonly letsThrough: readonly string[];
}

/** The exemptions that hold for a group at a time (milliseconds since 1970), needed or not. */
export function exemptionsInForce(
  policies: PolicySet,
  group: SecurityGroup,
  lists: ReadLists,
  now: number,
): ExemptionInForce[] {
  return policies.policies
    .filter((policy) => matches(policy.match, group))
    .flatMap((policy) =>
      exemptionsOf(policy, group, now).map((exemption) => ({
        policyId: policy.id,
        exemption,
        letsThrough:
          policy.kind === 'describe-rules'
            ? judgeDescribeRules(policy, group).map(({ message }) => message)
            : describeLetThrough(policy, exemption, group, lists),
      })),
    );
}

/**
 * The traffic of one direction whose verdict a policy's repairs may change; descriptions change none. Of a
 * policy as policyFor gives it for a group, what is exempt there is left out.
 */
export function trafficOf(policy: Policy, direction: Direction): Flow[] {
  switch (policy.kind) {
    case 'deny-egress':
    case 'deny-ingress':
      return directionOf(policy) === direction ? trafficOfDenial(policy) : [];
    case 'describe-rules':
      return [];
    default:
      return policy satisfies never;
  }
}

/** The prefix lists that policies about a group name as peers, in what they deny or in what is exempt there. */
export function prefixListsOf(policies: PolicySet, group: SecurityGroupSummary): string[] {
  return policies.policies
    .filter((policy) => matches(policy.match, group))
    .flatMap((policy) => [
      ...(policy.kind === 'describe-rules' ? [] : policy.deny),
      ...policy.exempt
        .filter(({ groups }) => groups.includes(group.id))
        .flatMap(({ traffic }) => traffic ?? []),
    ])
    .flatMap(({ peers }) => peers?.filter((peer) => peer.startsWith('pl-')) ?? []);
}
