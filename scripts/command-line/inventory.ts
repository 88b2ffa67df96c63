import { readFile } from 'node:fs/promises';
import {
  type Cidr,
  type Permission,
  type PortRange,
  parseCidr,
  parsePorts,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type SecurityGroup,
} from '../../shared/security-group';
import type { ReadLists } from '../../shared/traffic';

/** A group of an inventory file, with the lists of its region. */
export interface InventoryGroup {
  readonly group: SecurityGroup;
  readonly lists: ReadLists;
}

type Wrapped<Item> = readonly Item[] | Readonly<Record<string, readonly Item[]>> | undefined;

interface RegionData {
  readonly RegionId: string;
  readonly SecurityGroups?: Wrapped<GroupData>;
  readonly PrefixLists?: Wrapped<{
    readonly PrefixListId: string;
    readonly Entries?: Wrapped<{ readonly Cidr: string }>;
  }>;
  readonly PortRangeLists?: Wrapped<{
    readonly PortRangeListId: string;
    readonly Entries?: Wrapped<{ readonly PortRange: string }>;
  }>;
}

interface GroupData {
  readonly SecurityGroupId: string;
  readonly SecurityGroupName?: string;
  readonly SecurityGroupType?: string;
  readonly InnerAccessPolicy?: string;
  readonly VpcId?: string;
  readonly ServiceManaged?: boolean;
  readonly Tags?: Wrapped<{ readonly TagKey: string; readonly TagValue: string }>;
  readonly Permissions?: Wrapped<Permission>;
}

/**
 * Reads the groups of an inventory file: one region, or a list of regions, in the shape that
 * DescribeSecurityGroupAttribute returns. Throws an Error that names the file, the group and the rule.
 */
export async function readInventory(file: string): Promise<InventoryGroup[]> {
  let where = file;
  try {
    const data = JSON.parse(await readFile(file, 'utf8')) as RegionData | readonly RegionData[];
    return [data].flat().flatMap((region) => {
      const lists = readLists(region);
      return unwrap(region.SecurityGroups).map((group) => {
        where = `${file}: group ${group.SecurityGroupId}`;
        return { group: readGroup(region, group), lists };
      });
    });
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

function readGroup(region: RegionData, data: GroupData): SecurityGroup {
  return {
    regionId: parseRegionId(region.RegionId),
    id: parseSecurityGroupId(data.SecurityGroupId),
    name: data.SecurityGroupName ?? '',
    type: data.SecurityGroupType === 'enterprise' ? 'enterprise' : 'normal',
    ...(data.VpcId ? { vpcId: data.VpcId } : {}),
    tags: Object.fromEntries(unwrap(data.Tags).map((tag) => [tag.TagKey, tag.TagValue])),
    serviceManaged: data.ServiceManaged ?? false,
    innerAccessPolicy: data.InnerAccessPolicy?.toLowerCase() === 'drop' ? 'drop' : 'accept',
    rules: unwrap(data.Permissions).map(parseRule),
  };
}

function readLists(region: RegionData): ReadLists {
  return {
    prefixLists: new Map<string, readonly Cidr[]>(
      unwrap(region.PrefixLists).map((list) => [
        list.PrefixListId,
        unwrap(list.Entries).map((entry) => parseCidr(entry.Cidr)),
      ]),
    ),
    portRangeLists: new Map<string, readonly PortRange[]>(
      unwrap(region.PortRangeLists).map((list) => [
        list.PortRangeListId,
        unwrap(list.Entries).map((entry) => {
          const ports = parsePorts(entry.PortRange);
          return ports === 'all' ? { first: 0, last: 65535 } : ports;
        }),
      ]),
    ),
  };
}

/** Responses wrap a list in an object of one key, files often do not. */
function unwrap<Item>(value: Wrapped<Item>): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : (Object.values(value)[0] ?? []);
}
