import { readFile } from 'node:fs/promises';
import {
  type Cidr,
  type PortRange,
  parseAccountId,
  parseCidr,
  parsePorts,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type SecurityGroup,
} from '../../shared/security-group';
import type { ReadLists } from '../../shared/traffic';
import { readTrouble } from '../file-trouble';
import { oneOf, permissionOf, recordOf } from './json-input';

/** A group of an inventory file, with the lists of its region. */
export interface InventoryGroup {
  readonly group: SecurityGroup;
  readonly lists: ReadLists;
}

type Data = Readonly<Record<string, unknown>>;

/**
 * Reads the groups of an inventory file: one region, or a list of regions, in the shape that
 * DescribeSecurityGroupAttribute returns; `AccountId` says of which account it is, unless that is the own
 * one. Throws an Error that names the file, the group and the rule.
 */
export async function readInventory(
  file: string,
  ownAccountId?: string,
): Promise<InventoryGroup[]> {
  let where = file;
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return [content].flat().flatMap((each) => {
      const region = recordOf('a region', each);
      if (region.SecurityGroups === undefined) {
        throw new Error('a region has no SecurityGroups: write a list, [] for none');
      }
      const lists = readLists(region);
      return listOf('SecurityGroups', region.SecurityGroups).map((group) => {
        where = `${file}: group ${group.SecurityGroupId}`;
        return { group: readGroup(region, group, ownAccountId), lists };
      });
    });
  } catch (error) {
    throw new Error(`${where}: ${readTrouble(error)}`);
  }
}

function readGroup(region: Data, data: Data, ownAccountId: string | undefined): SecurityGroup {
  const accountId = region.AccountId === undefined ? undefined : String(region.AccountId);
  return {
    regionId: parseRegionId(String(region.RegionId)),
    ...(accountId === undefined || accountId === ownAccountId
      ? {}
      : { accountId: parseAccountId(accountId) }),
    id: parseSecurityGroupId(String(data.SecurityGroupId)),
    name: String(data.SecurityGroupName ?? ''),
    type: oneOf('SecurityGroupType', data.SecurityGroupType || 'normal', ['normal', 'enterprise']),
    ...(data.VpcId ? { vpcId: String(data.VpcId) } : {}),
    tags: Object.fromEntries(
      listOf('Tags', data.Tags).map((tag) => [String(tag.TagKey), String(tag.TagValue ?? '')]),
    ),
    serviceManaged: data.ServiceManaged === true,
    innerAccessPolicy: oneOf('InnerAccessPolicy', data.InnerAccessPolicy || 'accept', [
      'accept',
      'drop',
    ]),
    rules: listOf('Permissions', data.Permissions).map((rule) => parseRule(permissionOf(rule))),
  };
}

function readLists(region: Data): ReadLists {
  return {
    prefixLists: new Map<string, readonly Cidr[]>(
      listOf('PrefixLists', region.PrefixLists).map((list) => [
        String(list.PrefixListId),
        listOf('Entries', list.Entries).map((entry) => parseCidr(String(entry.Cidr))),
      ]),
    ),
    portRangeLists: new Map<string, readonly PortRange[]>(
      listOf('PortRangeLists', region.PortRangeLists).map((list) => [
        String(list.PortRangeListId),
        listOf('Entries', list.Entries).map((entry) => {
          const ports = parsePorts(String(entry.PortRange));
          return ports === 'all' ? { first: 0, last: 65535 } : ports;
        }),
      ]),
    ),
  };
}

/** Responses wrap a list in an object of one key, files often do not. Absent is empty. */
function listOf(name: string, value: unknown): Data[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : Object.values(recordOf(name, value))[0];
  if (!Array.isArray(list)) throw new Error(`${name} is not a list: write one, [] for none`);
  return list.map((each) => recordOf(`an entry of ${name}`, each));
}
