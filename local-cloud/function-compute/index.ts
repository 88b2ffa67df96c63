/**
 * A Function Compute on this machine: runs the built bundles in instances of their own, serves the
 * invocation paths of FC 2.0 and FC 3.0 with their signatures, and repeats failed asynchronous calls.
 */
export {
  createFunctionCompute,
  type FunctionCompute,
  type FunctionComputeOptions,
  type InvokeOutcome,
} from './function-compute';
export type { FunctionDefinition, TimerTrigger } from './function-definition';
export type { LogLineOrigin } from './instance';
export type { RoleCredentials } from './invocation-context';
export type { FunctionErrorType, InvocationRecord } from './invoker';
export type { SecretOf } from './signature';
export { loadTemplate, type TemplateOptions } from './template';
