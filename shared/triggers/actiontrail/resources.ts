import { type Fields, field, isFields, text, textField } from './json';

/** Resources of one type that are read; a call names at most 100 (TagResources page: 50). */
const MAX_IDS = 1_000;

/**
 * Ids of the resources that a record names, by type in lower case: its referencedResources, and for
 * types that those lack, resourceType and resourceName, where `;` separates types and `,` the ids of
 * one type (Management event structure page).
 */
export function readResources(record: Fields): ReadonlyMap<string, readonly string[]> {
  const resources = new Map<string, readonly string[]>();
  const add = (type: string, ids: readonly string[]) => {
    const key = type.trim().toLowerCase();
    if (ids.length > 0 && !resources.has(key)) resources.set(key, ids);
  };
  const referenced = field(record, 'referencedResources');
  if (isFields(referenced)) {
    for (const type of Object.keys(referenced).sort()) add(type, readIds(referenced[type]));
  }
  const names = (textField(record, 'resourceName') ?? '').split(';');
  (textField(record, 'resourceType') ?? '').split(';').forEach((type, index) => {
    add(type, readIds(names[index]));
  });
  return resources;
}

function readIds(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : (text(value) ?? '').split(',');
  return values.slice(0, MAX_IDS).flatMap((id) => text(id)?.trim() || []);
}
