/**
 * Events of ActionTrail as EventBridge delivers them: decoding whatever comes, saying which groups or
 * lists an event is about, whether it was our own change, and whether its effect is in a fresh read.
 * Nothing here makes a call, and no bytes make it throw.
 */
export { type ActionTrailDelivery, decodeActionTrail } from './decode';
export { type SeenGroup, showsEffect } from './effect';
export type { ActionTrailEvent } from './event';
export { isOwnChange, type Principal } from './principal';
export { eventRunId } from './run-id';
export { type Subject, subjectOf } from './subject';
export type { Effect } from './verdict';
