import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, ApiError, type Caller, type ResponseBody, type Service } from '../action';
import { type CallLog, type CallRecord, isWrite } from '../calls';
import { principalName } from '../principal';
import type { Authenticator } from './authenticate';
import { type DecodedCall, decodeCall } from './decode';
import { type Envelope, encodeError, encodeSuccess } from './encode';
import { internalError, missing, unknownApi, unsupportedMethod } from './errors';
import { type Fault, type FaultHook, faultOutcome, takesEffectFirst } from './faults';
import type { WireHandler, WireOutcome, WireRequest } from './http';
import { newRequestId } from './request-id';
import type { ServedCall, ServiceAnswer } from './served-call';
import { createThrottle, type ThrottleOptions } from './throttle';

export interface GatewayOptions {
  readonly services: readonly Service[];
  readonly authenticator: Authenticator;
  readonly calls: CallLog;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly throttle?: ThrottleOptions;
  /** Milliseconds between a call's verification and its effect. */
  readonly latency?: number | ((action: string) => number);
  readonly fault?: FaultHook;
  /** Asked before an action runs; throws ApiError to refuse the call. By default everything is allowed. */
  readonly authorize?: (call: AuthorizableCall) => void;
  /** Told about every call that a service answered, before the answer is sent. */
  readonly onServed?: (call: ServedCall) => void;
  /** Told about failures of an action other than ApiError; the client gets InternalError. */
  readonly onUnexpectedError: (error: unknown) => void;
}

/** A call that is about to take effect; its sender has been verified. */
export type AuthorizableCall = Pick<ServedCall, 'product' | 'action' | 'parameters' | 'caller'>;

/** What is known of a call, filled in as the call proceeds, for its record in the log. */
interface Progress {
  service?: Service;
  caller?: Caller;
  fault?: Fault;
  effect: boolean;
}

interface Verified {
  readonly service: Service;
  readonly name: string;
  readonly action: Action;
  readonly caller: Caller;
}

/** The RPC side of the local cloud: verifies, decodes, dispatches, encodes and records each call. */
export function createGateway(options: GatewayOptions): WireHandler {
  const throttle = createThrottle(options.throttle ?? {});

  const verify = (request: WireRequest, call: DecodedCall, progress: Progress): Verified => {
    if (request.method !== 'GET' && request.method !== 'POST') throw unsupportedMethod();
    if (!/^\/+$/.test(request.path)) throw unknownApi();
    if (call.action === undefined) throw missing('Action');
    if (call.version === undefined) throw missing('Version');
    const service = options.services.find(({ version }) => version === call.version);
    if (service === undefined) throw unknownApi();
    progress.service = service;
    const action = service.actions.get(call.action);
    if (action === undefined) throw unknownApi();
    progress.caller = options.authenticator.verify(request, call.pairs);
    return { service, name: call.action, action, caller: progress.caller };
  };

  const serve = async (
    { service, name, action, caller }: Verified,
    { parameters }: DecodedCall,
    requestId: string,
    closing: AbortSignal,
  ): Promise<ResponseBody> => {
    const region = parameters.get('RegionId') ?? '';
    throttle({ accountId: caller.accountId, region, action: name }, options.now());
    const latency =
      typeof options.latency === 'function' ? options.latency(name) : (options.latency ?? 0);
    if (latency > 0) await sleep(latency, undefined, { signal: closing });
    options.authorize?.({ product: service.product, action: name, parameters, caller });
    return action(parameters, { requestId, caller, now: options.now() });
  };

  const run = async (
    request: WireRequest,
    call: DecodedCall,
    envelope: Envelope,
    progress: Progress,
    closing: AbortSignal,
  ): Promise<WireOutcome> => {
    const verified = verify(request, call, progress);
    const { service, name, caller } = verified;
    const { requestId } = envelope;
    const { product, version } = service;
    const sent = { requestId, product, action: name, parameters: call.parameters, caller };
    const fault = options.fault?.(sent);
    if (fault !== undefined) progress.fault = fault;
    const report = (answer: ServiceAnswer) =>
      options.onServed?.({
        ...sent,
        version,
        userAgent: request.headers['user-agent'] ?? '',
        at: options.now(),
        answer,
      });
    const injected = fault?.kind === 'error' ? refusalBy(fault) : undefined;
    if (fault !== undefined && !takesEffectFirst(fault)) {
      // Every other fault of this sort keeps the call from the service.
      if (injected !== undefined) report(injected);
      return outcomeOf(fault);
    }
    const answer = await answerOf(serve(verified, call, requestId, closing));
    progress.effect = answer.kind === 'success' && isWrite(name);
    report(injected ?? answer);
    // A refusal gets lost on the way back just as a success does.
    if (fault !== undefined) return outcomeOf(fault);
    if (answer.kind === 'refusal') throw answer.error;
    return encodeSuccess(name, answer.body, envelope);
  };

  return async (request, closing) => {
    const startedAt = options.now();
    const call = decodeCall(request);
    const envelope: Envelope = {
      requestId: newRequestId(options.randomBytes),
      hostId: request.headers.host ?? '',
      format: call.format,
    };
    const progress: Progress = { effect: false };
    const record = (answer: Pick<CallRecord, 'status' | 'code'>) =>
      options.calls.append(
        callRecord(call, envelope, progress, answer, startedAt, options.now() - startedAt),
      );
    try {
      const outcome = await run(request, call, envelope, progress, closing);
      record(typeof outcome === 'string' ? {} : { status: outcome.status });
      return outcome;
    } catch (error) {
      if (closing.aborted) return 'reset';
      if (!(error instanceof ApiError)) options.onUnexpectedError(error);
      const refusal = error instanceof ApiError ? error : internalError();
      record({ status: refusal.status, code: refusal.code });
      return encodeError(refusal, progress.service?.product ?? '', envelope);
    }
  };
}

function refusalBy({ status, code, message }: Extract<Fault, { kind: 'error' }>): ServiceAnswer {
  return { kind: 'refusal', error: new ApiError(status, code, message) };
}

function outcomeOf(fault: Fault): WireOutcome {
  const outcome = faultOutcome(fault);
  if (outcome instanceof ApiError) throw outcome;
  return outcome;
}

async function answerOf(serving: Promise<ResponseBody>): Promise<ServiceAnswer> {
  try {
    return { kind: 'success', body: await serving };
  } catch (error) {
    if (error instanceof ApiError) return { kind: 'refusal', error };
    throw error;
  }
}

function callRecord(
  call: DecodedCall,
  { requestId }: Envelope,
  { service, caller, fault, effect }: Progress,
  answer: Pick<CallRecord, 'status' | 'code'>,
  startedAt: number,
  durationMs: number,
): CallRecord {
  const action = call.action ?? '';
  const region = call.parameters.get('RegionId');
  const clientToken = call.parameters.get('ClientToken');
  return {
    at: new Date(startedAt).toISOString(),
    requestId,
    ...(service && { product: service.product }),
    action,
    ...(region !== undefined && { region }),
    ...(caller && { accountId: caller.accountId, principal: principalName(caller) }),
    parameters: Object.fromEntries(call.parameters),
    ...(clientToken !== undefined && { clientToken }),
    ...answer,
    ...(fault && { fault: fault.kind }),
    durationMs,
    write: isWrite(action),
    effect,
  };
}
