import {
  digestOf,
  GENESIS,
  LINKS,
  type Link,
  linkKey,
  linkText,
  MOST_LINKS,
  padded,
  parseLink,
  sequenceOf,
} from './link';
import { type RecordStore, RecordStoreError } from './record-store';

/** A record that has been written and is to be linked. */
export interface ChainEntry {
  /** Key of the record, such as `runs/RUN/whole.1.intent.json`. */
  readonly record: string;
  /** The record as it was written. */
  readonly content: string;
  /** As the record says, like `policyDigest` and `time` (ISO 8601). */
  readonly runId: string;
  readonly policyDigest: string;
  readonly time: string;
  /**
   * Set when an earlier attempt may have linked the record: the links that were made since the record
   * are looked through first. Left out, that costs nothing.
   */
  readonly mayBeLinked?: boolean;
}

/** The one chain of a store, as an instance sees it. */
export interface Chain {
  /**
   * Links a record at the end of the chain and gives its link. When others link records at the same
   * time it takes its turn after them. Throws RecordStoreError if the store fails, upon which the link
   * may have been written, or if others were faster every time.
   */
  append(entry: ChainEntry): Promise<Link>;
}

/** What a chain needs from the world around it. */
export interface ChainSurroundings {
  /** From 0 to under 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** After so many links there is a hint at how long the chain is. */
const HINT_EVERY = 100;
export const HINTS = 'chain-heads/';

/** In simulations of 100 writers with calls of 30 ms, nobody needed more than 25. */
const MOST_ATTEMPTS = 60;
const FIRST_CEILING_MS = 20;
const HIGHEST_CEILING_MS = 1000;

/** How long after its record a link may be written, with the clocks of two instances apart. */
const LINKED_WITHIN_MS = 15 * 60 * 1000;
/** Links looked through at the same time. */
const LOOK_AT_ONCE = 20;

const chains = new WeakMap<RecordStore, Chain>();

/** The chain of a store, the same one as long as the process has the store. */
export function chainOf(store: RecordStore): Chain {
  const chain =
    chains.get(store) ??
    createChain(store, {
      random: Math.random,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  chains.set(store, chain);
  return chain;
}

interface Head {
  readonly sequence: number;
  readonly digest: string;
}

/**
 * The chain of a store. Of those that write a link with the same sequence number one wins, because the
 * store replaces nothing; the others read on and try the next number. One chain per store and process keeps
 * in mind where it ends: then linking a record takes one call, otherwise four.
 */
export function createChain(store: RecordStore, { random, sleep }: ChainSurroundings): Chain {
  let known: Head | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function append(entry: ChainEntry): Promise<Link> {
    let head = known ?? (await findHead(store));
    if (entry.mayBeLinked) {
      head = await headAfter(store, head);
      const link = await findLink(store, entry, head.sequence);
      if (link) return link;
    }
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const link = nextLink(head, entry);
      const text = linkText(link);
      const key = linkKey(link.sequence);
      const isWritten = await store.putIfAbsent(key, text);
      if (isWritten || (await store.get(key)) === text) {
        known = { sequence: link.sequence, digest: digestOf(text) };
        if (link.sequence % HINT_EVERY === 0) await leaveHint(store, link.sequence);
        return link;
      }
      const ceiling = Math.min(FIRST_CEILING_MS * 2 ** (attempt - 1), HIGHEST_CEILING_MS);
      await sleep(random() * ceiling);
      head = await headAfter(store, head);
      known = head;
    }
    throw new RecordStoreError(
      `cannot link ${entry.record} to the chain: in each of ${MOST_ATTEMPTS} attempts another record ` +
        'was linked first; start fewer runs at once, or try again',
    );
  }

  return {
    append(entry) {
      // In one process nobody has to lose against another.
      const result = turn.then(() => append(entry));
      turn = result.catch(() => {});
      return result;
    },
  };
}

function nextLink(head: Head, entry: ChainEntry): Link {
  if (head.sequence >= MOST_LINKS) {
    throw new RecordStoreError(
      `cannot link ${entry.record} to the chain: its last link is ${linkKey(head.sequence)}, and there ` +
        'are no numbers after that; verify the records, and name another place for new ones',
    );
  }
  const { record, content, runId, policyDigest, time } = entry;
  return {
    version: 1,
    sequence: head.sequence + 1,
    previous: head.digest,
    time,
    record,
    digest: digestOf(content),
    runId,
    policyDigest,
  };
}

/** The end of the chain, from the last hint on; from its beginning where a hint leads nowhere. */
async function findHead(store: RecordStore): Promise<Head> {
  const hint = (await store.list(HINTS)).at(-1)?.slice(HINTS.length);
  if (hint !== undefined) {
    const keys = await store.list(LINKS, `${LINKS}${hint}`);
    const head = await lastOf(store, keys);
    if (head) return head;
  }
  return (await lastOf(store, await store.list(LINKS))) ?? { sequence: 0, digest: GENESIS };
}

async function headAfter(store: RecordStore, head: Head): Promise<Head> {
  const keys = await store.list(LINKS, head.sequence === 0 ? LINKS : linkKey(head.sequence));
  return (await lastOf(store, keys)) ?? head;
}

async function lastOf(store: RecordStore, keys: readonly string[]): Promise<Head | undefined> {
  const sequence = keys.map(sequenceOf).findLast((each) => each !== undefined);
  const text = sequence === undefined ? undefined : await store.get(linkKey(sequence));
  return sequence === undefined || text === undefined
    ? undefined
    : { sequence, digest: digestOf(text) };
}

/** Looks back from the end of the chain for the link of a record, as far as it can be. */
async function findLink(
  store: RecordStore,
  { record, time }: ChainEntry,
  last: number,
): Promise<Link | undefined> {
  const earliest = Date.parse(time) - LINKED_WITHIN_MS;
  for (let end = last; end > 0; end -= LOOK_AT_ONCE) {
    const sequences = Array.from({ length: Math.min(LOOK_AT_ONCE, end) }, (_, back) => end - back);
    const links = await Promise.all(
      sequences.map(async (sequence) => parseLink((await store.get(linkKey(sequence))) ?? '')),
    );
    const found = links.find((link) => link?.record === record);
    if (found) return found;
    if (links.some((link) => link && Date.parse(link.time) < earliest)) return undefined;
  }
  return undefined;
}

/** Without it the end takes longer to find, which is no reason to fail. */
async function leaveHint(store: RecordStore, sequence: number): Promise<void> {
  try {
    await store.putIfAbsent(`${HINTS}${padded(sequence)}`, '');
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
  }
}
