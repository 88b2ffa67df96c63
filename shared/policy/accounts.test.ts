import { type AccountId, parseAccountId, parseRegionId } from '../security-group';
import { accountTargets, inScope, memberAccount, regionInScope } from './index';
import { groupOf } from './testing/groups';
import { denying, load, problems, SMTP } from './testing/policy-files';

const OWN = '1111222233334444';
const MEMBER = parseAccountId('5555666677778888');
const THIRD = parseAccountId('9999000011112222');

const file = (...accounts: string[]) =>
  [denying(SMTP), 'accounts:', ...accounts.map((account) => `  - ${account}`)].join('\n');
const groupIn = (regionId: string, accountId?: AccountId) =>
  groupOf([], { regionId: parseRegionId(regionId), ...(accountId ? { accountId } : {}) });

describe('accounts of a policy file', () => {
  test('without any, only the own account is looked after', () => {
    const policies = load(denying(SMTP));
    expect(accountTargets(policies)).toEqual([undefined]);
    expect(inScope(policies, groupIn('cn-hangzhou'))).toBe(true);
    expect(inScope(policies, groupIn('cn-hangzhou', MEMBER))).toBe(false);
  });

  test('each is looked after in its regions, the own one only if it is named', () => {
    const policies = load(
      file(`{ id: "${MEMBER}", role: palisade-member, regions: ["cn-*"] }`, `{ id: "${OWN}" }`),
    );
    expect(accountTargets(policies)).toEqual([MEMBER, undefined]);
    expect(inScope(policies, groupIn('cn-hangzhou', MEMBER))).toBe(true);
    expect(inScope(policies, groupIn('eu-central-1', MEMBER))).toBe(false);
    expect(inScope(policies, groupIn('eu-central-1'))).toBe(true);
    expect(inScope(policies, groupIn('cn-hangzhou', THIRD))).toBe(false);
    const without = load(file(`{ id: "${MEMBER}", role: palisade-member }`));
    expect(accountTargets(without)).toEqual([MEMBER]);
    expect(regionInScope(without, 'cn-hangzhou')).toBe(false);
  });

  test('a role may be given by its ARN', () => {
    const policies = load(
      file(`{ id: "${MEMBER}", role: "acs:ram::${MEMBER}:role/Member.1", externalId: "a/b:c" }`),
    );
    expect(memberAccount(policies, MEMBER)).toEqual({
      id: MEMBER,
      role: 'Member.1',
      externalId: 'a/b:c',
    });
  });

  test('a policy can be about some of them, the own one among them', () => {
    const policies = load(
      denying(
        SMTP,
        `    match: { accounts: ["${OWN}", "${THIRD}"] }`,
        `accounts: [{ id: "${MEMBER}", role: m }, { id: "${THIRD}", role: m }, { id: "${OWN}" }]`,
      ),
    );
    const about = [undefined, MEMBER, THIRD].map((id) =>
      inScope(policies, groupIn('cn-hangzhou', id)),
    );
    expect(about).toEqual([true, false, true]);
  });

  test.each([
    ['{ id: 5555666677778888, role: m }', 'accounts[0].id: is 5555666677778888, not a text'],
    ['{ id: "acme", role: m }', 'accounts[0].id: "acme" is not an account id'],
    ['{ id: "5555666677778888", role: "a b" }', 'accounts[0].role: is "a b": write the name of'],
    [
      '{ id: "5555666677778888", role: "acs:ram::1111222233334444:role/m" }',
      'accounts[0].role: names a role of account 1111222233334444: write one of account 5555666677778888',
    ],
    [
      '{ id: "5555666677778888", role: m, externalId: "a b" }',
      'accounts[0].externalId: is "a b": write 2 to 1224 letters',
    ],
    [
      '{ id: "5555666677778888", externalId: acme }',
      'accounts[0].externalId: stands without a role',
    ],
    ['{ id: "5555666677778888", rule: m }', 'accounts[0].rule: "rule" is not known here'],
    ['{ id: "5555666677778888", role: m, regions: [] }', 'accounts[0].regions: is empty'],
  ])('%s is refused', (account, problem) => {
    expect(problems(file(account))).toEqual([expect.stringContaining(problem)]);
  });

  test('an id twice, two accounts without a role, and policies for others are refused', () => {
    const twice = `{ id: "${MEMBER}", role: m }`;
    expect(problems(file(twice, twice))).toEqual([
      expect.stringMatching(
        /^9:11: accounts\[1\]\.id: "5555666677778888" is taken by accounts\[0\]/,
      ),
    ]);
    expect(problems(file(`{ id: "${OWN}" }`, `{ id: "${THIRD}" }`))).toEqual([
      expect.stringMatching(/^9:5: accounts\[1\]: has no role, and neither has accounts\[0\]/),
    ]);
    expect(problems(denying(SMTP, `    match: { accounts: ["${OWN}"] }`))).toEqual([
      expect.stringMatching(
        /^7:25: policies\[0\]\.match\.accounts\[0\]: "1111222233334444" is not among accounts: add/,
      ),
    ]);
  });

  test('files without accounts keep their digest, those with others differ', () => {
    const digests = ['m', 'n'].map(
      (role) => load(file(`{ id: "${MEMBER}", role: ${role} }`)).digest,
    );
    expect(new Set([...digests, load(denying(SMTP)).digest]).size).toBe(3);
  });

  test('standards for different accounts do not contradict each other', () => {
    const describes = (id: string, template: string, account: string) => [
      `  - id: ${id}`,
      '    kind: describe-rules',
      `    template: '${template}'`,
      `    match: { accounts: ["${account}"] }`,
    ];
    const source = (account: string) =>
      [
        'version: 1',
        `accounts: [{ id: "${OWN}" }, { id: "${MEMBER}", role: m }]`,
        'policies:',
        ...describes('a', '{text}', OWN),
        ...describes('b', 'x | {text}', account),
      ].join('\n');
    expect(problems(source(MEMBER))).toEqual([]);
    expect(problems(source(OWN))).toEqual([expect.stringContaining('contradicts policies[0]')]);
  });
});
