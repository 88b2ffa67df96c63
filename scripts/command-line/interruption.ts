import { CommandError, EXIT_CODES } from './exit-code';
import { onEndOfShell } from './told-to-stop';

/** The signals by which a command is told to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const CODES: Readonly<Record<StopSignal, number>> = {
  SIGINT: EXIT_CODES.interrupted,
  SIGTERM: EXIT_CODES.terminated,
  SIGHUP: 129,
};

/**
 * A signal that comes so soon after the first is the same one again: a terminal sends Ctrl-C to npm as well,
 * which passes it on.
 */
const SAME_SIGNAL_MS = 500;

/** Why a command ends before its time. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';
  constructor(readonly signal: StopSignal) {
    super(`stopped by ${signal}; nothing was changed`, CODES[signal]);
  }
}

/** Whether a command has been told to stop. */
export interface Interruption {
  /** Aborted, with an InterruptedError as its reason, by the first signal. */
  readonly signal: AbortSignal;
  /** As if that signal had come. */
  tell(signal: StopSignal): void;
}

/**
 * Does something that can be told to stop: the first signal aborts `signal`, which the action watches, and
 * turns the exit code into that of the signal; the second one ends the process at once.
 */
export async function interruptible(
  action: (interruption: Interruption) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  let toldAt: number | undefined;
  const tell = (name: StopSignal) => {
    if (toldAt === undefined) {
      toldAt = performance.now();
      controller.abort(new InterruptedError(name));
    } else if (performance.now() - toldAt > SAME_SIGNAL_MS) {
      console.error('palisade: ended at once; changes that were under way may have been made');
      process.exit(CODES[name]);
    }
  };
  const names = Object.keys(CODES) as StopSignal[];
  for (const name of names) process.on(name, tell);
  const stopWatching = onEndOfShell(() => tell('SIGTERM'));
  try {
    const exitCode = await action({ signal, tell });
    const reason: unknown = signal.reason;
    return reason instanceof InterruptedError ? reason.exitCode : exitCode;
  } finally {
    stopWatching();
    // Signals that are still to come must not turn the exit code into another.
    if (!signal.aborted) for (const name of names) process.off(name, tell);
  }
}
