/**
 * What an action of the local cloud is: a function from request parameters to a response body. The
 * gateway (`wire/`) authenticates, decodes and encodes; the services (`ecs/`, `sts/`) hold the actions.
 */

/** Request parameters without the common ones (Action, Signature, …), names exactly as sent. */
export type Parameters = ReadonlyMap<string, string>;

/** Who made a call, once its signature has been verified. */
export interface Caller {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly identity:
    | { readonly type: 'root-account' }
    | { readonly type: 'ram-user'; readonly userId: string; readonly userName: string }
    | {
        readonly type: 'assumed-role';
        readonly roleId: string;
        readonly roleName: string;
        readonly sessionName: string;
      };
}

/** What the gateway tells an action about the call it serves. */
export interface CallContext {
  readonly requestId: string;
  readonly caller: Caller;
  /** Milliseconds since 1970, of the local cloud's own clock. */
  readonly now: number;
}

/** A response body in its JSON shape, without RequestId, which the gateway adds. */
export type ResponseBody = { readonly [name: string]: unknown };

/** One action, such as DescribeSecurityGroups. Throws ApiError to refuse a call. */
export type Action = (parameters: Parameters, context: CallContext) => ResponseBody;

/** The actions of one product and version, by name. */
export interface Service {
  /** Product code as in error messages and the call log, such as `Ecs`. */
  readonly product: string;
  /** API version, such as `2014-05-26`. */
  readonly version: string;
  readonly actions: ReadonlyMap<string, Action>;
}

/** A refusal in the API's own terms: HTTP status, error code and message. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
