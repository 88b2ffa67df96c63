import type { Parameters } from '../action';
import { refuse } from './refuse';
import { REGIONS } from './regions';

/** A parameter's value; one that is absent or blank reads as ''. */
export function optional(parameters: Parameters, name: string): string {
  return parameters.get(name) ?? '';
}

/** A parameter's value. Throws `Missing<name>` (400) when it is absent or blank. */
export function required(parameters: Parameters, name: string): string {
  const value = optional(parameters, name);
  return value === '' ? refuse('MissingParameter', name) : value;
}

/** The RegionId. Throws when it is missing (400) or names no region (404). */
export function requiredRegion(parameters: Parameters): string {
  return knownRegion(required(parameters, 'RegionId'));
}

/** Throws InvalidRegionId.NotFound unless the region exists. */
export function knownRegion(regionId: string): string {
  return REGIONS.has(regionId) ? regionId : refuse('InvalidRegionId.NotFound');
}

/** A whole number between two limits, or undefined when absent. Throws InvalidParameter (400). */
export function optionalInteger(
  parameters: Parameters,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = optional(parameters, name);
  if (text === '') {
    return undefined;
  }
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : refuse('InvalidParameter', name);
}

/** A boolean, whatever its case, or undefined when absent. Throws InvalidParameter (400). */
export function optionalBoolean(parameters: Parameters, name: string): boolean | undefined {
  switch (optional(parameters, name).toLowerCase()) {
    case '':
      return undefined;
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return refuse('InvalidParameter', name);
  }
}

/** The values of `Name.1`, `Name.2`, … in the order of their numbers; gaps and blanks are skipped. */
export function repeated(parameters: Parameters, name: string): string[] {
  const found: [number, string][] = [];
  for (const [key, value] of parameters) {
    const index = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : '';
    if (/^\d{1,6}$/.test(index) && value !== '') {
      found.push([Number(index), value]);
    }
  }
  return found.sort(([left], [right]) => left - right).map(([, value]) => value);
}

/** The fields of one entry of a repeated object. */
export interface RepeatedEntry {
  readonly index: number;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * The entries of `Name.1.Field`, `Name.2.Field`, … in the order of their numbers; gaps are skipped.
 * Only the named fields make an entry, as unknown parameters are ignored.
 */
export function repeatedObjects(
  parameters: Parameters,
  name: string,
  fieldNames: ReadonlySet<string>,
): RepeatedEntry[] {
  const entries = new Map<number, Map<string, string>>();
  for (const [key, value] of parameters) {
    const match = key.startsWith(`${name}.`)
      ? /^(\d{1,6})\.(\w+)$/.exec(key.slice(name.length + 1))
      : null;
    const [, digits, field] = match ?? [];
    if (digits === undefined || field === undefined || !fieldNames.has(field)) {
      continue;
    }
    const index = Number(digits);
    const fields = entries.get(index) ?? new Map<string, string>();
    fields.set(field, value);
    entries.set(index, fields);
  }
  return [...entries]
    .sort(([left], [right]) => left - right)
    .map(([index, fields]) => ({ index, fields }));
}

/** Whether a text has as many characters as allowed and does not look like a web address. */
export function isPlainText(text: string, least: number, most: number): boolean {
  const length = [...text].length;
  return length >= least && length <= most && !/^https?:\/\//i.test(text);
}

/** Whether a resource name is well formed: 2 to 128 characters, a letter first, no web address. */
export function isResourceName(name: string): boolean {
  return isPlainText(name, 2, 128) && /^\p{L}[\p{L}\p{N}:_.-]*$/u.test(name);
}
