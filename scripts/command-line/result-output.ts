import type { Listing, RunResult } from '../../shared/remediation';
import { jsonReport } from './json-report';
import { markdownReport } from './markdown-report';
import { textReport } from './text-report';
import { columnsOf } from './text-width';

/** How `plan` and `apply` print what they found. */
export const FORMATS = ['table', 'json', 'markdown'] as const;

/** Options of `plan` and `apply` about what they print. */
export interface OutputOptions {
  readonly format?: (typeof FORMATS)[number];
  /** The same as the format json. */
  readonly json?: boolean;
  readonly all?: boolean;
}

/** The format that is asked for. */
export function formatOf({ format = 'table', json }: OutputOptions): (typeof FORMATS)[number] {
  return json ? 'json' : format;
}

/** A saved plan: where, and its digest. */
export interface SavedAs {
  readonly file: string;
  readonly digest: string;
}

/** What is printed of a run besides its result. */
export interface Printed {
  readonly applied: boolean;
  readonly unlisted: Listing['unlisted'];
  readonly saved?: SavedAs | undefined;
  /** Whether what is printed is about to be applied, if it is wanted. */
  readonly isPreview?: boolean;
  /** Whether it was told to stop before its end. */
  readonly isInterrupted?: boolean;
}

/** Prints a result on standard output as it is asked for. */
export function printResult(options: OutputOptions, result: RunResult, printed: Printed): void {
  console.log(outputOf(options, result, printed));
}

function outputOf(options: OutputOptions, result: RunResult, printed: Printed): string {
  const { unlisted, ...more } = printed;
  const { applied, saved, isInterrupted } = more;
  const format = formatOf(options);
  switch (format) {
    case 'json':
      return JSON.stringify({
        ...jsonReport(result, unlisted, applied),
        ...(saved ? { savedPlan: saved } : {}),
        ...(isInterrupted ? { interrupted: true } : {}),
      });
    case 'markdown':
      return markdownReport(result, unlisted, more);
    case 'table':
      return textReport(result, unlisted, {
        ...more,
        all: options.all ?? false,
        columns: columnsOf(process.env, process.stdout.columns),
      });
    default:
      return format satisfies never;
  }
}
