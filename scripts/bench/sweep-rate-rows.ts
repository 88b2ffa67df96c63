/** A call as the local cloud has it in its log. */
interface Served {
  /** ISO 8601. */
  readonly at: string;
  readonly status?: number;
}

/** How a limit was used; both figures are from 0 to 1. */
export interface Use {
  /** Accepted calls relative to what the limit allows. */
  readonly used: number;
  /** Refused calls relative to all. */
  readonly throttled: number;
}

/** What one or two clients made of a limit. */
export interface RateRow {
  readonly clients: readonly string[];
  /** Calls a second. */
  readonly limit: number;
  readonly all: Use;
  /** In the second half of the time. */
  readonly held: Use;
}

/** The figures of calls between two times, in milliseconds since 1970. */
export function rateRow(
  clients: readonly string[],
  limit: number,
  calls: readonly Served[],
  { start, end }: { readonly start: number; readonly end: number },
): RateRow {
  const half = (start + end) / 2;
  return {
    clients,
    limit,
    all: useOf(limit, calls, start, end),
    held: useOf(limit, calls, half, end),
  };
}

/** The medians of runs with the same clients and limit, each figure by itself. Throws RangeError for no runs. */
export function medianRow(rows: readonly RateRow[]): RateRow {
  const [first] = rows;
  if (!first) throw new RangeError('a median needs at least one run');
  const medianUse = (part: 'all' | 'held'): Use => ({
    used: median(rows.map((row) => row[part].used)),
    throttled: median(rows.map((row) => row[part].throttled)),
  });
  return { ...first, all: medianUse('all'), held: medianUse('held') };
}

/** The middle one, of an even number of them the upper; NaN of none. */
export function median(numbers: readonly number[]): number {
  return (
    [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
  );
}

function useOf(limit: number, calls: readonly Served[], start: number, end: number): Use {
  const within = calls.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end);
  const accepted = within.filter(({ status }) => status === 200).length;
  return {
    used: accepted / (limit * ((end - start) / 1000)),
    throttled: within.length === 0 ? 0 : 1 - accepted / within.length,
  };
}
