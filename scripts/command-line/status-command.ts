import type { Command } from 'commander';
import { examples, wholeNumber } from './option-help';

/** Adds `status`. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description(
      'show how the estate stands by the records of runs; asks no service but their store',
    )
    .option('--records <place>', 'where records are: a folder, or oss://BUCKET', 'out/records')
    .option('--records-region <id>', 'region of that bucket')
    .option(
      '--recent <hours>',
      'how old the last run over the estate may be to count as recent',
      wholeNumber,
      26,
    )
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      examples(
        'palisade status',
        'palisade status --records oss://my-records --records-region cn-hangzhou --json',
      ),
    )
    .addHelpText('after', STATUS_HELP)
    .action(async (options) => {
      const { status } = await import('./status');
      process.exitCode = await status(options);
    });
}

const STATUS_HELP = `
Of the chain of records only the end is checked; "palisade evidence verify" checks all of it.

Exit codes:
  0  by a recent run every group is compliant or exempt
  1  the command could not do its work
  2  a group violates a policy
  3  something is unknown: a group, the outcome of a run, how things stand now because no run is recent, or
     whether records are as they were written`;
