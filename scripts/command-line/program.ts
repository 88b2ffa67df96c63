import { Command, Option } from 'commander';
import { version } from '../../package.json';
import { addDoctor } from './doctor-command';
import { addEvidence } from './evidence-commands';
import { exitCodeHelp } from './exit-code';
import { addInit } from './init-command';
import { collect, examples, portNumber, wholeNumber } from './option-help';
import { addApply, addPlan } from './plan-commands';
import { addReport } from './report-command';
import { addRollback } from './rollback-command';
import { addRuns } from './runs-command';
import { addStatus } from './status-command';
import { addWebhook } from './webhook-commands';

/** The command line. Commands load what they need when they run, so that --help answers at once. */
export function createProgram(): Command {
  const program = new Command('palisade')
    .description('Keeps Alibaba Cloud ECS security groups compliant with policy files.')
    .version(version)
    .option('--color', 'color what is printed, also where it goes to a file or another program')
    .option('--no-color', 'never color; so does NO_COLOR=1, and FORCE_COLOR=1 the contrary')
    .addHelpText('after', PROGRAM_HELP)
    .showHelpAfterError('(add --help for the options)');

  addInit(program);
  addDoctor(program);

  program
    .command('validate')
    .argument('<file...>', 'policy files')
    .description('check policy files, and say what is wrong with them and what to write instead')
    .option('--json', 'print one line of JSON for each file', false)
    .addHelpText(
      'after',
      examples(
        'palisade validate policies/starter.yaml',
        'palisade validate --json policies/starter.yaml policies/cis-2.0/*.yaml',
      ),
    )
    .addHelpText(
      'after',
      exitCodeHelp({
        compliant: 'every file is valid',
        error: 'a file is not, or could not be read',
      }),
    )
    .action(async (files: string[], options: { json: boolean }) => {
      const { validate } = await import('./policy-file');
      process.exitCode = await validate(files, options.json);
    });

  addPlan(withPolicy(program.command('plan')));
  addApply(withPolicy(program.command('apply')));

  withSource(program.command('explain'))
    .description(
      'say what a group does to one packet, by which rule, and which rules that one beats',
    )
    .option('--group <id>', 'security group')
    .addOption(new Option('--direction <direction>').choices(['ingress', 'egress']))
    .option('--protocol <protocol>', 'tcp, udp, icmp, icmpv6, gre or a number')
    .option('--to <address>', 'destination; the other end of an egress packet')
    .option('--from <address>', 'source; the other end of an ingress packet')
    .option('--port <number>', 'destination port, of TCP and UDP', wholeNumber)
    .option('--source-port <number>', 'source port, of TCP and UDP', wholeNumber)
    .addHelpText(
      'after',
      examples(
        'palisade explain --group sg-bp1web --direction egress --protocol tcp --to 10.1.2.3 --port 443',
        'palisade explain --inventory groups.json --group sg-bp1web --direction ingress --protocol icmp --from 192.0.2.7',
        'palisade explain --batch questions.jsonl',
      ),
    )
    .addHelpText(
      'after',
      `
A line of a batch:
  {"rules":[…],"groupType":"normal","innerAccessPolicy":"Accept","packets":[{"direction":"egress",
   "family":4,"protocol":6,"srcPort":50000,"dstPort":443,"peer":"10.1.2.3","own":"10.0.0.1"}]}
is answered by {"verdicts":[{"verdict":"accept","ruleId":null}]}`,
    )
    .addHelpText(
      'after',
      exitCodeHelp({
        compliant: 'the answer is printed, whatever it is',
        error: 'the group could not be read, or a line of a batch not be answered',
      }),
    )
    .action(async (options) => {
      const { explain } = await import('./explain');
      process.exitCode = await explain(options);
    });

  withSource(program.command('lint'))
    .description('show rules that no packet reaches and rules that change nothing')
    .option('--group <id>', 'security group; default: every one')
    .addHelpText(
      'after',
      examples(
        'palisade lint --group sg-bp1web --region cn-hangzhou',
        'palisade lint --inventory groups.json --json',
        'palisade lint --batch rules.jsonl',
      ),
    )
    .addHelpText(
      'after',
      `
Exit codes:
  0  every rule does something
  1  the command could not do its work
  2  some rule does nothing
  3  something could not be read completely
A line of a batch, {"rules":[…],"groupType":"normal"}, is answered by {"neverMatched":["sgr-…"]}`,
    )
    .action(async (options) => {
      const { lint } = await import('./lint');
      process.exitCode = await lint(options);
    });

  withConnection(
    program.command('replay'),
    'print JSON lines: one for each event, then the summary',
  )
    .argument('<file...>', 'recorded events, as JSON or JSON lines; - is standard input')
    .description(
      'say what the actiontrail function would do about recorded ActionTrail events; changes nothing',
    )
    .requiredOption('--policy <file>', 'policy file')
    .option('--inventory <file>', 'groups from a file, as JSON, instead of ECS')
    .option('--role <name>', 'role of the functions, whose own changes they ignore; name or ARN')
    .option(
      '--account <id>',
      'account that Palisade runs with; default: that of the policy file without a role, or of each event',
    )
    .addHelpText(
      'after',
      examples(
        'palisade replay --policy policy.yaml events.jsonl',
        'palisade replay --policy policy.yaml --inventory groups.json --role palisade *.json',
        'aliyun actiontrail LookupEvents --LookupAttribute.1.Key EventRW --LookupAttribute.1.Value Write | palisade replay --policy policy.yaml -',
      ),
    )
    .addHelpText('after', REPLAY_HELP)
    .action(async (files: string[], options) => {
      const { replay } = await import('./replay');
      process.exitCode = await replay(files, options);
    });

  program
    .command('local')
    .description('run ECS, STS, OSS and Function Compute on this machine until told to stop')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', portNumber, 0)
    .addOption(
      new Option('--inventory <file>', 'groups to start from, as JSON; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--account <id>', 'id of the account; default: a random one')
    .option('--template <file>', 'functions to deploy; default: template.yml, if they are built')
    .option('--triggers', 'let timers and events of ActionTrail start the functions', false)
    .option('--throttle <calls>', 'most calls a second for each region and API', wholeNumber)
    .option('--latency <ms>', 'how long each call takes', wholeNumber)
    .option('--read-lag <ms>', 'how long a write stays invisible to reads', wholeNumber)
    .option('--rule-quota <number>', 'most rules a group', wholeNumber)
    .option('--max-url-length <bytes>', 'longest URL that is accepted', wholeNumber)
    .option('--call-log <file>', 'append every call to a file, as JSON lines')
    .addHelpText(
      'after',
      examples(
        'palisade local --port 8080',
        'palisade local --inventory inventory.json --throttle 20 --latency 30',
      ),
    )
    .addHelpText(
      'after',
      `
Prints one line of JSON when it is ready: endpoints, an access key, the account, the regions and the folder
of the functions' records; and, if the functions are built, the webhook with its secret.
  GET <endpoint>/local-cloud/calls   every call so far, as JSON`,
    )
    .addHelpText(
      'after',
      exitCodeHelp({
        compliant: 'it was told to stop, by Ctrl-C or SIGTERM',
        error: 'it could not start',
      }),
    )
    .action(async (options) => {
      const { serveLocalCloud } = await import('./local-command');
      await serveLocalCloud(options);
    });

  addStatus(program);
  addWebhook(program);
  addEvidence(program);
  addRuns(program);
  addReport(program);
  addRollback(program);

  return program;
}

function withPolicy(command: Command): Command {
  return withAccounts(
    withConnection(
      command.requiredOption('--policy <file>', 'policy file'),
      'the same as --format json',
    ),
  )
    .option(
      '--records <place>',
      'where records, limits and the stop switch are: a folder, or oss://BUCKET to share them with the functions',
      'out/records',
    )
    .option('--records-region <id>', 'region of that bucket');
}

function withAccounts(command: Command): Command {
  return command.addOption(
    new Option('--account <id>', 'account of the policy file to look at; repeatable')
      .argParser(collect)
      .default([], 'every one'),
  );
}

function withSource(command: Command): Command {
  return withAccounts(withConnection(command))
    .option('--policy <file>', 'policy file whose accounts are looked at; default: the own account')
    .option('--inventory <file>', 'groups from a file, as JSON, instead of ECS')
    .option('--batch <file>', 'answer JSON lines; - is standard input');
}

function withConnection(command: Command, json = 'print one JSON object'): Command {
  return command
    .addOption(
      new Option('--region <id>', 'region to look at; repeatable')
        .argParser(collect)
        .default([], 'every region'),
    )
    .option('--endpoint <url>', 'ECS endpoint, such as http://127.0.0.1:8080')
    .option('--json', json)
    .addHelpText(
      'after',
      `
Credentials: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for temporary ones,
ALIBABA_CLOUD_SECURITY_TOKEN; otherwise the default credential chain of the Alibaba Cloud SDK.`,
    );
}

const REPLAY_HELP = `
A file holds CloudEvents as EventBridge delivers them, bare records, lists of either, or what LookupEvents
returns. Every event is judged by itself, by the groups as they are now; nothing is waited for.

Exit codes:
  0  no event leads to a group that violates a policy
  1  something is not an event, or the command could not do its work; the other events are handled
  2  an event leads to a group that violates a policy
  3  something could not be read completely`;

const PROGRAM_HELP = `
Examples:
  $ palisade validate policies/starter.yaml
  $ palisade plan --policy policies/starter.yaml --region cn-hangzhou
  $ palisade help apply
  $ palisade apply --help

"palisade COMMAND --help" shows examples and exit codes of each.`;
