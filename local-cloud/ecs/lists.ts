import type { Parameters } from '../action';
import { optionalResourceGroup } from './groups';
import { pageOf, pageRequest } from './paging';
import {
  isPlainText,
  isResourceName,
  optional,
  optionalInteger,
  repeated,
  repeatedObjects,
  required,
} from './parameters';
import { refuse } from './refuse';
import type { Tags } from './store';
import { newTags, tagFilter } from './tag-parameters';

/** What prefix lists and port range lists have in common. */
export interface ListFields {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly maxEntries: number;
  readonly resourceGroupId: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

/**
 * Reads what the creation of any list takes. Throws (400) for what is missing or malformed.
 * `mostEntries` bounds MaxEntries.
 */
export function newListFields(
  parameters: Parameters,
  nameParameter: string,
  mostEntries: number,
): Omit<ListFields, 'id' | 'createdAt'> {
  const name = required(parameters, nameParameter);
  const maxEntries =
    optionalInteger(parameters, 'MaxEntries', 1, mostEntries) ??
    refuse('MissingParameter', 'MaxEntries');
  if (!isListName(name)) {
    refuse('InvalidParameter', nameParameter);
  }
  const description = optional(parameters, 'Description');
  refuseMalformedDescription(description);
  const tags = newTags(parameters);
  return {
    name,
    description,
    maxEntries,
    tags,
    resourceGroupId: optionalResourceGroup(parameters),
  };
}

/** Whether the name of a list is well formed: that of a resource, and none of the cloud's own. */
export function isListName(name: string): boolean {
  return isResourceName(name) && !/^com\.(aliyun|alibabacloud)/i.test(name);
}

/** Throws InvalidDescription.Malformed (400) unless a list's description is '' or well formed. */
export function refuseMalformedDescription(description: string): void {
  if (description !== '' && !isPlainText(description, 2, 256)) {
    refuse('InvalidDescription.Malformed');
  }
}

/** An entry of a list as sent, its description checked. */
export interface SentEntry {
  readonly value: string;
  readonly description: string;
}

/** Reads Entry.N of a new list. Throws for a missing value (400) and more than MaxEntries (403). */
export function sentEntries(
  parameters: Parameters,
  valueName: string,
  maxEntries: number,
): SentEntry[] {
  const entries = repeatedObjects(parameters, 'Entry', new Set([valueName, 'Description'])).map(
    ({ index, fields }) => {
      const value = fields.get(valueName) ?? '';
      const description = fields.get('Description') ?? '';
      if (value === '') {
        refuse('MissingParameter', `Entry.${index}.${valueName}`);
      }
      if (description !== '' && !isPlainText(description, 2, 32)) {
        refuse('InvalidParameter', `Entry.${index}.Description`);
      }
      return { value, description };
    },
  );
  return entries.length > maxEntries ? refuse('LimitExceed.Entry') : entries;
}

/** Throws InvalidParameter.DuplicateEntry (400) when a value is there twice. */
export function refuseRepeatedEntries(values: readonly string[]): void {
  if (new Set(values).size < values.length) {
    refuse('InvalidParameter.DuplicateEntry');
  }
}

/** Which lists a listing asks for, and the page. */
export function listPage<List extends ListFields>(
  parameters: Parameters,
  lists: ReadonlyMap<string, List>,
  names: { readonly id: string; readonly name: string; readonly scope: string },
  matches: (list: List) => boolean = () => true,
) {
  const request = pageRequest(parameters, names.scope, { least: 1, most: 100, usual: 10 });
  const ids = new Set(repeated(parameters, names.id));
  const name = optional(parameters, names.name);
  const resourceGroupId = optional(parameters, 'ResourceGroupId');
  const hasTags = tagFilter(parameters);
  const keys = [...lists.keys()].sort().reverse();
  return pageOf(
    keys,
    (key) => {
      const list = lists.get(key);
      return list !== undefined &&
        (ids.size === 0 || ids.has(list.id)) &&
        (name === '' || list.name === name) &&
        (resourceGroupId === '' || list.resourceGroupId === resourceGroupId) &&
        hasTags(list.tags) &&
        matches(list)
        ? list
        : undefined;
    },
    request,
  );
}

/** The page of groups that a listing of a list's associations asks for. */
export function associationPage(
  parameters: Parameters,
  scope: string,
  groups: readonly { readonly id: string }[],
) {
  const request = pageRequest(parameters, scope, { least: 1, most: 100, usual: 10 });
  const keys = groups
    .map(({ id }) => id)
    .sort()
    .reverse();
  return pageOf(keys, (key) => key, request);
}
