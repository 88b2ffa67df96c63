/** Something that went on from one moment to another, in milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How long at least one of the spans was going on, up to a moment. */
export function covered(spans: readonly Span[], until = Number.POSITIVE_INFINITY): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    const [from, to] = [Math.max(start, reached), Math.min(end, until)];
    if (to <= from) continue;
    total += to - from;
    reached = to;
  }
  return total;
}

/** How many spans the longest chain has in which each begins when the one before has ended. */
export function longestChain(spans: readonly Span[]): number {
  let length = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { start, end } of [...spans].sort((one, other) => one.end - other.end)) {
    if (start < reached) continue;
    length += 1;
    reached = end;
  }
  return length;
}

/**
 * The least of some values that at least this share of them does not exceed: 0.5 gives the median.
 * Throws RangeError when there are none.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  if (value === undefined)
    throw new RangeError('no values have no quantile: measure something first');
  return value;
}
