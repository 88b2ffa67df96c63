/** What Function Compute hands to a handler besides the event; the parts that Palisade reads. */
export interface FunctionContext {
  readonly requestId: string;
  readonly accountId: string;
  readonly region: string;
  /** Temporary credentials of the function's role; without a role their fields are empty. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
  readonly function: {
    readonly name: string;
    /** Seconds after which the instance is stopped. */
    readonly timeout: number;
  };
}
