import type { Run, RunResult, Surroundings } from '../../shared/remediation';
import {
  applyPlan,
  type Difference,
  describeDifference,
  type SavedPlan,
  type SealedPlan,
  unread,
} from '../../shared/remediation/saved-plan';
import { placeName, placeOf } from '../../shared/security-group';
import { ownAccount } from './connection';
import { CommandError, EXIT_CODES } from './exit-code';
import { isNarrowed } from './narrowing';
import { readPlan } from './plan-file';
import { differencesText, requireFitting } from './plan-refusal';
import { type PreparedRun, preparePlanned, readPolicies, type TargetOptions } from './prepare-run';
import { formatOf, type OutputOptions } from './result-output';

/** Options of `apply` with a saved plan. */
type SavedOptions = TargetOptions & OutputOptions & { readonly maxAge: number };

/**
 * Reads a saved plan and finds its groups. Throws CommandError if it was made for anything else than what the
 * options say, or is too old.
 */
export async function prepareSaved(
  options: SavedOptions,
  file: string,
): Promise<{ readonly prepared: PreparedRun; readonly sealed: SealedPlan }> {
  if (isNarrowed(options) || options.region.length > 0 || options.account.length > 0) {
    throw new Error(
      `${file} says which groups are changed: leave out --account, --region, --only, --group, --tag and --name, or make another plan with them`,
    );
  }
  const sealed = await readPlan(file);
  const policies = await readPolicies(options.policy);
  requireFitting(sealed.plan, {
    file,
    policy: options.policy,
    policyDigest: policies.digest,
    account: await ownAccount(options),
    endpoint: options.endpoint ?? null,
    now: Date.now(),
    maxAgeHours: options.maxAge,
  });
  return { prepared: await preparePlanned(options, sealed, policies), sealed };
}

/**
 * What carries out a saved plan. Throws CommandError with every difference if a group is not as the plan goes
 * by; nothing has been changed then.
 */
export function applySaved(options: SavedOptions, file: string, { plan }: SealedPlan) {
  return async (run: Run, surroundings: Surroundings): Promise<RunResult> => {
    const missing = missingFrom(run, plan);
    const { records: _, ...withoutRecords } = surroundings;
    const { result, differences } =
      missing.length === 0
        ? await applyPlan(run, plan.groups, surroundings)
        : await applyPlan({ ...run, dryRun: true }, plan.groups, withoutRecords);
    const all = [...missing, ...differences];
    const isRefused = missing.length > 0 || (differences.length > 0 && result.heldBack.length > 0);
    if (!isRefused) return result;
    if (formatOf(options) === 'json') console.log(JSON.stringify({ refused: all.map(jsonOf) }));
    throw new CommandError(differencesText(file, all), EXIT_CODES.refused);
  };
}

function missingFrom({ groups }: Run, plan: SavedPlan): Difference[] {
  const names = new Set(groups.map((group) => `${placeName(group)}/${group.id}`));
  return plan.groups
    .filter((group) => !names.has(`${placeName(group)}/${group.securityGroupId}`))
    .map((saved) => unread(saved, 'it is not there any more, or could not be listed'));
}

function jsonOf(difference: Difference) {
  const { securityGroupId, kind } = difference;
  return { ...placeOf(difference), securityGroupId, kind, reason: describeDifference(difference) };
}
