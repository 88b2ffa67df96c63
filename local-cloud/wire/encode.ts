import type { ApiError, ResponseBody } from '../action';
import { AccessDeniedError } from '../ram';
import type { Format } from './decode';
import type { WireResponse } from './http';
import { ThrottledError } from './throttle';
import { xmlElement } from './xml';

/** What every answer of one call has in common. */
export interface Envelope {
  readonly requestId: string;
  /** Host the client addressed. */
  readonly hostId: string;
  readonly format: Format;
}

/** Encodes what an action returned, with the RequestId first. */
export function encodeSuccess(
  action: string,
  body: ResponseBody,
  envelope: Envelope,
): WireResponse {
  return encode(200, `${action}Response`, { RequestId: envelope.requestId, ...body }, envelope);
}

/**
 * Encodes a refusal: RequestId, HostId, Code, Message, Recommend and, for want of permission,
 * AccessDeniedDetail, under `Error` in XML.
 */
export function encodeError(error: ApiError, product: string, envelope: Envelope): WireResponse {
  const recommend = new URLSearchParams({
    q: error.code,
    product,
    requestId: envelope.requestId,
  });
  const response = encode(
    error.status,
    'Error',
    {
      RequestId: envelope.requestId,
      HostId: envelope.hostId,
      Code: error.code,
      Message: error.message,
      Recommend: `https://api.alibabacloud.com/troubleshoot?${recommend}`,
      ...(error instanceof AccessDeniedError && { AccessDeniedDetail: error.detail }),
    },
    envelope,
  );
  if (!(error instanceof ThrottledError) || error.retryAfterMs === undefined) return response;
  return {
    ...response,
    headers: { ...response.headers, 'x-acs-retry-after': String(error.retryAfterMs) },
  };
}

function encode(
  status: number,
  rootElement: string,
  body: ResponseBody,
  { requestId, format }: Envelope,
): WireResponse {
  return {
    status,
    headers: {
      // The SDKs parse XML only under exactly this content type.
      'content-type':
        format === 'XML' ? 'text/xml;charset=utf-8' : 'application/json;charset=utf-8',
      'x-acs-request-id': requestId,
    },
    body:
      format === 'XML'
        ? `<?xml version='1.0' encoding='UTF-8'?>${xmlElement(rootElement, body)}`
        : JSON.stringify(body),
  };
}
