import type { RecordStore } from '../../evidence';

const MINUTE_MS = 60_000;

/**
 * Takes one of the slots that a minute has for requests, over all instances: each is a record that can
 * be written only once, so that no more than `limit` are ever taken. Gives undefined for a slot, or the
 * seconds until there are new ones. Throws when the store cannot be used.
 */
export async function takeSlot(
  store: RecordStore,
  {
    limit,
    instance,
    now,
    random,
  }: {
    readonly limit: number;
    /** Unlike that of any other, so that no two are told that they wrote the same record. */
    readonly instance: string;
    readonly now: number;
    readonly random: () => number;
  },
): Promise<number | undefined> {
  const minute = Math.floor(now / MINUTE_MS);
  const prefix = `webhooks/rate/${minute}/`;
  const taken = new Set(await store.list(prefix));
  const free = Array.from({ length: limit }, (_, slot) => `${prefix}${slot}`).filter(
    (key) => !taken.has(key),
  );
  // Requests at the same time would all try the first one: by chance they seldom meet.
  while (free.length > 0) {
    const [key] = free.splice(Math.floor(random() * free.length), 1);
    if (key !== undefined && (await store.putIfAbsent(key, instance))) return undefined;
  }
  return ((minute + 1) * MINUTE_MS - now) / 1000;
}
