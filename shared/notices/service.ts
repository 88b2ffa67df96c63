import type { Notice } from './notice';
import type { Answer } from './transport';

/** What a message is made of. */
export interface Content {
  readonly notice: Notice;
  /** Milliseconds since 1970: when the notice was given, the same for every attempt. */
  readonly time: number;
  /** No other message about this run will follow on this channel. */
  readonly isLast: boolean;
}

/** What an answer means. `cause` holds nothing that the other side could have put secrets into. */
export type Reading =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly cause: string;
      readonly tryAgain: boolean;
      /** How long the service asks to wait. */
      readonly waitMs?: number;
    };

/** Documented causes of a refusal, by the service's own code, with what to do. */
export type Causes = Readonly<Record<string, string>>;

/**
 * What every service says by status alone: too many requests and failures on its side may be tried again,
 * redirects are not followed, because they would hand the notice to somebody else. Undefined for the
 * statuses that services use in their own ways.
 */
export function readStatus({ status, headers }: Answer): Reading | undefined {
  if (status === 429 || status >= 500) {
    const seconds = /^\d{1,5}$/.exec(headers['retry-after'] ?? '')?.[0];
    return {
      ok: false,
      cause: status === 429 ? 'it takes no more messages for now (HTTP 429)' : `HTTP ${status}`,
      tryAgain: true,
      ...(seconds === undefined ? {} : { waitMs: Number(seconds) * 1000 }),
    };
  }
  if (status >= 300 && status < 400) {
    return refused(`it redirects (HTTP ${status}), which is not followed; configure the final URL`);
  }
  return undefined;
}

/** A refusal that would be given again. */
export function refused(cause: string): Reading {
  return { ok: false, cause, tryAgain: false };
}

/** Reads the code in a JSON answer; undefined when there is none, or the answer is not JSON. */
export function codeIn(body: string, ...names: readonly string[]): number | undefined {
  const answer = parseJson(body);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const values = new Map<string, unknown>(Object.entries(answer));
  for (const name of names) {
    const value = values.get(name);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
