/**
 * Policies: the form of a policy file, and what each kind of policy holds against a group and would
 * change. One file for each kind, under `kinds/`. Reading files is apart, in `load.ts`, because the
 * functions carry their policies ready-checked and need no parser.
 */
export {
  accountTargets,
  isLookedAfter,
  type MemberAccount,
  memberAccount,
  memberAccounts,
  OWN_ACCOUNT,
  ownEntry,
} from './accounts';
export {
  describeEnding,
  describeExemption,
  type EndingExemption,
  exemptionsEndingSoon,
  policyFor,
} from './exemptions';
export { describePlannedRule } from './kinds/describe-rules';
export type { Change, Finding } from './kinds/finding';
export {
  type ExemptionInForce,
  exemptionsInForce,
  judge,
  prefixListsOf,
  trafficOf,
} from './kinds/index';
export { ruleSetOf } from './kinds/rule-set';
export {
  inScope,
  matches,
  matchesRegion,
  regionInScope,
  selectPolicies,
} from './match';
export type {
  Account,
  Exemption,
  Guardrails,
  Match,
  Policy,
  PolicyMode,
  PolicySet,
  Severity,
} from './policy';
