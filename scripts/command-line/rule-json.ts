import { describeRule, type Rule } from '../../shared/security-group';

/** A rule for machines: as it was read, without empty fields, and in words. */
export function ruleJson(rule: Rule) {
  const fields = Object.entries(rule.permission).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(fields), text: describeRule(rule) };
}

/** A rule for people: its id, if it has one, and in words. */
export function ruleText(rule: Rule): string {
  return rule.id ? `${rule.id}  ${describeRule(rule)}` : describeRule(rule);
}
