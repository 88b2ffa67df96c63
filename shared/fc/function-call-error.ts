/** Why a call did not bring a result. */
export type FunctionCallFailure =
  /** The function ran and failed; `errorType` is the value of x-fc-error-type. */
  | { readonly kind: 'function-failed'; readonly errorType: string }
  /** Function Compute refused the call. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** No answer that could be read: whether the function ran is unknown. */
  | { readonly kind: 'no-answer'; readonly reason: string };

/** A call to a function that brought no result. Its message holds no credentials and no query. */
export class FunctionCallError extends Error {
  override readonly name = 'FunctionCallError';

  constructor(
    readonly functionName: string,
    readonly failure: FunctionCallFailure,
    message: string,
    /** Of the answer, where there was one. */
    readonly requestId?: string,
  ) {
    super(message);
  }
}
