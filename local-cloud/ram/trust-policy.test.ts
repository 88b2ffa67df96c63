import type { Caller } from '../action';
import { parseTrustPolicy } from './index';

const HOME = '1111111111111111';
const caller = (identity: Caller['identity'], accountId = HOME): Caller => ({
  accountId,
  accessKeyId: 'LTAI5tTest',
  identity,
});
const alice = caller({ type: 'ram-user', userId: '1', userName: 'alice' });
const role = caller({ type: 'assumed-role', roleId: '2', roleName: 'Palisade', sessionName: 's' });
const stranger = caller({ type: 'ram-user', userId: '3', userName: 'alice' }, '2222222222222222');

const statement = (principals: readonly string[], rest: object = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { RAM: principals },
  ...rest,
});
const trusts = (who: Caller, statements: readonly object[], externalId = '') =>
  parseTrustPolicy({ Version: '1', Statement: statements }, 'the policy')(who, {
    'acs:SourceIp': '127.0.0.1',
    'acs:SecureTransport': 'false',
    'sts:ExternalId': externalId,
  });

test.each([
  ['its account', [`acs:ram::${HOME}:root`], [true, true, false]],
  ['one user', [`acs:ram::${HOME}:user/alice`], [true, false, false]],
  ['one role, in any case', [`acs:ram::${HOME}:role/palisade`], [false, true, false]],
  ['nobody here', ['acs:ram::3333333333333333:root'], [false, false, false]],
])('lets in whom it names: %s', (_, principals, expected) => {
  const statements = [statement(principals)];
  expect([alice, role, stranger].map((who) => trusts(who, statements))).toEqual(expected);
});

test('asks for an external id, and a denial goes before what is allowed', () => {
  const root = [`acs:ram::${HOME}:root`];
  const withId = statement(root, { Condition: { StringEquals: { 'sts:ExternalId': 'acme' } } });
  expect(['acme', 'other', ''].map((id) => trusts(role, [withId], id))).toEqual([
    true,
    false,
    false,
  ]);
  const denied = { ...statement([`acs:ram::${HOME}:user/alice`]), Effect: 'Deny' };
  expect([alice, role].map((who) => trusts(who, [statement(root), denied]))).toEqual([false, true]);
});

test('services that it names are no callers of AssumeRole', () => {
  const ofService = { ...statement([]), Principal: { Service: ['fc.aliyuncs.com'] } };
  expect(trusts(role, [ofService])).toBe(false);
});

test.each([
  [{ Version: '2', Statement: [] }, 'the policy: write {"Version": "1"'],
  [[], 'the policy is no JSON object'],
  [
    { Version: '1', Statement: [statement([], { Effect: 'Maybe' })] },
    'Statement[0]: Effect is neither',
  ],
  [
    { Version: '1', Statement: [statement([], { Action: 'ecs:*' })] },
    'Action is not sts:AssumeRole',
  ],
  [{ Version: '1', Statement: [statement(['root'])] }, 'Principal.RAM is malformed'],
  [
    {
      Version: '1',
      Statement: [statement([], { Condition: { StringEquals: { 'acs:Other': 'x' } } })],
    },
    'Condition key "acs:Other" is not supported here',
  ],
])('%j is refused', (document, problem) => {
  expect(() => parseTrustPolicy(document, 'the policy')).toThrow(problem);
});
