import { maskIpv4, parseIpv4Block, parseIpv6Block } from './addresses';
import type { Settings } from './options';
import { parsePortRange } from './ports';
import { refuse } from './refuse';
import { fullBlock, type RuleFields } from './rule';
import type { RuleRefusals } from './rule-refusals';

/** The upper-case protocol. Throws for one that does not exist. */
export function readProtocol(text: string, refusals: RuleRefusals): string {
  const protocol = text.toUpperCase();
  return ['TCP', 'UDP', 'ICMP', 'ICMPV6', 'GRE', 'ALL'].includes(protocol)
    ? protocol
    : refuse(refusals.protocolUnknown);
}

/** The normalized port range, '' for none. Throws unless it is one and fits the protocol. */
export function readPortRange(text: string, ipProtocol: string, refusals: RuleRefusals): string {
  if (text === '') {
    return '';
  }
  const range = parsePortRange(text);
  if (!range.valid) {
    return refuse(range.fault === 'syntax' ? refusals.portRangeSyntax : refusals.portRangeOrder);
  }
  return range.all === hasPorts(ipProtocol) ? refuse(refusals.protocolAndPortsDiffer) : range.text;
}

/** The normalized source port range, '' for none. Throws unless it fits the protocol. */
export function readSourcePortRange(
  text: string,
  ipProtocol: string,
  refusals: RuleRefusals,
): string {
  if (text === '') {
    return '';
  }
  const range = parsePortRange(text);
  return !range.valid || range.all === hasPorts(ipProtocol)
    ? refuse(refusals.sourcePortRange)
    : range.text;
}

/** Whether packets of the protocol have ports. */
export function hasPorts(ipProtocol: string): boolean {
  return ipProtocol === 'TCP' || ipProtocol === 'UDP';
}

/** The policy; accept by default. */
export function readPolicy(text: string, refusals: RuleRefusals): RuleFields['policy'] {
  switch (text.toLowerCase()) {
    case '':
    case 'accept':
      return 'Accept';
    case 'drop':
      return 'Drop';
    default:
      return refuse(refusals.policy);
  }
}

/** The priority, 1 to 100; 1 by default. */
export function readPriority(text: string, refusals: RuleRefusals): number {
  if (text === '') {
    return 1;
  }
  if (!/^-?\d+$/.test(text)) {
    refuse(refusals.priorityNotANumber);
  }
  const priority = Number(text);
  if (priority < 1) {
    refuse(refusals.priorityTooSmall);
  }
  return priority > 100 ? refuse(refusals.priorityTooGreat) : priority;
}

/** The NIC type, '' when not sent. */
export function readNicType(text: string, refusals: RuleRefusals): RuleFields['nicType'] | '' {
  const nicType = text.toLowerCase();
  if (nicType === '' || nicType === 'internet' || nicType === 'intranet') {
    return nicType;
  }
  return refuse(/^[a-z]+$/.test(nicType) ? refusals.nicTypeUnknown : refusals.nicTypeMalformed);
}

/** A rule's description of at most 512 characters, '' when not sent. */
export function readDescription(text: string, refusals: RuleRefusals): string {
  return [...text].length > 512 ? refuse(refusals.description) : text;
}

/** The normalized IPv4 block of the peer, '' for none. */
export function readPeerCidr(text: string, refusals: RuleRefusals, settings: Settings): string {
  const block = parseIpv4Block(text);
  if (text === '' || block.valid) {
    return block.valid ? storedIpv4(block.text, settings) : '';
  }
  switch (block.fault) {
    case 'address':
      return refuse(refusals.peerCidrAddress);
    case 'family':
      return refuse(refusals.peerCidrFamily);
    case 'octet':
      return refuse(refusals.peerCidrOctet);
    case 'prefix-length':
      return refuse(refusals.peerCidrPrefixLength);
    default:
      return block.fault satisfies never;
  }
}

/** The normalized IPv4 block of the group's end, '' for none. */
export function readOwnCidr(
  name: string,
  text: string,
  refusals: RuleRefusals,
  settings: Settings,
): string {
  const block = parseIpv4Block(text);
  if (block.valid) {
    return storedIpv4(block.text, settings);
  }
  return text === ''
    ? ''
    : refuse(refusals.ownCidr, `The specified parameter ${name} is not valid.`);
}

/** The normalized IPv6 block, '' for none; a bad prefix length is ILLEGAL_IPV6_CIDR. */
export function readIpv6Cidr(
  name: string,
  text: string,
  refusal: RuleRefusals['peerIpv6Cidr'],
  settings: Settings,
): string {
  const block = parseIpv6Block(text);
  if (block.valid) {
    return withPrefix(block.text, 128, settings);
  }
  if (text === '') {
    return '';
  }
  return block.fault === 'prefix-length'
    ? refuse('ILLEGAL_IPV6_CIDR', `The IPv6 CIDR block in ${name} is illegal.`)
    : refuse(refusal, `The specified parameter ${name} is not valid.`);
}

function storedIpv4(block: string, settings: Settings): string {
  const full = withPrefix(block, 32, settings);
  return settings.ipv4HostBits === 'mask' ? maskIpv4(full) : full;
}

function withPrefix(block: string, bits: 32 | 128, settings: Settings): string {
  return settings.singleAddress === 'as-sent' ? block : fullBlock(block, bits);
}
