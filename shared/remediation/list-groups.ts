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

/** Regions of one account that are listed at the same time. */
const REGIONS_AT_ONCE = 8;
/**
 * ECS limits calls by account: one that makes its callers wait must not hold up the others. All groups of the
 * places that are listed at the same time are in memory, about 1 MB for each 1,000.
 */
const ACCOUNTS_AT_ONCE = 8;
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

/** The places that were asked for their groups, and those that could not be listed. */
export interface Listed {
  /** Those that were asked, whether they answered or not. */
  readonly places: readonly Place[];
  readonly unlisted: readonly Unlisted[];
}

/** The groups of some places. */
export interface Listing extends Listed {
  readonly groups: readonly SecurityGroupSummary[];
}

/** What was kept of each place that answered. */
export interface KeptListing<Kept> extends Listed {
  readonly kept: readonly Kept[];
}

/** Lists all groups that are wanted, and keeps them. Throws as listPlaces does. */
export async function listGroups(ecs: EcsClients, selection: Selection = {}): Promise<Listing> {
  const { kept, ...listed } = await listPlaces(ecs, selection, (groups) => groups);
  return { ...listed, groups: kept.flat() };
}

/**
 * Lists the groups of every account and region that is wanted, and keeps of each only what `keep` makes of its
 * groups, as soon as they are known: all of a large estate do not fit into a function's memory. A place that
 * fails holds up no other. Throws EcsError when there is only the own account, and its regions are to be asked
 * for and cannot be, and what `keep` throws.
 */
export async function listPlaces<Kept>(
  ecs: EcsClients,
  { accountIds = [undefined], regionIds, isWanted = () => true, securityGroupIds }: Selection,
  keep: (groups: readonly SecurityGroupSummary[]) => Kept,
): Promise<KeptListing<Kept>> {
  const isAlone = accountIds.every((accountId) => accountId === undefined);
  const listings = await mapConcurrently(accountIds, ACCOUNTS_AT_ONCE, async (accountId) => {
    const account = accountId === undefined ? {} : { accountId };
    const unlisted: Unlisted[] = [];
    let known: readonly RegionId[];
    try {
      known = regionIds ?? (await ecs({ regionId: FIRST_REGION, ...account }).describeRegions());
    } catch (error) {
      if (isAlone || !isEcsError(error)) throw error;
      return { places: [], kept: [], unlisted: [{ ...account, reason: error.message }] };
    }
    const places = [...new Set(known)]
      .filter((regionId) => isWanted(regionId, accountId))
      .map((regionId): Place => ({ regionId, ...account }));
    const kept = await mapConcurrently(places, REGIONS_AT_ONCE, async (place) => {
      let groups: readonly SecurityGroupSummary[];
      try {
        groups = await ecs(place).listSecurityGroups(securityGroupIds && { securityGroupIds });
      } catch (error) {
        unlisted.push({ ...place, reason: (error as Error).message });
        return [];
      }
      return [keep(groups)];
    });
    return { places, kept: kept.flat(), unlisted: together(unlisted, places) };
  });
  return {
    places: listings.flatMap(({ places }) => places),
    kept: listings.flatMap(({ kept }) => kept),
    unlisted: listings.flatMap(({ unlisted }) => unlisted),
  };
}

/** Another account that fails everywhere for the same reason is named once, and not for each of its regions. */
function together(unlisted: readonly Unlisted[], places: readonly Place[]): readonly Unlisted[] {
  const [first] = unlisted;
  const isSame =
    first?.accountId !== undefined &&
    places.length > 1 &&
    unlisted.length === places.length &&
    unlisted.every(({ reason }) => reason === first.reason);
  return isSame ? [{ accountId: first.accountId, reason: first.reason }] : unlisted;
}

/** A place that could not be listed, as people name it. */
export interface UnlistedPlace {
  readonly place: string;
  readonly reason: string;
}

/** The same by the names that people know. */
export function unlistedPlaces(unlisted: readonly Unlisted[]): UnlistedPlace[] {
  return unlisted.map((each) => ({ place: unlistedName(each), reason: each.reason }));
}

/** What could not be listed, for people: `cn-hangzhou`, `ACCOUNT/cn-hangzhou`, or every region of one. */
export function unlistedName({ regionId, accountId }: Unlisted): string {
  if (regionId !== undefined) return placeName({ regionId, ...(accountId ? { accountId } : {}) });
  return accountId === undefined ? 'the own account' : `account ${accountId}`;
}
