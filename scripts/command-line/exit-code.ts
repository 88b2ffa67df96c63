import type { Totals } from '../../shared/remediation';

/** What the exit code of `plan` and `apply` says; scripts may rely on it. */
export const EXIT_CODES = {
  /** Every group is compliant or exempt. */
  compliant: 0,
  /** The command could not do its work: bad arguments, a bad policy file, no connection. */
  error: 1,
  /** A group violates a policy. */
  violations: 2,
  /** Something could not be read completely, so there may be more than is shown. */
  unknown: 3,
} as const;

/** The exit code for a result; `unlisted` is the number of regions that could not be listed. */
export function exitCodeOf(totals: Totals, unlisted: number): number {
  if (totals.unknown > 0 || unlisted > 0) return EXIT_CODES.unknown;
  if (totals.violating > 0 || totals.unrepairable > 0) return EXIT_CODES.violations;
  return EXIT_CODES.compliant;
}
