import type { Parameters } from '../action';
import { optional, optionalInteger } from './parameters';
import { refuse } from './refuse';

/** One page of a listing and the token of the next, '' on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string;
}

/** Which part of a listing is asked for: entries after a key, at most so many. */
export interface PageRequest {
  /** Key of the last entry of the page before; undefined for the first page. */
  readonly after: string | undefined;
  readonly maxResults: number;
  /** What tokens of this listing are bound to, such as the action and the region. */
  readonly scope: string;
}

/**
 * Reads MaxResults and NextToken. Throws InvalidParameter (400) for a MaxResults out of bounds and
 * InValidParameter.NextToken (400) for a token that this listing did not give.
 */
export function pageRequest(
  parameters: Parameters,
  scope: string,
  limits: { readonly least: number; readonly most: number; readonly usual: number },
): PageRequest {
  const maxResults = optionalInteger(parameters, 'MaxResults', limits.least, limits.most);
  const token = optional(parameters, 'NextToken');
  return {
    after: token === '' ? undefined : readToken(token, scope),
    maxResults: maxResults ?? limits.usual,
    scope,
  };
}

/**
 * Cuts a page out of a listing whose keys are in descending order, given as a sorted array and a
 * look-up. A token names a key, not a position: entries that come or go between two pages neither
 * repeat nor hide others. Costs O(log n) plus the entries looked at.
 */
export function pageOf<Item>(
  keys: readonly string[],
  itemOf: (key: string) => Item | undefined,
  request: PageRequest,
): Page<Item> {
  const items: Item[] = [];
  let last = '';
  for (let index = firstAfter(keys, request.after); index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    const item = itemOf(key);
    if (item === undefined) {
      continue;
    }
    if (items.length === request.maxResults) {
      return { items, nextToken: makeToken(last, request.scope) };
    }
    items.push(item);
    last = key;
  }
  return { items, nextToken: '' };
}

/** The token that continues a listing after a key. */
export function makeToken(key: string, scope: string): string {
  return Buffer.from(JSON.stringify([scope, key])).toString('base64url');
}

function readToken(token: string, scope: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const prefix = `[${JSON.stringify(scope)},`;
  // Only a token that this service would make again is one of its own.
  const key: unknown = text.startsWith(prefix) ? tryJson(text.slice(prefix.length, -1)) : undefined;
  return typeof key === 'string' && makeToken(key, scope) === token
    ? key
    : refuse('InValidParameter.NextToken');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstAfter(descending: readonly string[], after: string | undefined): number {
  if (after === undefined) {
    return 0;
  }
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((descending[middle] ?? '') >= after) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
