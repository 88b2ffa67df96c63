import { type Command, InvalidArgumentError } from 'commander';
import type { ChainHead } from '../../shared/evidence';
import { exitCodeHelp } from './exit-code';
import { examples } from './option-help';

/** Adds `evidence verify`, `list` and `show`, which read the records of runs and change nothing. */
export function addEvidence(program: Command): void {
  const evidence = program
    .command('evidence')
    .description('read the records of runs, and verify that they are as they were written');

  withPlace(evidence.command('verify'))
    .description('compute the chain over all records again, and name what does not fit')
    .option(
      '--expect-head <sequence:digest>',
      'the head that an earlier verification printed',
      parseHead,
    )
    .addHelpText(
      'after',
      examples(
        'palisade evidence verify',
        'palisade evidence verify oss://my-records --records-region cn-hangzhou --json',
        `palisade evidence verify copy-of-records --expect-head 123:${'5c'.repeat(32)}`,
      ),
    )
    .addHelpText('after', VERIFY_HELP)
    .action(async (place: string, options) => {
      const { verify } = await import('./evidence');
      process.exitCode = await verify(place, options);
    });

  withPlace(evidence.command('list'))
    .description('list the runs, the latest first')
    .option('--all', 'show every run, not only the latest 20', false)
    .addHelpText(
      'after',
      examples('palisade evidence list', 'palisade evidence list out/demo/records --json'),
    )
    .addHelpText('after', READ_EXIT_CODES)
    .action(async (place: string, options) => {
      const { list } = await import('./evidence');
      process.exitCode = await list(place, options);
    });

  withPlace(evidence.command('show').argument('<run>', 'id of the run'))
    .description('show what a run found and did at each group that it changed or meant to')
    .option('--group <id>', 'show this group only, changed or not')
    .addHelpText(
      'after',
      examples(
        'palisade evidence show cli-20260301T040000Z-0a1b2c3d',
        'palisade evidence show sweep-20260301T040000Z-0a1b2c3d --group sg-bp1web out/demo/records',
      ),
    )
    .addHelpText('after', READ_EXIT_CODES)
    .action(async (runId: string, place: string, options) => {
      const { show } = await import('./evidence');
      process.exitCode = await show(runId, place, options);
    });
}

function withPlace(command: Command): Command {
  return command
    .argument('[place]', 'a folder, or oss://BUCKET/PREFIX', 'out/records')
    .option('--records-region <id>', 'region of that bucket')
    .option('--json', 'print one JSON object', false);
}

function parseHead(value: string): ChainHead {
  const [, sequence, digest] = /^(\d{1,9}):([0-9a-f]{64})$/.exec(value) ?? [];
  if (sequence === undefined || digest === undefined) {
    throw new InvalidArgumentError('Write it as it was printed: a number, a colon, 64 hex digits.');
  }
  return { sequence: Number(sequence), digest };
}

const READ_EXIT_CODES = exitCodeHelp({
  compliant: 'it is shown, whatever it says',
  error: 'there is no such run, or the records could not be read',
});

const VERIFY_HELP = `
Each record is linked by its SHA-256 to the record before, so that a change of one does not fit the others.
What the chain cannot show by itself is that its end was cut off, or that all of it from some record on was
written anew: whoever may write records can do that. So keep the head that is printed where they cannot
write, and give it with --expect-head; the chain may have grown since.

A record that is not in the chain was left by a run that died between writing and linking it, belongs to a
run that is going on, or was put there by somebody: from the records alone that cannot be told.

Exit codes:
  0  every record is as it was written; interrupted runs are named, and are no fault of the records
  1  the command could not do its work
  2  something was altered, removed or inserted, or a record is not in the chain`;
