import { type LocalCloud, startLocalCloud } from '../../local-cloud';
import { accountsOf, clientsOf } from '../accounts';
import type { EcsClients } from '../ecs';
import { parseAccountId, parseRegionId, placeName } from '../security-group';
import { listGroups, listPlaces, unlistedName } from './list-groups';

const SHOP = parseAccountId('2222333344445555');
const BANK = parseAccountId('6666777788889999');
const HANGZHOU = parseRegionId('cn-hangzhou');
const SHANGHAI = parseRegionId('cn-shanghai');
const role = (accountId: string) => ({ accountId, roleName: 'palisade-member' });
const inventory = (AccountId: string | undefined, RegionId: string, ...ids: string[]) => ({
  RegionId,
  ...(AccountId === undefined ? {} : { AccountId }),
  SecurityGroups: ids.map((SecurityGroupId) => ({ SecurityGroupId })),
});

let cloud: LocalCloud;
let ecs: EcsClients;
beforeEach(async () => {
  cloud = await startLocalCloud({
    roles: [role(SHOP), role(BANK)],
    inventory: [
      inventory(undefined, HANGZHOU, 'sg-own'),
      inventory(SHOP, HANGZHOU, 'sg-shop1'),
      inventory(SHOP, SHANGHAI, 'sg-shop2'),
      inventory(BANK, SHANGHAI, 'sg-bank'),
    ],
  });
  const own = async () => cloud;
  const accounts = [SHOP, BANK].map((id) => ({ id, role: 'palisade-member' }));
  ecs = clientsOf(own, accountsOf({ own, endpoint: cloud.endpoint, accounts }), {
    endpoint: cloud.endpoint,
  });
});
afterEach(() => cloud.close());

const all = [undefined, SHOP, BANK];
const isWanted = (regionId: string) => [HANGZHOU, SHANGHAI].some((each) => each === regionId);
const calls = (action: string) => cloud.calls.all().filter((call) => call.action === action);

test('each account is asked for its regions once, and each of them for its groups', async () => {
  const { groups, places, unlisted } = await listGroups(ecs, { accountIds: all, isWanted });
  expect(groups.map((group) => `${placeName(group)}/${group.id}`).sort()).toEqual([
    `${SHOP}/cn-hangzhou/sg-shop1`,
    `${SHOP}/cn-shanghai/sg-shop2`,
    `${BANK}/cn-shanghai/sg-bank`,
    'cn-hangzhou/sg-own',
  ]);
  expect(unlisted).toEqual([]);
  expect(places).toHaveLength(6);
  expect(
    calls('DescribeRegions')
      .map(({ accountId }) => accountId)
      .sort(),
  ).toEqual([cloud.accountId, SHOP, BANK].sort());
  expect(calls('AssumeRole')).toHaveLength(2);
});

test('an account whose role is gone is named once, and the others are listed', async () => {
  cloud.credentials.removeRole(role(SHOP));
  for (const regionIds of [undefined, [HANGZHOU, SHANGHAI]]) {
    const { groups, unlisted } = await listGroups(ecs, { accountIds: all, regionIds, isWanted });
    expect(groups.map(({ id }) => id).sort()).toEqual(['sg-bank', 'sg-own']);
    expect(unlisted).toEqual([
      { accountId: SHOP, reason: expect.stringContaining('there is no such role') },
    ]);
    expect(unlisted.map(unlistedName)).toEqual([`account ${SHOP}`]);
  }
  expect(calls('AssumeRole').filter(({ status }) => status === 404)).toHaveLength(1);
});

test('what is to be kept of a place is asked for before the last of many is listed, and of no place that fails', async () => {
  let asked = 0;
  let askedAtFirst = 0;
  const counting: EcsClients = (place) => ({
    ...ecs(place),
    async listSecurityGroups(filter) {
      asked += 1;
      if (place.regionId === SHANGHAI) throw new Error('broken');
      return await ecs(place).listSecurityGroups(filter);
    },
  });
  const { kept, places, unlisted } = await listPlaces(
    counting,
    { accountIds: [SHOP] },
    (groups) => {
      askedAtFirst ||= asked;
      return groups.length;
    },
  );
  expect(askedAtFirst).toBeLessThan(places.length);
  expect(unlisted.map(unlistedName)).toEqual([`${SHOP}/${SHANGHAI}`]);
  expect(kept).toHaveLength(places.length - 1);
  expect(kept.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test('a group of which nothing can be kept is no place that could not be listed', async () => {
  const keep = () => {
    throw new RangeError('it fits into no call');
  };
  const listing = listPlaces(ecs, { accountIds: all, isWanted }, keep);
  await expect(listing).rejects.toThrow('it fits into no call');
});

test('a region that fails in one account is named with the account', async () => {
  const failing: EcsClients = (place) => {
    const client = ecs(place);
    if (place.accountId !== SHOP || place.regionId !== SHANGHAI) return client;
    return { ...client, listSecurityGroups: () => Promise.reject(new Error('broken')) };
  };
  const { unlisted } = await listGroups(failing, { accountIds: all, isWanted });
  expect(unlisted.map(unlistedName)).toEqual([`${SHOP}/${SHANGHAI}`]);
});

test('the own account is named, too, when its regions are not told and others go on', async () => {
  const failing: EcsClients = (place) =>
    place.accountId === undefined
      ? ecs({ ...place, accountId: parseAccountId('9999888877776666') })
      : ecs(place);
  const { groups, unlisted } = await listGroups(failing, { accountIds: all, isWanted });
  expect(groups).toHaveLength(3);
  expect(unlisted.map(unlistedName)).toEqual(['the own account']);
  await expect(listGroups(failing, { isWanted })).rejects.toThrow('not among accounts');
});

test('an account that makes its callers wait holds up no other', async () => {
  const listed = new Set<string>();
  let goOn = () => {};
  const othersListed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slow: EcsClients = (place) => {
    const client = ecs(place);
    return {
      ...client,
      async listSecurityGroups(filter) {
        if (place.accountId === SHOP) await othersListed;
        const groups = await client.listSecurityGroups(filter);
        listed.add(placeName(place));
        if (listed.has(`${BANK}/${SHANGHAI}`) && listed.has(HANGZHOU)) goOn();
        return groups;
      },
    };
  };
  // It has more regions than are listed at the same time, and comes first.
  const { groups } = await listGroups(slow, { accountIds: [SHOP, BANK, undefined] });
  expect(groups).toHaveLength(4);
});
