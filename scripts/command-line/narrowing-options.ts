import { InvalidArgumentError } from 'commander';

/** A tag that groups must have. */
export interface TagFilter {
  readonly key: string;
  /** May hold `*`. */
  readonly value: string;
}

/** Reads `key=value`. Throws InvalidArgumentError, which commander shows. */
export function collectTag(text: string, previous: readonly TagFilter[]): TagFilter[] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('Write it like env=prod, or env=* for any value.');
  }
  return [...previous, { key, value }];
}
