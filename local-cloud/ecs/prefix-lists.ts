import { maskIpv4, maskIpv6, parseIpv4Block, parseIpv6Block } from './addresses';
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
import { optional, required, requiredRegion } from './parameters';
import { refuse } from './refuse';
import { fullBlock } from './rule';
import type { PrefixList } from './store';
import { tagViews } from './tag-parameters';

const MOST_ENTRIES = 200;

/** CreatePrefixList: entries become blocks with their host bits zero (page: CreatePrefixList). */
export const createPrefixList: EcsAction = ({ settings, store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const addressFamily = required(parameters, 'AddressFamily');
  if (addressFamily !== 'IPv4' && addressFamily !== 'IPv6') {
    return refuse('InvalidParameter', 'AddressFamily');
  }
  const fields = newListFields(parameters, 'PrefixListName', MOST_ENTRIES);
  const entries = sentEntries(parameters, 'Cidr', fields.maxEntries).map(
    ({ value, description }) => ({
      cidr: prefixBlock(value, addressFamily) ?? refuse('InvalidParameter', 'Entry.N.Cidr'),
      description,
    }),
  );
  refuseRepeatedEntries(entries.map(({ cidr }) => cidr));
  const { prefixLists } = store.region(context.caller.accountId, regionId);
  if (prefixLists.size >= settings.prefixListsPerRegion) {
    refuse('LimitExceed.PrefixList');
  }
  const id = newId('pl-', settings.random);
  prefixLists.set(id, { id, ...fields, addressFamily, entries, createdAt: context.now });
  return { PrefixListId: id };
};

/** ModifyPrefixList: changes name, description and entries (page: ModifyPrefixList). */
export const modifyPrefixList: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PrefixListId');
  const { prefixLists } = store.region(context.caller.accountId, regionId);
  const list = prefixLists.get(id);
  if (list === undefined) {
    return refuse('InvalidPrefixListId.NotFound');
  }
  prefixLists.set(id, withChanges(list, parameters, kindOf(list)));
  return {};
};

/** DescribePrefixLists: the prefix lists of a region that match all filters. */
export const describePrefixLists: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const family = optional(parameters, 'AddressFamily');
  if (!['', 'IPv4', 'IPv6'].includes(family)) {
    refuse('InvalidParameter', 'AddressFamily');
  }
  const { accountId } = context.caller;
  const names = { id: 'PrefixListId', name: 'PrefixListName', scope: `prefix-lists/${regionId}` };
  const page = listPage(
    parameters,
    store.region(accountId, regionId).prefixLists,
    names,
    (list) => family === '' || list.addressFamily === family,
  );
  return {
    PrefixLists: {
      PrefixList: page.items.map((list) => ({
        ...listView(list),
        ResourceGroupId: list.resourceGroupId,
        AssociationCount: store.referrers(accountId, list.id).size,
        Tags: { Tag: tagViews(list.tags) },
      })),
    },
    NextToken: page.nextToken,
  };
};

/** DescribePrefixListAssociations: the security groups with a rule that names the list. */
export const describePrefixListAssociations: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PrefixListId');
  const { accountId } = context.caller;
  if (!store.region(accountId, regionId).prefixLists.has(id)) {
    refuse('InvalidPrefixListId.NotFound');
  }
  const groups = [...store.referrers(accountId, id).keys()];
  const page = associationPage(parameters, `prefix-list-associations/${regionId}/${id}`, groups);
  return {
    PrefixListAssociations: {
      PrefixListAssociation: page.items.map((groupId) => ({
        ResourceId: groupId,
        ResourceType: 'securitygroup',
      })),
    },
    NextToken: page.nextToken,
  };
};

/** DescribePrefixListAttributes: a prefix list with its entries. */
export const describePrefixListAttributes: EcsAction = ({ store }, parameters, context) => {
  const regionId = requiredRegion(parameters);
  const id = required(parameters, 'PrefixListId');
  const list = store.region(context.caller.accountId, regionId).prefixLists.get(id);
  if (list === undefined) {
    return refuse('InvalidPrefixListId.NotFound');
  }
  const entry = list.entries.map(({ cidr, description }) => ({
    Cidr: cidr,
    Description: description,
  }));
  return { ...listView(list), Entries: { Entry: entry } };
};

function listView(list: PrefixList) {
  return {
    PrefixListId: list.id,
    PrefixListName: list.name,
    Description: list.description,
    AddressFamily: list.addressFamily,
    MaxEntries: list.maxEntries,
    CreationTime: timestamp(list.createdAt),
  };
}

function kindOf({ addressFamily }: PrefixList): ListKind<PrefixList['entries'][number]> {
  return {
    nameParameter: 'PrefixListName',
    valueName: 'Cidr',
    entryOf(value, description) {
      const cidr = prefixBlock(value, addressFamily);
      return cidr === undefined ? undefined : { cidr, description };
    },
    valueOf: ({ cidr }) => cidr,
    refusals: {
      name: 'InvalidParameter.PrefixListName',
      malformed: 'InvalidParameter.CidrMalformed',
      duplicated: 'InvalidParameter.CidrDuplicated',
      tooMany: 'LimitExceed.MaxEntries/prefix',
    },
  };
}

/** A block of a list with its host bits zero, or undefined for what is none of the list's family. */
function prefixBlock(text: string, family: PrefixList['addressFamily']): string | undefined {
  const block = family === 'IPv4' ? parseIpv4Block(text) : parseIpv6Block(text);
  if (!block.valid) {
    return undefined;
  }
  return family === 'IPv4'
    ? maskIpv4(fullBlock(block.text, 32))
    : maskIpv6(fullBlock(block.text, 128));
}
