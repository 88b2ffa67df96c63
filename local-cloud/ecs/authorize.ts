import type { EcsAction, Environment } from './environment';
import { newId } from './ids';
import { refuse } from './refuse';
import { type Direction, type Rule, type RuleFields, ruleIdentity } from './rule';
import { type RuleInput, readRuleInput } from './rule-input';
import { checkQuotas } from './rule-quota';
import type { RuleCall } from './rule-refusals';
import { groupAddress, refuseRepeated, sentRules, writableSite } from './rule-request';
import { checkReferences, type RuleSite, ruleAt } from './rule-target';

/**
 * AuthorizeSecurityGroup and AuthorizeSecurityGroupEgress: add rules to a group. A rule that the
 * group has already is left as it is, which is a success (page: AuthorizeSecurityGroupEgress).
 */
export function authorize(direction: Direction): EcsAction {
  return (environment, parameters, context) => {
    const { settings, store } = environment;
    const sent = sentRules(parameters, direction);
    const call: RuleCall = { operation: 'authorize', direction, form: sent.form };
    const address = groupAddress(parameters, call);
    const inputs = sent.rules.map((rule) => readRuleInput(rule, call, settings));
    const site = writableSite(address, environment, context);
    const wanted = inputs.map((input) => ({
      input,
      fields: ruleAt(site, input, call, environment),
    }));
    refuseRepeated(
      wanted.map(({ fields }) => fields),
      settings.priorityIsIdentity,
    );

    const rules = new GrowingRules(site, environment, context.now);
    try {
      for (const { input, fields } of wanted) {
        checkAdvancedGroup(site, input, environment);
        checkReferences(site, fields, call, environment);
        rules.add(fields);
      }
    } catch (error) {
      if (settings.batchAtomicity === 'stop-at-first-failure') {
        store.write(site.group, { ...site.state, rules: rules.all() }, context.now);
      }
      throw error;
    }
    store.write(site.group, { ...site.state, rules: rules.all() }, context.now);
    return {};
  };
}

/** The rules of a group while a batch is added to them. */
class GrowingRules {
  readonly #byIdentity: Map<string, Rule>;

  constructor(
    private readonly site: RuleSite,
    private readonly environment: Environment,
    private readonly now: number,
  ) {
    // An inventory may hold rules that are equal by identity: keep them apart by their id.
    this.#byIdentity = new Map();
    for (const rule of site.state.rules) {
      const identity = this.#identity(rule);
      this.#byIdentity.set(this.#byIdentity.has(identity) ? rule.ruleId : identity, rule);
    }
  }

  all(): Rule[] {
    return [...this.#byIdentity.values()];
  }

  add(fields: RuleFields): void {
    const { settings } = this.environment;
    const identity = this.#identity(fields);
    const present = this.#byIdentity.get(identity);
    if (present === undefined) {
      checkQuotas(this.site, [...this.#byIdentity.values(), fields], this.environment);
      this.#byIdentity.set(identity, {
        ...fields,
        ruleId: newId('sgr-', settings.random),
        sequence: this.site.group.nextSequence++,
        createdAt: this.now,
      });
    } else if (settings.repeatedAuthorize === 'update-description' && fields.description !== '') {
      this.#byIdentity.set(identity, { ...present, description: fields.description });
    }
  }

  #identity(fields: RuleFields): string {
    return ruleIdentity(fields, this.environment.settings.priorityIsIdentity);
  }
}

/** Throws InvalidGroupParameter.OperationDenied (400) for what an advanced group does not take. */
function checkAdvancedGroup(site: RuleSite, input: RuleInput, { settings }: Environment): void {
  if (site.state.type !== 'enterprise') {
    return;
  }
  const acceptRefused = input.policySent && settings.advancedGroupAccept === 'refuse';
  if (input.policy === 'Drop' || acceptRefused || input.peerGroupId !== '') {
    refuse('InvalidGroupParameter.OperationDenied');
  }
}
