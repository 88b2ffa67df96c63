import type { Settings } from './options';
import { refuse } from './refuse';
import { fullBlock, type RuleFields } from './rule';
import {
  readDescription,
  readIpv6Cidr,
  readNicType,
  readOwnCidr,
  readPeerCidr,
  readPolicy,
  readPortRange,
  readPriority,
  readProtocol,
  readSourcePortRange,
} from './rule-fields';
import { type RuleCall, type RuleRefusals, refusalsOf } from './rule-refusals';

/** Raw parameters of one rule, whichever form they came in. */
export type RuleParameters = ReadonlyMap<string, string>;

/**
 * A rule as asked for, every field checked on its own; what depends on the group (the NIC type, and
 * the account of a peer group) is still as sent.
 */
export interface RuleInput extends Omit<RuleFields, 'nicType' | 'peerGroupOwnerId'> {
  readonly nicType: RuleFields['nicType'] | '';
  readonly peerGroupOwnerId: string;
  readonly peerGroupOwnerAccount: string;
  /** Whether Policy and Priority were sent, as their defaults are not always meant. */
  readonly policySent: boolean;
  readonly prioritySent: boolean;
}

const COMMON_FIELDS = [
  'IpProtocol',
  'PortRange',
  'PortRangeListId',
  'SourcePortRange',
  'Policy',
  'Priority',
  'NicType',
  'Description',
];

/** Names of the parameters for the two ends of a rule; ingress comes from the source. */
export interface EndNames {
  readonly peer: 'Source' | 'Dest';
  readonly own: 'Source' | 'Dest';
}

/** Which end is the peer's. */
export function endNames(direction: RuleFields['direction']): EndNames {
  return direction === 'ingress'
    ? { peer: 'Source', own: 'Dest' }
    : { peer: 'Dest', own: 'Source' };
}

/** Names of the parameters that name the peer. */
export function peerFieldNames(direction: RuleFields['direction']): string[] {
  const { peer } = endNames(direction);
  return [`${peer}CidrIp`, `Ipv6${peer}CidrIp`, `${peer}GroupId`, `${peer}PrefixListId`];
}

/** Names of all parameters of a rule. */
export function ruleFieldNames(direction: RuleFields['direction']): ReadonlySet<string> {
  const { peer, own } = endNames(direction);
  return new Set([
    ...COMMON_FIELDS,
    ...peerFieldNames(direction),
    `${peer}GroupOwnerId`,
    `${peer}GroupOwnerAccount`,
    `${own}CidrIp`,
    `Ipv6${own}CidrIp`,
  ]);
}

/**
 * Reads and checks the parameters of one rule: first that the required ones are there, then the
 * format of each, then whether they go together. Throws the row of the call's page.
 */
export function readRuleInput(
  parameters: RuleParameters,
  call: RuleCall,
  settings: Settings,
): RuleInput {
  const refusals = refusalsOf(call);
  const { peer, own } = endNames(call.direction);
  const value = (name: string) => parameters.get(name) ?? '';

  if (value('IpProtocol') === '') {
    refuse(refusals.protocolMissing);
  }
  if (value('PortRange') === '' && value('PortRangeListId') === '') {
    refuse(refusals.portRangeMissing);
  }
  const peerNames = peerFieldNames(call.direction);
  if (peerNames.every((name) => value(name) === '')) {
    refuse(
      peerNames.some((name) => parameters.has(name)) ? refusals.peerBlank : refusals.peerMissing,
    );
  }

  const ipProtocol = readProtocol(value('IpProtocol'), refusals);
  const portRange = readPortRange(value('PortRange'), ipProtocol, refusals);
  const sourcePortRange = readSourcePortRange(value('SourcePortRange'), ipProtocol, refusals);
  const input: RuleInput = {
    direction: call.direction,
    ipProtocol,
    portRange,
    // A port range goes before a list of them.
    portRangeListId: portRange === '' ? value('PortRangeListId') : '',
    sourcePortRange,
    policy: readPolicy(value('Policy'), refusals),
    policySent: value('Policy') !== '',
    priority: readPriority(value('Priority'), refusals),
    prioritySent: value('Priority') !== '',
    nicType: readNicType(value('NicType'), refusals),
    description: readDescription(value('Description'), refusals),
    ...readPeer(value, peer, refusals, settings),
    ...readOwnEnd(value, own, refusals, settings),
  };
  checkAddressFamilies(input);
  if (call.operation === 'authorize' && input.ownCidr !== '' && isSameBlock(input)) {
    refuse('InvalidParamter.Conflict/CIDR');
  }
  return input;
}

function isSameBlock({ ownCidr, peerCidr }: RuleInput): boolean {
  return fullBlock(ownCidr, 32) === fullBlock(peerCidr, 32);
}

type Read = (name: string) => string;

function readPeer(value: Read, peer: EndNames['peer'], refusals: RuleRefusals, settings: Settings) {
  const cidrName = `${peer}CidrIp`;
  const ipv6Name = `Ipv6${peer}CidrIp`;
  refuseBothFamilies(value, cidrName, ipv6Name, refusals.peerCidrAndIpv6Cidr);
  const peerCidr = readPeerCidr(value(cidrName), refusals, settings);
  const peerIpv6Cidr = readIpv6Cidr(ipv6Name, value(ipv6Name), refusals.peerIpv6Cidr, settings);
  const hasCidr = peerCidr !== '' || peerIpv6Cidr !== '';
  // A block goes before a group, a group before a prefix list: the others are ignored.
  const peerGroupId = hasCidr ? '' : value(`${peer}GroupId`);
  return {
    peerCidr,
    peerIpv6Cidr,
    peerGroupId,
    peerGroupOwnerId: peerGroupId === '' ? '' : value(`${peer}GroupOwnerId`),
    peerGroupOwnerAccount: peerGroupId === '' ? '' : value(`${peer}GroupOwnerAccount`),
    peerPrefixListId: hasCidr || peerGroupId !== '' ? '' : value(`${peer}PrefixListId`),
  };
}

function readOwnEnd(value: Read, own: EndNames['own'], refusals: RuleRefusals, settings: Settings) {
  const cidrName = `${own}CidrIp`;
  const ipv6Name = `Ipv6${own}CidrIp`;
  refuseBothFamilies(value, cidrName, ipv6Name, refusals.ownCidrAndIpv6Cidr);
  return {
    ownCidr: readOwnCidr(cidrName, value(cidrName), refusals, settings),
    ownIpv6Cidr: readIpv6Cidr(ipv6Name, value(ipv6Name), refusals.ownIpv6Cidr, settings),
  };
}

function refuseBothFamilies(
  value: Read,
  cidrName: string,
  ipv6Name: string,
  refusal: RuleRefusals['ownCidr'],
): void {
  if (value(cidrName) !== '' && value(ipv6Name) !== '') {
    refuse(
      refusal,
      `The Parameters ${cidrName} and ${ipv6Name} in the rule cannot be set at the same time.`,
    );
  }
}

/**
 * Throws when a rule mixes IPv4 with IPv6, or names addresses of the family that its protocol does
 * not have: ICMP is of IPv4 only, ICMPv6 of IPv6.
 */
export function checkAddressFamilies(
  fields: Pick<RuleFields, 'ipProtocol' | 'peerCidr' | 'peerIpv6Cidr' | 'ownCidr' | 'ownIpv6Cidr'>,
): void {
  const ipv4 = fields.peerCidr !== '' || fields.ownCidr !== '';
  const ipv6 = fields.peerIpv6Cidr !== '' || fields.ownIpv6Cidr !== '';
  if (ipv4 && ipv6) {
    refuse('InvalidParameter.Conflict');
  }
  if (ipv6 && fields.ipProtocol === 'ICMP') {
    refuse(
      'InvalidParam.Ipv4ProtocolConflictWithIpv6Address',
      'IPv6 address cannot be specified for IPv4-specific protocol.',
    );
  }
  if (ipv4 && fields.ipProtocol === 'ICMPV6') {
    refuse(
      'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
      'IPv4 address cannot be specified for IPv6-specific protocol.',
    );
  }
}
