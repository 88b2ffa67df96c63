import type { CallContext, Parameters } from '../action';
import type { EcsAction, Environment } from './environment';
import { isRuleId } from './ids';
import { repeated } from './parameters';
import { refuse } from './refuse';
import type { Direction, Rule } from './rule';
import { readRuleInput, ruleFieldNames } from './rule-input';
import { findRule } from './rule-lookup';
import type { RuleCall } from './rule-refusals';
import { groupAddress, refuseRepeated, sentRules, writableSite } from './rule-request';
import { type RuleSite, ruleAt } from './rule-target';

const MOST_RULE_IDS = 100;
// Unlike the other actions on rules, with status 400 (page: RevokeSecurityGroup).
const GROUP_NOT_FOUND = 'InvalidSecurityGroupId.NotFound/revoke';

/**
 * RevokeSecurityGroup and RevokeSecurityGroupEgress: remove rules, by their ids or by the parameters
 * that determine them. All or none of them go. An id or a flat rule that the group does not have is
 * refused; a Permissions entry without a match is not, unless an option says so.
 */
export function revoke(direction: Direction): EcsAction {
  return (environment, parameters, context) => {
    const ids = repeated(parameters, 'SecurityGroupRuleId');
    const { site, rules } =
      ids.length > 0
        ? rulesById(ids, direction, environment, parameters, context)
        : rulesByParameters(direction, environment, parameters, context);
    const revoked = new Set(rules);
    const remaining = site.state.rules.filter((rule) => !revoked.has(rule));
    environment.store.write(site.group, { ...site.state, rules: remaining }, context.now);
    return {};
  };
}

interface Revocation {
  readonly site: RuleSite;
  readonly rules: readonly Rule[];
}

function rulesById(
  ids: readonly string[],
  direction: Direction,
  environment: Environment,
  parameters: Parameters,
  context: CallContext,
): Revocation {
  const address = groupAddress(parameters, { operation: 'revoke', direction, form: 'flat' });
  if (sentRules(parameters, direction).form === 'permissions') {
    refuse('InvalidParam.Permissions');
  }
  const sentToo = [...ruleFieldNames(direction)].some((name) => parameters.get(name));
  if (sentToo || ids.length > MOST_RULE_IDS || !ids.every(isRuleId)) {
    refuse('InvalidParam.SecurityGroupRuleId');
  }
  if (new Set(ids).size < ids.length) {
    refuse('InvalidParam.SecurityGroupRuleIdRepeated');
  }
  const site = writableSite(address, environment, context, GROUP_NOT_FOUND);
  const byId = new Map(
    site.state.rules
      .filter((rule) => rule.direction === direction)
      .map((rule) => [rule.ruleId, rule]),
  );
  const rules = ids.map((id) => byId.get(id) ?? refuse('InvalidSecurityGroupRule.RuleNotExist'));
  return { site, rules };
}

function rulesByParameters(
  direction: Direction,
  environment: Environment,
  parameters: Parameters,
  context: CallContext,
): Revocation {
  const { settings } = environment;
  const sent = sentRules(parameters, direction);
  const call: RuleCall = { operation: 'revoke', direction, form: sent.form };
  const address = groupAddress(parameters, call);
  const inputs = sent.rules.map((rule) => readRuleInput(rule, call, settings));
  const site = writableSite(address, environment, context, GROUP_NOT_FOUND);
  const wanted = inputs.map((input) => ({ input, fields: ruleAt(site, input, call, environment) }));
  refuseRepeated(
    wanted.map(({ fields }) => fields),
    settings.priorityIsIdentity,
  );
  const found = wanted.map(({ input, fields }) => findRule(site, fields, input, settings));
  const mustExist = sent.form === 'flat' || settings.revokeWithoutMatch === 'refuse';
  const rules = found.filter((rule) => rule !== undefined);
  if (mustExist && rules.length < found.length) {
    refuse('InvalidSecurityGroupRule.RuleNotExist');
  }
  return { site, rules };
}
