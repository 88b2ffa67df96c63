/** A call of a function that failed for good, as its destination is told. */
export interface FailedCall {
  /** What the function was called with. */
  readonly payload: Buffer;
  /** Why it failed, in the words of the platform or the function; it may hold anything. */
  readonly reason: string;
}

/**
 * Decodes the event that Function Compute sends to the destination of an asynchronous call, once its retries
 * are used up (page "Result callback"; with the payload and the answer as texts, as the examples of
 * awesome-fc show it). Undefined for any other event. Only the payload of the call must be there, because
 * the page promises no more than it shows.
 */
export function decodeFailedCall(event: Uint8Array): FailedCall | undefined {
  const { requestContext, requestPayload, responseContext, responsePayload } = fieldsOf(
    Buffer.from(event).toString('utf8'),
  );
  if (requestContext === undefined || requestPayload === undefined) return undefined;
  const { condition } = fieldsOf(requestContext);
  const { functionError } = fieldsOf(responseContext);
  const { errorMessage, errorType } = fieldsOf(responsePayload);
  const why = [errorMessage, errorType, functionError, condition].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return {
    payload: Buffer.from(textOf(requestPayload)),
    reason: typeof why === 'string' ? why : 'the platform gave no reason',
  };
}

/** A payload may come as text or, where it is JSON, as what it says. */
function textOf(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') {
    try {
      return fieldsOf(JSON.parse(value) as unknown);
    } catch {
      return {};
    }
  }
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
