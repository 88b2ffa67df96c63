import { isLookedAfter, type PolicySet } from '../../shared/policy';
import { ListReader, mapConcurrently, readGroup, unlistedName } from '../../shared/remediation';
import {
  type AccountId,
  parseSecurityGroupId,
  placeName,
  placeOf,
  type RegionId,
} from '../../shared/security-group';
import { accountsAsked, connect, listAsked } from './connection';
import type { FoundGroup, SourceOptions } from './group-source';

/** Groups read at the same time, at most; the client keeps to what ECS allows. */
const CONCURRENCY = 100;
const NO_LISTS = { prefixLists: new Map(), portRangeLists: new Map() };

/** The groups asked for, from ECS: one by its id, or all. Throws when the one is not there. */
export async function findEcsGroups(options: SourceOptions, id?: string): Promise<FoundGroup[]> {
  const policies = await policiesOf(options);
  const accountIds = accountsAsked(policies, options.account ?? []);
  const ecs = await connect(options, policies);
  const wanted = id === undefined ? {} : { securityGroupIds: [parseSecurityGroupId(id)] };
  const isWanted = (regionId: RegionId, accountId?: AccountId) =>
    policies === undefined || isLookedAfter(policies, { regionId, accountId });
  const { groups, unlisted } = await listAsked(ecs, options, { ...wanted, accountIds, isWanted });
  if (id !== undefined && groups.length === 0) {
    const why = unlisted.map((each) => `; ${unlistedName(each)} was not listed: ${each.reason}`);
    throw new Error(
      `no group ${id} in the regions looked at: name its region with --region${why.join('')}`,
    );
  }
  const lists = new Map(groups.map((group) => [placeName(group), new ListReader(ecs(group))]));
  const found = await mapConcurrently(groups, CONCURRENCY, async (summary): Promise<FoundGroup> => {
    const place = placeOf(summary);
    const reading = await readGroup(ecs(place), summary);
    if (reading.status === 'unknown') {
      return { id: summary.id, ...place, unread: reading.reason };
    }
    const read = await lists.get(placeName(place))?.read(reading.group.rules, []);
    return { group: reading.group, lists: read ?? NO_LISTS };
  });
  const missed = unlisted.map(({ reason, ...place }) => ({
    id: '*',
    regionId: '*',
    ...place,
    unread: reason,
  }));
  return id === undefined ? [...found, ...missed] : found;
}

/** Loaded only here: most questions are about the own account, and reading a policy file takes its parser. */
async function policiesOf({ policy }: SourceOptions): Promise<PolicySet | undefined> {
  if (policy === undefined) return undefined;
  const { readPolicyFile } = await import('./policy-file');
  return readPolicyFile(policy);
}
