// The local cloud's ActionTrail and the event bus behind it: ECS writes become records, wrapped as
// EventBridge wraps them, and go to every function whose trigger has a matching pattern, with the delay,
// repetition and disorder that the options ask for.

export {
  type ActionTrail,
  type ActionTrailOptions,
  type ActionTrailService,
  createActionTrail,
  type EventRule,
} from './actiontrail';
export type { CloudEvent } from './cloud-event';
export { compileEventPattern, type EventMatcher } from './event-pattern';
export type { ActionTrailRecord, RecordForm } from './record';
