/**
 * Where records are kept. A record is written once and never replaced, so that two instances cannot
 * overwrite each other. Keys are relative paths with `/`, such as `runs/RUN/part.intent.json`.
 */
export interface RecordStore {
  /**
   * Writes a record unless the key is taken; says whether it was written. Throws RecordStoreError.
   *
   * A store behind a network may have to write again without knowing what became of its first attempt.
   * If it then finds the key taken by exactly this content, it answers true. Two callers that write the
   * same content can therefore both be told true: whoever must know which of two won writes content of
   * its own, such as a random id.
   */
  putIfAbsent(key: string, content: string): Promise<boolean>;
  /** The record, or undefined if there is none. Throws RecordStoreError. */
  get(key: string): Promise<string | undefined>;
  /**
   * The keys that start with a prefix, sorted by their bytes; with `after`, only those that sort after it.
   * `after` is a key or the beginning of one and need not exist. All of them or a RecordStoreError.
   */
  list(prefix: string, after?: string): Promise<string[]>;
}

/** The store could not be used. The message names the place, the cause and what to do. */
export class RecordStoreError extends Error {
  override readonly name = 'RecordStoreError';
}
