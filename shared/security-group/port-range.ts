import { FormatError } from './format-error';

/** Ports from `first` to `last` inclusive, 0 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What a rule says of ports: all of them, one range, or a port list that is kept elsewhere. */
export type RulePorts = 'all' | PortRange | { readonly portRangeListId: string };

/** The spelling of "all ports" on the wire. */
export const ALL_PORTS_TEXT = '-1/-1';

/**
 * Reads the wire spelling of ports: `-1/-1` for all, `first/last`, or one port. An absent or empty
 * text places no limit on ports. Throws FormatError.
 */
export function parsePorts(text: string | undefined): 'all' | PortRange {
  if (text === undefined || text === '' || text === ALL_PORTS_TEXT) return 'all';
  const [, first, last] = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last ?? first) };
  if (first === undefined || range.first > range.last || range.last > 65535) {
    throw new FormatError(
      `"${text}" is not a port range: write first/last from 1 to 65535, such as 80/80, or -1/-1 for all ports`,
    );
  }
  return range;
}

/** The wire spelling of ports; the inverse of parsePorts. */
export function formatPorts(ports: 'all' | PortRange): string {
  return ports === 'all' ? ALL_PORTS_TEXT : `${ports.first}/${ports.last}`;
}
