/**
 * The webhook: signed HTTP requests and calls of Cloud Config that ask to look at groups and repair them.
 * Reading a request from either version of Function Compute, authenticity, replay, the form of the body,
 * and the answer. What is started is handed in.
 */
export { NOT_HTTP, tryAgain } from './answers';
export { type DecodedBody, decodeBody } from './body';
export {
  type DecodedCloudConfig,
  decodeCloudConfig,
  isDirectInvocation,
  type SkippedItem,
} from './cloud-config';
export { type KnownAccounts, type Target, type WebhookCommand, withoutGroups } from './command';
export { answerWebhook, type Started, type WebhookLog, type WebhookSurroundings } from './door';
export { type Answer, type HttpHeaders, type HttpRequest, MAX_BODY_BYTES } from './http';
export { type Fc3Response, readHttpEvent, toFc3Response } from './http-event';
export {
  type Fc2Request,
  type Fc2Response,
  readHttpRequest,
  sendFc2Response,
} from './http-stream';
export type { Problem } from './reader';
export { webhookRunId } from './run-id';
export { parseSecrets } from './secret';
export {
  type Authenticity,
  type SignatureHeaders,
  signWebhook,
  verifySignature,
} from './signature';
