import type { EcsClients } from '../ecs';
import { parseRegionId, type RegionId, type SecurityGroupSummary } from '../security-group';
import { mapConcurrently } from './concurrency';

/** Regions listed at the same time. */
const CONCURRENCY = 8;
/** Where regions are asked for; any region answers for all. */
const FIRST_REGION = parseRegionId('cn-hangzhou');

/** Which of the regions and groups of an account are wanted; every one by default. */
export interface Selection {
  readonly regionIds?: readonly RegionId[] | undefined;
  readonly isWanted?: (regionId: RegionId) => boolean;
  readonly securityGroupIds?: readonly string[];
}

/** The groups of some regions, and the regions that could not be listed. */
export interface Listing {
  readonly regionIds: readonly RegionId[];
  readonly groups: readonly SecurityGroupSummary[];
  readonly unlisted: readonly { readonly regionId: RegionId; readonly reason: string }[];
}

/**
 * Lists the groups of every region that is wanted. A region that fails holds up no other. Throws EcsError
 * when the regions themselves are to be asked for and cannot be.
 */
export async function listGroups(
  ecs: EcsClients,
  { regionIds: given, isWanted = () => true, securityGroupIds }: Selection = {},
): Promise<Listing> {
  const known = given ?? (await ecs({ regionId: FIRST_REGION }).describeRegions());
  const regionIds = [...new Set(known)].filter(isWanted);
  const unlisted: { regionId: RegionId; reason: string }[] = [];
  const groups = await mapConcurrently(regionIds, CONCURRENCY, async (regionId) => {
    try {
      return await ecs({ regionId }).listSecurityGroups(securityGroupIds && { securityGroupIds });
    } catch (error) {
      unlisted.push({ regionId, reason: (error as Error).message });
      return [];
    }
  });
  return { regionIds, groups: groups.flat(), unlisted };
}
