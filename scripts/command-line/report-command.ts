import { type Command, Option } from 'commander';
import { FORMATS, LANGUAGES } from '../report/choices';
import { examples } from './option-help';

/** Adds `report`. */
export function addReport(program: Command): void {
  program
    .command('report')
    .argument('[run]', 'id of a run, or latest', 'latest')
    .description(
      'write a report on every group that runs have looked at, and on what a run changed',
    )
    .option('--out <file>', 'file to write; - is standard output; default: out/report.html, or -')
    .addOption(new Option('--format <format>').choices(FORMATS).default('html'))
    .addOption(new Option('--lang <language>', 'of the page').choices(LANGUAGES).default('en'))
    .option('--records <place>', 'where records are: a folder, or oss://BUCKET', 'out/records')
    .option('--records-region <id>', 'region of that bucket')
    .addHelpText(
      'after',
      examples(
        'palisade report',
        'palisade report --records oss://BUCKET/palisade --records-region cn-hangzhou --lang zh',
        'palisade report sweep-20260301T040000Z-1a2b3c4d --out report.html',
        'palisade report --format csv > findings.csv',
      ),
    )
    .addHelpText('after', REPORT_HELP)
    .action(async (run: string, options) => {
      const { report } = await import('./report');
      process.exitCode = await report(run, options);
    });
}

const REPORT_HELP = `
With latest, the report tells how every group stands by the last run that looked at it, and what was changed
by the newest run of the timer or the command line that looked at no fewer than half as many groups as any
other. With a run, it tells how things stood when that run was over. Changes are counted from such a run
before it.

Formats:
  html   one page that needs no network and no script; prints well
  json   the same as one object, with "version": 1
  csv    a row for each finding
  sarif  SARIF 2.1.0
  ocsf   OCSF 1.5.0 Compliance Finding events, one line of JSON each

Exit codes:
  0  the report is written, whatever it says
  1  it is not: there are no records, or no such run, or they could not be read`;
