import { ApiError } from '../action';

/** Limits on how often an API may be called, counted per account, region and API in fixed windows. */
export interface ThrottleOptions {
  /** Calls let through per window, by action name. */
  readonly perAction?: Readonly<Record<string, number>>;
  /** Calls let through per window of any action that perAction does not name; no limit by default. */
  readonly everyAction?: number;
  /** Length of a window; one second by default. */
  readonly window?: 'second' | 'minute';
  /** Error code; `Throttling` by default. */
  readonly code?: 'Throttling' | 'Throttling.User' | 'Throttling.Api';
  /** Whether refusals carry `x-acs-retry-after`, the milliseconds until the next window. */
  readonly retryAfter?: boolean;
}

/** A refusal that may say, in milliseconds, when to come back. */
export class ThrottledError extends ApiError {
  constructor(
    code: string,
    readonly retryAfterMs: number | undefined,
  ) {
    super(400, code, 'Request was denied due to request throttling.');
  }
}

/** What calls are counted by. */
export interface ThrottleKey {
  readonly accountId: string;
  readonly region: string;
  readonly action: string;
}

/**
 * Makes the check that runs before each call.
 * @returns a function that counts one call and throws ThrottledError when its window is used up
 */
export function createThrottle(options: ThrottleOptions): (key: ThrottleKey, now: number) => void {
  const windowMs = options.window === 'minute' ? 60_000 : 1000;
  let currentWindow: number | undefined;
  const counts = new Map<string, number>();
  return ({ accountId, region, action }, now) => {
    const limit = options.perAction?.[action] ?? options.everyAction;
    if (limit === undefined) return;
    const window = Math.floor(now / windowMs);
    if (window !== currentWindow) {
      currentWindow = window;
      counts.clear();
    }
    const key = `${accountId} ${region} ${action}`;
    const count = counts.get(key) ?? 0;
    if (count >= limit) {
      throw new ThrottledError(
        options.code ?? 'Throttling',
        options.retryAfter ? (window + 1) * windowMs - now : undefined,
      );
    }
    counts.set(key, count + 1);
  };
}
