import type { Parameters } from '../action';
import type { Environment } from './environment';
import { optional } from './parameters';
import { refuse } from './refuse';
import { peerKind, type Rule, type RuleFields } from './rule';
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
import { checkAddressFamilies, endNames, ruleFieldNames } from './rule-input';
import { type RuleCall, type RuleRefusals, refusalsOf } from './rule-refusals';
import { peerGroupAccount, type RuleSite } from './rule-target';

/**
 * The rule that ModifySecurityGroupRule and its egress twin make of another by SecurityGroupRuleId:
 * a parameter that is absent leaves its field alone. Throws for what the page forbids: another kind
 * of authorization object, another NIC type, a list instead of a range of ports or the reverse, and
 * a blank for a field that has a value. What does not fit together is refused only if it changes, so
 * that the description of an odd rule of an inventory can be changed.
 */
export function modifiedRule(
  site: RuleSite,
  from: Rule,
  parameters: Parameters,
  call: RuleCall,
  environment: Environment,
): Rule {
  const { settings } = environment;
  const refusals = refusalsOf(call);
  const { own } = endNames(call.direction);
  const sent = (name: string) => optional(parameters, name);
  refuseBlanks(from, parameters, call);
  refuseOtherPortsAndNic(from, sent, refusals);

  const ipProtocol = sent('IpProtocol')
    ? readProtocol(sent('IpProtocol'), refusals)
    : from.ipProtocol;
  const sameProtocol = ipProtocol === from.ipProtocol;
  const portRange = sent('PortRange') || from.portRange;
  const sourcePortRange = sent('SourcePortRange') || from.sourcePortRange;
  const to: Rule = {
    ...from,
    ipProtocol,
    portRange:
      sameProtocol && portRange === from.portRange
        ? portRange
        : readPortRange(portRange, ipProtocol, refusals),
    portRangeListId: from.portRangeListId && (sent('PortRangeListId') || from.portRangeListId),
    sourcePortRange:
      sameProtocol && sourcePortRange === from.sourcePortRange
        ? sourcePortRange
        : readSourcePortRange(sourcePortRange, ipProtocol, refusals),
    policy: sent('Policy') ? readPolicy(sent('Policy'), refusals) : from.policy,
    priority: sent('Priority') ? readPriority(sent('Priority'), refusals) : from.priority,
    description: readDescription(sent('Description'), refusals) || from.description,
    ownCidr: readOwnCidr(`${own}CidrIp`, sent(`${own}CidrIp`), refusals, settings) || from.ownCidr,
    ownIpv6Cidr:
      readIpv6Cidr(`Ipv6${own}CidrIp`, sent(`Ipv6${own}CidrIp`), refusals.ownIpv6Cidr, settings) ||
      from.ownIpv6Cidr,
    ...changedPeer(site, from, sent, call, environment),
  };
  if (ADDRESS_FIELDS.some((name) => to[name] !== from[name])) {
    checkAddressFamilies(to);
  }
  if (site.state.type === 'enterprise' && to.policy === 'Drop' && from.policy !== 'Drop') {
    refuse('InvalidGroupParameter.OperationDenied');
  }
  return to;
}

const ADDRESS_FIELDS = [
  'ipProtocol',
  'peerCidr',
  'peerIpv6Cidr',
  'ownCidr',
  'ownIpv6Cidr',
] as const;

type Sent = (name: string) => string;

/** The one peer field that changes, or none. */
function changedPeer(
  site: RuleSite,
  from: Rule,
  sent: Sent,
  call: RuleCall,
  { settings }: Environment,
): Partial<RuleFields> {
  const refusals = refusalsOf(call);
  const { peer } = endNames(call.direction);
  const cidr = sent(`${peer}CidrIp`);
  const ipv6Name = `Ipv6${peer}CidrIp`;
  const ipv6Cidr = sent(ipv6Name);
  if (cidr !== '' && ipv6Cidr !== '') {
    refuse(
      refusals.peerCidrAndIpv6Cidr,
      `The Parameters ${peer}CidrIp and ${ipv6Name} in the rule cannot be set at the same time.`,
    );
  }
  const asked = {
    ...from,
    peerCidr: readPeerCidr(cidr, refusals, settings),
    peerIpv6Cidr: readIpv6Cidr(ipv6Name, ipv6Cidr, refusals.peerIpv6Cidr, settings),
    peerGroupId: sent(`${peer}GroupId`),
    peerPrefixListId: sent(`${peer}PrefixListId`),
  };
  const kind = peerKind(asked);
  if (kind === 'none') {
    return {};
  }
  if (kind !== peerKind(from)) {
    refuse('InvalidOperation.ModifySgRuleEntityType');
  }
  switch (kind) {
    case 'cidr':
      return { peerCidr: asked.peerCidr };
    case 'ipv6-cidr':
      return { peerIpv6Cidr: asked.peerIpv6Cidr };
    case 'prefix-list':
      return { peerPrefixListId: asked.peerPrefixListId };
    case 'group':
      return {
        peerGroupId: asked.peerGroupId,
        peerGroupOwnerId:
          peerGroupAccount(
            sent(`${peer}GroupOwnerId`),
            sent(`${peer}GroupOwnerAccount`),
            settings,
          ) ??
          (asked.peerGroupId === from.peerGroupId ? from.peerGroupOwnerId : site.group.accountId),
      };
    default:
      return kind satisfies never;
  }
}

function refuseOtherPortsAndNic(from: Rule, sent: Sent, refusals: RuleRefusals): void {
  const nicType = readNicType(sent('NicType'), refusals);
  if (nicType !== '' && nicType !== from.nicType) {
    refuse('InvalidOperation.ModifyNicType');
  }
  // A port range goes before a list of them.
  const asksForList = sent('PortRange') === '' && sent('PortRangeListId') !== '';
  if (
    (sent('PortRange') !== '' && from.portRangeListId !== '') ||
    (asksForList && from.portRangeListId === '')
  ) {
    refuse('InvalidOperation.ModifyPortRangeType');
  }
}

function refuseBlanks(from: Rule, parameters: Parameters, call: RuleCall): void {
  const { peer, own } = endNames(call.direction);
  const current: Readonly<Record<string, string>> = {
    PortRange: from.portRange,
    PortRangeListId: from.portRangeListId,
    SourcePortRange: from.sourcePortRange,
    [`${peer}CidrIp`]: from.peerCidr,
    [`Ipv6${peer}CidrIp`]: from.peerIpv6Cidr,
    [`${peer}GroupId`]: from.peerGroupId,
    [`${peer}PrefixListId`]: from.peerPrefixListId,
    [`${own}CidrIp`]: from.ownCidr,
    [`Ipv6${own}CidrIp`]: from.ownIpv6Cidr,
  };
  for (const name of ruleFieldNames(call.direction)) {
    if (parameters.get(name) === '' && (current[name] ?? '') !== '') {
      refuse('InvalidParam.InvalidModifyRuleRequest', name);
    }
  }
}
