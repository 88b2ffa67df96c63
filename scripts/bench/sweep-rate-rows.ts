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

function useOf(limit: number, calls: readonly Served[], start: number, end: number): Use {
  const within = calls.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end);
  const accepted = within.filter(({ status }) => status === 200).length;
  return {
    used: accepted / (limit * ((end - start) / 1000)),
    throttled: within.length === 0 ? 0 : 1 - accepted / within.length,
  };
}
