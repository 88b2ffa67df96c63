import type { Command } from 'commander';
import { examples } from './option-help';

/** Adds `runs`, which shows how far runs are that were cut into shards, and changes nothing. */
export function addRuns(program: Command): void {
  program
    .command('runs')
    .argument('[run]', 'id of a run, to see its shards; default: the latest runs')
    .description('show runs of the functions, how far they are, and the shards of one')
    .option(
      '--records <place>',
      'where the records are: a folder, or oss://BUCKET of the functions',
      'out/records',
    )
    .option('--records-region <id>', 'region of that bucket')
    .option('--watch', 'show it again every second until nothing is in progress', false)
    .option('--all', 'show every run or shard, not only the first 20', false)
    .option(
      '--json',
      'print one JSON object; with --watch, one a line whenever something changed',
      false,
    )
    .addHelpText(
      'after',
      examples(
        'palisade runs',
        'palisade runs --records oss://my-records --records-region cn-hangzhou',
        'palisade runs sweep-20260301T040000Z-0a1b2c3d --watch --records out/demo/records',
      ),
    )
    .addHelpText('after', HELP)
    .action(async (runId: string | undefined, options) => {
      const { runs } = await import('./runs');
      process.exitCode = await runs(runId, options);
    });
}

const HELP = `
A run that is over many groups is cut into shards: parts of one account and region, each worked on by one
call of the enforce function. A shard whose time is over hands on its rest, which is a shard of its own.
Runs that were made whole, such as those of "palisade apply", are in "palisade evidence list" only.

Exit codes:
  0  everything that is shown is done
  1  the command could not do its work
  2  a shard failed or got lost
  3  something is in progress, or groups are unknown`;
