import {
  type Direction,
  FormatError,
  type Permission,
  parseRule,
  type Rule,
  ruleIdentity,
} from '../../security-group';
import { listed, type Parameters, parameter, repeated } from './flatten';
import { type Effect, verdict } from './verdict';

const RULE_FIELDS = [
  'Policy',
  'Priority',
  'IpProtocol',
  'PortRange',
  'PortRangeListId',
  'SourcePortRange',
  'SourceCidrIp',
  'Ipv6SourceCidrIp',
  'SourceGroupId',
  'SourcePrefixListId',
  'DestCidrIp',
  'Ipv6DestCidrIp',
  'DestGroupId',
  'DestPrefixListId',
  'Description',
] as const satisfies readonly (keyof Permission)[];

function askedFields(parameters: Parameters): Permission {
  const fields = RULE_FIELDS.map((name) => [name, parameter(parameters, name)]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** The rules that a call names: `Permissions.N`, or one in the older flat form. */
function askedRules(parameters: Parameters, direction: Direction): Rule[] {
  const entries = listed(parameters, 'Permissions');
  return (entries.length > 0 ? entries : [parameters]).map((entry) =>
    askedRule(askedFields(entry), direction),
  );
}

function askedRule(fields: Permission, direction: Direction): Rule {
  const rule = parseRule({ ...fields, Direction: direction });
  if (rule.peer.kind === 'none') throw new FormatError('the call names a rule without a peer');
  return rule;
}

/** Whether every rule that a call adds is there. Throws FormatError if the call cannot be read. */
export function authorized(
  parameters: Parameters,
  direction: Direction,
  rules: readonly Rule[],
): Effect {
  const identities = new Set(rules.map(ruleIdentity));
  const asked = askedRules(parameters, direction);
  return verdict(asked.every((rule) => identities.has(ruleIdentity(rule))));
}

/** Whether every rule that a call takes away is gone. Throws FormatError if the call cannot be read. */
export function revoked(
  parameters: Parameters,
  direction: Direction,
  rules: readonly Rule[],
): Effect {
  const ids = repeated(parameters, 'SecurityGroupRuleId');
  if (ids.length > 0) {
    if (rules.some(({ id }) => id !== undefined && ids.includes(id))) return 'missing';
    return rules.every(({ id }) => id !== undefined) ? 'shows' : 'cannot tell';
  }
  const asked = askedRules(parameters, direction);
  const identities = new Set(rules.map(ruleIdentity));
  if (asked.some((rule) => identities.has(ruleIdentity(rule)))) return 'missing';
  // Whether a priority that was not sent means 1 or any is not documented.
  const unsure = asked.some(
    (rule) => !rule.permission.Priority && rules.some((other) => isMeant(rule, other)),
  );
  return unsure ? 'cannot tell' : 'shows';
}

/** Whether a rule may be the one that a call names by parameters: a priority not sent may be any. */
function isMeant(asked: Rule, rule: Rule): boolean {
  const priority = asked.permission.Priority ? rule.priority : asked.priority;
  return ruleIdentity({ ...rule, priority }) === ruleIdentity(asked);
}

/**
 * Whether a rule is as a call wants it. With an id a call changes what it names; without one, the
 * description alone (the Modify pages). Throws FormatError if the call cannot be read.
 */
export function modified(
  parameters: Parameters,
  direction: Direction,
  rules: readonly Rule[],
): Effect {
  const asked = askedFields(parameters);
  const id = parameter(parameters, 'SecurityGroupRuleId');
  const hasDescription = ({ description }: Rule) =>
    asked.Description === undefined || asked.Description === description;
  if (id === undefined) {
    const wanted = askedRule(asked, direction);
    return verdict(rules.some((rule) => isMeant(wanted, rule) && hasDescription(rule)));
  }
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule !== undefined) {
    const wanted = parseRule({ ...rule.permission, ...asked });
    return verdict(ruleIdentity(wanted) === ruleIdentity(rule) && hasDescription(rule));
  }
  return rules.every((candidate) => candidate.id !== undefined) ? 'missing' : 'cannot tell';
}
