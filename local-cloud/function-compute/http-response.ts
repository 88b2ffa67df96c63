import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { WireResponse } from '../wire/http';
import type { InvocationResult } from './invoker';

/** Headers that Function Compute sets itself, whatever a function says (HTTP handler page, limits). */
const OWN_HEADERS =
  /^(connection|keep-alive|content-length|transfer-encoding|date|server|content-disposition|x-fc-.*)$/;

const httpResponse = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z
    .record(z.string(), z.string())
    .refine(areSendable, 'hold a name or value that HTTP cannot carry')
    .default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/**
 * The HTTP response that a function's result becomes (HTTP trigger page, response struct). A result
 * without a `statusCode` is the body of a response with status 200. A failed function, and one whose
 * response HTTP could not carry, is answered with 502 and x-fc-error-type (HTTP triggers page,
 * troubleshooting).
 */
export function httpResponseOf(result: InvocationResult): WireResponse {
  if (result.errorType !== undefined) return failed(result, result.errorType, result.payload);
  const value = parseJson(result.payload);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    // The pages do not say what type such a body has; JSON is told as JSON.
    const type = value === undefined ? 'application/octet-stream' : 'application/json';
    return answered(result, 200, { 'content-type': type }, result.payload);
  }
  const response = httpResponse.safeParse(value);
  if (!response.success) {
    const [issue] = response.error.issues;
    const errorMessage = `the function returned no HTTP response: ${issue?.path.join('.')}: ${issue?.message}`;
    return failed(result, 'UnhandledInvocationError', JSON.stringify({ errorMessage }));
  }
  const { statusCode, headers, body, isBase64Encoded } = response.data;
  const bytes = isBase64Encoded ? Buffer.from(body, 'base64') : body;
  return answered(result, statusCode, headers, bytes);
}

function answered(
  result: InvocationResult,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): WireResponse {
  const allowed = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !OWN_HEADERS.test(name));
  return {
    status,
    headers: {
      ...Object.fromEntries(allowed),
      'x-fc-request-id': result.requestId,
      // On the default domains, so that nobody serves web pages from them.
      'content-disposition': 'attachment',
    },
    body,
  };
}

function failed(
  { requestId }: InvocationResult,
  errorType: string,
  body: Buffer | string,
): WireResponse {
  return {
    status: 502,
    headers: {
      'content-type': 'application/json',
      'x-fc-request-id': requestId,
      'x-fc-error-type': errorType,
    },
    body,
  };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function areSendable(headers: Readonly<Record<string, string>>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}
