import fc from 'fast-check';
import { decodeBody, type Problem } from './index';

const POLICIES = ['no-smtp-smb-out', 'rule-descriptions'];
const BODY = {
  targets: [{ region: 'cn-hangzhou', groups: ['sg-bp1web'] }],
  reason: 'INC-4711',
  requester: 'soar',
};

const decode = (value: unknown) => decodeBody(Buffer.from(JSON.stringify(value)), POLICIES);

function problemsOf(value: unknown): readonly Problem[] {
  const decoded = decode(value);
  if (decoded.ok) throw new Error('the body was understood');
  return decoded.problems;
}

function commandOf(value: unknown) {
  const decoded = decode(value);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.command;
}

test('the least that a request says is groups, a reason and a requester', () => {
  expect(commandOf(BODY)).toEqual({
    selection: {
      kind: 'targets',
      targets: [{ regionId: 'cn-hangzhou', groupIds: ['sg-bp1web'] }],
    },
    mode: 'observe',
    reason: 'INC-4711',
    requester: 'soar',
    wait: false,
  });
});

test('everything else that it may say is taken over', () => {
  const command = commandOf({
    ...BODY,
    policies: ['rule-descriptions', 'no-smtp-smb-out', 'rule-descriptions'],
    mode: 'enforce',
    reason: '  a reason  ',
    wait: true,
  });
  expect(command).toMatchObject({
    policyIds: ['rule-descriptions', 'no-smtp-smb-out'],
    mode: 'enforce',
    reason: 'a reason',
    wait: true,
  });
});

test('groups are put together by region, each once', () => {
  const command = commandOf({
    ...BODY,
    targets: [
      { region: 'cn-hangzhou', groups: ['sg-1', 'sg-2', 'sg-1'] },
      { region: 'cn-beijing', groups: ['sg-1'] },
      { region: 'cn-hangzhou', groups: ['sg-2', 'sg-3'] },
    ],
  });
  expect(command.selection).toEqual({
    kind: 'targets',
    targets: [
      { regionId: 'cn-hangzhou', groupIds: ['sg-1', 'sg-2', 'sg-3'] },
      { regionId: 'cn-beijing', groupIds: ['sg-1'] },
    ],
  });
});

test('a filter is read like the match of a policy', () => {
  const { targets: _, ...bare } = BODY;
  const filter = { regions: ['cn-*'], tags: { env: ['prod', 'stage'] } };
  expect(commandOf({ ...bare, filter }).selection).toEqual({
    kind: 'filter',
    match: {
      regions: ['cn-*'],
      names: ['*'],
      tags: { env: ['prod', 'stage'] },
      types: ['normal', 'enterprise'],
    },
  });
  expect(problemsOf({ ...bare, filter: {} })).toEqual([
    {
      path: 'filter',
      message: 'is empty: say which groups; {"names":["*"]} means all of them',
    },
  ]);
});

test('every problem is named, with its path and what to write', () => {
  const problems = problemsOf({
    target: [],
    filter: { region: ['cn-*'], tags: { env: 'prod' } },
    policies: ['no-smtp-smb-ou', 7],
    mode: 'Enforce',
    reason: ' ',
    wait: 'yes',
  });
  expect(problems).toEqual([
    { path: 'target', message: 'is not known here: did you mean "targets"?' },
    { path: 'filter.region', message: 'is not known here: did you mean "regions"?' },
    { path: 'filter.tags.env', message: 'is "prod": write a list of 1 to 20' },
    { path: 'policies[0]', message: 'is not a policy here: did you mean "no-smtp-smb-out"?' },
    { path: 'policies[1]', message: 'is not a policy here: write the id of one' },
    { path: 'mode', message: 'is "Enforce": write observe or enforce' },
    {
      path: 'reason',
      message: 'is empty: write why, for the record, such as "INC-4711: these hosts send spam"',
    },
    {
      path: 'requester',
      message: 'is missing: write who asks, for the record, such as "soar/playbook-12"',
    },
    { path: 'wait', message: 'is "yes": write true or false' },
  ]);
});

test.each([
  ['', 'is not JSON in UTF-8: write one JSON object'],
  ['{', 'is not JSON in UTF-8: write one JSON object'],
  ['null', 'is null: write an object'],
  ['[]', 'is an empty list: write an object'],
  ['5', 'is 5: write an object'],
])('the body %j %s', (text, message) => {
  const decoded = decodeBody(Buffer.from(text), POLICIES);
  expect(decoded).toEqual({ ok: false, problems: [{ path: 'body', message }] });
});

test('bytes that are not UTF-8 are refused wherever they stand', () => {
  const text = JSON.stringify({ ...BODY, reason: 'x?' });
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('?')] = 0xff;
  expect(decodeBody(Buffer.from(text), POLICIES).ok).toBe(true);
  expect(decodeBody(bytes, POLICIES).ok).toBe(false);
});

const long = (length: number) => 'x'.repeat(length);
const groups = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `sg-${from + index}`);
const regions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ region: `cn-${index}`, groups: ['sg-1'] }));

test.each([
  ['100 groups', { targets: [{ region: 'cn-hangzhou', groups: groups(100) }] }],
  ['20 regions', { targets: regions(20) }],
  ['a reason of 500 characters', { reason: '𝒳'.repeat(500) }],
  ['a requester of 128', { requester: long(128) }],
])('%s are not too many', (_what, change) => {
  expect(decode({ ...BODY, ...change }).ok).toBe(true);
});

test.each([
  [
    '101 groups',
    { targets: [{ region: 'cn-hangzhou', groups: groups(101) }] },
    'targets[0].groups',
  ],
  [
    '101 groups in two regions',
    {
      targets: [
        { region: 'cn-hangzhou', groups: groups(100) },
        { region: 'cn-beijing', groups: groups(1) },
      ],
    },
    'targets',
  ],
  ['21 regions', { targets: regions(21) }, 'targets'],
  ['no target', { targets: [] }, 'targets'],
  ['no group', { targets: [{ region: 'cn-hangzhou', groups: [] }] }, 'targets[0].groups'],
  ['a long reason', { reason: long(501) }, 'reason'],
  ['a long requester', { requester: long(129) }, 'requester'],
  ['a reason on two lines', { reason: 'a\nb' }, 'reason'],
  ['a reason that turns the text around', { reason: 'a\u202eb' }, 'reason'],
  ['half a character', { requester: '\ud800' }, 'requester'],
  ['no policy', { policies: [] }, 'policies'],
  ['101 policies', { policies: Array(101).fill('rule-descriptions') }, 'policies'],
  [
    'a masked group',
    { targets: [{ region: 'cn-hangzhou', groups: ['sg-****'] }] },
    'targets[0].groups[0]',
  ],
  [
    'a path for a group',
    { targets: [{ region: 'cn-hangzhou', groups: ['sg-/../x'] }] },
    'targets[0].groups[0]',
  ],
  [
    'a pattern for a region',
    { targets: [{ region: 'cn-*', groups: ['sg-1'] }] },
    'targets[0].region',
  ],
  ['a filter beside targets', { filter: { names: ['*'] } }, 'filter'],
  ['null for a mode', { mode: null }, 'mode'],
  ['nothing to look at', { targets: undefined }, 'targets'],
])('%s is refused', (_what, change, path) => {
  expect(problemsOf({ ...BODY, ...change }).map((problem) => problem.path)).toEqual([path]);
});

test('keys of a filter have their bounds', () => {
  const { targets: _, ...bare } = BODY;
  const many = Array(21).fill('x');
  const tags = Object.fromEntries(many.map((_value, index) => [`key-${index}`, ['x']]));
  for (const [filter, path] of [
    [{ regions: many }, 'filter.regions'],
    [{ names: [long(129)] }, 'filter.names[0]'],
    [{ tags }, 'filter.tags'],
    [{ tags: { a: many } }, 'filter.tags.a'],
    [{ tags: [] }, 'filter.tags'],
  ] as const) {
    expect(problemsOf({ ...bare, filter }).map((problem) => problem.path)).toEqual([path]);
  }
});

test('names that every object has are neither keys nor policies', () => {
  const text = JSON.stringify(BODY).replace(
    '{',
    '{"__proto__":{"mode":"enforce"},"constructor":1,',
  );
  const decoded = decodeBody(Buffer.from(text), POLICIES);
  expect(decoded.ok ? [] : decoded.problems.map(({ path }) => path)).toEqual([
    '__proto__',
    'constructor',
  ]);
  expect(problemsOf({ ...BODY, policies: ['toString'] })).toHaveLength(1);
});

test('an answer stays small, however many problems there are', () => {
  const keys = Object.fromEntries(groups(5000).map((key) => [`${key}${long(50)}\u0000`, 1]));
  const problems = problemsOf({ ...BODY, ...keys });
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toEqual({ path: 'body', message: 'has 4950 more' });
  expect(JSON.stringify(problems).length).toBeLessThan(20_000);
});

test('nothing is suggested for a word that nobody mistyped', () => {
  const id = long(61);
  const decoded = decodeBody(Buffer.from(JSON.stringify({ ...BODY, policies: [`${id}y`] })), [id]);
  expect(decoded).toEqual({
    ok: false,
    problems: [{ path: 'policies[0]', message: 'is not a policy here: write the id of one' }],
  });
});

test('depth does no harm', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const decoded = decodeBody(Buffer.from(`{"targets":${deep},"reason":${deep}}`), POLICIES);
  expect(decoded.ok).toBe(false);
});

test('whatever it says, a body is understood or has problems', () => {
  const almost = fc.record(
    {
      targets: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ region: fc.jsonValue(), groups: fc.jsonValue() })),
      ),
      filter: fc.oneof(fc.jsonValue(), fc.record({ tags: fc.jsonValue() })),
      policies: fc.jsonValue(),
      mode: fc.jsonValue(),
      reason: fc.jsonValue(),
      requester: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => Buffer.from(json)),
    almost.map((value) => Buffer.from(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      const decoded = decodeBody(body, POLICIES);
      if (!decoded.ok) expect(decoded.problems.length).toBeGreaterThan(0);
      else expect(decoded.command.reason).not.toBe('');
    }),
  );
});

describe('accounts', () => {
  const accounts = { own: '1111222233334444', members: ['5555666677778888'] };
  const inAccounts = (value: object) =>
    decodeBody(Buffer.from(JSON.stringify({ ...BODY, ...value })), POLICIES, accounts);
  const target = (account: unknown) => ({
    targets: [{ region: 'cn-hangzhou', groups: ['sg-bp1web'], account }],
  });

  test('may be named with targets; the own one is the same as none', () => {
    const member = {
      regionId: 'cn-hangzhou',
      accountId: '5555666677778888',
      groupIds: ['sg-bp1web'],
    };
    expect(inAccounts(target('5555666677778888'))).toMatchObject({
      command: { selection: { targets: [member] } },
    });
    const own = inAccounts(target('1111222233334444'));
    expect(own.ok && own.command).toEqual(commandOf(BODY));
  });

  test('are kept apart where regions are the same', () => {
    const both = {
      targets: [...target('5555666677778888').targets, ...BODY.targets, ...BODY.targets],
    };
    expect(inAccounts(both)).toMatchObject({
      command: {
        selection: { targets: [{ accountId: '5555666677778888' }, { regionId: 'cn-hangzhou' }] },
      },
    });
  });

  test('may be named in a filter', () => {
    const { targets: _, ...rest } = BODY;
    const filter = { accounts: ['5555666677778888', '1111222233334444'] };
    const decoded = decodeBody(
      Buffer.from(JSON.stringify({ ...rest, filter })),
      POLICIES,
      accounts,
    );
    expect(decoded).toMatchObject({
      command: { selection: { match: { accounts: ['5555666677778888', 'own'], names: ['*'] } } },
    });
  });

  test.each([['9999000011112222'], [5555666677778888], ['own'], [null], [['5555666677778888']]])(
    '%j is refused',
    (account) => {
      expect(inAccounts(target(account))).toMatchObject({
        problems: [
          { path: 'targets[0].account', message: expect.stringContaining('is not an account') },
        ],
      });
    },
  );
});
