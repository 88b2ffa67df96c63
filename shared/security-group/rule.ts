import { type Cidr, formatCidr, parseCidr } from './address';
import { FormatError } from './format-error';
import { parseSecurityGroupRuleId, type SecurityGroupRuleId } from './identifiers';
import type { Permission } from './permission';
import { formatPorts, type PortRange, parsePorts, type RulePorts } from './port-range';
import { formatProtocol, type Protocol, parseProtocol } from './protocol';

export type Direction = 'ingress' | 'egress';

/** The far side of a rule: whom it lets in, or lets out to. */
export type Peer =
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'group'; readonly securityGroupId: string; readonly ownerAccount?: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  /** No authorization object was given: the rule is read as matching nobody. */
  | { readonly kind: 'none' };

/** One rule of a security group, parsed. */
export interface Rule {
  readonly id?: SecurityGroupRuleId;
  readonly direction: Direction;
  readonly policy: 'accept' | 'drop';
  /** 1 is the strongest. Writes take 1 to 100; reads may return 110 for rules of old default groups. */
  readonly priority: number;
  readonly protocol: Protocol;
  /** Ports of the packet's destination. They limit TCP and UDP packets only. */
  readonly ports: RulePorts;
  /** Ports of the packet's source. They limit TCP and UDP packets only. */
  readonly sourcePorts: 'all' | PortRange;
  readonly peer: Peer;
  /** The near side of a quintuple rule; absent: every address of the group. */
  readonly own?: Cidr;
  readonly description: string;
  /** The rule as it was read, for addressing it in a later call. */
  readonly permission: Permission;
}

/**
 * Parses one rule. Where a rule names several authorization objects the CIDR block decides, then the
 * group, then the prefix list. A missing Policy is accept, a missing Priority 1. Throws FormatError that
 * names the rule and the field: a rule that cannot be read must not be guessed at.
 */
export function parseRule(permission: Permission): Rule {
  try {
    const direction = parseDirection(permission.Direction);
    const far = direction === 'ingress' ? 'Source' : 'Dest';
    const near = direction === 'ingress' ? 'Dest' : 'Source';
    const own = parseCidrField(permission, near);
    return {
      ...(permission.SecurityGroupRuleId
        ? { id: parseSecurityGroupRuleId(permission.SecurityGroupRuleId) }
        : {}),
      direction,
      policy: parsePolicy(permission.Policy),
      priority: parsePriority(permission.Priority),
      protocol: parseProtocol(permission.IpProtocol ?? ''),
      ports: permission.PortRangeListId
        ? { portRangeListId: permission.PortRangeListId }
        : parsePorts(permission.PortRange),
      sourcePorts: parsePorts(permission.SourcePortRange),
      peer: parsePeer(permission, far),
      ...(own ? { own } : {}),
      description: permission.Description ?? '',
      permission,
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(
      `rule ${permission.SecurityGroupRuleId || '(without an id)'}: ${error.message}`,
    );
  }
}

function parseDirection(text: string | undefined): Direction {
  const direction = text?.toLowerCase();
  if (direction === 'ingress' || direction === 'egress') return direction;
  throw new FormatError(`"${text ?? ''}" is not a direction: ingress or egress is expected`);
}

function parsePolicy(text: string | undefined): 'accept' | 'drop' {
  const policy = text ? text.toLowerCase() : 'accept';
  if (policy === 'accept' || policy === 'drop') return policy;
  throw new FormatError(`"${text}" is not a rule's policy: Accept or Drop is expected`);
}

function parsePriority(value: string | number | undefined): number {
  if (value === undefined || value === '') return 1;
  // Not Number() alone: that reads "0x10" and " 5 " too.
  const priority = /^\d{1,3}$/.test(String(value)) ? Number(value) : 0;
  if (priority >= 1 && priority <= 110) return priority;
  throw new FormatError(`"${value}" is not a priority: a whole number from 1 to 110 is expected`);
}

function parseCidrField(permission: Permission, side: 'Source' | 'Dest'): Cidr | undefined {
  const ipv4 = permission[`${side}CidrIp`];
  const ipv6 = permission[`Ipv6${side}CidrIp`];
  if (ipv4 && ipv6) {
    throw new FormatError(`both ${side}CidrIp and Ipv6${side}CidrIp are set: one is expected`);
  }
  const text = ipv4 || ipv6;
  if (!text) return undefined;
  const cidr = parseCidr(text);
  if (cidr.family !== (ipv4 ? 4 : 6)) {
    throw new FormatError(`"${text}" is of the other address family than its field`);
  }
  return cidr;
}

function parsePeer(permission: Permission, side: 'Source' | 'Dest'): Peer {
  const cidr = parseCidrField(permission, side);
  if (cidr) return { kind: 'cidr', cidr };
  const securityGroupId = permission[`${side}GroupId`];
  if (securityGroupId) {
    const ownerAccount = permission[`${side}GroupOwnerAccount`];
    return { kind: 'group', securityGroupId, ...(ownerAccount ? { ownerAccount } : {}) };
  }
  const prefixListId = permission[`${side}PrefixListId`];
  if (prefixListId) return { kind: 'prefix-list', prefixListId };
  return { kind: 'none' };
}

/** A rule in words, the same for people everywhere: `drop egress TCP 25/25 to 0.0.0.0/0, priority 1`. */
export function describeRule(rule: Rule): string {
  const ports =
    typeof rule.ports === 'object' && 'portRangeListId' in rule.ports
      ? rule.ports.portRangeListId
      : formatPorts(rule.ports);
  const sourcePorts =
    rule.sourcePorts === 'all' ? '' : ` from source ports ${formatPorts(rule.sourcePorts)}`;
  const own = rule.own ? ` at ${formatCidr(rule.own)}` : '';
  const preposition = rule.direction === 'ingress' ? 'from' : 'to';
  return (
    `${rule.policy} ${rule.direction} ${formatProtocol(rule.protocol)} ${ports} ${preposition} ` +
    `${describePeer(rule.peer)}${sourcePorts}${own}, priority ${rule.priority}`
  );
}

/** A peer in words: a CIDR block, the id of a group or prefix list, or `nobody`. */
export function describePeer(peer: Peer): string {
  switch (peer.kind) {
    case 'cidr':
      return formatCidr(peer.cidr);
    case 'group':
      return peer.securityGroupId;
    case 'prefix-list':
      return peer.prefixListId;
    case 'none':
      return 'nobody';
  }
}
