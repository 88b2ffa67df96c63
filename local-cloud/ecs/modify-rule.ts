import type { Parameters } from '../action';
import type { EcsAction, Environment } from './environment';
import { isRuleId } from './ids';
import { optional } from './parameters';
import { refuse } from './refuse';
import { type Direction, type Rule, ruleIdentity } from './rule';
import { modifiedRule } from './rule-change';
import { type RuleInput, readRuleInput } from './rule-input';
import { findRule } from './rule-lookup';
import { checkQuotas } from './rule-quota';
import { type RuleCall, refusalsOf } from './rule-refusals';
import { groupAddress, writableSite } from './rule-request';
import { checkReferences, type RuleSite, ruleAt } from './rule-target';

/**
 * ModifySecurityGroupRule and ModifySecurityGroupEgressRule. Without SecurityGroupRuleId the other
 * parameters say which rule is meant, and only its description changes (page: ModifySecurityGroupRule);
 * with it they say what the rule becomes.
 */
export function modifyRule(direction: Direction): EcsAction {
  return (environment, parameters, context) => {
    const call: RuleCall = { operation: 'modify', direction, form: 'flat' };
    const address = groupAddress(parameters, call);
    const ruleId = optional(parameters, 'SecurityGroupRuleId');
    // A description, once sent, has 1 to 512 characters.
    if (parameters.get('Description') === '') {
      refuse(refusalsOf(call).description);
    }
    if (ruleId !== '' && !isRuleId(ruleId)) {
      refuse('InvalidParam.SecurityGroupRuleId');
    }
    const input = ruleId === '' ? readRuleInput(parameters, call, environment.settings) : undefined;
    const site = writableSite(address, environment, context);
    const { from, to } =
      input === undefined
        ? changedRule(site, ruleId, parameters, call, environment)
        : describedRule(site, input, call, environment);
    environment.store.write(
      site.group,
      { ...site.state, rules: site.state.rules.map((rule) => (rule === from ? to : rule)) },
      context.now,
    );
    return {};
  };
}

interface Change {
  readonly from: Rule;
  readonly to: Rule;
}

function describedRule(
  site: RuleSite,
  input: RuleInput,
  call: RuleCall,
  environment: Environment,
): Change {
  const fields = ruleAt(site, input, call, environment);
  const from = findRule(site, fields, input, environment.settings);
  if (from === undefined) {
    // Only now: a rule of an inventory may refer to what does not exist.
    checkReferences(site, fields, call, environment);
    const otherNic = { ...fields, nicType: otherNicType(fields.nicType) };
    const refusals = refusalsOf(call);
    return refuse(
      findRule(site, otherNic, input, environment.settings) === undefined
        ? refusals.ruleNotFound
        : refusals.nicTypeDiffers,
    );
  }
  return { from, to: { ...from, description: input.description || from.description } };
}

function otherNicType(nicType: Rule['nicType']): Rule['nicType'] {
  return nicType === 'intranet' ? 'internet' : 'intranet';
}

function changedRule(
  site: RuleSite,
  ruleId: string,
  parameters: Parameters,
  call: RuleCall,
  environment: Environment,
): Change {
  const from = site.state.rules.find(
    (rule) => rule.ruleId === ruleId && rule.direction === call.direction,
  );
  if (from === undefined) {
    return refuse('InvalidSecurityGroupRuleId.NotFound');
  }
  const to = modifiedRule(site, from, parameters, call, environment);
  const { priorityIsIdentity } = environment.settings;
  const identity = ruleIdentity(to, priorityIsIdentity);
  if (identity !== ruleIdentity(from, priorityIsIdentity)) {
    const others = site.state.rules.filter((rule) => rule !== from);
    if (others.some((rule) => ruleIdentity(rule, priorityIsIdentity) === identity)) {
      refuse('InvalidOperation.RuleDuplicate');
    }
    // A rule of an inventory may refer to what does not exist: only a new reference is checked.
    if (refersOtherwise(from, to)) {
      checkReferences(site, to, call, environment);
    }
    checkQuotas(site, [...others, to], environment);
  }
  return { from, to };
}

function refersOtherwise(from: Rule, to: Rule): boolean {
  const references = (rule: Rule) =>
    JSON.stringify([
      rule.ipProtocol,
      rule.peerGroupId,
      rule.peerGroupOwnerId,
      rule.peerPrefixListId,
      rule.portRangeListId,
      rule.ownCidr,
      rule.ownIpv6Cidr,
    ]);
  return references(from) !== references(to);
}
