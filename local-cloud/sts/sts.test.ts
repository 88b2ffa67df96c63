import { randomBytes } from 'node:crypto';
import type { Caller, ResponseBody } from '../action';
import { createCredentialStore, createSts } from '.';

const NOW = Date.parse('2026-11-23T08:00:00Z');
const HOME = '1111111111111111';
const OTHER = '2222222222222222';

const credentials = createCredentialStore({ now: () => NOW, randomBytes });
const sts = createSts(credentials);
const callerOf = ({ accessKeyId }: { accessKeyId: string }): Caller => {
  const credential = credentials.find(accessKeyId);
  if (credential === undefined) throw new Error(`no credential for ${accessKeyId}`);
  return credential.caller;
};
const user = callerOf(credentials.addUser({ accountId: HOME, userName: 'alice' }));
const root = callerOf(credentials.addRootKey({ accountId: HOME }));
credentials.addRole({ accountId: OTHER, roleName: 'auditor' });

const call = (action: string, parameters: Record<string, string>, caller = user): ResponseBody => {
  const run = sts.actions.get(action);
  if (run === undefined) throw new Error(`no action ${action}`);
  return run(new Map(Object.entries(parameters)), { requestId: 'R', caller, now: NOW });
};
const ROLE = { RoleArn: `acs:ram::${OTHER}:role/auditor`, RoleSessionName: 'alice' };
const POLICY = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*","Resource":"*"}]}';
const assume = (parameters: Record<string, string>, caller = user) =>
  call('AssumeRole', { ...ROLE, ...parameters }, caller);

describe('AssumeRole', () => {
  test('gives credentials that make the caller a session of the role in the role’s account', () => {
    const answer = assume({ DurationSeconds: '900', ExternalId: 'abc', Policy: POLICY });
    expect(answer).toEqual({
      AssumedRoleUser: {
        Arn: `acs:ram::${OTHER}:role/auditor/alice`,
        AssumedRoleId: expect.stringMatching(/^\d{18}:alice$/),
      },
      Credentials: {
        AccessKeyId: expect.stringMatching(/^STS\.[A-Za-z0-9]+$/),
        AccessKeySecret: expect.stringMatching(/^[A-Za-z0-9]{44}$/),
        SecurityToken: expect.stringMatching(/^CAIS/),
        Expiration: '2026-11-23T08:15:00Z',
      },
    });
    const { AccessKeyId } = answer.Credentials as { AccessKeyId: string };
    expect(callerOf({ accessKeyId: AccessKeyId })).toMatchObject({
      accountId: OTHER,
      identity: { type: 'assumed-role', roleName: 'auditor', sessionName: 'alice' },
    });
  });

  test('lasts an hour by default', () => {
    expect(assume({}).Credentials).toMatchObject({ Expiration: '2026-11-23T09:00:00Z' });
  });

  test('gives each session keys of its own and the role one id', () => {
    const [first, second] = [assume({}), assume({})];
    expect(first.AssumedRoleUser).toEqual(second.AssumedRoleUser);
    expect(first.Credentials).not.toEqual(second.Credentials);
  });

  test('takes any role name of an account in which no role is registered', () => {
    const RoleArn = `acs:ram::${HOME}:role/whatever`;
    expect(assume({ RoleArn })).toHaveProperty('Credentials.SecurityToken');
  });

  test.each([
    [{ RoleArn: '' }, 400, 'MissingRoleArn'],
    [{ RoleSessionName: '' }, 400, 'MissingRoleSessionName'],
    [{ RoleArn: 'auditor' }, 400, 'InvalidParameter.RoleArn'],
    [{ RoleArn: `acs:ram::${OTHER}:user/auditor` }, 400, 'InvalidParameter.RoleArn'],
    [{ RoleSessionName: 'a' }, 400, 'InvalidParameter.RoleSessionName'],
    [{ RoleSessionName: 'a b' }, 400, 'InvalidParameter.RoleSessionName'],
    [{ RoleSessionName: 'a'.repeat(65) }, 400, 'InvalidParameter.RoleSessionName'],
    [{ DurationSeconds: '899' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: '43201' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: 'an hour' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ ExternalId: 'x' }, 400, 'InvalidParameter.ExternalId'],
    [{ Policy: '{' }, 400, 'InvalidParameter.PolicyGrammar'],
    [{ Policy: '{"Version":"1"}' }, 400, 'InvalidParameter.PolicyGrammar'],
    [{ Policy: `"${'x'.repeat(2047)}"` }, 400, 'InvalidParameter.PolicySize'],
    [{ RoleArn: `acs:ram::${OTHER}:role/stranger` }, 404, 'EntityNotExist.Role'],
  ])('refuses %j', (parameters, status, code) => {
    expect(() => assume(parameters as Record<string, string>)).toThrow(
      expect.objectContaining({ status, code }),
    );
  });

  test('refuses the account itself', () => {
    expect(() => assume({}, root)).toThrow(
      expect.objectContaining({ status: 403, code: 'NoPermission' }),
    );
  });
});

describe('GetCallerIdentity', () => {
  test('names a RAM user', () => {
    const { UserId, ...rest } = call('GetCallerIdentity', {});
    expect(UserId).toMatch(/^\d{18}$/);
    expect(rest).toEqual({
      IdentityType: 'RAMUser',
      AccountId: HOME,
      PrincipalId: UserId,
      Arn: `acs:ram::${HOME}:user/alice`,
    });
  });

  test('names the account', () => {
    expect(call('GetCallerIdentity', {}, root)).toEqual({
      IdentityType: 'Account',
      AccountId: HOME,
      PrincipalId: HOME,
      UserId: HOME,
      Arn: `acs:ram::${HOME}:root`,
    });
  });

  test('names a session of a role', () => {
    const session = credentials.startSession({
      accountId: OTHER,
      roleName: 'auditor',
      sessionName: 'alice',
      durationSeconds: 900,
    });
    const { RoleId, ...rest } = call('GetCallerIdentity', {}, session.caller);
    expect(rest).toEqual({
      IdentityType: 'AssumedRoleUser',
      AccountId: OTHER,
      PrincipalId: `${RoleId}:alice`,
      Arn: `acs:ram::${OTHER}:assumed-role/auditor/alice`,
    });
  });
});

test('an access key id cannot be given away twice', () => {
  const key = { accountId: HOME, userName: 'bob', accessKeyId: 'LTAI5tFixed' };
  credentials.addUser(key);
  expect(() => credentials.addUser(key)).toThrow('LTAI5tFixed is already in use');
});

describe('a role with a trust policy', () => {
  const CAUTIOUS = { accountId: OTHER, roleName: 'cautious' };
  const RoleArn = `acs:ram::${OTHER}:role/cautious`;
  const trustPolicy = {
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { RAM: [`acs:ram::${HOME}:root`] },
        Condition: { StringEquals: { 'sts:ExternalId': 'acme' } },
      },
    ],
  };
  beforeEach(() => credentials.addRole({ ...CAUTIOUS, trustPolicy }));

  test('lets in whom it names with its external id, and tells others what refused them', () => {
    expect(assume({ RoleArn, ExternalId: 'acme' })).toHaveProperty('Credentials.AccessKeyId');
    expect(() => assume({ RoleArn, ExternalId: 'other' })).toThrow(
      expect.objectContaining({
        status: 403,
        code: 'NoPermission',
        detail: expect.objectContaining({ PolicyType: 'AssumeRolePolicy' }),
      }),
    );
  });

  test('that is removed can be assumed no more, and its sessions may do nothing', () => {
    const { AccessKeyId } = assume({ RoleArn, ExternalId: 'acme' }).Credentials as {
      AccessKeyId: string;
    };
    const caller = callerOf({ accessKeyId: AccessKeyId });
    expect(credentials.policiesOf(caller)).toEqual([]);
    credentials.removeRole(CAUTIOUS);
    expect(() => assume({ RoleArn, ExternalId: 'acme' })).toThrow(
      expect.objectContaining({ status: 404, code: 'EntityNotExist.Role' }),
    );
    expect(credentials.policiesOf(caller)).toEqual([[]]);
  });

  test('has sessions that can be ended before their time', () => {
    const { AccessKeyId } = assume({ RoleArn, ExternalId: 'acme' }).Credentials as {
      AccessKeyId: string;
    };
    credentials.endSessions(CAUTIOUS);
    expect(credentials.find(AccessKeyId)?.session?.expiresAt).toBe(NOW);
  });
});
