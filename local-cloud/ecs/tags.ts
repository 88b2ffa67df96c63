import type { CallContext, Parameters } from '../action';
import type { EcsAction, Environment } from './environment';
import { pageOf, pageRequest } from './paging';
import { optional, optionalBoolean, repeated, required, requiredRegion } from './parameters';
import { refuse } from './refuse';
import { refuseManaged } from './rule-target';
import type { ExistingGroup, Tags } from './store';
import { MOST_TAGS, newTags, tagFilter, tagValuesFilter, tagViews } from './tag-parameters';

const MOST_RESOURCES = 50;
const PAGE_LIMITS = { least: 1, most: 50, usual: 50 };

/** TagResources: gives tags to groups, all of them or none; a key that is there gets the new value. */
export const tagResources: EcsAction = (environment, parameters, context) => {
  const address = resourceAddress(parameters);
  const tags = newTags(parameters);
  if (tags.size === 0) {
    refuse('MissingParameter', 'Tag');
  }
  const changed = taggableGroups(address, environment, context).map(({ group, state }) => {
    const merged = new Map([...state.tags, ...tags]);
    return {
      group,
      state: merged.size > MOST_TAGS ? refuse('NumberExceed.Tags') : { ...state, tags: merged },
    };
  });
  for (const { group, state } of changed) {
    environment.store.write(group, state, context.now);
  }
  return {};
};

/** UntagResources: takes the tags of the given keys from groups, or with All and no key every tag. */
export const untagResources: EcsAction = (environment, parameters, context) => {
  const address = resourceAddress(parameters);
  const keys = repeated(parameters, 'TagKey');
  const all = optionalBoolean(parameters, 'All') ?? false;
  if (keys.length > MOST_TAGS) {
    refuse('NumberExceed.Tags');
  }
  for (const { group, state } of taggableGroups(address, environment, context)) {
    const keep = ([key]: [string, string]) => (keys.length === 0 ? !all : !keys.includes(key));
    const tags = new Map([...state.tags].filter(keep));
    environment.store.write(group, { ...state, tags }, context.now);
  }
  return {};
};

/** ListTagResources: the tags of the given groups, or of all groups that have the given tags. */
export const listTagResources: EcsAction = ({ store }, parameters, context) => {
  const { regionId, ids } = resourceAddress(parameters, 'ids are optional');
  const matches = tagFilter(parameters);
  const hasValues = tagValuesFilter(parameters);
  const request = pageRequest(onlyNextToken(parameters), `tags/${regionId}`, PAGE_LIMITS);
  const region = store.region(context.caller.accountId, regionId);
  const keys = ids.length === 0 ? region.groupIds.descending() : [...new Set(ids)].sort().reverse();
  const itemOf = (id: string) => {
    const found = store.visible(region, id, context.now);
    const { tags } = found?.state ?? { tags: new Map<string, string>() };
    return tags.size > 0 && matches(tags) && hasValues(tags) ? { id, tags } : undefined;
  };
  // A page holds so many groups with all their tags, so that none is cut in two.
  const page = pageOf(keys, itemOf, request);
  const view = ({ id, tags }: { readonly id: string; readonly tags: Tags }) =>
    tagViews(tags).map((tag) => ({ ResourceType: 'securitygroup', ResourceId: id, ...tag }));
  return { TagResources: { TagResource: page.items.flatMap(view) }, NextToken: page.nextToken };
};

interface ResourceAddress {
  readonly regionId: string;
  readonly ids: readonly string[];
}

function resourceAddress(parameters: Parameters, needs?: 'ids are optional'): ResourceAddress {
  const regionId = requiredRegion(parameters);
  const type = required(parameters, 'ResourceType');
  const ids = repeated(parameters, 'ResourceId');
  if (ids.length === 0 && needs === undefined) {
    refuse('MissingParameter', 'ResourceId');
  }
  if (ids.length > MOST_RESOURCES) {
    refuse('NumberExceed.ResourceIds');
  }
  return type.toLowerCase() === 'securitygroup'
    ? { regionId, ids }
    : refuse('InvalidResourceType.NotFound');
}

function taggableGroups(
  { regionId, ids }: ResourceAddress,
  { store }: Environment,
  context: CallContext,
): ExistingGroup[] {
  return [...new Set(ids)].map((id) => {
    const existing = store.existing(context.caller.accountId, regionId, id);
    if (existing === undefined) {
      return refuse('InvalidResourceId.NotFound');
    }
    return existing.state.serviceManaged ? refuseManaged(id) : existing;
  });
}

/** ListTagResources has no MaxResults: as an unknown parameter it is ignored. */
function onlyNextToken(parameters: Parameters): Parameters {
  return new Map([['NextToken', optional(parameters, 'NextToken')]]);
}
