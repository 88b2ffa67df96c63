import type { Totals } from '../../shared/remediation';

/** What the exit codes of all commands say; scripts may rely on them. */
export const EXIT_CODES = {
  /** All is as it should be: for `plan` and `apply`, every group is compliant or exempt. */
  compliant: 0,
  /** The command could not do its work: bad arguments, a bad policy file, no connection. */
  error: 1,
  /** A group violates a policy, or something else was found that is not as it should be. */
  violations: 2,
  /** Something could not be read completely, so there may be more than is shown. */
  unknown: 3,
  /** A saved plan does not fit any more: nothing was changed. */
  refused: 4,
  /** Stopped by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

/** The exit code for a result; `unlisted` is the number of regions that could not be listed. */
export function exitCodeOf(totals: Totals, unlisted: number): number {
  if (totals.unknown > 0 || unlisted > 0) return EXIT_CODES.unknown;
  if (totals.violating > 0 || totals.unrepairable > 0) return EXIT_CODES.violations;
  return EXIT_CODES.compliant;
}

/** An error that ends the command with an exit code of its own. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** The part of a command's help that says what its exit codes mean. */
export function exitCodeHelp(
  meanings: Readonly<Partial<Record<keyof typeof EXIT_CODES, string>>>,
): string {
  const lines = Object.entries(meanings).map(([name, meaning]) => {
    const code = EXIT_CODES[name as keyof typeof EXIT_CODES];
    return `  ${String(code).padEnd(3)}  ${meaning}`;
  });
  return `\nExit codes:\n${lines.join('\n')}`;
}
