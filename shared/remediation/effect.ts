import { type Policy, ruleSetOf, trafficOf } from '../policy';
import { describeRule, type SecurityGroup } from '../security-group';
import { changesOutside, difference, type ReadLists } from '../traffic';

/**
 * Proves that a plan changes the verdict of no packet outside its policy's traffic. Undefined when that
 * is proved; otherwise why it is not, in words.
 */
export function proveEffect(
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
  policy: Policy,
): string | undefined {
  for (const direction of ['ingress', 'egress'] as const) {
    const change = difference(ruleSetOf(before, lists), ruleSetOf(after, lists), direction);
    if (change.verdict !== 'exact') return `its effect on traffic cannot be told: ${change.reason}`;
    const outside = changesOutside(change.changes, trafficOf(policy, direction), lists);
    if (outside.verdict !== 'exact') {
      return `its effect on traffic cannot be told: ${outside.reason}`;
    }
    const [first] = outside.changes;
    if (first) {
      const rule = first.after === 'default' ? 'the default' : describeRule(first.after);
      return `it would change traffic that the policy is not about, by ${rule}`;
    }
  }
  return undefined;
}
