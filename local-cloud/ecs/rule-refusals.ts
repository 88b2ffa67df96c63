import type { ErrorKey } from './refuse';
import type { Direction } from './rule';

/** The actions on rules, by what they do. */
export type RuleOperation = 'authorize' | 'revoke' | 'modify';

/** Which page's wording an action uses. */
export interface RuleCall {
  readonly operation: RuleOperation;
  readonly direction: Direction;
  /** Whether the rule came as Permissions.N or as parameters of their own. */
  readonly form: 'flat' | 'permissions';
}

/**
 * What can be wrong with a rule or with the group that it is for, each with the row that reports it.
 * The pages name several rows for one code without saying which cause belongs to which; the causes
 * here give every row one.
 */
export interface RuleRefusals {
  readonly groupIdMalformed: ErrorKey;
  readonly protocolMissing: ErrorKey;
  readonly protocolUnknown: ErrorKey;
  readonly portRangeMissing: ErrorKey;
  /** Not two integers of at most 65535 with a slash between them. */
  readonly portRangeSyntax: ErrorKey;
  /** Integers, but no range: the first is greater, or less than 1. */
  readonly portRangeOrder: ErrorKey;
  readonly protocolAndPortsDiffer: ErrorKey;
  readonly sourcePortRange: ErrorKey;
  readonly policy: ErrorKey;
  readonly priorityNotANumber: ErrorKey;
  readonly priorityTooSmall: ErrorKey;
  readonly priorityTooGreat: ErrorKey;
  /** Not even a word. */
  readonly nicTypeMalformed: ErrorKey;
  /** A word, but neither internet nor intranet. */
  readonly nicTypeUnknown: ErrorKey;
  /** A NIC type that the group, or the rule to modify, does not have. */
  readonly nicTypeDiffers: ErrorKey;
  readonly description: ErrorKey;
  readonly peerMissing: ErrorKey;
  /** A peer parameter was sent, but blank. */
  readonly peerBlank: ErrorKey;
  readonly peerCidrAddress: ErrorKey;
  /** An IPv6 address in the place of an IPv4 block. */
  readonly peerCidrFamily: ErrorKey;
  readonly peerCidrOctet: ErrorKey;
  readonly peerCidrPrefixLength: ErrorKey;
  readonly peerCidrAndIpv6Cidr: ErrorKey;
  readonly peerIpv6Cidr: ErrorKey;
  readonly ownCidr: ErrorKey;
  readonly ownCidrAndIpv6Cidr: ErrorKey;
  readonly ownIpv6Cidr: ErrorKey;
  readonly peerGroupIsOwn: ErrorKey;
  readonly peerGroupNeedsIntranet: ErrorKey;
  readonly peerGroupNotFound: ErrorKey;
  /** The peer group should belong to another account, and does not. */
  readonly foreignPeerGroupNotFound: ErrorKey;
  /** The peer group is of the classic network, the group itself of a VPC. */
  readonly peerGroupIsClassic: ErrorKey;
  readonly peerGroupInOtherVpc: ErrorKey;
  readonly ruleNotFound: ErrorKey;
}

const AUTHORIZE_EGRESS: RuleRefusals = {
  groupIdMalformed: 'InvalidSecurityGroupId.NotFound/detail',
  protocolMissing: 'InvalidIpProtocol.ValueNotSupported',
  protocolUnknown: 'OperationDenied',
  portRangeMissing: 'InvalidIpProtocol.Malformed',
  portRangeSyntax: 'InvalidIpProtocol.Malformed',
  portRangeOrder: 'InvalidIpProtocol.Malformed',
  protocolAndPortsDiffer: 'OperationDenied',
  sourcePortRange: 'InvalidSourcePortRange.Malformed',
  policy: 'InvalidPolicy.Malformed',
  priorityNotANumber: 'InvalidPriority.Malformed/parameter',
  priorityTooSmall: 'InvalidPriority.Malformed/parameter',
  priorityTooGreat: 'InvalidPriority.Malformed/parameter',
  nicTypeMalformed: 'InvalidNicType.ValueNotSupported/unknown',
  nicTypeUnknown: 'InvalidNicType.ValueNotSupported/unknown',
  nicTypeDiffers: 'InvalidNicType.Mismatch',
  description: 'InvalidSecurityGroupDiscription.Malformed',
  peerMissing: 'MissingParameter/Dest',
  peerBlank: 'MissingParameter/Dest',
  peerCidrAddress: 'InvalidDestCidrIp.Malformed/address',
  peerCidrFamily: 'InvalidParam.DestCidrIp',
  peerCidrOctet: 'InvalidDestCidrIp.Malformed/octet',
  peerCidrPrefixLength: 'InvalidDestCidrIp.Malformed/prefix-length',
  peerCidrAndIpv6Cidr: 'InvalidParam.DestIp',
  peerIpv6Cidr: 'InvalidParam.Ipv6DestCidrIp',
  ownCidr: 'InvalidParam.SourceCidrIp',
  ownCidrAndIpv6Cidr: 'InvalidParam.SourceIp',
  ownIpv6Cidr: 'InvalidParam.Ipv6SourceCidrIp',
  peerGroupIsOwn: 'InvalidSecurityGroup.IsSame',
  peerGroupNeedsIntranet: 'InvalidDestGroupId.Mismatch/NIC',
  peerGroupNotFound: 'InvalidDestGroupId.NotFound',
  foreignPeerGroupNotFound: 'InvalidDestGroup.NotFound',
  peerGroupIsClassic: 'InvalidNetworkType.Conflict/flat',
  peerGroupInOtherVpc: 'InvalidDestGroupId.Mismatch/VPC',
  ruleNotFound: 'InvalidSecurityGroupRule.RuleNotExist',
};

/** What AuthorizeSecurityGroupEgress says differently of rules that came as Permissions.N. */
const EGRESS_PERMISSIONS: Partial<RuleRefusals> = {
  peerGroupIsClassic: 'InvalidNetworkType.Conflict/permissions',
};

/** The ingress names of the same; no page of AuthorizeSecurityGroup decides, ModifySecurityGroupRule does. */
const INGRESS: Partial<RuleRefusals> = {
  groupIdMalformed: 'InvalidSecurityGroupId.Malformed',
  peerMissing: 'MissingParameter/Source',
  peerBlank: 'MissingParameter/Source',
  peerCidrAddress: 'InvalidSourceCidrIp.Malformed',
  peerCidrFamily: 'InvalidSourceCidrIp.Malformed',
  peerCidrOctet: 'InvalidSourceCidrIp.Malformed',
  peerCidrPrefixLength: 'InvalidSourceCidrIp.Malformed',
  peerCidrAndIpv6Cidr: 'InvalidParam.SourceIp',
  peerIpv6Cidr: 'InvalidParam.Ipv6SourceCidrIp',
  ownCidr: 'InvalidParam.DestCidrIp',
  ownCidrAndIpv6Cidr: 'InvalidParam.DestIp',
  ownIpv6Cidr: 'InvalidParam.Ipv6DestCidrIp',
  peerGroupIsOwn: 'InvalidParamter.Conflict/group',
  peerGroupNeedsIntranet: 'InvalidSourceGroupId.Mismatch/NIC',
  peerGroupNotFound: 'InvalidSourceGroupId.NotFound',
  foreignPeerGroupNotFound: 'InvalidSourceGroup.NotFound',
  peerGroupIsClassic: 'InvalidNetworkType.Mismatch',
  peerGroupInOtherVpc: 'InvalidSourceGroupId.Mismatch/VPC',
};

const MODIFY_EGRESS: Partial<RuleRefusals> = {
  groupIdMalformed: 'InvalidSecurityGroupId.NotFound/fixed',
  protocolMissing: 'InvalidIpProtocol.ValueNotSupported/egress',
  protocolUnknown: 'InvalidIpProtocol.ValueNotSupported/egress',
  portRangeSyntax: 'InvalidParam.PortRange/egress',
  priorityNotANumber: 'InvalidPriority.Malformed/quoted',
  priorityTooSmall: 'InvalidPriority.ValueNotSupported/parameter',
  priorityTooGreat: 'InvalidPriority.ValueNotSupported/specified',
  nicTypeMalformed: 'InvalidNicType.ValueNotSupported/malformed',
  peerMissing: 'MissingParameter.Dest',
  // The page has no row for these alone.
  peerCidrFamily: 'InvalidDestCidrIp.Malformed/address',
  peerCidrOctet: 'InvalidDestCidrIp.Malformed/address',
  ownCidr: 'InvalidParam.SourceIp',
  ruleNotFound: 'SecurityGroupRule.NotFound/egress',
};

const MODIFY_INGRESS: Partial<RuleRefusals> = {
  protocolMissing: 'InvalidIpProtocol.ValueNotSupported/ingress',
  protocolUnknown: 'InvalidIpProtocol.ValueNotSupported/ingress',
  portRangeSyntax: 'InvalidParam.PortRange/ingress',
  priorityTooSmall: 'InvalidPriority.ValueNotSupported/parameter',
  priorityTooGreat: 'InvalidPriority.ValueNotSupported/parameter',
  peerMissing: 'MissingParameter.Source',
  ownCidr: 'InvalidParam.DestIp',
  ruleNotFound: 'SecurityGroupRule.NotFound/ingress',
};

const REVOKE: Partial<RuleRefusals> = {
  groupIdMalformed: 'InvalidSecurityGroupId.Malformed',
  nicTypeDiffers: 'InvalidNicType.Mismatch/revoke',
};

/** The rows that a call uses. */
export function refusalsOf({ operation, direction, form }: RuleCall): RuleRefusals {
  const ingress = direction === 'ingress';
  return {
    ...AUTHORIZE_EGRESS,
    ...(ingress ? INGRESS : {}),
    ...(!ingress && form === 'permissions' ? EGRESS_PERMISSIONS : {}),
    ...(operation === 'revoke' ? REVOKE : {}),
    ...(operation === 'modify' ? (ingress ? MODIFY_INGRESS : MODIFY_EGRESS) : {}),
  };
}
