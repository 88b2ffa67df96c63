import { type Command, Option } from 'commander';
import { exitCodeHelp } from './exit-code';
import { collectTag } from './narrowing-options';
import { collect, examples, wholeNumber } from './option-help';

/** Makes a command `plan`, which changes nothing. */
export function addPlan(command: Command): void {
  withRun(command)
    .description('look at every group and say what would be changed; changes nothing')
    .option('--save <file>', 'save the plan, for "palisade apply --plan <file>"')
    .addHelpText(
      'after',
      examples(
        'palisade plan --policy policies/starter.yaml --region cn-hangzhou',
        'palisade plan --policy policy.yaml --group sg-bp1web --group sg-bp1db',
        'palisade plan --policy policy.yaml --only no-smtp-smb-out --tag env=prod --tag "team=web*"',
        'palisade plan --policy policy.yaml --save plan.json --format markdown > comment.md',
      ),
    )
    .addHelpText('after', exitCodeHelp(EXIT_CODES))
    .action(async (options) => {
      const { plan } = await import('./run-command');
      process.exitCode = await plan(options);
    });
}

/** Makes a command `apply`. */
export function addApply(command: Command): void {
  withRun(command)
    .description('repair what the policies in mode "enforce" say, then read again and report')
    .option('--yes', 'do not ask; without a terminal nothing is changed otherwise')
    .option('--plan <file>', 'do exactly what a saved plan says, or nothing')
    .option('--max-age <hours>', 'refuse a saved plan that is older', wholeNumber, 24)
    .addHelpText(
      'after',
      examples(
        'palisade apply --policy policy.yaml --region cn-hangzhou',
        'palisade apply --policy policy.yaml --group sg-bp1web --yes',
        'palisade apply --policy policy.yaml --plan plan.json --yes --json --records /var/lib/palisade',
      ),
    )
    .addHelpText('after', APPLY_HELP)
    .addHelpText(
      'after',
      exitCodeHelp({
        ...EXIT_CODES,
        refused: 'the saved plan does not fit any more: nothing was changed',
      }),
    )
    .action(async (options) => {
      const { apply } = await import('./run-command');
      process.exitCode = await apply(options);
    });
}

/** What `plan` and `apply` have in common about groups and output. */
function withRun(command: Command): Command {
  return command
    .addOption(repeatable('--only <id>', 'policy to judge by', 'every one of the file'))
    .addOption(repeatable('--group <id>', 'group to look at'))
    .addOption(
      new Option('--tag <key=value>', 'groups with this tag, * for any characters; repeatable')
        .argParser(collectTag)
        .default([], 'any'),
    )
    .addOption(repeatable('--name <pattern>', 'groups of this name, * for any characters', 'any'))
    .addOption(
      new Option('--format <format>', 'markdown is for pull requests')
        .choices(['table', 'json', 'markdown'])
        .default('table'),
    )
    .option('--all', 'show every group with findings, not only the first ones')
    .addHelpText('after', RUN_HELP);
}

function repeatable(flags: string, description: string, none = 'every one'): Option {
  return new Option(flags, `${description}; repeatable`).argParser(collect).default([], none);
}

const EXIT_CODES = {
  compliant: 'every group is compliant or exempt',
  error: 'the command could not do its work',
  violations: 'a group violates a policy',
  unknown: 'something could not be read completely',
  interrupted: 'stopped by Ctrl-C',
  terminated: 'stopped by SIGTERM',
} as const;

const RUN_HELP = `
Options that narrow must all hold; of several groups, names or values of one tag, one must. Limits of the
policy file in percent are of all groups that it is about, however few are looked at.`;

const APPLY_HELP = `
A saved plan is refused, and nothing is changed, if one of its groups is not as it was (rules, tags, lists
that they name), if the policy file, the account or the endpoint is another, if it is too old, or if
somebody edited it. Nothing but its digest shows who made it: compare that with the one that was looked at.

Ctrl-C stops before the next group: what is in hand is finished and recorded, and what was not done is
named. Again, it ends at once.`;
