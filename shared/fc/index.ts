/**
 * Calling functions from functions: one port, with one adapter for FC 2.0 (@alicloud/fc2) and one for
 * FC 3.0 (@alicloud/fc20230330). A configured service name means 2.0.
 */
export { FunctionCallError, type FunctionCallFailure } from './function-call-error';
export {
  createFunctionCaller,
  type FunctionCaller,
  type FunctionCallerOptions,
} from './function-caller';
