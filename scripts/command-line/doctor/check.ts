/** How a check went. A warning does not fail; what was skipped could not be looked at, and the text says why. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check saw and, where something is to be done, what. */
export interface CheckResult {
  readonly status: CheckStatus;
  /** What was seen, as a line. */
  readonly saw: string;
  readonly fix?: string;
  /** What `--json` shows besides. */
  readonly details?: object;
}

/** A check that is at work. */
export interface Check {
  /** Stable: scripts may rely on it. */
  readonly id: string;
  readonly title: string;
  /** Never rejects. */
  readonly result: Promise<CheckResult>;
}

export const ok = (saw: string, details?: object): CheckResult => ({
  status: 'ok',
  saw,
  ...(details ? { details } : {}),
});
export const warning = (saw: string, fix: string): CheckResult => ({ status: 'warning', saw, fix });
export const failed = (saw: string, fix: string): CheckResult => ({ status: 'failed', saw, fix });
export const skipped = (saw: string): CheckResult => ({ status: 'skipped', saw });

/** A failure as an error tells of it: what happened and, after a mark, the next step. */
function failedBy({ message }: Error): CheckResult {
  const [, saw, fix] = /^(.*?)(?:; |: (?=set |add |write ))(.*)$/s.exec(message) ?? [];
  return saw && fix ? failed(saw, fix) : { status: 'failed', saw: message };
}

/**
 * Begins a check that must be over at a time (milliseconds since 1970). What it throws is a failure; the
 * message of such an error names the next step itself.
 */
export function beginCheck(
  id: string,
  title: string,
  deadline: number,
  look: () => Promise<CheckResult>,
): Check {
  // What throws at once is a failure like any other.
  const looking = Promise.resolve().then(look);
  return { id, title, result: endingBy(deadline, looking) };
}

async function endingBy(deadline: number, looking: Promise<CheckResult>): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(failed('took too long', 'check the network, or allow more time with --timeout')),
      Math.max(deadline - Date.now(), 0),
    );
  });
  try {
    return await Promise.race([looking, late]);
  } catch (error) {
    return failedBy(error as Error);
  } finally {
    clearTimeout(timer);
  }
}
