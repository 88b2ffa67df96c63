import {
  ADDRESS_BITS,
  type AddressFamily,
  type Direction,
  formatAddress,
  formatProtocol,
} from '../security-group';
import {
  ALL_ADDRESSES,
  ALL_PORTS,
  ALL_SERVICES,
  type Box,
  PORTLESS_SERVICES,
  protocolOf,
  type Span,
  TCP_SERVICES,
  UDP_SERVICES,
} from './box';
import { mergeBoxes } from './merge-boxes';
import type { Packet } from './rule-set';

/** A packet in words: `TCP 25 to 203.0.113.10 from source port 50000`. */
export function describePacket(packet: Packet): string {
  const { direction, family, protocol, destinationPort, sourcePort, peer, own } = packet;
  const service = [formatProtocol(protocol), destinationPort].filter((part) => part !== null);
  const source = sourcePort === null ? '' : ` from source port ${sourcePort}`;
  const near = own === null ? '' : ` at ${formatAddress(family, own)}`;
  const far = `${preposition(direction)} ${formatAddress(family, peer)}`;
  return `${service.join(' ')} ${far}${source}${near}`;
}

/**
 * Boxes in words, one line each, as few as joining neighbors makes them: `TCP 25 to 0.0.0.0/0`.
 * Addresses that are no CIDR block are written `first-last`.
 */
export function describeTraffic(boxes: readonly Box[], direction: Direction): string[] {
  return mergeBoxes(boxes).map((box) => describeBox(box, direction));
}

function describeBox({ family, service, sourcePorts, peer, own }: Box, direction: Direction) {
  const far = `${preposition(direction)} ${describeAddresses(peer, family)}`;
  // Source port 0 is left out where a policy means every port; to people that is every port, too.
  const isLimited = sourcePorts.first > 1 || sourcePorts.last < ALL_PORTS.last;
  const source = isLimited ? ` from source ports ${describeNumbers(sourcePorts)}` : '';
  const near = isSame(own, ALL_ADDRESSES[family]) ? '' : ` at ${describeAddresses(own, family)}`;
  return `${describeServices(service)} ${far}${source}${near}`;
}

function preposition(direction: Direction): string {
  return direction === 'ingress' ? 'from' : 'to';
}

function describeServices(services: Span<number>): string {
  if (isSame(services, ALL_SERVICES)) return 'ALL';
  const parts: string[] = [];
  const portless = common(services, PORTLESS_SERVICES);
  if (portless && isSame(portless, PORTLESS_SERVICES)) parts.push('all but TCP and UDP');
  else if (portless) parts.push(...describePortless(portless));
  for (const [name, all] of [
    ['TCP', TCP_SERVICES],
    ['UDP', UDP_SERVICES],
  ] as const) {
    const part = common(services, all);
    if (!part) continue;
    const ports = { first: part.first - all.first, last: part.last - all.first };
    parts.push(isSame(ports, ALL_PORTS) ? name : `${name} ${describeNumbers(ports)}`);
  }
  return parts.join(', ');
}

/** Spans of protocol numbers, without the numbers of TCP and UDP that lie between them. */
function describePortless(services: Span<number>): string[] {
  const spans: { first: number; last: number }[] = [];
  for (let service = services.first; service <= services.last; service++) {
    const { protocol } = protocolOf(service);
    const last = spans.at(-1);
    if (last && protocol === last.last + 1) last.last = protocol;
    else spans.push({ first: protocol, last: protocol });
  }
  return spans.map((span) =>
    span.first === span.last ? formatProtocol(span.first) : `protocols ${describeNumbers(span)}`,
  );
}

function describeNumbers({ first, last }: Span<number>): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function describeAddresses({ first, last }: Span<bigint>, family: AddressFamily): string {
  if (first === last) return formatAddress(family, first);
  const size = last - first + 1n;
  const isBlock = (size & (size - 1n)) === 0n && first % size === 0n;
  if (!isBlock) return `${formatAddress(family, first)}-${formatAddress(family, last)}`;
  const length = ADDRESS_BITS[family] - (size.toString(2).length - 1);
  return `${formatAddress(family, first)}/${length}`;
}

function common(a: Span<number>, b: Span<number>): Span<number> | undefined {
  const first = Math.max(a.first, b.first);
  const last = Math.min(a.last, b.last);
  return first <= last ? { first, last } : undefined;
}

function isSame<N extends number | bigint>(a: Span<N>, b: Span<N>): boolean {
  return a.first === b.first && a.last === b.last;
}
