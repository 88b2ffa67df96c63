/** Short ways to write rules, packets and regions in tests. */
import {
  ALL_PORTS_TEXT,
  type Permission,
  parseAddress,
  parseCidr,
  parsePorts,
  parseProtocol,
  parseRule,
  type Rule,
} from '../../security-group';
import type { Flow, Packet, RuleSet } from '../index';

/** An ingress rule, accept of everything from everywhere in IPv4 but for what is given. */
export function ingress(permission: Permission = {}): Rule {
  return parseRule({
    Direction: 'ingress',
    IpProtocol: 'ALL',
    PortRange: ALL_PORTS_TEXT,
    ...(hasPeer(permission, 'Source') ? {} : { SourceCidrIp: '0.0.0.0/0' }),
    ...permission,
  });
}

/** An egress rule, accept of everything to everywhere in IPv4 but for what is given. */
export function egress(permission: Permission = {}): Rule {
  return parseRule({
    Direction: 'egress',
    IpProtocol: 'ALL',
    PortRange: ALL_PORTS_TEXT,
    ...(hasPeer(permission, 'Dest') ? {} : { DestCidrIp: '0.0.0.0/0' }),
    ...permission,
  });
}

function hasPeer(permission: Permission, side: 'Source' | 'Dest'): boolean {
  return (
    `${side}CidrIp` in permission ||
    `Ipv6${side}CidrIp` in permission ||
    `${side}GroupId` in permission ||
    `${side}PrefixListId` in permission
  );
}

/** A basic group's rule set that leaves intra-group traffic open. */
export function group(...rules: readonly Rule[]): RuleSet {
  return { groupType: 'normal', innerAccessPolicy: 'accept', rules };
}

/** An enterprise group's rule set. */
export function enterprise(...rules: readonly Rule[]): RuleSet {
  return { groupType: 'enterprise', innerAccessPolicy: 'drop', rules };
}

/** A packet in either direction: `tcp(443, '10.1.2.3')`. */
export function packet(
  direction: 'ingress' | 'egress',
  protocol: string,
  port: number | null,
  peer: string,
  more: { sourcePort?: number; own?: string; sameGroup?: boolean } = {},
): Packet {
  const { family, value } = parseAddress(peer);
  const number = parseProtocol(protocol);
  if (number === 'all') throw new RangeError('a packet is of one protocol');
  return {
    direction,
    family,
    protocol: number,
    destinationPort: port,
    sourcePort: port === null ? null : (more.sourcePort ?? 50_000),
    peer: value,
    own: parseAddress(more.own ?? (family === 4 ? '10.0.0.1' : '2001:db8::1')).value,
    sameGroup: more.sameGroup ?? false,
  };
}

/** A flow of all source ports and own addresses: `flow('TCP', '25/25', '0.0.0.0/0')`. */
export function flow(protocol: string, ports: string, cidr: string): Flow {
  const peer = { kind: 'cidr' as const, cidr: parseCidr(cidr) };
  return {
    family: peer.cidr.family,
    protocol: parseProtocol(protocol),
    ports: parsePorts(ports),
    sourcePorts: 'all',
    peer,
  };
}
