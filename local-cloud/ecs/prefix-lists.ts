import { maskIpv4, maskIpv6, parseIpv4Block, parseIpv6Block } from './addresses';
import { type EcsAction, timestamp } from './environment';
import { newId } from './ids';
import { listPage, newListFields, refuseRepeatedEntries, sentEntries } from './lists';
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
    ({ value, description }) => ({ cidr: normalizedCidr(value, addressFamily), description }),
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

function normalizedCidr(text: string, family: PrefixList['addressFamily']): string {
  const block = family === 'IPv4' ? parseIpv4Block(text) : parseIpv6Block(text);
  if (!block.valid) {
    return refuse('InvalidParameter', 'Entry.N.Cidr');
  }
  return family === 'IPv4'
    ? maskIpv4(fullBlock(block.text, 32))
    : maskIpv6(fullBlock(block.text, 128));
}
