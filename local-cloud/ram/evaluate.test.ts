import fc from 'fast-check';
import { type AccessRequest, denialOf, isAllowed, parsePolicyDocument } from '.';

interface Sent {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}
const documents = (...statements: readonly Sent[]) =>
  statements.map((statement) => parsePolicyDocument({ Version: '1', Statement: [statement] }));
const allow = (Action: Sent['Action'], Resource: Sent['Resource'] = '*', Condition?: unknown) => ({
  Effect: 'Allow' as const,
  Action,
  Resource,
  ...(Condition !== undefined && { Condition }),
});
const deny = (...sent: Parameters<typeof allow>) => ({
  ...allow(...sent),
  Effect: 'Deny' as const,
});

const CONDITIONS = { 'acs:SourceIp': '127.0.0.1', 'acs:SecureTransport': 'false' } as const;
const GROUP = 'acs:ecs:cn-hangzhou:1:securitygroup/sg-1';
const VPC = 'acs:vpc:cn-hangzhou:1:vpc/vpc-1';
const request = (action: string, ...resources: readonly string[]): AccessRequest => ({
  action,
  resources: resources.length === 0 ? ['*'] : resources,
  conditions: CONDITIONS,
});
const asks = (statements: readonly Sent[], ...sent: Parameters<typeof request>) =>
  isAllowed(documents(...statements), request(...sent));

describe('a principal may do', () => {
  test('nothing without a document', () => {
    expect(asks([], 'ecs:DescribeRegions')).toBe(false);
  });

  test('what a statement allows, whatever the case of the action', () => {
    const statements = [allow(['ecs:Describe*', 'oss:GetObject'], GROUP)];
    expect(asks(statements, 'ecs:DescribeSecurityGroups', GROUP)).toBe(true);
    expect(asks(statements, 'ECS:describesecuritygroups', GROUP)).toBe(true);
    expect(asks(statements, 'ecs:DeleteSecurityGroup', GROUP)).toBe(false);
    expect(asks(statements, 'ecs:DescribeSecurityGroups', `${GROUP}2`)).toBe(false);
    expect(asks(statements, 'ecs:DescribeSecurityGroups', GROUP.toUpperCase())).toBe(false);
  });

  test('nothing that one statement denies, however many allow it', () => {
    const statements = [allow('*'), deny('ecs:Revoke*'), allow('ecs:RevokeSecurityGroup')];
    expect(asks(statements, 'ecs:RevokeSecurityGroup', GROUP)).toBe(false);
    expect(asks(statements, 'ecs:AuthorizeSecurityGroup', GROUP)).toBe(true);
  });

  test('a call on several resources only with permission for each', () => {
    const onGroup = allow('ecs:CreateSecurityGroup', 'acs:ecs:*:*:securitygroup/*');
    const onVpc = allow('ecs:CreateSecurityGroup', 'acs:vpc:*:*:vpc/*');
    const create = ['ecs:CreateSecurityGroup', GROUP, VPC] as const;
    expect(asks([onGroup], ...create)).toBe(false);
    expect(asks([onVpc], ...create)).toBe(false);
    expect(asks([onGroup, onVpc], ...create)).toBe(true);
    expect(asks([onGroup, onVpc, deny('*', VPC)], ...create)).toBe(false);
  });

  test('an action without permissions for single resources only with those for all', () => {
    const action = 'ecs:AuthorizeSecurityGroup';
    expect(asks([allow(action, 'acs:ecs:*:*:securitygroup/*')], action, '*')).toBe(false);
    expect(asks([allow(action, '*')], action, '*')).toBe(true);
  });
});

test.each<[object, boolean]>([
  [{ StringEquals: { 'acs:SourceIp': '127.0.0.1' } }, true],
  [{ StringEquals: { 'acs:SourceIp': ['10.0.0.1', '127.0.0.1'] } }, true],
  [{ StringEquals: { 'acs:SourceIp': '127.0.0.*' } }, false],
  [{ StringNotEquals: { 'acs:SourceIp': '127.0.0.1' } }, false],
  [{ StringNotEquals: { 'acs:SourceIp': ['10.0.0.1', '127.0.0.1'] } }, false],
  [{ StringNotEquals: { 'acs:SourceIp': ['10.0.0.1', '10.0.0.2'] } }, true],
  [{ StringLike: { 'acs:SourceIp': '127.*' } }, true],
  [{ StringNotLike: { 'acs:SourceIp': ['10.*', '127.?.?.?'] } }, false],
  [{ StringEqualsIgnoreCase: { 'acs:SecureTransport': 'FALSE' } }, true],
  [{ StringNotEqualsIgnoreCase: { 'acs:SecureTransport': 'FALSE' } }, false],
  [{ StringEquals: { 'acs:SecureTransport': 'FALSE' } }, false],
  [{ Bool: { 'acs:SecureTransport': 'false' } }, true],
  [{ Bool: { 'ACS:securetransport': ['true'] } }, false],
  [{ Bool: { 'acs:SecureTransport': 'false' }, StringLike: { 'acs:SourceIp': '10.*' } }, false],
])('the condition %j is met: %s', (condition, met) => {
  expect(asks([allow('*', '*', condition)], 'ecs:DescribeRegions')).toBe(met);
  expect(asks([allow('*'), deny('*', '*', condition)], 'ecs:DescribeRegions')).toBe(!met);
});

test('a denial says of which sort it is and on which resource', () => {
  const create = request('ecs:CreateSecurityGroup', GROUP, VPC);
  expect(denialOf(documents(allow('*', GROUP)), create)).toEqual({
    type: 'ImplicitDeny',
    resource: VPC,
  });
  expect(denialOf(documents(allow('*', GROUP), deny('*', GROUP)), create)).toEqual({
    type: 'ExplicitDeny',
    resource: GROUP,
  });
});

describe('properties of permissions', () => {
  const oneOrMore = (item: fc.Arbitrary<string>) => fc.array(item, { minLength: 1, maxLength: 3 });
  const action = fc.constantFrom('ecs:DescribeRegions', 'ecs:RevokeSecurityGroup', 'oss:GetObject');
  const resource = fc.constantFrom('*', GROUP, VPC, 'acs:ecs:cn-beijing:2:prefixlist/pl-1');
  const statement: fc.Arbitrary<Sent> = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: oneOrMore(
      fc.oneof(action, fc.constantFrom('*', 'ecs:*', '*:Describe*', 'ecs:?evoke*')),
    ),
    Resource: oneOrMore(fc.oneof(resource, fc.constantFrom('acs:ecs:*:*:*', 'acs:*:*:1:*/?*'))),
  });
  const statements = fc.array(statement, { maxLength: 6 });
  const asked = fc
    .tuple(action, oneOrMore(resource))
    .map(([name, resources]) => request(name, ...resources));
  const may = (sent: readonly Sent[], wanted: AccessRequest) =>
    isAllowed(documents(...sent), wanted);

  test('neither the order of statements nor their spread over documents matters', () => {
    const shuffled = statements.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, asked, ([list, other], wanted) => {
        expect(may(other, wanted)).toBe(may(list, wanted));
        if (list.length === 0) return;
        const together = [parsePolicyDocument({ Version: '1', Statement: list })];
        expect(isAllowed(together, wanted)).toBe(may(list, wanted));
      }),
    );
  });

  test('to allow more takes nothing away, to deny more gives nothing', () => {
    fc.assert(
      fc.property(statements, statement, asked, (list, added, wanted) => {
        const [before, after] = [may(list, wanted), may([...list, added], wanted)];
        if (added.Effect === 'Allow') expect(after || !before).toBe(true);
        else expect(before || !after).toBe(true);
      }),
    );
  });

  test('what is denied stays denied, whatever else is allowed', () => {
    fc.assert(
      fc.property(statements, asked, (list, wanted) => {
        const denied = deny(wanted.action, wanted.resources.slice(0, 1));
        expect(may([...list, allow('*'), denied], wanted)).toBe(false);
      }),
    );
  });

  test('a call on several resources is allowed exactly when it is on each of them', () => {
    fc.assert(
      fc.property(statements, asked, (list, wanted) => {
        const each = wanted.resources.map((one) => may(list, { ...wanted, resources: [one] }));
        expect(may(list, wanted)).toBe(each.every(Boolean));
      }),
    );
  });
});
