import type { Answer, HttpHeaders } from './http';
import type { Problem } from './reader';
import { type Authenticity, TOLERANCE_SECONDS } from './signature';

/** An answer in JSON that no browser interprets and no cache keeps. */
export function jsonAnswer(status: number, content: object, headers: HttpHeaders = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify(content),
  };
}

function refusal(status: number, error: string, headers: HttpHeaders = {}): Answer {
  return jsonAnswer(status, { error }, headers);
}

/** For an event that is neither a request nor a call of Cloud Config. */
export const NOT_HTTP: Answer = refusal(400, 'the event is not the one of an HTTP trigger');

export function malformed(problems: readonly Problem[]): Answer {
  return jsonAnswer(400, { error: 'the body has problems', problems });
}

/** Says what to mend, from what the sender wrote alone. */
export function unauthorized(reason: Extract<Authenticity, { ok: false }>['reason']): Answer {
  switch (reason) {
    case 'headers':
      return refusal(
        401,
        'webhook-id, webhook-timestamp and webhook-signature must be there, in the form of Standard Webhooks',
      );
    case 'timestamp':
      return refusal(
        401,
        `webhook-timestamp is more than ${TOLERANCE_SECONDS} seconds away from the time here: sign again with the right time`,
      );
    case 'signature':
      return refusal(
        401,
        'no signature fits: sign the exact bytes of the body with the secret of this function',
      );
    default:
      return reason satisfies never;
  }
}

export const NO_SUCH_PATH: Answer = refusal(404, 'there is nothing at this path: send to /webhook');

export function notFound(missing: readonly string[]): Answer {
  return jsonAnswer(404, { error: 'some of what the body names does not exist', missing });
}

export const WRONG_METHOD: Answer = refusal(405, 'only POST is possible here', { allow: 'POST' });

export const INCOMPLETE: Answer = refusal(408, 'the body did not arrive in time: send it again');

export const OTHER_BODY: Answer = refusal(
  409,
  'this webhook-id was used with another body: send this body with a new id',
);

export function stillWorking(seconds: number): Answer {
  return refusal(
    409,
    'a request with this webhook-id is being worked on: send it again later for its answer',
    retryAfter(seconds),
  );
}

export function tooLarge(maxBodyBytes: number): Answer {
  return refusal(413, `the body is larger than ${maxBodyBytes} bytes: send several requests`);
}

export const WRONG_CONTENT_TYPE: Answer = refusal(
  415,
  'the body must be application/json in UTF-8 without content-encoding',
);

export function tooManyRequests(seconds: number): Answer {
  return refusal(429, 'too many requests in this minute: send it again later', retryAfter(seconds));
}

export function tryAgain(seconds: number): Answer {
  return refusal(
    429,
    'the request cannot be worked on now: send it again later with the same webhook-id',
    retryAfter(seconds),
  );
}

function retryAfter(seconds: number): HttpHeaders {
  return { 'retry-after': String(Math.max(1, Math.ceil(seconds))) };
}
