/**
 * Where records are kept. A record is written once and never replaced, so that two instances cannot
 * overwrite each other. Keys are relative paths with `/`, such as `runs/RUN/part.intent.json`.
 */
export interface RecordStore {
  /** Writes a record unless the key is taken; says whether it was written. Throws RecordStoreError. */
  putIfAbsent(key: string, content: string): Promise<boolean>;
  /** The record, or undefined if there is none. Throws RecordStoreError. */
  get(key: string): Promise<string | undefined>;
  /** The keys that start with a prefix, sorted. Throws RecordStoreError. */
  list(prefix: string): Promise<string[]>;
}

/** The store could not be used. The message names the place, the cause and what to do. */
export class RecordStoreError extends Error {
  override readonly name = 'RecordStoreError';
}
