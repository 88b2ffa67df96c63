/** A value with the older values that a lagging reader still sees; undefined where it does not exist. */
export class History<Value> {
  #latest: Value | undefined;
  #past: { readonly since: number; readonly value: Value | undefined }[] = [];

  /** The value after every write. */
  get latest(): Value | undefined {
    return this.#latest;
  }

  /** The value as a reader sees it who is `lagMs` milliseconds behind at `now`. */
  visible(now: number, lagMs: number): Value | undefined {
    return lagMs === 0
      ? this.#latest
      : this.#past.findLast((entry) => entry.since <= now - lagMs)?.value;
  }

  /** Writes a value at `now`; keeps what readers up to `lagMs` behind can still see. */
  write(value: Value | undefined, now: number, lagMs: number): void {
    this.#latest = value;
    if (lagMs === 0) {
      return;
    }
    const oldest = this.#past.findLastIndex((entry) => entry.since <= now - lagMs);
    this.#past = [...this.#past.slice(Math.max(oldest, 0)), { since: now, value }];
  }
}
