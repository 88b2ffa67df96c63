/**
 * A Function Compute on this machine: runs the built bundles in instances of their own, serves the
 * invocation paths and HTTP triggers of FC 2.0 and FC 3.0 with their signatures, repeats failed
 * asynchronous calls, and fires timers.
 */
export {
  createFunctionCompute,
  type EventTriggerTarget,
  type FunctionCompute,
  type FunctionComputeOptions,
} from './function-compute';
export {
  type EventTrigger,
  type FunctionDefinition,
  HTTP_METHODS,
  type HttpTrigger,
  type TimerTrigger,
} from './function-definition';
export type { LogLineOrigin } from './instance';
export type { RoleCredentials } from './invocation-context';
export type { FunctionErrorType, InvocationRecord } from './invoker';
export { parseSchedule } from './schedule';
export type { Authorize, InvokeOutcome } from './serve';
export type { SecretOf } from './signature';
export { loadTemplate, type TemplateOptions } from './template';
export { resolveExpressions } from './template-expressions';
