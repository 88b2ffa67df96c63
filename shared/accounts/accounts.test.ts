import { type LocalCloud, startLocalCloud } from '../../local-cloud';
import { answer, type hang, refuse, reset, startScriptedServer } from '../ecs/scripted-server';
import type { MemberAccount } from '../policy';
import { parseAccountId, parseRegionId } from '../security-group';
import { accountsOf, clientsOf, readOwnAccount } from './index';

const ID = parseAccountId('2222333344445555');
const ACCOUNT: MemberAccount = { id: ID, role: 'palisade-member', externalId: 'acme-42' };
const own = async () => ({ accessKeyId: 'LTAI-own', accessKeySecret: 'own-secret' });
const START = Date.parse('2026-11-23T08:00:00Z');

/** A clock that only the test moves; waiting moves it. */
function clock() {
  const waits: number[] = [];
  const time = {
    at: START,
    waits,
    now: () => time.at,
    sleep: async (ms: number) => void waits.push(ms),
  };
  return time;
}

const session = (number: number, endsAt: number) =>
  answer({
    RequestId: `R-${number}`,
    Credentials: {
      AccessKeyId: `STS.${number}`,
      AccessKeySecret: `secret-${number}`,
      SecurityToken: `token-${number}`,
      Expiration: new Date(endsAt).toISOString().replace('.000', ''),
    },
  });

async function onServer(
  steps: Parameters<typeof startScriptedServer>,
  act: (stage: {
    readonly server: Awaited<ReturnType<typeof startScriptedServer>>;
    readonly time: ReturnType<typeof clock>;
    readonly get: ReturnType<ReturnType<typeof accountsOf>>;
  }) => Promise<void>,
  account: MemberAccount = ACCOUNT,
) {
  const server = await startScriptedServer(...steps);
  const time = clock();
  const options = {
    own,
    endpoint: server.endpoint,
    random: () => 0.5,
    now: time.now,
    sleep: time.sleep,
  };
  try {
    await act({ server, time, get: accountsOf({ ...options, accounts: [account] })(account.id) });
  } finally {
    await server.close();
  }
}

const HOUR = 3_600_000;

describe('the session in another account', () => {
  test('is assumed by one call, however many ask for it at once', () =>
    onServer([session(1, START + HOUR)], async ({ server, get }) => {
      const all = await Promise.all(Array.from({ length: 50 }, () => get()));
      expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['STS.1']));
      expect(server.requests).toHaveLength(1);
      expect(server.requests[0]?.query).toMatchObject({
        RoleArn: 'acs:ram::2222333344445555:role/palisade-member',
        RoleSessionName: 'palisade',
        DurationSeconds: '3600',
        ExternalId: 'acme-42',
      });
      expect(server.requests[0]?.headers['x-acs-action']).toBe('AssumeRole');
    }));

  test('is renewed five minutes before it ends', () =>
    onServer([session(1, START + HOUR), session(2, START + 2 * HOUR)], async ({ time, get }) => {
      const at = async (minutes: number) => {
        time.at = START + minutes * 60_000;
        return (await get()).accessKeyId;
      };
      expect([await at(0), await at(54), await at(55), await at(114)]).toEqual([
        'STS.1',
        'STS.1',
        'STS.2',
        'STS.2',
      ]);
    }));

  test('is used to its end while it cannot be renewed', () =>
    onServer(
      [session(1, START + HOUR), refuse(403, 'NoPermission'), session(3, START + 2 * HOUR)],
      async ({ server, time, get }) => {
        await get();
        time.at = START + 56 * 60_000;
        expect((await get()).accessKeyId).toBe('STS.1');
        expect((await get()).accessKeyId).toBe('STS.1');
        expect(server.requests).toHaveLength(2);
        time.at += 31_000;
        expect((await get()).accessKeyId).toBe('STS.3');
      },
    ));

  test('is renewed at once when a service says that it has ended, and only then', () =>
    onServer([session(1, START + HOUR), session(2, START + HOUR)], async ({ server, get }) => {
      const first = await get();
      const renewed = await Promise.all([get(first), get(first), get()]);
      expect(renewed.map(({ accessKeyId }) => accessKeyId)).toEqual(['STS.2', 'STS.2', 'STS.2']);
      expect((await get(first)).accessKeyId).toBe('STS.2');
      expect(server.requests).toHaveLength(2);
    }));

  test('that cannot be had is asked for again after half a minute, not by each of a thousand groups', () =>
    onServer(
      [refuse(404, 'EntityNotExist.Role'), session(2, START + HOUR)],
      async ({ server, time, get }) => {
        const all = await Promise.allSettled(Array.from({ length: 1000 }, () => get()));
        await get().catch(() => {});
        expect(all.every(({ status }) => status === 'rejected')).toBe(true);
        expect(server.requests).toHaveLength(1);
        time.at += 30_000;
        expect((await get()).accessKeyId).toBe('STS.2');
      },
    ));

  test('is asked for again while STS throttles or fails in passing', () =>
    onServer(
      [
        refuse(429, 'Throttling.User'),
        refuse(500, 'InternalError'),
        reset,
        session(4, START + HOUR),
      ],
      async ({ server, time, get }) => {
        expect((await get()).accessKeyId).toBe('STS.4');
        expect(server.requests).toHaveLength(4);
        expect(time.waits).toEqual([500, 300, 600]);
      },
    ));
});

describe('a role that cannot be assumed', () => {
  const trust = { AccessDeniedDetail: { PolicyType: 'AssumeRolePolicy' } };
  const identity = { AccessDeniedDetail: { PolicyType: 'AccountLevelIdentityBasedPolicy' } };
  const denied = (detail: object, Message = 'You are not authorized to do this action.') =>
    [
      (response: Parameters<typeof hang>[0]) => {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ RequestId: 'REQ-9', Code: 'NoPermission', Message, ...detail }),
        );
      },
    ] as const;
  const withoutId: MemberAccount = { id: ID, role: 'palisade-member' };

  test.each([
    [denied(trust), ACCOUNT, 'permission', /its trust policy does not .* must be the externalId/],
    [
      denied(trust),
      withoutId,
      'permission',
      /if it asks for sts:ExternalId, write that as externalId/,
    ],
    [
      denied(identity),
      ACCOUNT,
      'permission',
      /must allow sts:AssumeRole on acs:ram::2222333344445555:role\/palisade-member/,
    ],
    [
      denied({}),
      ACCOUNT,
      'permission',
      /must allow sts:AssumeRole on .*, and the role's trust policy/,
    ],
    [
      denied({}, 'Roles may not be assumed by root accounts.'),
      ACCOUNT,
      'permission',
      /account itself/,
    ],
    [
      [refuse(404, 'InvalidAccessKeyId.NotFound')] as const,
      ACCOUNT,
      'permission',
      /refused the own credentials/,
    ],
    [
      [refuse(404, 'EntityNotExist.Role')] as const,
      ACCOUNT,
      'not-found',
      /no such role: create it/,
    ],
    [
      [refuse(400, 'InvalidParameter.RoleArn')] as const,
      ACCOUNT,
      'validation',
      /correct role and externalId/,
    ],
    [[refuse(503, 'ServiceUnavailable')] as const, ACCOUNT, 'transient', /try again later/],
    [[refuse(429, 'Throttling')] as const, ACCOUNT, 'throttled', /wait a minute/],
    [[reset] as const, ACCOUNT, 'transient', /could not be reached/],
    [[answer({ RequestId: 'R' })] as const, ACCOUNT, 'transient', /lacks what it must hold/],
  ] as const)(
    '%#: names the account, the role, the cause and the next step',
    (steps, account, kind, text) =>
      onServer(
        [...steps],
        async ({ get }) => {
          const error: unknown = await get().catch((each: unknown) => each);
          expect(error).toMatchObject({ name: 'EcsError', kind, action: 'AssumeRole' });
          const { message } = error as Error;
          expect(message).toMatch(text);
          expect(message).toContain('role palisade-member of account 2222333344445555');
          expect(message).not.toMatch(/acme-42|own-secret|LTAI-own|Signature/);
        },
        account,
      ),
  );

  test('is told by every call of ECS in its account, which it names', async () => {
    const cloud = await startLocalCloud({ roles: [{ accountId: ID, roleName: 'other' }] });
    try {
      const key = async () => cloud;
      const members = accountsOf({ own: key, endpoint: cloud.endpoint, accounts: [ACCOUNT] });
      const ecs = clientsOf(key, members, { endpoint: cloud.endpoint });
      const place = { regionId: parseRegionId('cn-hangzhou'), accountId: ID };
      await expect(ecs(place).listSecurityGroups()).rejects.toMatchObject({
        kind: 'not-found',
        message: expect.stringContaining('account 2222333344445555 could not be assumed'),
      });
      const strange = { ...place, accountId: parseAccountId('9999888877776666') };
      await expect(ecs(strange).listSecurityGroups()).rejects.toThrow(
        'account 9999888877776666 is not among accounts of the policy file',
      );
      expect(cloud.calls.all().map(({ action }) => action)).toEqual(['AssumeRole']);
    } finally {
      await cloud.close();
    }
  });
});

describe('calls in another account', () => {
  let cloud: LocalCloud;
  let ecs: ReturnType<typeof clientsOf>;
  const role = { accountId: ID, roleName: 'palisade-member' };
  const place = { regionId: parseRegionId('cn-hangzhou'), accountId: ID };
  beforeEach(async () => {
    cloud = await startLocalCloud({
      roles: [role],
      inventory: {
        RegionId: 'cn-hangzhou',
        AccountId: ID,
        SecurityGroups: [{ SecurityGroupId: 'sg-a' }],
      },
    });
    const key = async () => cloud;
    const members = accountsOf({ own: key, endpoint: cloud.endpoint, accounts: [ACCOUNT] });
    ecs = clientsOf(key, members, { endpoint: cloud.endpoint });
  });
  afterEach(() => cloud.close());

  test('show its groups with its id, and the own account shows none of them', async () => {
    expect(await ecs(place).listSecurityGroups()).toEqual([
      expect.objectContaining({ id: 'sg-a', accountId: ID }),
    ]);
    expect(await ecs({ regionId: place.regionId }).listSecurityGroups()).toEqual([]);
  });

  test('go on with a new session when theirs has ended', async () => {
    await ecs(place).listSecurityGroups();
    cloud.credentials.endSessions(role);
    await ecs(place).listSecurityGroups();
    expect(cloud.calls.all().map(({ action, code }) => [action, code])).toEqual([
      ['AssumeRole', undefined],
      ['DescribeSecurityGroups', undefined],
      ['DescribeSecurityGroups', 'InvalidSecurityToken.Expired'],
      ['AssumeRole', undefined],
      ['DescribeSecurityGroups', undefined],
    ]);
  });

  test('name the account when they are refused', async () => {
    cloud.credentials.addRole({ ...role, policies: [] });
    await expect(ecs(place).listSecurityGroups()).rejects.toThrow(
      'DescribeSecurityGroups for cn-hangzhou in account 2222333344445555 failed (permission)',
    );
  });
});

test('whose account the own credentials are of is asked of STS', async () => {
  const cloud = await startLocalCloud({ accountId: '1234567890123456' });
  try {
    const options = { own: async () => cloud, endpoint: cloud.endpoint };
    expect(await readOwnAccount(options)).toBe('1234567890123456');
    const wrong = { ...options, own: async () => ({ ...cloud, accessKeyId: 'LTAI-no' }) };
    await expect(readOwnAccount(wrong)).rejects.toThrow('could not be found out (permission)');
  } finally {
    await cloud.close();
  }
});
