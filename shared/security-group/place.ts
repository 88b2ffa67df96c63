import type { Place } from './security-group';

/**
 * A place as keys and messages name it: `cn-hangzhou` in the account whose credentials Palisade runs with,
 * `1234567890123456/cn-hangzhou` in another one.
 */
export function placeName({
  regionId,
  accountId,
}: {
  regionId: string;
  accountId?: string | undefined;
}): string {
  return accountId === undefined ? regionId : `${accountId}/${regionId}`;
}

/** The place of something, without the rest of it. */
export function placeOf({ regionId, accountId }: Place): Place {
  return accountId === undefined ? { regionId } : { regionId, accountId };
}

/** Takes apart what placeName gives. */
export function splitPlaceName(name: string): { regionId: string; accountId?: string } {
  const [first = '', regionId] = name.split('/');
  return regionId === undefined ? { regionId: first } : { regionId, accountId: first };
}
