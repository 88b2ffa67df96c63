import { FormatError } from './format-error';

/** Every protocol, or one by its IANA number, 0 to 255. */
export type Protocol = 'all' | number;

/** IANA numbers of the protocols that the API names. */
export const PROTOCOL_NUMBERS = { ICMP: 1, TCP: 6, UDP: 17, GRE: 47, ICMPV6: 58 } as const;

const NAMES = new Map<number, string>([
  [PROTOCOL_NUMBERS.ICMP, 'ICMP'],
  [PROTOCOL_NUMBERS.TCP, 'TCP'],
  [PROTOCOL_NUMBERS.UDP, 'UDP'],
  [PROTOCOL_NUMBERS.GRE, 'GRE'],
  [PROTOCOL_NUMBERS.ICMPV6, 'ICMPv6'],
]);
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name.toUpperCase(), number]));

/** Reads a protocol by name in any case, or by number, as some regions allow. Throws FormatError. */
export function parseProtocol(text: string): Protocol {
  const name = text.toUpperCase();
  if (name === 'ALL') return 'all';
  const number = NUMBERS.get(name);
  if (number !== undefined) return number;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw new FormatError(
    `"${text}" is not a protocol: write TCP, UDP, ICMP, ICMPv6, GRE, ALL or a number from 0 to 255`,
  );
}

/** The wire spelling of a protocol: a name where there is one, otherwise the number. */
export function formatProtocol(protocol: Protocol): string {
  return protocol === 'all' ? 'ALL' : (NAMES.get(protocol) ?? String(protocol));
}

/** Whether packets of the protocol carry ports that rules can look at: TCP and UDP only. */
export function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL_NUMBERS.TCP || protocol === PROTOCOL_NUMBERS.UDP;
}
