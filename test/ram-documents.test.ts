import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTemplate } from '../local-cloud/function-compute';
import { denialOf, parsePolicyDocument } from '../local-cloud/ram';

const FOLDER = join(__dirname, '..', 'ram');
const ACCOUNT = '1234567890123456';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}
interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}
const read = (file: string) =>
  JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown as Document;
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const actionsOf = (document: Document) => document.Statement.flatMap(({ Action }) => Action);

const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const POLICIES = FILES.filter((name) => !name.endsWith('-trust.json'));

describe.each(POLICIES)('%s', (file) => {
  const document = read(file);

  it('allows each action once, and denies none', () => {
    expect(document.Statement.map(({ Effect }) => Effect)).not.toContain('Deny');
    expect(actionsOf(document)).toEqual([...new Set(actionsOf(document))]);
    expect(actionsOf(document).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('is explained action by action, with the reason for each', () => {
    const section = README.split(/^# /m).find((text) => text.includes(`\`${file}\` is the policy`));
    const rows = [...(section ?? '').matchAll(/^\| (`.*?) +\|.*?\| (.*?) +\|/gm)];
    expect(rows.filter(([, , reason]) => reason === '')).toEqual([]);
    const explained = rows.flatMap(([, cell]) => (cell ?? '').match(/\w+:\w+/g) ?? []);
    expect(explained.sort()).toEqual([...actionsOf(document)].sort());
  });

  it('is no larger than a policy may be', () => {
    // 6,144 characters without white space (Limits page of RAM).
    expect(JSON.stringify(document).length).toBeLessThan(6_144);
  });
});

test('every document is explained', () => {
  expect(FILES.filter((file) => !README.includes(`\`${file}\``))).toEqual([]);
});

test('in another account, the functions may do with groups what they may do in their own', () => {
  const ofEcs = read('function-role.json').Statement.filter(({ Action }) =>
    [Action].flat().every((action) => action.startsWith('ecs:')),
  );
  expect(read('member-role.json').Statement).toEqual(ofEcs);
});

test('roles are assumed by Function Compute, and by the role of the functions with an external id', () => {
  const common = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  expect(read('function-trust.json')).toEqual({
    Version: '1',
    Statement: [{ ...common, Principal: { Service: ['fc.aliyuncs.com'] } }],
  });
  expect(read('member-trust.json')).toEqual({
    Version: '1',
    Statement: [
      {
        ...common,
        Principal: { RAM: [`acs:ram::${ACCOUNT}:role/palisade`] },
        Condition: { StringEquals: { 'sts:ExternalId': 'acme' } },
      },
    ],
  });
});

describe('who deploys', () => {
  const document = read('deployer.json');
  /** The local cloud does not know the condition of PassRole, which is looked at by itself. */
  const policies = [
    parsePolicyDocument({
      ...document,
      Statement: document.Statement.map(({ Condition: _, ...statement }) => statement),
    }),
  ];
  const may = (action: string, resource: string) =>
    denialOf(policies, {
      action,
      resources: [resource],
      conditions: { 'acs:SourceIp': '127.0.0.1', 'acs:SecureTransport': 'true' },
    }) === undefined;
  const functionArn = (name: string) => `acs:fc:cn-hangzhou:${ACCOUNT}:functions/${name}`;

  it('may make each function of the template with its triggers, and hand it its role', async () => {
    const template = join(__dirname, '..', 'template.yml');
    const functions = await loadTemplate(template, { environment: {}, accountId: ACCOUNT });
    expect(functions).toHaveLength(4);
    for (const { functionName, role = '', timers, eventTriggers, httpTrigger } of functions) {
      const arn = functionArn(functionName);
      expect(may('fc:CreateFunction', '*')).toBe(true);
      for (const action of ['GetFunction', 'UpdateFunction', 'PutAsyncInvokeConfig']) {
        expect([action, may(`fc:${action}`, arn)]).toEqual([action, true]);
      }
      for (const trigger of [timers, eventTriggers, httpTrigger ?? []].flat()) {
        const triggerName = trigger?.triggerName ?? '';
        expect(may('fc:CreateTrigger', `${arn}/triggers/${triggerName}`)).toBe(true);
      }
      expect(may('ram:PassRole', role)).toBe(true);
    }
  });

  it.each([
    ['fc:UpdateFunction', functionArn('payroll')],
    ['fc:UpdateFunction', functionArn('palisade-sweep2')],
    ['fc:DeleteFunction', functionArn('palisade-sweep')],
    ['fc:InvokeFunction', functionArn('palisade-enforce')],
    ['fc:CreateTrigger', `${functionArn('payroll')}/triggers/t`],
    ['ram:PassRole', `acs:ram::${ACCOUNT}:role/admin`],
    ['ram:PassRole', `acs:ram::${ACCOUNT}:role/palisade-member`],
    ['ram:CreateRole', `acs:ram::${ACCOUNT}:role/palisade`],
    ['eventbridge:CreateRule', `acs:eventbridge:cn-hangzhou:${ACCOUNT}:eventbus/orders`],
    ['eventbridge:DeleteRule', `acs:eventbridge:cn-hangzhou:${ACCOUNT}:eventbus/default`],
    ['log:CreateLogStore', `acs:log:cn-hangzhou:${ACCOUNT}:project/audit/logstore/a`],
    ['oss:GetObject', `acs:oss:*:${ACCOUNT}:palisade-records/runs/a.json`],
    ['ecs:RevokeSecurityGroup', `acs:ecs:cn-hangzhou:${ACCOUNT}:securitygroup/sg-1`],
  ])('may not %s on %s', (action, resource) => {
    expect(may(action, resource)).toBe(false);
  });

  it('may hand the role to Function Compute only', () => {
    const conditions = document.Statement.map(({ Action, Condition }) => [
      [Action].flat().includes('ram:PassRole'),
      Condition,
    ]);
    expect(conditions.filter(([isPassRole, condition]) => isPassRole || condition)).toEqual([
      [true, { StringEquals: { 'acs:Service': 'fc.aliyuncs.com' } }],
    ]);
  });
});
