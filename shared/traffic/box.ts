import {
  ADDRESS_BITS,
  type AddressFamily,
  hasPorts,
  PROTOCOL_NUMBERS,
  type Protocol,
} from '../security-group';

/** A span of whole numbers, both ends included. */
export interface Span<N extends number | bigint> {
  readonly first: N;
  readonly last: N;
}

/**
 * A set of packets of one family: every combination of a service, a source port, a peer address and
 * an own address within the four spans.
 *
 * A *service* is a protocol together with its destination port, as one number (see serviceOf), so that
 * ports limit nothing but TCP and UDP. Packets without ports have every source port: whatever places
 * no TCP or UDP packet in a box must span all source ports.
 */
export interface Box {
  readonly family: AddressFamily;
  readonly service: Span<number>;
  readonly sourcePorts: Span<number>;
  readonly peer: Span<bigint>;
  readonly own: Span<bigint>;
}

const { TCP, UDP } = PROTOCOL_NUMBERS;
const PORTS = 65536;

/** The services of all 254 protocols that have no ports, in the order of their numbers. */
export const PORTLESS_SERVICES: Span<number> = { first: 0, last: 253 };
/** The services of TCP, by destination port. */
export const TCP_SERVICES: Span<number> = { first: 254, last: 253 + PORTS };
/** The services of UDP, by destination port. */
export const UDP_SERVICES: Span<number> = { first: 254 + PORTS, last: 253 + 2 * PORTS };
export const ALL_SERVICES: Span<number> = { first: 0, last: UDP_SERVICES.last };
export const ALL_PORTS: Span<number> = { first: 0, last: PORTS - 1 };

/** Every address of a family. */
export const ALL_ADDRESSES: Readonly<Record<AddressFamily, Span<bigint>>> = {
  4: { first: 0n, last: (1n << BigInt(ADDRESS_BITS[4])) - 1n },
  6: { first: 0n, last: (1n << BigInt(ADDRESS_BITS[6])) - 1n },
};

/** Every packet of a family. */
export const EVERYTHING: Readonly<Record<AddressFamily, Box>> = {
  4: everything(4),
  6: everything(6),
};

function everything(family: AddressFamily): Box {
  return {
    family,
    service: ALL_SERVICES,
    sourcePorts: ALL_PORTS,
    peer: ALL_ADDRESSES[family],
    own: ALL_ADDRESSES[family],
  };
}

/** The service of a protocol and a destination port; the port counts for TCP and UDP only. */
export function serviceOf(protocol: number, port: number): number {
  if (protocol === TCP) return TCP_SERVICES.first + port;
  if (protocol === UDP) return UDP_SERVICES.first + port;
  return protocol - (protocol > TCP ? 1 : 0) - (protocol > UDP ? 1 : 0);
}

/** The protocol of a service, and its destination port, null where the protocol has none. */
export function protocolOf(service: number): { protocol: number; port: number | null } {
  if (service >= UDP_SERVICES.first) return { protocol: UDP, port: service - UDP_SERVICES.first };
  if (service >= TCP_SERVICES.first) return { protocol: TCP, port: service - TCP_SERVICES.first };
  if (service < TCP) return { protocol: service, port: null };
  return { protocol: service + (service + 1 < UDP ? 1 : 2), port: null };
}

function overlap<N extends number | bigint>(a: Span<N>, b: Span<N>): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function contains<N extends number | bigint>(outer: Span<N>, inner: Span<N>): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether two boxes have a packet in common. */
export function boxesOverlap(a: Box, b: Box): boolean {
  return (
    overlap(a.service, b.service) &&
    overlap(a.peer, b.peer) &&
    overlap(a.sourcePorts, b.sourcePorts) &&
    overlap(a.own, b.own) &&
    a.family === b.family
  );
}

/** Whether every packet of `inner` is in `outer`. */
export function boxContains(outer: Box, inner: Box): boolean {
  return (
    contains(outer.service, inner.service) &&
    contains(outer.peer, inner.peer) &&
    contains(outer.sourcePorts, inner.sourcePorts) &&
    contains(outer.own, inner.own) &&
    outer.family === inner.family
  );
}

/** What two overlapping spans share. A span inside the other is returned itself, to spare memory. */
function common<N extends number | bigint>(a: Span<N>, b: Span<N>): Span<N> {
  if (contains(b, a)) return a;
  if (contains(a, b)) return b;
  return a.first < b.first ? { first: b.first, last: a.last } : { first: a.first, last: b.last };
}

/** The packets of both boxes, or undefined if there are none. */
export function intersect(a: Box, b: Box): Box | undefined {
  if (!boxesOverlap(a, b)) return undefined;
  return {
    family: a.family,
    service: common(a.service, b.service),
    sourcePorts: common(a.sourcePorts, b.sourcePorts),
    peer: common(a.peer, b.peer),
    own: common(a.own, b.own),
  };
}

/** Services, apart by whether ports and source ports limit them. */
export interface Services {
  readonly portless: readonly Span<number>[];
  readonly withPorts: readonly Span<number>[];
}

/** The services of a protocol at destination ports. */
export function servicesOf(protocol: Protocol, ports: readonly Span<number>[]): Services {
  if (protocol !== 'all' && !hasPorts(protocol)) {
    const service = serviceOf(protocol, 0);
    return { portless: [{ first: service, last: service }], withPorts: [] };
  }
  const withPorts: Span<number>[] = [];
  for (const { first, last } of ports) {
    if (protocol === 'all' && first === ALL_PORTS.first && last === ALL_PORTS.last) {
      withPorts.push({ first: TCP_SERVICES.first, last: UDP_SERVICES.last });
      continue;
    }
    for (const services of [TCP_SERVICES, UDP_SERVICES]) {
      if (protocol === 'all' || serviceOf(protocol, 0) === services.first) {
        withPorts.push({ first: services.first + first, last: services.first + last });
      }
    }
  }
  return { portless: protocol === 'all' ? [PORTLESS_SERVICES] : [], withPorts };
}

/** The boxes of services with source ports, any of some peers, and an own side. */
export function boxesOf(
  family: AddressFamily,
  services: Services,
  sourcePorts: Span<number>,
  peers: readonly Span<bigint>[],
  own: Span<bigint>,
): Box[] {
  const { portless, withPorts } = services;
  const everySource = sourcePorts.first === ALL_PORTS.first && sourcePorts.last === ALL_PORTS.last;
  const boxes: Box[] = [];
  for (const peer of peers) {
    // One box does where nothing is limited; a span from TCP to UDP exists for all ports of both only.
    if (everySource && portless[0] === PORTLESS_SERVICES && spansBoth(withPorts[0])) {
      boxes.push({ family, service: ALL_SERVICES, sourcePorts, peer, own });
      continue;
    }
    for (const service of portless) {
      boxes.push({ family, service, sourcePorts: ALL_PORTS, peer, own });
    }
    for (const service of withPorts) boxes.push({ family, service, sourcePorts, peer, own });
  }
  return boxes;
}

function spansBoth(services: Span<number> | undefined): boolean {
  return services?.first === TCP_SERVICES.first && services.last === UDP_SERVICES.last;
}
