import type { ApiError, Caller, Parameters, ResponseBody } from '../action';

/** What a service answered. */
export type ServiceAnswer =
  | { readonly kind: 'success'; readonly body: ResponseBody }
  | { readonly kind: 'refusal'; readonly error: ApiError };

/** A call whose sender was verified, with its answer, whether or not the answer reached the sender. */
export interface ServedCall {
  readonly requestId: string;
  /** Product code, such as `Ecs`. */
  readonly product: string;
  /** API version, such as `2014-05-26`. */
  readonly version: string;
  readonly action: string;
  readonly parameters: Parameters;
  readonly caller: Caller;
  /** As the client sent it; empty when it sent none. */
  readonly userAgent: string;
  /** When it was answered, in milliseconds since 1970. */
  readonly at: number;
  readonly answer: ServiceAnswer;
}
