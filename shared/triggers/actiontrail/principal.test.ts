import { isOwnChange } from './index';
import { ACCOUNT, eventOf } from './testing/events';

const SELF = { accountId: ACCOUNT, roleName: 'PalisadeFunction' };

function madeBy(userIdentity: unknown, changes: Record<string, unknown> = {}) {
  return eventOf({ userIdentity, ...changes });
}

const OWN = {
  type: 'assumed-role',
  accountId: ACCOUNT,
  principalId: '34000000000000001:fc-session',
  accessKeyId: 'STS.example',
  userName: 'palisadefunction:fc-session',
};

test('a change by our role in our account is our own, whatever the case of its name', () => {
  const event = madeBy(OWN);
  expect(isOwnChange(event, SELF)).toBe(true);
  expect(isOwnChange(event, { ...SELF, roleName: 'palisadefunction' })).toBe(true);
  expect(event.principal).toMatchObject({
    roleName: 'palisadefunction',
    sessionName: 'fc-session',
  });
});

test('the role is found in principalId when there is no userName', () => {
  expect(
    isOwnChange(madeBy({ ...OWN, userName: '', principalId: 'PalisadeFunction:s' }), SELF),
  ).toBe(true);
  const numbered = madeBy({ ...OWN, userName: undefined });
  expect(numbered.principal.roleName).toBeUndefined();
  expect(isOwnChange(numbered, SELF)).toBe(false);
});

test.each([
  ['another role', { ...OWN, userName: 'other:fc-session' }],
  ['a role whose name starts like ours', { ...OWN, userName: 'palisadefunction2:s' }],
  ['a session named like our role', { ...OWN, userName: 'other:palisadefunction' }],
  ['a session named like our role and a session', { ...OWN, userName: 'other:palisadefunction:s' }],
  ['a role of that name in another account', { ...OWN, accountId: '999' }],
  ['a role without an account', { ...OWN, accountId: undefined }],
  ['a user of that name', { ...OWN, type: 'ram-user' }],
  ['a user named like our role', { type: 'ram-user', accountId: ACCOUNT, userName: SELF.roleName }],
  ['root', { type: 'root-account', accountId: ACCOUNT, userName: 'root' }],
  ['the system', { type: 'system', userName: 'ecs.aliyuncs.com' }],
  ['nobody', undefined],
  ['a text', 'palisadefunction:s'],
  ['a list', [OWN]],
])('a change by %s is not', (_who, userIdentity) => {
  expect(isOwnChange(madeBy(userIdentity), SELF)).toBe(false);
});

test('what a caller may write into its request does not make a change our own', () => {
  const requestParameters = {
    stsTokenPrincipalName: 'PalisadeFunction/s',
    RoleName: SELF.roleName,
  };
  const event = madeBy({ ...OWN, userName: 'other:s' }, { requestParameters });
  expect(isOwnChange(event, SELF)).toBe(false);
});

test('no change is our own while our role is not known', () => {
  expect(isOwnChange(madeBy(OWN), { accountId: ACCOUNT })).toBe(false);
  expect(isOwnChange(madeBy({ ...OWN, userName: undefined }), { accountId: ACCOUNT })).toBe(false);
});

test('a role that others may assume as well is ours under the name of our sessions only', () => {
  const self = { ...SELF, sessionName: 's' };
  expect(isOwnChange(madeBy({ ...OWN, userName: 'palisadefunction:s' }), self)).toBe(true);
  expect(isOwnChange(madeBy({ ...OWN, userName: 'palisadefunction:mallory' }), self)).toBe(false);
});
