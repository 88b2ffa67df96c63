import type { Times } from '../remediation';

/** Kept back for what is in hand, the last records, and handing on the rest; a tenth where that is more. */
const RESERVE_MS = 10_000;

/**
 * Divides the time of a function: half of it may be read, then changed what was read; a tenth, at least ten
 * seconds and at most half of the timeout, is for ending what was begun, the later half of that without ECS.
 */
export function timesOf(timeoutSeconds: number, startedAt: number): Times {
  const timeoutMs = timeoutSeconds * 1000;
  const reserveMs = Math.min(Math.max(timeoutMs / 10, RESERVE_MS), timeoutMs / 2);
  const changeMs = timeoutMs - reserveMs;
  return {
    readUntil: startedAt + changeMs / 2,
    changeUntil: startedAt + changeMs,
    callsUntil: startedAt + timeoutMs - reserveMs / 2,
  };
}
