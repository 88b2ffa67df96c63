/** One invocation to send, the same for both versions of the API. */
export interface Invocation {
  readonly functionName: string;
  readonly payload: string;
  /** Present for an asynchronous invocation. */
  readonly taskId?: string;
}

/**
 * What came of sending an invocation. The SDKs' own errors end here: their messages can hold
 * queries and signatures, so only codes, the status and the request id go further.
 */
export type InvocationAnswer =
  | {
      readonly kind: 'answered';
      readonly requestId: string;
      /** Value of x-fc-error-type: the function failed although the status was 200. */
      readonly errorType?: string;
      readonly payload: string;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly requestId: string;
    }
  /** Timed out, cut off or unreadable; `reason` is a code such as ECONNRESET. */
  | { readonly kind: 'no-answer'; readonly reason: string };

/** Sends invocations through one version of the API. Never rejects for what the network does. */
export type SendInvocation = (invocation: Invocation) => Promise<InvocationAnswer>;

/** Where and as whom to send invocations. */
export interface Connection {
  readonly accountId: string;
  readonly regionId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  readonly qualifier?: string;
  readonly endpoint: URL;
  readonly timeoutMs: number;
}

/** A field of something thrown, as text; empty when there is none. */
export function errorField(
  error: unknown,
  field: 'code' | 'message' | 'name' | 'requestId' | 'statusCode',
): string {
  const value: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  return value === undefined || value === null ? '' : String(value);
}

/** The code or else the class of an error, where it is one word: never its message. */
export function reasonOf(error: unknown): string {
  const text = errorField(error, 'code') || errorField(error, 'name');
  return /^[A-Za-z0-9_.]{1,60}$/.test(text) ? text : 'unknown';
}
