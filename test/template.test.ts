import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import { compileEventPattern } from '../local-cloud/actiontrail';
import { loadTemplate } from '../local-cloud/function-compute';
import { readSettings } from '../shared/runtime/settings';
import { addPrincipal } from './support';
import { checkTemplate, documented, readByAnyCode, readByTheFunctions } from './template-checks';
import { REGIONS } from './template-checks/facts';

const FILE = join(__dirname, '..', 'template.yml');
const TEMPLATE = readFileSync(FILE, 'utf8');

const secret = `whsec_${Buffer.alloc(64, 1).toString('base64')}`;
const url = (host: string) => `https://${host}/${'x'.repeat(150)}`;
/** The most that somebody may sensibly write: every region, a secret being replaced, every kind of notice. */
const LONGEST = {
  regions: REGIONS.join(','),
  role: `acs:ram::1234567890123456:role/${'r'.repeat(64)}`,
  records: `oss://${'b'.repeat(63)}/${'p'.repeat(64)}`,
  webhookSecrets: `${secret},${secret}`,
  notices: [
    `dingtalk=${url('oapi.dingtalk.com')}#${'s'.repeat(67)}`,
    `feishu=${url('open.feishu.cn')}#${'s'.repeat(32)}`,
    `slack=${url('hooks.slack.com')}`,
    `webhook=${url('soar.example.com')}#${secret}`,
  ].join(' '),
};

test('the template can be deployed', () => {
  expect(checkTemplate(TEMPLATE, LONGEST)).toEqual([]);
});

/** The template with a text in place of another, which must be there. */
function changed(text: string | RegExp, replacement: string): string {
  const result = TEMPLATE.replace(text, () => replacement);
  if (result === TEMPLATE) throw new Error(`the template has no ${text}`);
  return result;
}

test.each<[part: string, text: string | RegExp, replacement: string, problem: RegExp]>([
  ['an old edition', 'edition: 3.0.0', 'edition: 1.0.0', /^edition: /],
  ['another component', 'component: fc3', 'component: fc', /resources\.sweep\.component/],
  ['an unknown property', 'diskSize: 512', 'disk: 512', /^sweep\..*"disk"/],
  ['an unknown runtime', 'runtime: nodejs20', 'runtime: nodejs22', /^sweep\.runtime: /],
  ['a region without functions', 'region: cn-hangzhou', 'region: cn-nanjing', /^sweep\.region: /],
  ['memory between steps', 'memorySize: 512', 'memorySize: 500', /^sweep\.memorySize: .*64/],
  ['too little memory', 'memorySize: 512', 'memorySize: 64', /^sweep\.memorySize: /],
  ['a CPU between steps', 'cpu: 0.35', 'cpu: 0.33', /^sweep\.cpu: .*0\.05/],
  ['too much CPU for the memory', 'cpu: 0.35', 'cpu: 0.55', /^sweep\.cpu: a vCPU goes with 1 to 4/],
  ['too little CPU for it', 'cpu: 0.35', 'cpu: 0.1', /^sweep\.cpu: a vCPU goes with 1 to 4/],
  ['a disk of another size', 'diskSize: 512', 'diskSize: 1024', /^sweep\.diskSize: /],
  ['no time', 'timeout: 1800', 'timeout: 0', /^sweep\.timeout: /],
  ['more than a day', 'timeout: 1800', 'timeout: 86401', /^sweep\.timeout: /],
  ['a handler without export', 'handler: index.handler', 'handler: index', /^sweep\.handler: /],
  ['code elsewhere', './dist/functions/sweep', './dist/sweep', /^sweep\.code: /],
  [
    'a name with a dot',
    'functionName: palisade-sweep',
    'functionName: p.s',
    /functionName: a name/,
  ],
  [
    'a name twice',
    'functionName: palisade-sweep',
    'functionName: palisade-webhook',
    /^webhook: functionName palisade-webhook is there twice/,
  ],
  ['a function of another name', '  sweep:', '  other:', /the function sweep is missing/],
  ['a role by its name', /role: acs:.*/, 'role: palisade', /^sweep\.role: is no ARN/],
  ['half a log configuration', 'logs: auto', 'logs: { project: abc }', /^sweep\.logConfig/],
  [
    'a log store in capitals',
    'logs: auto',
    'logs: { project: abc, logstore: ABC }',
    /^sweep\.logC/,
  ],
  [
    'a setting that is no text',
    'dryRun: "false"',
    'dryRun: false',
    /DRY_RUN: is no text: quote it/,
  ],
  [
    'a reserved setting',
    'PALISADE_REGIONS: $',
    'FC_REGIONS: $',
    /^sweep\.environmentVariables\.FC_REGIONS/,
  ],
  ['nine retries', 'maxAsyncRetryAttempts: 3', 'maxAsyncRetryAttempts: 9', /^sweep\.asyncInvokeC/],
  [
    'events kept for a month',
    'maxAsyncRetryAttempts: 3',
    'maxAsyncEventAgeInSeconds: 2592000',
    /^sweep\.asyncInvokeConfig\.maxAsyncEventAge/,
  ],
  [
    'a destination that is a URL',
    'failures: {}',
    'failures: { onFailure: { destination: "https://example.com" } }',
    /^sweep\.asyncInvokeConfig\.destinationConfig\.onFailure\.destination: is no ARN/,
  ],
  [
    'a destination of another kind',
    'failures: {}',
    'failures: { onError: { destination: "acs:fc:cn-hangzhou::functions/f" } }',
    /^sweep\.asyncInvokeConfig\.destinationConfig: .*"onError"/,
  ],
  ['instances below none', 'Concurrency: 10', 'Concurrency: -1', /^webhook\.concurrencyConfig/],
  ['five fields of cron', '0 0 4 * * *', '0 4 * * *', /^sweep\.triggers\.daily\.cronExpression: /],
  ['an hour that is none', '0 0 4 * * *', '0 0 25 * * *', /daily\.cronExpression: .*is wrong/],
  ['a time zone that is none', 'Asia/Shanghai', 'Asia/Nowhere', /daily\.cronExpression: /],
  ['an alias of cron', '0 0 4 * * *', '0 0 4 * * L#2', /daily\.cronExpression: /],
  [
    'seconds in @every',
    /schedule: .*/,
    'schedule: "@every 30s"',
    /daily\.cronExpression: .*is wrong/,
  ],
  [
    'a timer without a switch',
    /enable: true/,
    'enabled: true',
    /^sweep\.triggers\.daily\.enable: /,
  ],
  ['a payload of no text', 'payload: ""', 'payload: {}', /^sweep\.triggers\.daily\.payload: /],
  [
    'too large a payload',
    'payload: ""',
    `payload: "${'ü'.repeat(66_000)}"`,
    /^sweep\.triggers\.daily\.payload: is over 128 KB/,
  ],
  ['a pattern that is no JSON', '"data":{', '"data":', /changes\.eventRuleFilterPattern: .*JSON/],
  ['a pattern that is no text', />-\n\s+\{"type"/, '{"type"', /changes\.eventRuleFilterPattern: /],
  [
    'a pattern without a list',
    '["Ecs"]',
    '"Ecs"',
    /FilterPattern: Event pattern at \$\.data\.serv/,
  ],
  ['an unknown operator', '"suffix"', '"ending"', /FilterPattern: .*unknown operator "ending"/],
  [
    'six expressions of a field',
    '["Ecs"]',
    '["a","b","c","d","e","f"]',
    /FilterPattern: \$\.data\.serviceName has 6 expressions/,
  ],
  ['another event source', 'Type: Default', 'Type: Kafka', /changes\.eventSourceConfig\./],
  ['an unknown authentication', 'authType: anonymous', 'authType: none', /requests\.authType: /],
  ['an unknown method', 'methods: [POST]', 'methods: [TRACE]', /requests\.methods\.0: /],
  ['no method', 'methods: [POST]', 'methods: []', /requests\.methods: /],
  ['another kind of trigger', 'triggerType: http', 'triggerType: cdn', /requests\..*no checks are/],
  ['a variable without comment', /\n.*\n {2}stop:/, '\n\n  stop:', /^vars\.stop: has no comment/],
  ['an unused variable', '  stop:', '  # No.\n  other: a\n  stop:', /^vars\.other: is not used/],
  ['an unknown variable', '{vars.schedule}', '{vars.when}', /^sweep: .*vars\.when/],
])('a template with %s is refused', (_part, text, replacement, problem) => {
  expect(checkTemplate(changed(text, replacement))).toContainEqual(expect.stringMatching(problem));
});

test('an environment that can grow too large is refused', () => {
  const notices = Array(4).fill(LONGEST.notices).join(' ');
  expect(checkTemplate(TEMPLATE, { ...LONGEST, notices })).toContainEqual(
    expect.stringMatching(/^webhook\.environmentVariables: can come to \d+ bytes/),
  );
});

describe('the settings', () => {
  const inTemplate = async () => {
    const definitions = await loadTemplate(FILE, { environment: {}, accountId: '1'.repeat(16) });
    return definitions.map(({ functionName, environment }) => ({ functionName, environment }));
  };

  it('of the template are read by the functions, which understand the values', async () => {
    const known = await readByTheFunctions();
    for (const { environment } of await inTemplate()) {
      expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
      expect(() => readSettings(environment)).not.toThrow();
    }
  });

  it('that the functions read are all documented', async () => {
    const explained = await documented();
    expect((await readByTheFunctions()).filter((name) => !explained.includes(name))).toEqual([]);
  });

  it('that are documented are all read', async () => {
    const read = await readByAnyCode();
    expect((await documented()).filter((name) => !read.includes(name))).toEqual([]);
  });
});

describe('the events that the template asks for', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud();
  });
  afterAll(() => cloud.close());

  it('are those about changes of security groups, by whatever way they were made', async () => {
    const definitions = await loadTemplate(FILE, { environment: {}, accountId: '1'.repeat(16) });
    const [trigger] = definitions.flatMap(({ eventTriggers = [] }) => eventTriggers);
    const matches = compileEventPattern(trigger?.filterPattern);

    const alice = addPrincipal(cloud, 'alice');
    const group = await alice.call('CreateSecurityGroup', { VpcId: 'vpc-1' });
    await alice.call('AuthorizeSecurityGroup', {
      SecurityGroupId: String(group.SecurityGroupId),
      'Permissions.1.IpProtocol': 'TCP',
      'Permissions.1.PortRange': '22/22',
      'Permissions.1.SourceCidrIp': '0.0.0.0/0',
    });
    await cloud.actionTrail.idle();
    const [created, opened] = cloud.actionTrail.events;
    expect([created?.data.eventName, opened?.data.eventName]).toEqual([
      'CreateSecurityGroup',
      'AuthorizeSecurityGroup',
    ]);
    expect([created, opened].map(matches)).toEqual([true, true]);
    expect(matches({ ...opened, type: 'ecs:ActionTrail:ConsoleOperation' })).toBe(true);
    expect(matches({ ...opened, type: 'ecs:ActionTrail:AliyunServiceEvent' })).toBe(false);
    expect(matches({ ...opened, type: 'ecs:Instance:StateChange' })).toBe(false);
    expect(matches({ ...opened, data: { ...opened?.data, serviceName: 'Vpc' } })).toBe(false);
  });
});
