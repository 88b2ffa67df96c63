import { type Command, Option } from 'commander';
import { exitCodeHelp } from './exit-code';
import { collect, examples } from './option-help';

/** Adds `init`. */
export function addInit(program: Command): void {
  program
    .command('init')
    .argument('[file]', 'policy file to write', 'policy.yaml')
    .description(
      'write a policy file to start from, fitted to the account if there are credentials',
    )
    .addOption(
      new Option('--region <id>', 'region to look at; repeatable')
        .argParser(collect)
        .default([], 'every region'),
    )
    .option('--endpoint <url>', 'ECS endpoint, such as http://127.0.0.1:8080')
    .option('--offline', 'do not look at the account', false)
    .addHelpText(
      'after',
      examples('palisade init', 'palisade init policies/prod.yaml --region cn-hangzhou'),
    )
    .addHelpText(
      'after',
      `
The policies only observe. The JSON Schema of policy files is written beside the file, for editors. A file
that is there already is never replaced.`,
    )
    .addHelpText(
      'after',
      exitCodeHelp({ compliant: 'the file is written', error: 'it is not: the message says why' }),
    )
    .action(async (file: string, options) => {
      const { init } = await import('./init');
      process.exitCode = await init(file, options);
    });
}
