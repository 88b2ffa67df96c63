import { ApiError } from '../action';
import type { FunctionDefinition } from './function-definition';
import type { FunctionDirectory } from './function-directory';
import type { InvocationResult } from './invoker';

/** An asynchronous invocation that failed, its last attempt included. */
export interface FailedInvocation {
  readonly definition: FunctionDefinition;
  readonly event: Buffer;
  readonly result: InvocationResult;
  readonly attempts: number;
}

/**
 * The event that the destination of a failed invocation gets: the fields of the page "Result callback", with
 * payloads as text and the error type as the condition, as the example of awesome-fc shows it.
 */
export function createFailureEvent(
  { definition, event, result, attempts }: FailedInvocation,
  place: { readonly accountId: string; readonly regionId: string },
  now: number,
): Buffer {
  const { requestId, errorType = '', payload } = result;
  const { functionName, serviceName } = definition;
  const name =
    serviceName === undefined
      ? `functions/${functionName}`
      : `services/${serviceName}.LATEST/functions/${functionName}`;
  return Buffer.from(
    JSON.stringify({
      timestamp: now,
      requestContext: {
        requestId,
        functionArn: `acs:fc:${place.regionId}:${place.accountId}:${name}`,
        condition: errorType,
        approximateInvokeCount: attempts,
      },
      requestPayload: event.toString('utf8'),
      responseContext: { statusCode: 200, functionError: errorType },
      responsePayload: payload.toString('utf8'),
    }),
  );
}

/** The function that an ARN names. Throws ApiError for one that does not exist, or is none of a function. */
export function findDestination(arn: string, directory: FunctionDirectory): FunctionDefinition {
  const [, serviceName, functionName] =
    /^acs:fc:[^:]*:[^:]*:(?:services\/([^/.]+)(?:\.[^/]+)?\/)?functions\/([^/]+)$/.exec(arn) ?? [];
  if (functionName === undefined) {
    throw new ApiError(400, 'InvalidArgument', `the destination '${arn}' is not a function`);
  }
  return directory.find(functionName, serviceName);
}
