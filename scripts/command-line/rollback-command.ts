import { type Command, Option } from 'commander';
import { collect, examples } from './option-help';

/** Adds `rollback`, which takes back what a run did. */
export function addRollback(program: Command): void {
  program
    .command('rollback')
    .argument('<run>', 'id of the run, as "palisade evidence list" shows it')
    .description('take back what a run did: revoke the rules it added, restore the descriptions')
    .addOption(
      new Option('--group <id>', 'only this group; repeatable')
        .argParser(collect)
        .default([], 'every group that the run changed'),
    )
    .option('--yes', 'do it without asking; without a terminal nothing is done otherwise')
    .option(
      '--policy <file>',
      'policy file whose guardrails hold and whose accounts have the roles to assume; default: the default guardrails',
    )
    .option(
      '--records <place>',
      'where the records of the run are: a folder, or oss://BUCKET of the functions',
      'out/records',
    )
    .option('--records-region <id>', 'region of that bucket')
    .option('--endpoint <url>', 'ECS endpoint, such as http://127.0.0.1:8080')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'palisade rollback cli-20260301T040000Z-0a1b2c3d',
        'palisade rollback cli-20260301T040000Z-0a1b2c3d --group sg-bp1web --yes',
        'palisade rollback sweep-20260301T040000Z --records oss://my-records --records-region cn-hangzhou',
      ),
    )
    .addHelpText('after', HELP)
    .action(async (runId: string, options) => {
      const { rollback } = await import('./rollback');
      process.exitCode = await rollback(runId, options);
    });
}

const HELP = `
Only what still is exactly as the run left it is taken back; what somebody changed since is left alone and
named. A rollback that was interrupted is gone on with by the same command.

The run's policies still call for what is taken back. The next sweep repairs it again, and the function that
gets the events of ActionTrail may do so within seconds: deploy the exemption that this command prints
before you go on, or set PALISADE_STOP=true on the functions meanwhile. The record STOP would hold up the
rollback as well.

Exit codes:
  0  nothing of what the run did is left
  1  the command could not do its work
  2  something is left: it was not taken back, or nobody said yes
  3  something could not be read completely
  130 and 143: stopped by Ctrl-C and by SIGTERM; what was in hand is finished and recorded`;
