import {
  type AddressFamily,
  type Direction,
  PROTOCOL_NUMBERS,
  parseAddress,
} from '../security-group';
import {
  ALL_ADDRESSES,
  ALL_PORTS,
  type Box,
  protocolOf,
  type Span,
  serviceOf,
  TCP_SERVICES,
  UDP_SERVICES,
} from './box';
import type { Packet } from './rule-set';

const FAMILIAR: Readonly<Record<AddressFamily, readonly string[]>> = {
  4: ['203.0.113.10', '198.51.100.10', '8.8.8.8', '1.1.1.1', '10.0.0.10', '192.168.0.10'],
  6: ['2001:db8::10', '2001:4860:4860::8888', '2400:3200::1'],
};
const parsed = new Map<AddressFamily, readonly bigint[]>();

/**
 * Addresses that people recognize as an ordinary far end, best first: documentation ranges, public
 * resolvers, then the private ranges. They are parsed when first asked for, which takes 2 ms that the start
 * of a function should not.
 */
export function familiarAddresses(family: AddressFamily): readonly bigint[] {
  let addresses = parsed.get(family);
  if (!addresses) {
    addresses = FAMILIAR[family].map((text) => parseAddress(text).value);
    parsed.set(family, addresses);
  }
  return addresses;
}

/** Ports that say something to people, in order. */
const FAMILIAR_PORTS = [
  21, 22, 23, 25, 53, 80, 135, 139, 389, 443, 445, 1433, 1521, 2375, 3306, 3389, 5432, 5900, 6379,
  8080, 9200, 11211, 27017,
];
/** An ordinary source port, from the range for short-lived ones (RFC 6335). */
const FAMILIAR_SOURCE_PORT = 50_000;

/** A box cut down to the one service and source port of it that mean most to people. */
export function pinService(box: Box): Box {
  const service = familiarService(box.service, box.family);
  const sourcePort = nearest(box.sourcePorts, FAMILIAR_SOURCE_PORT);
  const pinned = { ...box, service: { first: service, last: service } };
  // Packets without ports are in boxes of all source ports only.
  if (protocolOf(service).port === null) return pinned;
  return { ...pinned, sourcePorts: { first: sourcePort, last: sourcePort } };
}

/** One packet of a box, the one that means most to people. */
export function packetIn(box: Box, direction: Direction): Packet {
  const { family, own, peer } = box;
  const { service, sourcePorts } = pinService(box);
  const { protocol, port } = protocolOf(service.first);
  const every = ALL_ADDRESSES[family];
  return {
    direction,
    family,
    protocol,
    destinationPort: port,
    sourcePort: port === null ? null : sourcePorts.first,
    peer: familiarAddress(peer, family),
    own: own.first === every.first && own.last === every.last ? null : own.first,
  };
}

function familiarService(services: Span<number>, family: AddressFamily): number {
  for (const { first, last } of [TCP_SERVICES, UDP_SERVICES]) {
    const lowest = Math.max(services.first, first) - first;
    const highest = Math.min(services.last, last) - first;
    if (lowest > highest) continue;
    const port = FAMILIAR_PORTS.find((candidate) => candidate >= lowest && candidate <= highest);
    return first + (port ?? Math.min(Math.max(lowest, 1), highest));
  }
  const { ICMP, ICMPV6 } = PROTOCOL_NUMBERS;
  return nearest(services, serviceOf(family === 4 ? ICMP : ICMPV6, ALL_PORTS.first));
}

function familiarAddress({ first, last }: Span<bigint>, family: AddressFamily): bigint {
  const familiar = familiarAddresses(family).find((address) => first <= address && address <= last);
  // The first address of a block names the network.
  return familiar ?? (first < last ? first + 1n : first);
}

function nearest({ first, last }: Span<number>, wish: number): number {
  return wish < first || wish > last ? first : wish;
}
