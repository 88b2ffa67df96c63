import { type Command, Option } from 'commander';
import { collect, examples, wholeNumber } from './option-help';

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check all that a run needs, and say how to mend what is amiss')
    .option('--policy <file>', 'policy file; default: policy.yaml, if it is here')
    .addOption(
      new Option('--region <id>', 'region to look at; repeatable')
        .argParser(collect)
        .default([], 'every region'),
    )
    .option('--endpoint <url>', 'endpoint of ECS and STS, such as http://127.0.0.1:8080')
    .option(
      '--records <place>',
      'where records are: a folder, or oss://BUCKET; default: PALISADE_RECORDS, or out/records',
    )
    .option('--records-region <id>', 'region of that bucket')
    .option('--function-region <id>', 'region of the functions, to call palisade-actiontrail once')
    .option('--timeout <seconds>', 'how long all of it may take', wholeNumber, 60)
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      examples(
        'palisade doctor',
        'palisade doctor --region cn-hangzhou --records oss://my-records --records-region cn-hangzhou',
        'palisade doctor --function-region cn-hangzhou --json',
      ),
    )
    .addHelpText('after', DOCTOR_HELP)
    .action(async (options) => {
      const { doctor } = await import('./doctor');
      process.exitCode = await doctor(options);
      // All is said; a connection that still waits for an answer keeps nobody.
      setTimeout(() => process.exit(), LINGER_MS).unref();
    });
}

/** Long enough for a pipe to take what was printed. */
const LINGER_MS = 500;

const DOCTOR_HELP = `
No group is changed and no notice is sent. The record store keeps one small record, doctor/probe, which shows
that it can be written and replaces nothing. What only a write can show, such as the permission to add rules,
is not tested.

Exit codes:
  0  nothing is broken; there may be warnings
  1  a check failed`;
