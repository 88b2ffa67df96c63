import type { Caller, Parameters } from '../action';
import { ApiError } from '../action';
import { htmlPage, type WireOutcome } from './http';

/** A failure to inject into one call. "After" means that the call took effect before it failed. */
export type Fault =
  /** The connection is torn down. */
  | { readonly kind: 'reset-before' }
  | { readonly kind: 'reset-after' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang-after' }
  /** An error in the API's own terms. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly when: 'before' | 'after';
    }
  /** An HTML page of the load balancer, before the call takes effect. */
  | { readonly kind: 'html'; readonly status: number };

/** The call a fault may be chosen for; its sender has been verified. */
export interface FaultableCall {
  readonly requestId: string;
  readonly product: string;
  readonly action: string;
  readonly parameters: Parameters;
  readonly caller: Caller;
}

/** Chooses the fault of a call, or none. Asked once for every verified call, in the order of arrival. */
export type FaultHook = (call: FaultableCall) => Fault | undefined;

/** Whether the call takes effect before the fault shows. */
export function takesEffectFirst(fault: Fault): boolean {
  switch (fault.kind) {
    case 'reset-after':
    case 'hang-after':
      return true;
    case 'error':
      return fault.when === 'after';
    case 'reset-before':
    case 'hang':
    case 'html':
      return false;
    default:
      return fault satisfies never;
  }
}

/** How the fault shows to the client; an `error` fault is an ApiError still to be encoded. */
export function faultOutcome(fault: Fault): WireOutcome | ApiError {
  switch (fault.kind) {
    case 'reset-before':
    case 'reset-after':
      return 'reset';
    case 'hang':
    case 'hang-after':
      return 'hang';
    case 'error':
      return new ApiError(fault.status, fault.code, fault.message);
    case 'html':
      return htmlPage(fault.status);
    default:
      return fault satisfies never;
  }
}
