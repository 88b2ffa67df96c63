/**
 * What the functions have in common around their work: the platform's context object, settings from
 * environment variables, the logger, the stop switch, and what an invocation works with.
 */
export type { FunctionContext } from './context';
export { answerFailedShard } from './fail-shard';
export { credentialsOf, type Invocation, startInvocation } from './invocation';
export { createLogger, type Logger } from './logger';
export { readSettings, type Settings } from './settings';
export { readStopSwitch } from './stop-switch';
export { tellOf } from './tell';
export { workOnShard } from './work-on-shard';
