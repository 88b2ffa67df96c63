/**
 * The one client for ECS: it reads regions, groups, rules and lists to the end, prepares writes as data,
 * sends each with a ClientToken, retries what may be retried, and turns every failure into an EcsError.
 * Plans, records and calls share the same WriteCall, so what a plan shows is what is sent.
 */
export type { PrefixList, SecurityGroupRules } from './answers';
export { authorizeCalls } from './authorize-calls';
export { type CallReport, loadSdk } from './call';
export {
  createEcsClient,
  type EcsClient,
  type EcsClientOptions,
  type EcsClients,
  type WriteReceipt,
} from './client';
export { clientToken } from './client-token';
export { EcsError, type EcsErrorKind, isEcsError } from './ecs-error';
export { parseEndpoint } from './endpoint';
export { type Failure, failureOf } from './failure';
export { modifyCall } from './modify-call';
export { revokeCalls } from './revoke-call';
export type { Credentials, CredentialsProvider } from './sdk';
export type {
  AuthorizeCall,
  ModifyCall,
  NewPermission,
  RepairCall,
  RevokeCall,
  WriteCall,
} from './write-call';
