import type { Parameters } from '../action';
import { repeated, repeatedObjects } from './parameters';
import { refuse } from './refuse';
import type { Tags } from './store';

/** Most tags of a resource, and of a call. */
export const MOST_TAGS = 20;

const TAG_FIELDS = new Set(['Key', 'Value']);

/**
 * The tags to give to a resource. Throws (400) for more than 20, a key that is there twice, blank,
 * longer than 128 characters or reserved, or a value longer than that (page: TagResources).
 */
export function newTags(parameters: Parameters): Tags {
  const tags = new Map<string, string>();
  for (const { fields } of repeatedObjects(parameters, 'Tag', TAG_FIELDS)) {
    const key = fields.get('Key') ?? '';
    const value = fields.get('Value') ?? '';
    if (key === '' || /^(aliyun|acs:)/i.test(key) || !isTagText(key)) {
      refuse('InvalidTagKey.Malformed');
    }
    if (!isTagText(value)) {
      refuse('InvalidTagValue.Malformed');
    }
    if (tags.has(key)) {
      refuse('Duplicate.TagKey');
    }
    tags.set(key, value);
  }
  return tags.size > MOST_TAGS ? refuse('NumberExceed.Tags') : tags;
}

/** Whether a resource has all the tags that a call asks for. */
export type TagFilter = (tags: Tags) => boolean;

/**
 * Reads the Tag.N of a listing: a key alone asks for any value. Throws (400) for a value without
 * key and for more than 20 tags.
 */
export function tagFilter(parameters: Parameters): TagFilter {
  const wanted = repeatedObjects(parameters, 'Tag', TAG_FIELDS).map(({ fields }) => ({
    key: fields.get('Key') ?? '',
    value: fields.get('Value') ?? '',
  }));
  if (wanted.some(({ key }) => key === '')) {
    refuse('InvalidParameter.TagValue');
  }
  if (wanted.length > MOST_TAGS) {
    refuse('NumberExceed.Tags');
  }
  return (tags) =>
    wanted.every(({ key, value }) => (value === '' ? tags.has(key) : tags.get(key) === value));
}

/** Reads the TagFilter.N of ListTagResources: a key with any of its values, or with whatever value. */
export function tagValuesFilter(parameters: Parameters): TagFilter {
  const wanted = repeatedObjects(parameters, 'TagFilter', new Set(['TagKey'])).map(
    ({ index, fields }) => ({
      key: fields.get('TagKey') ?? '',
      values: repeated(parameters, `TagFilter.${index}.TagValues`),
    }),
  );
  return (tags) =>
    wanted.every(({ key, values }) => {
      const value = tags.get(key);
      return value !== undefined && (values.length === 0 || values.includes(value));
    });
}

/** Tags in the form of responses. */
export function tagViews(tags: Tags): { readonly TagKey: string; readonly TagValue: string }[] {
  return [...tags].map(([key, value]) => ({ TagKey: key, TagValue: value }));
}

function isTagText(text: string): boolean {
  return [...text].length <= 128 && !/https?:\/\//i.test(text);
}
