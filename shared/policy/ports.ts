import { FormatError, type PortRange } from '../security-group';

/** Reads a port as a policy file writes it: a number, or a range such as `135-139`. Throws FormatError. */
export function parsePolicyPort(port: number | string): PortRange {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(port)) ?? [];
  const range = { first: Number(first), last: Number(last ?? first) };
  if (first === undefined || range.first < 1 || range.first > range.last || range.last > 65535) {
    throw new FormatError(
      `"${port}" is not a port: write a number from 1 to 65535, or a range such as "135-139", the smaller port first`,
    );
  }
  return range;
}

/** Ports in order, with ranges that overlap or touch made one: the fewest ranges that say the same. */
export function mergePorts(ports: readonly PortRange[]): PortRange[] {
  const merged: { first: number; last: number }[] = [];
  for (const range of [...ports].sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous && range.first <= previous.last + 1) {
      previous.last = Math.max(previous.last, range.last);
    } else merged.push({ ...range });
  }
  return merged;
}
