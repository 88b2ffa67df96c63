/**
 * Policies: the form of a policy file, and what each kind of policy holds against a group and would
 * change. One file for each kind, under `kinds/`. Reading files is apart, in `load.ts`, because the
 * functions carry their policies ready-checked and need no parser.
 */
export { describePlannedRule } from './kinds/describe-rules';
export type { Change, Finding } from './kinds/finding';
export { judge, prefixListsOf, trafficOf } from './kinds/index';
export { ruleSetOf } from './kinds/rule-set';
export {
  describeExemption,
  exemptionOf,
  inScope,
  matches,
  regionInScope,
  selectPolicies,
} from './match';
export type { Guardrails, Policy, PolicyMode, PolicySet, Severity } from './policy';
