import { HINTS } from './chain';
import { LINKS, linkKey, sequenceOf } from './link';
import { type ChainPart, readPart } from './read-chain';
import { readInBatches } from './read-in-batches';
import type { RecordStore } from './record-store';
import type { ChainHead } from './verify';

/** How the end of a chain was found. */
export interface VerifiedEnd {
  /** Links that were looked at, with their records. */
  readonly checked: number;
  /** The last link; absent if there is none. */
  readonly head?: ChainHead;
  /** What does not fit, a line each; empty if all does. */
  readonly problems: readonly string[];
}

/**
 * Checks the last links of a store's chain with their records, in a few reads however long the chain is.
 * What lies before them only verifyChain tells. Throws RecordStoreError.
 */
export async function verifyEnd(store: RecordStore, links: number): Promise<VerifiedEnd> {
  const sequences = (await lastKeys(store, links)).flatMap((key) => sequenceOf(key) ?? []);
  const problems: string[] = [];
  let previous: ChainPart | undefined;
  let checked = 0;
  for await (const part of readInBatches(sequences.slice(-links), (each) =>
    readPart(store, each),
  )) {
    if (!part) continue;
    problems.push(...problemsOf(part, previous));
    previous = part;
    checked += 1;
  }
  const head = previous && { sequence: previous.sequence, digest: previous.digest };
  return { checked, problems, ...(head ? { head } : {}) };
}

/** Keys of links that hold the last ones; a hint saves listing those long before. */
async function lastKeys(store: RecordStore, links: number): Promise<string[]> {
  const hint = Number((await store.list(HINTS)).at(-1)?.slice(HINTS.length) ?? 0);
  if (hint > links) {
    const keys = await store.list(LINKS, linkKey(hint - links));
    if (keys.length >= links) return keys;
  }
  return store.list(LINKS);
}

function problemsOf({ key, sequence, link, record }: ChainPart, previous?: ChainPart): string[] {
  if (!link) return [`${key} is no link, or was changed`];
  if (link.sequence !== sequence) return [`${key} holds link ${link.sequence}`];
  const problems: string[] = [];
  if (previous && previous.sequence !== sequence - 1) {
    problems.push(`${linkKey(sequence - 1)} is missing`);
  } else if (previous && previous.digest !== link.previous) {
    problems.push(`${key} does not follow from ${previous.key}`);
  }
  switch (record?.kind) {
    case 'missing':
      return [...problems, `${link.record} is missing`];
    case 'other-content':
      return [...problems, `${link.record} was changed`];
    case 'contradiction':
      return [...problems, `${link.record} and ${key} differ in ${record.field}`];
    default:
      return problems;
  }
}
