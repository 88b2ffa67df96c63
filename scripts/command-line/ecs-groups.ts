import { ListReader, mapConcurrently, readGroup } from '../../shared/remediation';
import { parseSecurityGroupId } from '../../shared/security-group';
import { connect, listAsked } from './connection';
import type { FoundGroup, SourceOptions } from './group-source';

/** Groups read at the same time. */
const CONCURRENCY = 8;
const NO_LISTS = { prefixLists: new Map(), portRangeLists: new Map() };

/** The groups asked for, from ECS: one by its id, or all. Throws when the one is not there. */
export async function findEcsGroups(options: SourceOptions, id?: string): Promise<FoundGroup[]> {
  const ecs = await connect(options);
  const wanted = id === undefined ? {} : { securityGroupIds: [parseSecurityGroupId(id)] };
  const { groups, unlisted } = await listAsked(ecs, options, wanted);
  if (id !== undefined && groups.length === 0) {
    const why = unlisted.map(({ regionId, reason }) => `; ${regionId} was not listed: ${reason}`);
    throw new Error(
      `no group ${id} in the regions looked at: name its region with --region${why.join('')}`,
    );
  }
  const lists = new Map(
    groups.map(({ regionId }) => [regionId, new ListReader(ecs({ regionId }))]),
  );
  const found = await mapConcurrently(groups, CONCURRENCY, async (summary): Promise<FoundGroup> => {
    const { regionId } = summary;
    const reading = await readGroup(ecs({ regionId }), summary);
    if (reading.status === 'unknown') {
      return { id: summary.id, regionId, unread: reading.reason };
    }
    const read = await lists.get(regionId)?.read(reading.group.rules, []);
    return { group: reading.group, lists: read ?? NO_LISTS };
  });
  const missed = unlisted.map(({ regionId, reason }) => ({ id: '*', regionId, unread: reason }));
  return id === undefined ? [...found, ...missed] : found;
}
