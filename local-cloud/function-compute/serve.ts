import { randomUUID } from 'node:crypto';
import { ApiError } from '../action';
import type { WireRequest, WireResponse } from '../wire/http';
import type { FunctionDefinition } from './function-definition';
import type { FunctionDirectory } from './function-directory';
import { createHttpEvent, createHttpRequest } from './http-event';
import { httpResponseOf } from './http-response';
import { httpVersionOf, readHttpTarget } from './http-target';
import type { HandlerKind } from './instance';
import type { Place } from './invocation-context';
import type { InvocationResult } from './invoker';
import {
  acceptedResponse,
  completedResponse,
  errorResponse,
  type InvocationRequest,
  readInvocationRequest,
  resourceName,
  versionOf,
} from './routes';
import type { SignatureVerifier } from './signature';

/** How a programmatic invocation ended, or that it was queued. */
export type InvokeOutcome =
  | ({ readonly kind: 'completed' } & InvocationResult)
  | { readonly kind: 'accepted'; readonly requestId: string };

/** Asks whether the holder of an access key may do something. Throws ApiError to refuse. */
export type Authorize = (accessKeyId: string, action: string, resource: string) => void;

/** What requests are served with. */
export interface ServeOptions extends Place {
  readonly directory: FunctionDirectory;
  readonly signatures: SignatureVerifier;
  readonly authorize: Authorize;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Throws ApiError for an event that is too large. */
  readonly start: (
    definition: FunctionDefinition,
    event: Buffer,
    call: { readonly isAsync: boolean; readonly taskId?: string },
  ) => Promise<InvokeOutcome>;
  /** The same for the event made from an HTTP request, whose own body counts for its size. */
  readonly startHttp: (
    definition: FunctionDefinition,
    event: Buffer,
    call: { readonly handlerKind: HandlerKind; readonly bodyBytes: number },
  ) => Promise<InvocationResult>;
}

/** Creates the handler of requests: invocations of both API versions, and HTTP triggers. */
export function createServe(
  options: ServeOptions,
): (request: WireRequest) => Promise<WireResponse> {
  const mayInvoke = (
    accessKeyId: string,
    functionName: string,
    serviceName: string | undefined,
    qualifier: string,
  ) =>
    options.authorize(
      accessKeyId,
      'fc:InvokeFunction',
      resourceName(options, functionName, serviceName, qualifier),
    );

  const serveInvocation = async (
    version: InvocationRequest['version'],
    request: WireRequest,
  ): Promise<WireResponse> => {
    const accessKeyId =
      version === '2016-08-15'
        ? options.signatures.verifyV2(request)
        : options.signatures.verifyV3(request);
    const call = readInvocationRequest(request);
    mayInvoke(accessKeyId, call.functionName, call.serviceName, call.qualifier);
    const definition = options.directory.find(call.functionName, call.serviceName, call.qualifier);
    const outcome = await options.start(definition, request.body, call);
    return outcome.kind === 'accepted'
      ? acceptedResponse(outcome.requestId)
      : completedResponse(outcome);
  };

  const serveHttpTrigger = async (
    version: InvocationRequest['version'],
    request: WireRequest,
  ): Promise<WireResponse> => {
    const target = readHttpTarget(request, options.directory, options);
    const { definition, trigger } = target;
    if (!trigger.methods.some((method) => method === request.method)) {
      // 403 for a method that is not configured (HTTP triggers page, troubleshooting), not 405.
      throw new ApiError(
        403,
        'AccessDenied',
        `the HTTP trigger '${trigger.triggerName}' does not allow the method ${request.method}`,
      );
    }
    if (trigger.authType === 'function') {
      const accessKeyId =
        version === '2016-08-15'
          ? options.signatures.verifyV2(request)
          : options.signatures.verifyV3Trigger(request);
      mayInvoke(accessKeyId, definition.functionName, definition.serviceName, target.qualifier);
    }
    const bodyBytes = request.body.length;
    const result =
      version === '2016-08-15'
        ? options.startHttp(definition, createHttpRequest(request, target), {
            handlerKind: 'http',
            bodyBytes,
          })
        : options.startHttp(definition, createHttpEvent(request, target, options, options.now()), {
            handlerKind: 'event',
            bodyBytes,
          });
    return httpResponseOf(await result);
  };

  return async (request) => {
    const httpVersion = httpVersionOf(request);
    const version = httpVersion ?? versionOf(request.path) ?? '2023-03-30';
    try {
      return httpVersion === undefined
        ? await serveInvocation(version, request)
        : await serveHttpTrigger(version, request);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const response = errorResponse(version, error, randomUUID());
      if (httpVersion === undefined) return response;
      return { ...response, headers: { ...response.headers, 'x-fc-error-type': 'FcCommonError' } };
    }
  };
}
