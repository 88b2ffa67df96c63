/** The directions of rules. */
export type Direction = 'ingress' | 'egress';

/**
 * What a rule says, in the API's own values; '' where a field is absent. The peer is the other end
 * (the source of ingress, the destination of egress), own is the group's end.
 */
export interface RuleFields {
  readonly direction: Direction;
  /** TCP, UDP, ICMP, ICMPV6, GRE or ALL; an inventory may hold others. */
  readonly ipProtocol: string;
  readonly portRange: string;
  readonly portRangeListId: string;
  readonly sourcePortRange: string;
  readonly policy: 'Accept' | 'Drop';
  readonly priority: number;
  readonly nicType: 'internet' | 'intranet';
  readonly peerCidr: string;
  readonly peerIpv6Cidr: string;
  readonly peerGroupId: string;
  /** Account of the peer group; '' when the peer is no group. */
  readonly peerGroupOwnerId: string;
  readonly peerPrefixListId: string;
  readonly ownCidr: string;
  readonly ownIpv6Cidr: string;
  readonly description: string;
}

/** A rule of a group. */
export interface Rule extends RuleFields {
  readonly ruleId: string;
  /** Grows with every rule that a group gets: the order of listing. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The kinds of authorization objects. */
export type PeerKind = 'cidr' | 'ipv6-cidr' | 'group' | 'prefix-list' | 'none';

/** What a rule authorizes; a CIDR block goes before a group, a group before a prefix list. */
export function peerKind(fields: RuleFields): PeerKind {
  if (fields.peerCidr !== '') {
    return 'cidr';
  }
  if (fields.peerIpv6Cidr !== '') {
    return 'ipv6-cidr';
  }
  if (fields.peerGroupId !== '') {
    return 'group';
  }
  return fields.peerPrefixListId === '' ? 'none' : 'prefix-list';
}

/**
 * Equal for two rules that the service takes for the same one: all fields but the description, and
 * the priority only if asked for. Two spellings of one address are the same address.
 */
export function ruleIdentity(fields: RuleFields, withPriority: boolean): string {
  return JSON.stringify([
    fields.direction,
    fields.ipProtocol.toUpperCase(),
    fields.portRange,
    fields.portRangeListId,
    // No source port range and all source ports mean the same.
    fields.sourcePortRange === '-1/-1' ? '' : fields.sourcePortRange,
    fields.policy,
    withPriority ? fields.priority : '',
    fields.nicType,
    fullBlock(fields.peerCidr, 32),
    fullBlock(fields.peerIpv6Cidr, 128),
    fields.peerGroupId,
    fields.peerGroupOwnerId,
    fields.peerPrefixListId,
    fullBlock(fields.ownCidr, 32),
    fullBlock(fields.ownIpv6Cidr, 128),
  ]);
}

/** A block with its prefix length, that of a single address (32 or 128 bits) filled in. */
export function fullBlock(text: string, bits: number): string {
  return text === '' || text.includes('/') ? text : `${text}/${bits}`;
}
