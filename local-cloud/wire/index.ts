// The local cloud's gateway: HTTP on loopback, both signature mechanisms, decoding and encoding of
// calls, throttling, latency and injected faults. What the calls do is no business of this room; the
// services it dispatches to are described in ../action.

export { type Authenticator, createAuthenticator } from './authenticate';
export type { Fault, FaultableCall, FaultHook } from './faults';
export { type AuthorizableCall, createGateway, type GatewayOptions } from './gateway';
export {
  startHttpServer,
  type WireHandler,
  type WireOutcome,
  type WireRequest,
  type WireResponse,
  type WireServer,
} from './http';
export { createNonceMemory, type NonceMemory } from './nonces';
export { newRequestId } from './request-id';
export type { ServedCall, ServiceAnswer } from './served-call';
export { equalInConstantTime, isSignedWith, type SignatureClaim } from './signature';
export { readV3Signature } from './signature-v3';
export type { ThrottleOptions } from './throttle';
