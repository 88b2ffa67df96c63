/** An object as a bucket keeps it. */
export interface StoredObject {
  readonly content: Buffer;
  readonly contentType: string;
  /** MD5 in upper-case hexadecimal digits, in quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/**
 * The objects of a bucket by key, whose keys can be walked in the order of their UTF-8 bytes from any point. A
 * store asks for a few keys of very many with each record that it writes, so that nothing here looks at all.
 */
export class StoredObjects extends Map<string, StoredObject> {
  readonly #sorted: string[] = [];

  override set(key: string, object: StoredObject): this {
    if (!this.has(key)) this.#sorted.splice(this.#firstFrom(key), 0, key);
    return super.set(key, object);
  }

  override delete(key: string): boolean {
    if (this.has(key)) this.#sorted.splice(this.#firstFrom(key), 1);
    return super.delete(key);
  }

  /** The keys that do not sort before `start`, in order. Nothing may be written meanwhile. */
  *keysFrom(start: string): Generator<string> {
    for (let index = this.#firstFrom(start); index < this.#sorted.length; index += 1) {
      yield this.#sorted[index] ?? '';
    }
  }

  #firstFrom(start: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(this.#sorted[middle] ?? '', start) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Negative, 0 or positive as a text sorts before, with or after another one by its UTF-8 bytes. */
export function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
