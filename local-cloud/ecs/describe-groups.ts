import type { Parameters, ResponseBody } from '../action';
import { type EcsAction, timestamp } from './environment';
import { isGroupId } from './ids';
import { makeToken, pageOf, pageRequest } from './paging';
import { optional, optionalBoolean, optionalInteger, requiredRegion } from './parameters';
import { refuse } from './refuse';
import type { ExistingGroup } from './store';
import { tagFilter, tagViews } from './tag-parameters';

const MOST_IDS = 100;
const LIMITS = { least: 1, most: 100, usual: 10 };

/**
 * DescribeSecurityGroups: the groups of a region that match all filters, in descending order of id.
 * Pages go either by MaxResults and NextToken, or by PageNumber and PageSize with a TotalCount. A call
 * with neither gets the first page of the latter, and a token to go on with.
 */
export const describeSecurityGroups: EcsAction = ({ settings, store }, parameters, context) => {
  if (optional(parameters, 'RegionId') === '') {
    refuse('MissingParameter.RegionId');
  }
  const regionId = requiredRegion(parameters);
  const isSent = (name: string) => optional(parameters, name) !== '';
  const byToken = isSent('MaxResults') || isSent('NextToken');
  const byNumber = isSent('PageNumber') || isSent('PageSize');
  if (byToken && byNumber) {
    refuse('NotSupported.PageNumberAndPageSize');
  }
  const scope = `groups/${regionId}`;
  const request = pageRequest(parameters, scope, LIMITS);
  const pageNumber = optionalInteger(parameters, 'PageNumber', 1, 999_999_999) ?? 1;
  const pageSize = optionalInteger(parameters, 'PageSize', 1, LIMITS.most) ?? LIMITS.usual;
  const ids = askedIds(parameters);
  const matches = groupFilter(parameters);
  const countsInstances = optionalBoolean(parameters, 'IsQueryEcsCount') ?? false;
  if (optionalBoolean(parameters, 'DryRun')) {
    refuse('DryRunOperation');
  }

  const region = store.region(context.caller.accountId, regionId);
  const keys = ids ?? region.groupIds.descending();
  const itemOf = (id: string) => {
    const found = store.visible(region, id, context.now);
    return found !== undefined && matches(found) ? found : undefined;
  };
  const view = (found: ExistingGroup) => groupView(found, countsInstances);
  if (byToken) {
    const page = pageOf(keys, itemOf, request);
    return {
      RegionId: regionId,
      SecurityGroups: { SecurityGroup: page.items.map(view) },
      NextToken: page.nextToken,
    };
  }
  const everyKeyMatches = ids === undefined && isUnfiltered(parameters) && settings.readLagMs === 0;
  const all = everyKeyMatches ? keys : keys.filter((id) => itemOf(id) !== undefined);
  const start = (pageNumber - 1) * pageSize;
  const shown = all.slice(start, start + pageSize);
  const last = shown.at(-1);
  const goesOn = !byNumber && last !== undefined && start + pageSize < all.length;
  return {
    RegionId: regionId,
    PageNumber: pageNumber,
    PageSize: pageSize,
    TotalCount: all.length,
    SecurityGroups: {
      SecurityGroup: shown.flatMap((id) => {
        const found = itemOf(id);
        return found === undefined ? [] : [view(found)];
      }),
    },
    NextToken: goesOn ? makeToken(last, scope) : '',
  };
};

const FILTERS = [
  'SecurityGroupName',
  'SecurityGroupType',
  'VpcId',
  'NetworkType',
  'ServiceManaged',
  'ResourceGroupId',
];

function isUnfiltered(parameters: Parameters): boolean {
  return ![...parameters.keys()].some((name) => FILTERS.includes(name) || name.startsWith('Tag.'));
}

/** The ids of SecurityGroupId and SecurityGroupIds in descending order, or undefined for all groups. */
function askedIds(parameters: Parameters): readonly string[] | undefined {
  const one = optional(parameters, 'SecurityGroupId');
  const many = optional(parameters, 'SecurityGroupIds');
  if (one !== '' && !isGroupId(one)) {
    refuse('InvalidSecurityGroupId.Malformed');
  }
  if (many === '') {
    return one === '' ? undefined : [one];
  }
  const ids = parseIds(many);
  const asked = one === '' ? ids : ids.filter((id) => id === one);
  return [...new Set(asked)].sort().reverse();
}

function parseIds(text: string): string[] {
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    return refuse('InvalidSecurityGroupId.Malformed');
  }
  const isIdList = (value: unknown): value is string[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_IDS &&
    value.every((id) => typeof id === 'string' && isGroupId(id));
  return isIdList(ids) ? ids : refuse('InvalidSecurityGroupId.Malformed');
}

function groupFilter(parameters: Parameters): (found: ExistingGroup) => boolean {
  const name = optional(parameters, 'SecurityGroupName');
  const fuzzy = optionalBoolean(parameters, 'FuzzyQuery') ?? false;
  const type = optional(parameters, 'SecurityGroupType');
  const vpcId = optional(parameters, 'VpcId');
  const networkType = optional(parameters, 'NetworkType').toLowerCase();
  const managed = optionalBoolean(parameters, 'ServiceManaged');
  const resourceGroupId = optional(parameters, 'ResourceGroupId');
  const hasTags = tagFilter(parameters);
  if (!['', 'normal', 'enterprise'].includes(type)) {
    refuse('InvalidParameter.SecurityGroupType');
  }
  if (!['', 'vpc', 'classic'].includes(networkType)) {
    refuse('InvalidParameter', 'NetworkType');
  }
  if ([...name].length > 128) {
    refuse('InvalidSecurityGroupName.Malformed');
  }
  return ({ state }) =>
    (name === '' || (fuzzy ? state.name.includes(name) : state.name === name)) &&
    (type === '' || state.type === type) &&
    (vpcId === '' || state.vpcId === vpcId) &&
    (networkType === '' || (networkType === 'vpc') === (state.vpcId !== '')) &&
    (managed === undefined || state.serviceManaged === managed) &&
    (resourceGroupId === '' || state.resourceGroupId === resourceGroupId) &&
    hasTags(state.tags);
}

function groupView({ group, state }: ExistingGroup, countsInstances: boolean): ResponseBody {
  const capacity = state.type === 'enterprise' ? 65536 : 6000;
  return {
    SecurityGroupId: group.id,
    SecurityGroupName: state.name,
    Description: state.description,
    SecurityGroupType: state.type,
    VpcId: state.vpcId,
    ResourceGroupId: state.resourceGroupId,
    ServiceManaged: state.serviceManaged,
    CreationTime: timestamp(state.createdAt),
    RuleCount: state.rules.length,
    GroupToGroupRuleCount: state.rules.filter((rule) => rule.peerGroupId !== '').length,
    EcsCount: 0,
    AvailableInstanceAmount: countsInstances ? capacity : 0,
    Tags: { Tag: tagViews(state.tags) },
  };
}
