import { digestOf, fieldsOf, LINKS, type Link, linkKey, parseLink, sequenceOf } from './link';
import { readInBatches } from './read-in-batches';
import type { RecordStore } from './record-store';

/** A link as it lies in the store, and what became of the record that it names. */
export interface ChainPart {
  /** By its key. */
  readonly sequence: number;
  readonly key: string;
  /** SHA-256 of its text as it is. */
  readonly digest: string;
  /** Absent: what is there is no link, or not in its canonical form. */
  readonly link?: Link;
  readonly record?: RecordState;
}

/** A record next to what its link says of it. */
export type RecordState =
  | { readonly kind: 'as-linked' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'other-content'; readonly digest: string }
  /** The digest is right, but link and record do not say the same. */
  | {
      readonly kind: 'contradiction';
      readonly field: string;
      readonly inLink: string;
      readonly inRecord: string;
    };

/** Told as parts are read; `total` is how many there are as far as is known. */
export type OnRead = (done: number, total: number) => void;

/**
 * Reads the chain of a store in the order of its keys, with the records; what is linked meanwhile comes,
 * too. `onForeign` is told of keys that are no link's. Throws RecordStoreError.
 */
export async function* readChain(
  store: RecordStore,
  onForeign: (key: string) => void,
  onRead: OnRead = () => {},
): AsyncGenerator<ChainPart> {
  let done = 0;
  let last: string | undefined;
  for (;;) {
    const keys = await store.list(LINKS, last);
    if (keys.length === 0) return;
    last = keys.at(-1);
    const sequences: number[] = [];
    for (const key of keys) {
      const sequence = sequenceOf(key);
      if (sequence === undefined) onForeign(key);
      else sequences.push(sequence);
    }
    const total = done + sequences.length;
    for await (const part of readInBatches(sequences, (sequence) => readPart(store, sequence))) {
      done += 1;
      onRead(done, total);
      if (part) yield part;
    }
  }
}

/** One link with its record; undefined if there is no such link, or it is gone. Throws RecordStoreError. */
export async function readPart(
  store: RecordStore,
  sequence: number,
): Promise<ChainPart | undefined> {
  const key = linkKey(sequence);
  const text = await store.get(key);
  if (text === undefined) return undefined;
  const part = { sequence, key, digest: digestOf(text) };
  const link = parseLink(text);
  return link ? { ...part, link, record: await readRecordState(store, link) } : part;
}

async function readRecordState(store: RecordStore, link: Link): Promise<RecordState> {
  const content = await store.get(link.record);
  if (content === undefined) return { kind: 'missing' };
  const digest = digestOf(content);
  if (digest !== link.digest) return { kind: 'other-content', digest };
  const fields = fieldsOf(content);
  for (const field of ['time', 'runId', 'policyDigest'] as const) {
    if (fields[field] === link[field]) continue;
    const inRecord = String(fields[field]);
    return { kind: 'contradiction', field, inLink: link[field], inRecord };
  }
  return { kind: 'as-linked' };
}
