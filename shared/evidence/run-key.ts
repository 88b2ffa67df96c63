/** Where the records of runs are. */
export const RUNS = 'runs/';

/** What the key of a run's record says. */
export interface RunKey {
  readonly runId: string;
  readonly part: string;
  /** 1, or more for a part that was tried again. */
  readonly attempt: number;
  /** Written before the run changes anything, or when it is over. */
  readonly step: 'intent' | 'outcome';
}

/** Reads `runs/RUN/PART.ATTEMPT.STEP.json`; undefined for another key. */
export function parseRunKey(key: string): RunKey | undefined {
  const [, runId, part, attempt, step] =
    /^runs\/([^/]+)\/([^/]+)\.(\d{1,3})\.(intent|outcome)\.json$/.exec(key) ?? [];
  if (runId === undefined || part === undefined) return undefined;
  if (step !== 'intent' && step !== 'outcome') return undefined;
  return { runId, part, attempt: Number(attempt), step };
}
