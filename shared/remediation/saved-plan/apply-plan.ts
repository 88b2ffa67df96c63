import { placeName, placeOf } from '../../security-group';
import { carryOut, type Work } from '../carry-out';
import type { Examined } from '../examine';
import { repairOf } from '../repair';
import type { Run, RunResult } from '../run';
import type { Surroundings } from '../surroundings';
import { digestOf } from './canonical';
import { type Difference, describeDifference, differenceOf } from './difference';
import { stateOf } from './group-state';
import type { SavedGroup } from './saved-plan';

/** Looks as a dry run does, and gives besides what a plan has to keep of each group that would be changed. */
export async function planToSave(
  run: Run,
  surroundings: Surroundings,
): Promise<{ readonly result: RunResult; readonly groups: readonly SavedGroup[] }> {
  const repair = repairOf(run, surroundings);
  const saved = new Map<string, SavedGroup>();
  const work: Work<Examined> = {
    ...repair,
    async examine(...parameters) {
      const found = await repair.examine(...parameters);
      const group = savedGroup(found);
      if (group) saved.set(keyOf(group), group);
      return found;
    },
  };
  const result = await carryOut({ ...run, dryRun: true }, surroundings, work);
  return { result, groups: result.groups.flatMap((group) => saved.get(keyOf(group)) ?? []) };
}

function savedGroup(found: Examined): SavedGroup | undefined {
  const { summary, calls, plan } = found;
  const state = stateOf(found);
  if (!state || !plan || calls.length === 0) return undefined;
  return {
    ...placeOf(summary),
    securityGroupId: summary.id,
    digest: digestOf(state),
    state,
    changes: plan.changes,
    calls: calls.map(({ call: { action, parameters } }) => ({
      action,
      parameters: { ...parameters },
    })),
  };
}

/**
 * Does exactly what a saved plan says, or nothing: each group is read afresh, and if only one is not as the
 * plan goes by, or calls for anything else now, the run is held back. A group that somebody changes after
 * that, while the run goes on, is left alone. `run` is about the groups of the plan. Throws RecordStoreError.
 */
export async function applyPlan(
  run: Run,
  groups: readonly SavedGroup[],
  surroundings: Surroundings,
): Promise<{ readonly result: RunResult; readonly differences: readonly Difference[] }> {
  const saved = new Map(groups.map((group) => [keyOf(group), group]));
  const differences = new Map<string, Difference>();
  const work: Work<Examined> = {
    ...repairOf(run, surroundings),
    objection(found) {
      const { id: securityGroupId, ...place } = found.summary;
      const key = keyOf({ ...place, securityGroupId });
      const group = saved.get(key);
      if (!group) return `${securityGroupId} in ${placeName(place)} is not in the plan`;
      const difference = differenceOf(group, found);
      if (difference) differences.set(key, difference);
      return difference && describeDifference(difference);
    },
  };
  const result = await carryOut(run, surroundings, work);
  return { result, differences: [...differences.values()] };
}

interface GroupName {
  readonly accountId?: string | undefined;
  readonly regionId: string;
  readonly securityGroupId: string;
}

function keyOf(group: GroupName): string {
  return `${placeName(group)}/${group.securityGroupId}`;
}
