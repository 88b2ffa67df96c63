import ipaddr from 'ipaddr.js';

/** An address block as sent, normalized, or what is wrong with it. */
export type AddressBlock =
  | {
      readonly valid: true;
      /** The normalized text; a single address stays without a prefix length. */
      readonly text: string;
    }
  | { readonly valid: false; readonly fault: 'address' | 'family' | 'octet' | 'prefix-length' };

/** Reads `a.b.c.d` or `a.b.c.d/n`; host bits are kept. An IPv6 address is of the wrong family. */
export function parseIpv4Block(text: string): AddressBlock {
  const [address = '', suffix, ...rest] = text.split('/');
  if (ipaddr.IPv6.isValid(address)) {
    return { valid: false, fault: 'family' };
  }
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address) || rest.length > 0) {
    return { valid: false, fault: 'address' };
  }
  // A leading zero is refused: some readers take such an octet as octal.
  if (
    !address.split('.').every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  ) {
    return { valid: false, fault: 'octet' };
  }
  return withPrefixLength(address, suffix, 32);
}

/** Reads an IPv6 address or block; the address is compressed, host bits are kept. */
export function parseIpv6Block(text: string): AddressBlock {
  const [address = '', suffix, ...rest] = text.split('/');
  if (!ipaddr.IPv6.isValid(address) || address.includes('%') || rest.length > 0) {
    return { valid: false, fault: 'address' };
  }
  return withPrefixLength(ipaddr.IPv6.parse(address).toString(), suffix, 128);
}

/** The block with the host bits of its IPv4 address set to zero. */
export function maskIpv4(block: string): string {
  const [address = '', suffix] = block.split('/');
  return suffix === undefined
    ? block
    : `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${suffix}`).toString()}/${suffix}`;
}

/** The compressed network of an IPv6 block, host bits zero. */
export function maskIpv6(block: string): string {
  const [address = '', suffix] = block.split('/');
  return suffix === undefined
    ? block
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${suffix}`).toString()}/${suffix}`;
}

function withPrefixLength(
  address: string,
  suffix: string | undefined,
  bits: 32 | 128,
): AddressBlock {
  if (suffix === undefined) {
    return { valid: true, text: address };
  }
  const prefixLength = /^\d{1,3}$/.test(suffix) ? Number(suffix) : Number.NaN;
  if (!(prefixLength <= bits)) {
    return { valid: false, fault: 'prefix-length' };
  }
  const block = `${address}/${prefixLength}`;
  return { valid: true, text: block };
}
