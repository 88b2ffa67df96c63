import type { ApiError } from '../action';
import type { WireRequest, WireResponse } from '../wire';
import { xmlElement } from '../wire/xml';
import { OssError } from './errors';

export function xmlResponse(status: number, root: string, body: object): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement(root, body)}`,
  };
}

/** Encodes a refusal; the answer to HEAD, which has no body, carries it in a header. */
export function errorResponse(
  error: ApiError,
  request: WireRequest,
  requestId: string,
): WireResponse {
  const { status, code, message } = error;
  const response = xmlResponse(status, 'Error', {
    Code: code,
    Message: message,
    RequestId: requestId,
    HostId: request.headers.host ?? '',
    ...(error instanceof OssError ? error.details : {}),
  });
  if (request.method !== 'HEAD') return response;
  const encoded = Buffer.from(response.body).toString('base64');
  return { status, headers: { 'x-oss-err': encoded }, body: '' };
}
