/** Decoding what starts a function: the events of its triggers, as the platform sends them. */
export * from './actiontrail';
export { decodeTimerEvent, type TimerEvent } from './timer';
export * from './webhook';
