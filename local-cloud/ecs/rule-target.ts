import type { Environment } from './environment';
import type { Settings } from './options';
import { refuse } from './refuse';
import type { RuleFields } from './rule';
import { hasPorts } from './rule-fields';
import type { RuleInput } from './rule-input';
import { type RuleCall, type RuleRefusals, refusalsOf } from './rule-refusals';
import type { ExistingGroup } from './store';

/** The group a rule is for, and where it is. */
export interface RuleSite extends ExistingGroup {
  readonly regionId: string;
}

/**
 * The rule as the group would hold it, without looking whether its peer exists: the NIC type gets
 * its default (internet in the classic network, intranet in a VPC) and the peer group its account.
 */
export function ruleAt(
  site: RuleSite,
  input: RuleInput,
  call: RuleCall,
  { settings }: Environment,
): RuleFields {
  const inVpc = site.state.vpcId !== '';
  if (inVpc && input.nicType === 'internet' && settings.internetNicInVpc === 'refuse') {
    const refusals = refusalsOf(call);
    refuse(input.peerGroupId === '' ? refusals.nicTypeDiffers : refusals.peerGroupNeedsIntranet);
  }
  const { peerGroupOwnerAccount, policySent: _, prioritySent: __, ...fields } = input;
  return {
    ...fields,
    nicType: inVpc ? 'intranet' : input.nicType || 'internet',
    peerGroupOwnerId:
      input.peerGroupId === ''
        ? ''
        : (peerGroupAccount(input.peerGroupOwnerId, peerGroupOwnerAccount, settings) ??
          site.group.accountId),
  };
}

/**
 * Checks that what a rule refers to exists and can be referred to by the group: the peer group, the
 * prefix list, the port range list. Throws the row of the call's page.
 */
export function checkReferences(
  site: RuleSite,
  fields: RuleFields,
  call: RuleCall,
  environment: Environment,
): void {
  const refusals = refusalsOf(call);
  const classic = site.state.vpcId === '';
  if (classic && (fields.peerIpv6Cidr !== '' || fields.ownIpv6Cidr !== '')) {
    refuse('InvalidSecurityGroup.InvalidNetworkType');
  }
  if (fields.peerGroupId !== '') {
    checkPeerGroup(site, fields, refusals, environment);
  }
  if (fields.peerPrefixListId !== '') {
    checkPrefixList(site, fields, environment);
  }
  if (fields.portRangeListId !== '') {
    checkPortRangeList(site, fields, environment);
  }
}

/** The account named by an id or, failing that, a login name; undefined when neither was sent. */
export function peerGroupAccount(
  ownerId: string,
  ownerName: string,
  { accountNames }: Settings,
): string | undefined {
  if (ownerId !== '' || ownerName === '') {
    return ownerId === '' ? undefined : ownerId;
  }
  // A name that nobody has stands for itself, an account that holds no groups.
  return Object.hasOwn(accountNames, ownerName) ? accountNames[ownerName] : ownerName;
}

function checkPeerGroup(
  { group, state, regionId }: RuleSite,
  { peerGroupId, peerGroupOwnerId, nicType }: RuleFields,
  refusals: RuleRefusals,
  { settings, store }: Environment,
): void {
  const foreign = peerGroupOwnerId !== group.accountId;
  if (peerGroupId === group.id && !foreign) {
    refuse(refusals.peerGroupIsOwn);
  }
  if (nicType !== 'intranet') {
    refuse(refusals.peerGroupNeedsIntranet);
  }
  const peer = store.existing(peerGroupOwnerId, regionId, peerGroupId)?.state;
  if (peer === undefined) {
    refuse(foreign ? refusals.foreignPeerGroupNotFound : refusals.peerGroupNotFound);
  }
  if (peer.serviceManaged) {
    refuseManaged(peerGroupId);
  }
  if (peer.type === 'enterprise') {
    refuse('InvalidGroupAuthParameter.OperationDenied');
  }
  if (state.vpcId === '' && peer.vpcId !== '') {
    refuse('VPCDisabled');
  }
  if (state.vpcId !== '' && peer.vpcId === '') {
    refuse(refusals.peerGroupIsClassic);
  }
  if (state.vpcId !== peer.vpcId && !(foreign && settings.crossAccountVpc === 'allow')) {
    refuse(refusals.peerGroupInOtherVpc);
  }
}

function checkPrefixList(
  { group, state, regionId }: RuleSite,
  { peerPrefixListId, ipProtocol, ownCidr, ownIpv6Cidr }: RuleFields,
  { settings, store }: Environment,
): void {
  if (state.vpcId === '') {
    refuse('NotSupported.ClassicNetworkPrefixList');
  }
  const list = store.region(group.accountId, regionId).prefixLists.get(peerPrefixListId);
  if (list === undefined) {
    refuse('InvalidPrefixListId.NotFound');
  }
  const otherFamily = list.addressFamily === 'IPv4' ? ownIpv6Cidr : ownCidr;
  if (otherFamily !== '') {
    refuse('InvalidParam.PrefixListAddressFamilyMismatch');
  }
  if (list.addressFamily === 'IPv6' && ipProtocol === 'ICMP') {
    refuse(
      'InvalidParam.Ipv4ProtocolConflictWithIpv6Address',
      'IPv6 address cannot be specified for IPv4-specific protocol.',
    );
  }
  if (list.addressFamily === 'IPv4' && ipProtocol === 'ICMPV6') {
    refuse(
      'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
      'IPv4 address cannot be specified for IPv6-specific protocol.',
    );
  }
  const referrers = store.referrers(group.accountId, peerPrefixListId);
  if (!referrers.has(group) && referrers.size >= settings.prefixListAssociations) {
    refuse('LimitExceed.PrefixListAssociationResource');
  }
}

function checkPortRangeList(
  { group, state, regionId }: RuleSite,
  { portRangeListId, ipProtocol }: RuleFields,
  { store }: Environment,
): void {
  if (state.vpcId === '') {
    refuse('InvalidSecurityGroup.InvalidNetworkType');
  }
  if (!hasPorts(ipProtocol)) {
    refuse('InvalidParam.ProtocolNotSupportPortRangeList');
  }
  if (!store.region(group.accountId, regionId).portRangeLists.has(portRangeListId)) {
    refuse('InvalidPortRangeListId.NotFound');
  }
}

/** Refuses a write to, or a reference to, a group that a cloud service manages. */
export function refuseManaged(groupId: string): never {
  return refuse(
    'InvalidOperation.ResourceManagedByCloudProduct',
    `The security group ${groupId} is managed by a cloud service and cannot be changed or referred to.`,
  );
}
