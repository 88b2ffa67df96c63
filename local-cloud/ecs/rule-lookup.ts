import type { Settings } from './options';
import { type Rule, type RuleFields, ruleIdentity } from './rule';
import type { RuleInput } from './rule-input';
import type { RuleSite } from './rule-target';

/**
 * The rule of a group that the parameters of Revoke or Modify mean, or undefined. With several that
 * differ in a priority that was not sent, the strongest.
 */
export function findRule(
  site: RuleSite,
  fields: RuleFields,
  input: RuleInput,
  settings: Settings,
): Rule | undefined {
  const anyPriority = !input.prioritySent && settings.omittedPriority === 'any-priority';
  const withPriority = settings.priorityIsIdentity && !anyPriority;
  const identity = ruleIdentity(fields, withPriority);
  return site.state.rules
    .filter((rule) => ruleIdentity(rule, withPriority) === identity)
    .sort((left, right) => left.priority - right.priority)[0];
}
