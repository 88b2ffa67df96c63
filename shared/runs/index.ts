/**
 * How a run goes on that was cut into parts: its plan, which of its parts were begun and how they ended, and
 * the one summary that is written when the last of them has come to its end.
 */
export { type ClosedRun, type Closing, closeRun } from './close-run';
export { type HandedOver, listHandedOver, noteHandedOver } from './handed-over';
export { findEnd, noteBegun, noteEnded, type PartEnd } from './parts';
export { findPlan, notePlan, type Plan, type PlannedPart, planOf } from './plan';
export { type PartProgress, type PartState, type RunProgress, readProgress } from './progress';
export { readSummary, type Summary, summaryKey } from './summary';
export { withoutSecrets } from './without-secrets';
