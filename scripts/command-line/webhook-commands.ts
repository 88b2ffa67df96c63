import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeHelp } from './exit-code';
import { collect, examples } from './option-help';

/** Adds `webhook sign` and `webhook send`, for trying the webhook by hand. */
export function addWebhook(program: Command): void {
  const webhook = program
    .command('webhook')
    .description('sign requests to the webhook function, and send them');

  withSignature(webhook.command('sign'))
    .argument('<file>', 'body of the request; - is standard input')
    .description('print the headers that make a body an authentic request')
    .option('--curl <url>', 'print a curl command for this address instead')
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      examples(
        'palisade webhook sign --secret-file webhook.secret request.json',
        'palisade webhook sign --secret-file webhook.secret --curl https://example.com/webhook request.json',
      ),
    )
    .addHelpText('after', SECRET_HELP)
    .addHelpText(
      'after',
      exitCodeHelp({
        compliant: 'the request is signed',
        error: 'the body or the secret could not be read',
      }),
    )
    .action(async (file: string, options) => {
      const { signFile } = await import('./webhook');
      process.exitCode = await signFile(file, options);
    });

  withSignature(webhook.command('send'))
    .argument('[file]', 'body of the request; - is standard input; left out: made from the options')
    .description('sign a request, send it and print the answer')
    .requiredOption('--url <url>', "address of the webhook function's HTTP trigger")
    .addOption(
      repeatable('--region <id>', 'region of the groups, or regions in which every group is meant'),
    )
    .addOption(repeatable('--group <id>', 'security group'))
    .addOption(repeatable('--policy <id>', 'policy to judge by; default: every one'))
    .addOption(
      new Option('--mode <mode>', 'most that is done; default: observe').choices([
        'observe',
        'enforce',
      ]),
    )
    .option('--reason <text>', 'why, for the record')
    .option('--requester <text>', 'who asks, for the record')
    .option('--wait', 'ask for the outcome of the run')
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      examples(
        'palisade webhook send --secret-file webhook.secret --url https://example.com/webhook request.json',
        'palisade webhook send --secret-file webhook.secret --url https://example.com/webhook --region cn-hangzhou --group sg-bp1web --mode enforce --reason "INC-4711: it sends spam" --requester ana --wait',
      ),
    )
    .addHelpText('after', SECRET_HELP)
    .addHelpText(
      'after',
      `
Exit codes:
  0  the request was accepted (2xx)
  1  it was not, or could not be sent`,
    )
    .action(async (file: string | undefined, options) => {
      const { send } = await import('./webhook');
      process.exitCode = await send(file, options);
    });
}

const SECRET_HELP = `
The secret is whsec_ and the base64 of 24 to 64 random bytes, in a file or in PALISADE_WEBHOOK_SECRET.
Of several, with commas or lines between them, the first one signs. To make one:
  $ node -p '"whsec_" + crypto.randomBytes(32).toString("base64")' > webhook.secret`;

function withSignature(command: Command): Command {
  return command
    .option('--secret-file <file>', 'file with the secret; default: PALISADE_WEBHOOK_SECRET')
    .option('--id <id>', 'id of the request; sent again, it gets the first answer; default: new')
    .option(
      '--timestamp <seconds>',
      'time of signing, in seconds since 1970; default: now',
      seconds,
    );
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; repeatable`).argParser(collect).default([], 'none');
}

function seconds(value: string): number {
  if (!/^\d{1,12}$/.test(value)) throw new InvalidArgumentError('Write whole seconds since 1970.');
  return Number(value);
}
