import { type EcsClients, isEcsError } from '../ecs';
import {
  type AccountId,
  type Place,
  parseRegionId,
  placeName,
  type RegionId,
  type SecurityGroupSummary,
} from '../security-group';
import { mapConcurrently } from './concurrency';

/** Regions listed at the same time; each has limits of its own. */
const CONCURRENCY = 32;
/** Where regions are asked for; any region answers for all. */
const FIRST_REGION = parseRegionId('cn-hangzhou');

/** Which of the accounts, regions and groups are wanted; every one of the own account by default. */
export interface Selection {
  /** `undefined` stands for the account that Palisade runs with. */
  readonly accountIds?: readonly (AccountId | undefined)[] | undefined;
  readonly regionIds?: readonly RegionId[] | undefined;
  readonly isWanted?: (regionId: RegionId, accountId?: AccountId) => boolean;
  readonly securityGroupIds?: readonly string[];
}

/** A region that could not be listed; without `regionId`, every region of the account. */
export interface Unlisted {
  readonly regionId?: RegionId;
  readonly accountId?: AccountId;
  readonly reason: string;
}

/** The groups of some places, and the places that could not be listed. */
export interface Listing {
  /** Those that were asked for their groups, whether they answered or not. */
  readonly places: readonly Place[];
  readonly groups: readonly SecurityGroupSummary[];
  readonly unlisted: readonly Unlisted[];
}

/**
 * Lists the groups of every account and region that is wanted. One that fails holds up no other. Throws
 * EcsError when there is only the own account, and its regions are to be asked for and cannot be.
 */
export async function listGroups(
  ecs: EcsClients,
  { accountIds = [undefined], regionIds, isWanted = () => true, securityGroupIds }: Selection = {},
): Promise<Listing> {
  const unlisted: Unlisted[] = [];
  const isAlone = accountIds.every((accountId) => accountId === undefined);
  const places = await mapConcurrently(accountIds, CONCURRENCY, async (accountId) => {
    const account = accountId === undefined ? {} : { accountId };
    try {
      const known =
        regionIds ?? (await ecs({ regionId: FIRST_REGION, ...account }).describeRegions());
      return [...new Set(known)]
        .filter((regionId) => isWanted(regionId, accountId))
        .map((regionId) => ({ regionId, ...account }));
    } catch (error) {
      if (isAlone || !isEcsError(error)) throw error;
      unlisted.push({ ...account, reason: error.message });
      return [];
    }
  });
  const groups = await mapConcurrently(places.flat(), CONCURRENCY, async (place) => {
    try {
      return await ecs(place).listSecurityGroups(securityGroupIds && { securityGroupIds });
    } catch (error) {
      unlisted.push({ ...place, reason: (error as Error).message });
      return [];
    }
  });
  return {
    places: places.flat(),
    groups: groups.flat(),
    unlisted: byAccount(unlisted, places.flat()),
  };
}

/** An account that fails everywhere for the same reason is named once, and not for each of its regions. */
function byAccount(unlisted: readonly Unlisted[], places: readonly Place[]): readonly Unlisted[] {
  const named = new Set<AccountId>();
  return unlisted.flatMap((one): Unlisted[] => {
    const { accountId, reason } = one;
    if (accountId === undefined) return [one];
    if (named.has(accountId)) return [];
    const same = unlisted.filter((each) => each.accountId === accountId && each.reason === reason);
    const all = places.filter((place) => place.accountId === accountId);
    if (same.length < all.length || all.length < 2) return [one];
    named.add(accountId);
    return [{ accountId, reason }];
  });
}

/** What could not be listed, for people: `cn-hangzhou`, `ACCOUNT/cn-hangzhou`, or every region of one. */
export function unlistedName({ regionId, accountId }: Unlisted): string {
  if (regionId !== undefined) return placeName({ regionId, ...(accountId ? { accountId } : {}) });
  return accountId === undefined ? 'the own account' : `account ${accountId}`;
}
