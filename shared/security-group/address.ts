import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { FormatError } from './format-error';

export type AddressFamily = 4 | 6;

/**
 * A block of addresses of one family, from `first` to `last` inclusive, as numbers. Host bits of the
 * text it came from are masked: `10.159.6.18/12` is the block 10.144.0.0/12.
 */
export interface Cidr {
  readonly family: AddressFamily;
  readonly prefixLength: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** Bits of an address of each family. */
export const ADDRESS_BITS: Readonly<Record<AddressFamily, number>> = { 4: 32, 6: 128 };

/** Every address of a family: `0.0.0.0/0` or `::/0`. */
export const EVERY_ADDRESS: Readonly<Record<AddressFamily, Cidr>> = {
  4: cidrOf(4, 0n, 0),
  6: cidrOf(6, 0n, 0),
};

function cidrOf(family: AddressFamily, address: bigint, prefixLength: number): Cidr {
  const hostMask = (1n << BigInt(ADDRESS_BITS[family] - prefixLength)) - 1n;
  const last = address | hostMask;
  return { family, prefixLength, first: last - hostMask, last };
}

/** One address: its family and number. */
export interface Address {
  readonly family: AddressFamily;
  readonly value: bigint;
}

/**
 * Reads one IPv4 address in four decimal parts, or one IPv6 address in any spelling without a zone.
 * `::ffff:a.b.c.d` stays IPv6. Throws FormatError.
 */
export function parseAddress(text: string): Address {
  // Node decides what an address is: ipaddr.js reads the 010 of ::ffff:010.0.0.1 as octal.
  // Without a colon it is none of IPv6: Node takes 5 ms over the first text that it is asked about.
  if (text.includes(':') && isIPv6(text) && !text.includes('%')) {
    return { family: 6, value: bytesToNumber(ipaddr.IPv6.parse(text).toByteArray()) };
  }
  if (isIPv4(text)) {
    return { family: 4, value: bytesToNumber(ipaddr.IPv4.parse(text).toByteArray()) };
  }
  throw new FormatError(`"${text}" is not an IP address: write it like 10.1.2.3 or 2001:db8::1`);
}

/** Reads `address/prefix length`, or a bare address as a block of one. Throws FormatError. */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const bits = ADDRESS_BITS[address.family];
  const length = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) {
    throw new FormatError(
      `"${text}" is not a CIDR block: the prefix length of an IPv${address.family} block is 0 to ${bits}`,
    );
  }
  return cidrOf(address.family, address.value, Number(length));
}

/** The usual spelling of an address: dotted decimal, or compressed IPv6. */
export function formatAddress(family: AddressFamily, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = ADDRESS_BITS[family] - 8; shift >= 0; shift -= 8) {
    bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  }
  return ipaddr.fromByteArray(bytes).toString();
}

/** The usual spelling of a block, always with its prefix length: `10.0.0.0/8`, `2001:db8::/32`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.family, cidr.first)}/${cidr.prefixLength}`;
}

function bytesToNumber(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
