/** A port range as sent, normalized, or what is wrong with it. */
export type PortRange =
  | { readonly valid: true; readonly text: string; readonly all: boolean }
  | { readonly valid: false; readonly fault: 'syntax' | 'order' };

/** Reads `first/last` with 1 ≤ first ≤ last ≤ 65535, or `-1/-1` for all ports. */
export function parsePortRange(text: string): PortRange {
  const match = /^(-?\d{1,6})\/(-?\d{1,6})$/.exec(text);
  const first = Number(match?.[1] ?? Number.NaN);
  const last = Number(match?.[2] ?? Number.NaN);
  if (!(first <= 65535 && last <= 65535)) {
    return { valid: false, fault: 'syntax' };
  }
  if (first === -1 && last === -1) {
    return { valid: true, text: '-1/-1', all: true };
  }
  if (first < 1 || first > last) {
    return { valid: false, fault: 'order' };
  }
  return { valid: true, text: `${first}/${last}`, all: false };
}
