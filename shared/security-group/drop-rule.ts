import { formatCidr } from './address';
import type { Permission } from './permission';
import { formatPorts, type PortRange } from './port-range';
import { formatProtocol, hasPorts, type Protocol } from './protocol';
import { type Direction, type Peer, parseRule, type Rule } from './rule';

/** What a new drop rule is to stop. */
export interface DropRule {
  readonly direction: Direction;
  /** 1 (strongest) to 100. */
  readonly priority: number;
  readonly protocol: Protocol;
  /** Of TCP and UDP; `all` for other protocols, which have no ports. */
  readonly ports: 'all' | PortRange;
  readonly peer: Exclude<Peer, { kind: 'none' }>;
  readonly description: string;
}

/**
 * A drop rule that does not exist yet, spelled as the API pages want it written: TCP and UDP with ports
 * from 1 to 65535, other protocols with -1/-1, NIC type intranet as in every VPC.
 */
export function newDropRule(drop: DropRule): Rule {
  const everyPort = drop.protocol !== 'all' && hasPorts(drop.protocol) ? '1/65535' : '-1/-1';
  const permission: Permission = {
    Direction: drop.direction,
    Policy: 'Drop',
    Priority: String(drop.priority),
    IpProtocol: formatProtocol(drop.protocol),
    PortRange: drop.ports === 'all' ? everyPort : formatPorts(drop.ports),
    NicType: 'intranet',
    ...peerFields(drop.direction === 'ingress' ? 'Source' : 'Dest', drop.peer),
    Description: drop.description,
  };
  return parseRule(permission);
}

function peerFields(side: 'Source' | 'Dest', peer: DropRule['peer']): Permission {
  switch (peer.kind) {
    case 'cidr': {
      const family = peer.cidr.family === 4 ? '' : 'Ipv6';
      return { [`${family}${side}CidrIp`]: formatCidr(peer.cidr) };
    }
    case 'group':
      return {
        [`${side}GroupId`]: peer.securityGroupId,
        ...(peer.ownerAccount ? { [`${side}GroupOwnerAccount`]: peer.ownerAccount } : {}),
      };
    case 'prefix-list':
      return { [`${side}PrefixListId`]: peer.prefixListId };
  }
}
