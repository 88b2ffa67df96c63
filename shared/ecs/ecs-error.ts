/**
 * What a failed call means for the caller:
 * - `validation`: the request is wrong; sending it again cannot help.
 * - `not-found`: the group, rule, list or region does not exist.
 * - `state`: the request is well formed, but the resource's state or an earlier request rules it out.
 * - `quota`: a limit of the account or the group is reached.
 * - `permission`: the identity is unknown, its signature is refused, or it may not make the call.
 * - `throttled`: too many calls; nothing was done.
 * - `transient`: the service or the network failed; nothing was done, or the call was a read.
 * - `unknown-outcome`: a write may or may not have taken effect. Send it again with the same
 *   ClientToken, or read the group to find out.
 */
export type EcsErrorKind =
  | 'validation'
  | 'not-found'
  | 'state'
  | 'quota'
  | 'permission'
  | 'throttled'
  | 'transient'
  | 'unknown-outcome';

/** What is known of a failed call. */
export interface EcsErrorDetails {
  readonly kind: EcsErrorKind;
  /** API action, such as `DescribeSecurityGroups`. */
  readonly action: string;
  /** How often the call was sent; 0 if it never was. */
  readonly attempts: number;
  /** Error code of the last answer. */
  readonly code?: string;
  /** HTTP status of the last answer. */
  readonly status?: number;
  readonly requestId?: string;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * A call that failed for good, after every attempt that was allowed. It has no `cause`: the SDK's own
 * errors can hold the request's full query or signature.
 */
export class EcsError extends Error implements EcsErrorDetails {
  override readonly name = 'EcsError';
  readonly kind: EcsErrorKind;
  readonly action: string;
  readonly attempts: number;
  declare readonly code?: string;
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly retryAfterMs?: number;

  constructor(message: string, details: EcsErrorDetails) {
    super(message);
    this.kind = details.kind;
    this.action = details.action;
    this.attempts = details.attempts;
    if (details.code !== undefined) this.code = details.code;
    if (details.status !== undefined) this.status = details.status;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether a caught value is an EcsError, optionally of one kind. */
export function isEcsError(error: unknown, kind?: EcsErrorKind): error is EcsError {
  return error instanceof EcsError && (kind === undefined || error.kind === kind);
}
