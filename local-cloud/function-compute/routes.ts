import { ApiError } from '../action';
import type { WireRequest, WireResponse } from '../wire/http';
import type { Place } from './invocation-context';
import type { InvocationResult } from './invoker';

/** An invocation as a request asked for it, of FC 2.0 when it names a service. */
export interface InvocationRequest {
  readonly version: '2016-08-15' | '2023-03-30';
  readonly serviceName?: string;
  readonly functionName: string;
  readonly qualifier: string;
  readonly isAsync: boolean;
  readonly taskId?: string;
}

/** The API version that a path belongs to, or undefined when it is not Function Compute's. */
export function versionOf(path: string): InvocationRequest['version'] | undefined {
  if (path.startsWith('/2016-08-15/')) return '2016-08-15';
  if (path.startsWith('/2023-03-30/')) return '2023-03-30';
  return undefined;
}

/**
 * Reads what to invoke from a request. Names are taken as sent: nothing in a valid one is encoded.
 * Throws ApiError 400 for other paths and wrong headers.
 */
export function readInvocationRequest(request: WireRequest): InvocationRequest {
  const { headers, method, path } = request;
  const type = headers['x-fc-invocation-type'] ?? 'Sync';
  if (type !== 'Sync' && type !== 'Async') {
    throw new ApiError(400, 'InvalidArgument', `invocation type '${type}' is not Sync or Async`);
  }
  const isAsync = type === 'Async';
  const [, service, inService] =
    /^\/2016-08-15\/services\/([^/]+)\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (method === 'POST' && service !== undefined && inService !== undefined) {
    const [serviceName = '', ...qualifier] = service.split('.');
    return {
      version: '2016-08-15',
      serviceName,
      functionName: inService,
      qualifier: qualifier.join('.') || 'LATEST',
      isAsync,
      ...readTaskId(headers['x-fc-stateful-async-invocation-id']),
    };
  }
  const [, functionName] = /^\/2023-03-30\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (method === 'POST' && functionName !== undefined) {
    return {
      version: '2023-03-30',
      functionName,
      qualifier: new URLSearchParams(request.rawQuery).get('qualifier') || 'LATEST',
      isAsync,
      ...readTaskId(headers['x-fc-async-task-id']),
    };
  }
  throw new ApiError(400, 'PathNotSupported', `'${method}' against '${path}' is not supported`);
}

/** The function as RAM policies name it (authorization rules of the InvokeFunction pages). */
export function resourceName(
  { accountId, regionId }: Place,
  functionName: string,
  serviceName: string | undefined,
  qualifier: string,
): string {
  const service = serviceName === undefined ? '' : `services/${serviceName}.${qualifier}/`;
  return `acs:fc:${regionId}:${accountId}:${service}functions/${functionName}`;
}

/** Refuses a task id that is not letters, digits, `_` and `-`, 128 at most. Throws ApiError 400. */
export function readTaskId(taskId: string | undefined): { readonly taskId?: string } {
  if (taskId === undefined) return {};
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/.test(taskId)) {
    throw new ApiError(
      400,
      'InvalidArgument',
      'the task ID must begin with a letter or _, hold letters, digits, _ and -, 128 at most',
    );
  }
  return { taskId };
}

/** Answer to an accepted asynchronous invocation. */
export function acceptedResponse(requestId: string): WireResponse {
  return { status: 202, headers: { 'x-fc-request-id': requestId }, body: '' };
}

/** Answer to a synchronous invocation: status 200 even when the function failed. */
export function completedResponse(result: InvocationResult): WireResponse {
  const failed = result.errorType !== undefined;
  return {
    status: 200,
    headers: {
      'content-type': failed ? 'application/json' : 'application/octet-stream',
      'x-fc-request-id': result.requestId,
      'x-fc-instance-id': result.instanceId,
      'x-fc-invocation-duration': String(result.durationMs),
      ...(result.errorType === undefined ? {} : { 'x-fc-error-type': result.errorType }),
    },
    body: result.payload,
  };
}

/** Answer to a refused request, with the fields that the SDK of that version reads. */
export function errorResponse(
  version: InvocationRequest['version'],
  error: ApiError,
  requestId: string,
): WireResponse {
  const body =
    version === '2016-08-15'
      ? { ErrorCode: error.code, ErrorMessage: error.message }
      : { Code: error.code, Message: error.message, RequestId: requestId };
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-fc-request-id': requestId },
    body: JSON.stringify(body),
  };
}
