import type { CallContext, Parameters } from '../action';
import type { Environment } from './environment';
import { isGroupId } from './ids';
import { knownRegion, repeatedObjects, required } from './parameters';
import { type ErrorKey, refuse } from './refuse';
import { type Direction, type RuleFields, ruleIdentity } from './rule';
import { type RuleParameters, ruleFieldNames } from './rule-input';
import { type RuleCall, refusalsOf } from './rule-refusals';
import { type RuleSite, refuseManaged } from './rule-target';

/** The rules of a request, as sent, with the form that they came in. */
export interface SentRules {
  readonly form: RuleCall['form'];
  readonly rules: readonly RuleParameters[];
}

const MOST_PERMISSIONS = 100;

/**
 * The rules of a request: those of Permissions.N, or the one of the parameters without prefix.
 * Throws InvalidParam.Permissions (400) when both are there. Gaps in the numbers are skipped.
 */
export function sentRules(parameters: Parameters, direction: Direction): SentRules {
  const names = ruleFieldNames(direction);
  const permissions = repeatedObjects(parameters, 'Permissions', names);
  if (permissions.length === 0) {
    return { form: 'flat', rules: [flatRule(parameters, direction)] };
  }
  if ([...names].some((name) => (parameters.get(name) ?? '') !== '')) {
    refuse('InvalidParam.Permissions');
  }
  for (const { index } of permissions) {
    if (index < 1 || index > MOST_PERMISSIONS) {
      refuse('InvalidParameter', `Permissions.${index}: N must be 1 to ${MOST_PERMISSIONS}; it`);
    }
  }
  return { form: 'permissions', rules: permissions.map(({ fields }) => fields) };
}

/** The rule of the parameters without prefix, which know no port range lists. */
function flatRule(parameters: Parameters, direction: Direction): RuleParameters {
  const names = ruleFieldNames(direction);
  return new Map([...parameters].filter(([name]) => names.has(name) && name !== 'PortRangeListId'));
}

/** RegionId and SecurityGroupId of a call on rules; both required. */
export interface GroupAddress {
  readonly regionId: string;
  readonly groupId: string;
}

/**
 * Reads RegionId and SecurityGroupId. Throws `Missing…` (400) for one that is missing, and the rows
 * of the call's page for a region that does not exist or an id that is none.
 */
export function groupAddress(parameters: Parameters, call: RuleCall): GroupAddress {
  const regionId = required(parameters, 'RegionId');
  const groupId = required(parameters, 'SecurityGroupId');
  knownRegion(regionId);
  if (!isGroupId(groupId)) {
    refuse(
      refusalsOf(call).groupIdMalformed,
      `The specified SecurityGroupId ${groupId} does not exist.`,
    );
  }
  return { regionId, groupId };
}

/** The group to write to. Throws `notFound` when it does not exist, and when it is managed (403). */
export function writableSite(
  { regionId, groupId }: GroupAddress,
  { store }: Environment,
  context: CallContext,
  notFound: ErrorKey = 'InvalidSecurityGroupId.NotFound/fixed',
): RuleSite {
  const existing = store.existing(context.caller.accountId, regionId, groupId);
  if (existing === undefined) {
    return refuse(notFound);
  }
  return existing.state.serviceManaged ? refuseManaged(groupId) : { ...existing, regionId };
}

/** Throws InvalidParam.DuplicatePermissions (400) when a rule is there twice. */
export function refuseRepeated(rules: readonly RuleFields[], withPriority: boolean): void {
  const identities = new Set(rules.map((rule) => ruleIdentity(rule, withPriority)));
  if (identities.size < rules.length) {
    refuse('InvalidParam.DuplicatePermissions');
  }
}

/** SecurityGroupId of a call. Throws when it is missing or malformed (400). */
export function requiredGroupId(parameters: Parameters): string {
  const groupId = required(parameters, 'SecurityGroupId');
  return isGroupId(groupId) ? groupId : refuse('InvalidSecurityGroupId.Malformed');
}
