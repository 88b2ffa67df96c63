import { type EcsAction, timestamp } from './environment';
import { newId } from './ids';
import { type ListKind, withChanges } from './list-changes';
import {
  associationPage,
  listPage,
  newListFields,
  refuseRepeatedEntries,
  sentEntries,
} from './lists';
import { required, requiredRegion } from './parameters';
import { parsePortRange } from './ports';
import { refuse } from './refuse';
import type { PortRangeList } from './store';
import { tagViews } from './tag-parameters';

const MOST_ENTRIES = 2000;

const KIND: ListKind<PortRangeList['entries'][number]> = {
  nameParameter: 'PortRangeListName',
  valueName: 'PortRange',
  entryOf(value, description) {
    const range = parsePortRange(value);
    return range.valid && !range.all ? { portRange: range.text, description } : undefined;
  },
  valueOf: ({ portRange }) => portRange,
  refusals: {
    name: 'InvalidParameter.PortRangeListName',
    malformed: 'InvalidParameter.PortRange',
    duplicated: 'InvalidParameter.PortRangeDuplicated',
    tooMany: 'LimitExceed.MaxEntries/ports',
  },
};

/** CreatePortRangeList: a list of TCP and UDP port ranges. */
export const createPortRangeList: EcsAction = ({ settings, store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const fields = newListFields(parameters, 'PortRangeListName', MOST_ENTRIES);
  const entries = sentEntries(parameters, 'PortRange', fields.maxEntries).map(
    ({ value, description }) => {
      const entry = KIND.entryOf(value, description);
      return entry ?? refuse('InvalidParameter', 'Entry.N.PortRange');
    },
  );
  refuseRepeatedEntries(entries.map(({ portRange }) => portRange));
  const id = newId('prl-', settings.random);
  store
    .region(context.caller.accountId, regionId)
    .portRangeLists.set(id, { id, ...fields, entries, createdAt: context.now });
  return { PortRangeListId: id };
};

/** ModifyPortRangeList: changes name, description and entries (page: ModifyPortRangeList). */
export const modifyPortRangeList: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PortRangeListId');
  const { portRangeLists } = store.region(context.caller.accountId, regionId);
  const list = portRangeLists.get(id);
  if (list === undefined) {
    return refuse('InvalidPortRangeListId.NotFound');
  }
  portRangeLists.set(id, withChanges(list, parameters, KIND));
  return {};
};

/** DescribePortRangeLists: the port range lists of a region that match all filters. */
export const describePortRangeLists: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const { accountId } = context.caller;
  const names = {
    id: 'PortRangeListId',
    name: 'PortRangeListName',
    scope: `port-range-lists/${regionId}`,
  };
  const page = listPage(parameters, store.region(accountId, regionId).portRangeLists, names);
  return {
    PortRangeLists: page.items.map((list) => ({
      PortRangeListId: list.id,
      PortRangeListName: list.name,
      Description: list.description,
      MaxEntries: list.maxEntries,
      CreationTime: timestamp(list.createdAt),
      ResourceGroupId: list.resourceGroupId,
      AssociationCount: store.referrers(accountId, list.id).size,
      Tags: tagViews(list.tags),
    })),
    NextToken: page.nextToken,
  };
};

/** DescribePortRangeListEntries: the entries of a port range list. */
export const describePortRangeListEntries: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PortRangeListId');
  const list = store.region(context.caller.accountId, regionId).portRangeLists.get(id);
  if (list === undefined) {
    return refuse('InvalidPortRangeListId.NotFound');
  }
  return {
    Entries: list.entries.map(({ portRange, description }) => ({
      PortRange: portRange,
      Description: description,
    })),
  };
};

/** DescribePortRangeListAssociations: the security groups with a rule that names the list. */
export const describePortRangeListAssociations: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PortRangeListId');
  const { accountId } = context.caller;
  if (!store.region(accountId, regionId).portRangeLists.has(id)) {
    refuse('InvalidPortRangeListId.NotFound');
  }
  const groups = [...store.referrers(accountId, id).keys()];
  const page = associationPage(parameters, `port-list-associations/${regionId}/${id}`, groups);
  return {
    PortRangeListAssociations: page.items.map((groupId) => ({
      ResourceId: groupId,
      ResourceType: 'SecurityGroup',
    })),
    NextToken: page.nextToken,
  };
};
