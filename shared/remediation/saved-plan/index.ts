/**
 * Plans that are kept: what a run would do, with the state of each group that it goes by, so that exactly
 * that is done later or nothing. Only the command line comes here; the functions plan and act at once.
 */
export { applyPlan, planToSave } from './apply-plan';
export { type Difference, describeDifference, unread } from './difference';
export type { GroupState } from './group-state';
export {
  type SavedPlan,
  SavedPlanError,
  type SealedPlan,
  sealPlan,
  unsealPlan,
} from './saved-plan';
