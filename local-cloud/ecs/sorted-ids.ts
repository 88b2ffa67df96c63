/** A set of ids that can be walked in descending order from any point. Sorts only after it changed. */
export class SortedIds {
  readonly #ids = new Set<string>();
  #descending: readonly string[] | undefined;

  /** Adds an id. */
  add(id: string): void {
    this.#ids.add(id);
    this.#descending = undefined;
  }

  /** Removes an id. */
  remove(id: string): void {
    this.#ids.delete(id);
    this.#descending = undefined;
  }

  /** All ids, greatest first. */
  descending(): readonly string[] {
    this.#descending ??= [...this.#ids].sort((left, right) => (left < right ? 1 : -1));
    return this.#descending;
  }
}
