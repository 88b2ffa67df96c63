import type { AccountId, RegionId, SecurityGroupId, SecurityGroupSummary } from '../security-group';
import {
  type Page,
  type PrefixList,
  readAssociation,
  readGroup,
  readList,
  readPage,
  readPermission,
  readRegion,
  readSummary,
  requiredText,
  type SecurityGroupRules,
} from './answers';
import { type CallSettings, makeCall, subjectIn } from './call';
import { ecsError } from './failure';
import type { Action, Fields } from './sdk';

/** What the reads of one client share. */
export interface ReadSettings extends CallSettings {
  readonly regionId: RegionId;
  readonly accountId: AccountId | undefined;
  readonly readTimeoutMs: number;
}

/** Most ids in one DescribeSecurityGroups call, and most groups in one page of its answer. */
const GROUPS_A_CALL = 100;
/** Most rules in one page of DescribeSecurityGroupAttribute. */
const RULES_A_PAGE = 1_000;

/** Lists the regions (DescribeRegions). */
export function describeRegions(settings: ReadSettings): Promise<RegionId[]> {
  return readOnce(settings, 'DescribeRegions', settings.regionId, {}, (answer) =>
    readList(answer, ['Regions', 'Region'], readRegion),
  );
}

/** Lists the region's groups, or those that are named (DescribeSecurityGroups). */
export async function listSecurityGroups(
  settings: ReadSettings,
  securityGroupIds?: readonly string[],
): Promise<SecurityGroupSummary[]> {
  const { regionId, accountId } = settings;
  // Pages shift when groups are made meanwhile: a group that comes twice is still one group.
  const groups = new Map<SecurityGroupId, SecurityGroupSummary>();
  for (const filter of securityGroupIds ? idFilters(securityGroupIds) : [{}]) {
    const pages = await readPages(
      settings,
      'DescribeSecurityGroups',
      regionId,
      { RegionId: regionId, MaxResults: GROUPS_A_CALL, ...filter },
      (answer) =>
        readPage(answer, ['SecurityGroups', 'SecurityGroup'], (entry) =>
          readSummary(regionId, entry),
        ),
    );
    for (const group of pages.flatMap(({ entries }) => entries)) {
      groups.set(group.id, accountId === undefined ? group : { ...group, accountId });
    }
  }
  return [...groups.values()];
}

function idFilters(securityGroupIds: readonly string[]): Fields[] {
  const ids = [...new Set(securityGroupIds)];
  const filters: Fields[] = [];
  for (let start = 0; start < ids.length; start += GROUPS_A_CALL) {
    filters.push({ SecurityGroupIds: JSON.stringify(ids.slice(start, start + GROUPS_A_CALL)) });
  }
  return filters;
}

/**
 * Reads one group's rules (DescribeSecurityGroupAttribute). A classic-network group keeps rules for
 * public and internal network interfaces apart, and one call shows only one of the two sets. `network` saves the
 * call that tells whether it is one; a group of a VPC is read right all the same.
 */
export async function readSecurityGroup(
  settings: ReadSettings,
  id: SecurityGroupId,
  network?: 'classic',
): Promise<SecurityGroupRules> {
  const readRules = async (nicType: Fields): Promise<SecurityGroupRules> => {
    const [first, ...others] = await readPages(
      settings,
      'DescribeSecurityGroupAttribute',
      id,
      { RegionId: settings.regionId, SecurityGroupId: id, MaxResults: RULES_A_PAGE, ...nicType },
      (answer) => ({
        ...readPage(answer, ['Permissions', 'Permission'], readPermission),
        group: readGroup(id, answer),
      }),
    );
    const permissions = [first, ...others].flatMap(({ entries }) => entries);
    return { ...first.group, permissions };
  };
  const supposed = network === 'classic' ? await readRules({ NicType: 'internet' }) : undefined;
  if (supposed === undefined || supposed.vpcId !== undefined) {
    const group = await readRules({});
    if (group.vpcId !== undefined) return group;
  }
  const internet = supposed ?? (await readRules({ NicType: 'internet' }));
  const intranet = await readRules({ NicType: 'intranet' });
  return { ...internet, permissions: [...internet.permissions, ...intranet.permissions] };
}

/** Reads a prefix list (DescribePrefixListAttributes). */
export function readPrefixList(settings: ReadSettings, id: string): Promise<PrefixList> {
  const parameters = { RegionId: settings.regionId, PrefixListId: id };
  return readOnce(settings, 'DescribePrefixListAttributes', id, parameters, (answer) => {
    const cidrs = readList(answer, ['Entries', 'Entry'], (entry) => requiredText(entry, 'Cidr'));
    const { MaxEntries: most } = answer;
    return { cidrs, maxEntries: typeof most === 'number' ? most : cidrs.length };
  });
}

/** Reads the ranges of a port list (DescribePortRangeListEntries). */
export function readPortRangeList(settings: ReadSettings, id: string): Promise<string[]> {
  const parameters = { RegionId: settings.regionId, PortRangeListId: id };
  return readOnce(settings, 'DescribePortRangeListEntries', id, parameters, (answer) =>
    readList(answer, ['Entries'], (entry) => requiredText(entry, 'PortRange')),
  );
}

/** A prefix list or a port list. */
export type ListKind = 'prefix-list' | 'port-list';

const ASSOCIATIONS = {
  'prefix-list': {
    action: 'DescribePrefixListAssociations',
    parameter: 'PrefixListId',
    path: ['PrefixListAssociations', 'PrefixListAssociation'],
  },
  'port-list': {
    action: 'DescribePortRangeListAssociations',
    parameter: 'PortRangeListId',
    path: ['PortRangeListAssociations'],
  },
} as const;

/**
 * Lists the groups with rules that name a list (DescribePrefixListAssociations,
 * DescribePortRangeListAssociations).
 */
export async function listGroupsThatName(
  settings: ReadSettings,
  kind: ListKind,
  id: string,
): Promise<SecurityGroupId[]> {
  const { action, parameter, path } = ASSOCIATIONS[kind];
  const parameters = { RegionId: settings.regionId, [parameter]: id, MaxResults: GROUPS_A_CALL };
  const pages = await readPages(settings, action, id, parameters, (answer) =>
    readPage(answer, path, readAssociation),
  );
  return [...new Set(pages.flatMap(({ entries }) => entries.flatMap((entry) => entry ?? [])))];
}

async function readOnce<Answer>(
  settings: ReadSettings,
  action: Action,
  subject: string,
  parameters: Fields,
  read: (answer: Fields) => Answer,
): Promise<Answer> {
  const timeoutMs = settings.readTimeoutMs;
  const call = { action, subject, parameters, write: false, timeoutMs, read };
  return (await makeCall(settings, call)).answer;
}

/**
 * Reads pages until one names no next. Throws EcsError when a token comes twice, which would go on for
 * ever, or when fewer entries came than the service says there are.
 */
async function readPages<Entry, Part extends Page<Entry>>(
  settings: ReadSettings,
  action: Action,
  subject: string,
  parameters: Fields,
  read: (answer: Fields) => Part & Page<Entry>,
): Promise<[Part, ...Part[]]> {
  const incomplete = (cause: string) =>
    ecsError(action, subjectIn(settings, subject), 1, { kind: 'transient', cause });
  let page = await readOnce(settings, action, subject, parameters, read);
  const pages: [Part, ...Part[]] = [page];
  const tokens = new Set<string>();
  let count = page.entries.length;
  while (page.nextToken !== undefined) {
    if (tokens.has(page.nextToken)) throw incomplete('the same NextToken came twice');
    tokens.add(page.nextToken);
    const next = { ...parameters, NextToken: page.nextToken };
    page = await readOnce(settings, action, subject, next, read);
    pages.push(page);
    count += page.entries.length;
  }
  if (page.totalCount !== undefined && count < page.totalCount) {
    throw incomplete(`only ${count} of ${page.totalCount} entries came`);
  }
  return pages;
}
