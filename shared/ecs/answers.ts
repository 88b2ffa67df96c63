import {
  FormatError,
  type Permission,
  parseRegionId,
  parseSecurityGroupId,
  type RegionId,
  type SecurityGroupId,
  type SecurityGroupSummary,
} from '../security-group';
import { MalformedAnswer } from './failure';
import type { Fields } from './sdk';

/** What DescribeSecurityGroupAttribute tells of one group, all pages together. */
export interface SecurityGroupRules {
  readonly name: string;
  /** Absent: a classic-network group. */
  readonly vpcId?: string;
  readonly innerAccessPolicy: 'accept' | 'drop';
  readonly permissions: readonly Permission[];
}

/** What DescribePrefixListAttributes tells of a prefix list. */
export interface PrefixList {
  readonly cidrs: readonly string[];
  /** Entries that it has room for: as many rules does each rule count as that names the list. */
  readonly maxEntries: number;
}

/** Part of a list, and the token that the next part is asked for with; the last part has none. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly nextToken?: string;
  /** Entries of all pages, where the service says so. */
  readonly totalCount?: number;
}

/** Reads a page of an answer. A list that is missing is not an empty list: throws MalformedAnswer. */
export function readPage<Entry>(
  answer: Fields,
  path: readonly string[],
  readEntry: (entry: Fields) => Entry,
): Page<Entry> {
  const { NextToken: nextToken, TotalCount: totalCount } = answer;
  return {
    entries: readList(answer, path, readEntry),
    ...(typeof nextToken === 'string' && nextToken !== '' ? { nextToken } : {}),
    ...(typeof totalCount === 'number' ? { totalCount } : {}),
  };
}

/** Reads a list that comes whole. Throws MalformedAnswer. */
export function readList<Entry>(
  answer: Fields,
  path: readonly string[],
  readEntry: (entry: Fields) => Entry,
): Entry[] {
  let value: unknown = answer;
  for (const name of path) value = isFields(value) ? value[name] : undefined;
  if (!Array.isArray(value)) {
    throw new MalformedAnswer(`the answer has no list ${path.join('.')}`);
  }
  return value.map((entry: unknown) => {
    if (!isFields(entry)) throw new MalformedAnswer(`${path.join('.')} has an empty entry`);
    return readEntry(entry);
  });
}

/** Reads an entry of DescribeRegions. */
export function readRegion(entry: Fields): RegionId {
  return parsed(parseRegionId, requiredText(entry, 'RegionId'));
}

/** Reads an entry of DescribeSecurityGroups; a group without a type is a basic one. */
export function readSummary(regionId: RegionId, entry: Fields): SecurityGroupSummary {
  const type = text(entry, 'SecurityGroupType') || 'normal';
  if (type !== 'normal' && type !== 'enterprise') {
    throw new MalformedAnswer('a group has a SecurityGroupType other than normal and enterprise');
  }
  const vpcId = text(entry, 'VpcId');
  const hasTags = isFields(entry.Tags) && entry.Tags.Tag !== undefined;
  const tags = hasTags
    ? readList(entry, ['Tags', 'Tag'], (tag) => [
        requiredText(tag, 'TagKey'),
        text(tag, 'TagValue'),
      ])
    : [];
  return {
    regionId,
    id: parsed(parseSecurityGroupId, requiredText(entry, 'SecurityGroupId')),
    name: text(entry, 'SecurityGroupName'),
    type,
    ...(vpcId === '' ? {} : { vpcId }),
    tags: Object.fromEntries(tags),
    serviceManaged: entry.ServiceManaged === true,
  };
}

/**
 * Reads what an answer of DescribeSecurityGroupAttribute says of the group itself. No InnerAccessPolicy
 * means the documented default, accept. Throws MalformedAnswer, also for another group's answer.
 */
export function readGroup(
  id: SecurityGroupId,
  answer: Fields,
): Omit<SecurityGroupRules, 'permissions'> {
  if (requiredText(answer, 'SecurityGroupId') !== id) {
    throw new MalformedAnswer('the answer is about another security group');
  }
  const innerAccessPolicy = text(answer, 'InnerAccessPolicy').toLowerCase() || 'accept';
  if (innerAccessPolicy !== 'accept' && innerAccessPolicy !== 'drop') {
    throw new MalformedAnswer('InnerAccessPolicy is neither Accept nor Drop');
  }
  const vpcId = text(answer, 'VpcId');
  return {
    name: text(answer, 'SecurityGroupName'),
    ...(vpcId === '' ? {} : { vpcId }),
    innerAccessPolicy,
  };
}

/** Reads which group an entry of a list's associations is about; other resources use lists too. */
export function readAssociation(entry: Fields): SecurityGroupId | undefined {
  if (!/^security-?group$/i.test(text(entry, 'ResourceType'))) return undefined;
  return parsed(parseSecurityGroupId, requiredText(entry, 'ResourceId'));
}

/** Reads a rule as it came: the SDK has checked the types of its fields, parseRule judges the values. */
export function readPermission(entry: Fields): Permission {
  return entry;
}

/** A field that must be a text and not empty. Throws MalformedAnswer. */
export function requiredText(entry: Fields, name: string): string {
  const value = text(entry, name);
  if (value === '') throw new MalformedAnswer(`the answer has an entry without ${name}`);
  return value;
}

function text(entry: Fields, name: string): string {
  const value = entry[name];
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function parsed<Value>(parse: (text: string) => Value, value: string): Value {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MalformedAnswer(`the answer is wrong: ${error.message}`);
  }
}
