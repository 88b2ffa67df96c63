/**
 * What the functions have in common around their work: the platform's context object, settings from
 * environment variables, the logger and the stop switch.
 */
export type { FunctionContext } from './context';
export { createLogger, type Logger } from './logger';
export { readSettings, type Settings } from './settings';
export { readStopSwitch } from './stop-switch';
