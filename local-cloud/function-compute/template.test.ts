// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of templates look like this.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTemplate } from './template';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-template-'));
});
afterAll(() => rm(folder, { recursive: true }));

const load = async (text: string, environment: Record<string, string> = {}) => {
  const file = join(folder, 'template.yml');
  await writeFile(file, text);
  return loadTemplate(file, { environment, accountId: '123456789012' });
};
const withProps = (changes: string) => `
edition: 3.0.0
vars: { seconds: 30 }
resources:
  subject:
    component: fc3
    props:
      functionName: subject
      runtime: nodejs20
      code: ./dist
      handler: index.handler
      ${changes}
`;

it('gives the functions of a template, its expressions resolved', async () => {
  const functions = await load(
    `
edition: 3.0.0
name: palisade
access: default
vars:
  region: \${env('REGION', 'cn-hangzhou')}
  prefix: palisade
  timeout: 120
resources:
  sweep:
    component: fc3
    props:
      region: \${vars.region}
      functionName: \${vars.prefix}-sweep
      description: \${file('only-the-cloud-needs-this')}
      runtime: nodejs20
      code: ./dist/functions/sweep
      handler: index.handler
      timeout: \${vars.timeout}
      memorySize: 256
      role: acs:ram::\${config('AccountID')}:role/\${vars.prefix}
      environmentVariables:
        REGIONS: \${vars.region},\${env(OTHER_REGION)}
        ENFORCE: \${resources.enforce.props.functionName}
        LIMIT: 5
      triggers:
        - triggerName: hourly
          triggerType: timer
          triggerConfig: { cronExpression: '@every 60m', enable: true, payload: '{}' }
        - triggerName: hook
          triggerType: http
          triggerConfig: { authType: anonymous, methods: [POST], disableURLInternet: false }
        - triggerName: trail
          triggerType: eventbridge
          triggerConfig:
            triggerEnable: true
            asyncInvocationType: true
            eventRuleFilterPattern: '{"type":[{"suffix":":ActionTrail:ApiCall"}]}'
            eventSourceConfig: { eventSourceType: Default }
        - triggerName: uploads
          triggerType: oss
          triggerConfig: {}
  enforce:
    component: fc3
    props:
      functionName: \${vars.prefix}-enforce
      runtime: nodejs20
      code: { src: /code }
      handler: index.handler
      asyncInvokeConfig:
        asyncTask: true
        maxAsyncRetryAttempts: 5
        destinationConfig: { onFailure: { destination: "acs:fc:cn-hangzhou:\${config('AccountID')}:functions/\${vars.prefix}-sweep" } }
  bucket:
    component: oss
    props: {}
`,
    { OTHER_REGION: 'cn-beijing' },
  );
  expect(functions).toEqual([
    {
      functionName: 'palisade-sweep',
      codeDirectory: join(folder, 'dist/functions/sweep'),
      handler: 'index.handler',
      runtime: 'nodejs20',
      timeoutSeconds: 120,
      memoryMegabytes: 256,
      role: 'acs:ram::123456789012:role/palisade',
      environment: {
        REGIONS: 'cn-hangzhou,cn-beijing',
        ENFORCE: 'palisade-enforce',
        LIMIT: '5',
      },
      asyncTask: false,
      maxAsyncRetryAttempts: 3,
      timers: [
        { triggerName: 'hourly', cronExpression: '@every 60m', enable: true, payload: '{}' },
      ],
      httpTrigger: { triggerName: 'hook', authType: 'anonymous', methods: ['POST'] },
      eventTriggers: [
        {
          triggerName: 'trail',
          enable: true,
          filterPattern: { type: [{ suffix: ':ActionTrail:ApiCall' }] },
        },
      ],
    },
    {
      functionName: 'palisade-enforce',
      codeDirectory: '/code',
      handler: 'index.handler',
      runtime: 'nodejs20',
      timeoutSeconds: 3,
      memoryMegabytes: 512,
      environment: {},
      asyncTask: true,
      maxAsyncRetryAttempts: 5,
      onFailure: 'acs:fc:cn-hangzhou:123456789012:functions/palisade-sweep',
      timers: [],
      eventTriggers: [],
    },
  ]);
});

it.each([
  ["role: '${vars.nothing}'", "property 'role': ${vars.nothing} refers to nothing"],
  ["role: '${env(UNSET)}'", "property 'role': environment variable UNSET is not set"],
  [
    "role: '${resources.subject.props.role}'",
    "property 'role': expressions refer to each other in a circle",
  ],
  ["role: 'x-${vars}'", "property 'role': ${vars} is no text or number"],
  ["role: '${path(..)}'", "property 'role': ${path(..)} is not known here"],
  ['timeout: long', "property 'timeout': "],
  ['timeout: 100000', 'timeoutSeconds is 100000'],
  ['environmentVariables: { FC_REGION: x }', 'FC_REGION is reserved'],
  ['asyncInvokeConfig: { maxAsyncRetryAttempts: 9 }', 'maxAsyncRetryAttempts is 9'],
  [
    'triggers: [{ triggerName: t, triggerType: timer, triggerConfig: { cronExpression: "* *", enable: true } }]',
    "property 'triggers.0.triggerConfig.cronExpression': write '@every 30m' or six fields",
  ],
  [
    'triggers: [{ triggerName: t, triggerType: timer, triggerConfig: { cronExpression: "@every 1h" } }]',
    "property 'triggers.0.triggerConfig.enable': say true or false",
  ],
  [
    'triggers: [{ triggerName: t, triggerType: timer, triggerConfig: { cronExpression: "0 0 25 * * *", enable: true } }]',
    "timer 't': cron expression '0 0 25 * * *' is wrong",
  ],
  [
    'triggers: [{ triggerName: t, triggerType: http, triggerConfig: { authType: jwt, methods: [GET] } }]',
    "property 'triggers.0.triggerConfig.authType': write anonymous or function",
  ],
  [
    'triggers: [{ triggerName: t, triggerType: http, triggerConfig: { authType: anonymous, methods: [FETCH] } }]',
    "property 'triggers.0.triggerConfig.methods.0': write methods of GET, HEAD",
  ],
  [
    'triggers: [{ triggerName: t, triggerType: http, triggerConfig: { authType: anonymous, methods: [] } }]',
    "property 'triggers.0.triggerConfig.methods': name at least one method",
  ],
  ['triggers: [{ triggerName: t, triggerType: http }]', "property 'triggers.0.triggerConfig': "],
  [
    `triggers: [${['a', 'b'].map((name) => `{ triggerName: ${name}, triggerType: http, triggerConfig: { authType: anonymous, methods: [GET] } }`)}]`,
    "http triggers 'a' and 'b': a function has one at most",
  ],
])('refuses %s, naming file, resource and property', async (change, message) => {
  const error = await load(withProps(change)).catch((reason: unknown) => reason);
  expect(String(error)).toContain(`template.yml: resource 'subject'`);
  expect(String(error)).toContain(message);
});

describe('an eventbridge trigger', () => {
  const config = {
    triggerEnable: true,
    asyncInvocationType: true,
    eventRuleFilterPattern: '{}',
    eventSourceConfig: { eventSourceType: 'Default' },
  };
  const loadTrigger = (changes: object) =>
    load(
      withProps(
        `triggers: ${JSON.stringify([{ triggerName: 't', triggerType: 'eventbridge', triggerConfig: { ...config, ...changes } }])}`,
      ),
    );

  it('is read with its pattern parsed, enabled or not', async () => {
    const [definition] = await loadTrigger({ triggerEnable: false });
    expect(definition?.eventTriggers).toEqual([
      { triggerName: 't', enable: false, filterPattern: {} },
    ]);
  });

  it.each([
    ['triggerEnable', { triggerEnable: 'yes' }, 'say true or false'],
    ['asyncInvocationType', { asyncInvocationType: false }, 'write true'],
    ['eventRuleFilterPattern', { eventRuleFilterPattern: {} }, 'as JSON in a text'],
    ['eventRuleFilterPattern', { eventRuleFilterPattern: '{' }, 'write a JSON object'],
    ['eventRuleFilterPattern', { eventRuleFilterPattern: '[]' }, 'write a JSON object'],
    [
      'eventSourceConfig.eventSourceType',
      { eventSourceConfig: { eventSourceType: 'MNS' } },
      'write Default',
    ],
  ])('is refused for its %s: %j', async (property, changes, message) => {
    const error = await loadTrigger(changes).catch((reason: unknown) => reason);
    expect(String(error)).toContain(
      `template.yml: resource 'subject', property 'triggers.0.triggerConfig.${property}': `,
    );
    expect(String(error)).toContain(message);
  });
});

it.each(['CRON_TZ=Asia/Shanghai 0 0 4 1 * *', '0 0 4 * * *', '@every 4m'])(
  'takes the cron expression %s',
  async (cronExpression) => {
    const [definition] = await load(
      withProps(
        `triggers: [{ triggerName: t, triggerType: timer, triggerConfig: { cronExpression: '${cronExpression}', enable: false } }]`,
      ),
    );
    expect(definition?.timers).toEqual([
      { triggerName: 't', cronExpression, enable: false, payload: '' },
    ]);
  },
);

it('refuses what is no template of edition 3.0.0 or has no function', async () => {
  await expect(load('ROSTemplateFormatVersion: 2015-09-01')).rejects.toThrow(
    'edition is not 3.0.0',
  );
  await expect(load('')).rejects.toThrow('edition is not 3.0.0');
  await expect(load('edition: 3.0.0\nresources: {}')).rejects.toThrow('no function to run');
});
