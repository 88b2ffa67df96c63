import type { ResponseBody } from '../action';
import { type EcsAction, type Environment, timestamp } from './environment';
import { pageOf, pageRequest } from './paging';
import { optional, requiredRegion } from './parameters';
import { refuse } from './refuse';
import type { Rule } from './rule';
import { requiredGroupId } from './rule-request';
import type { ExistingGroup, RegionStore } from './store';

/** DescribeSecurityGroupAttribute: a group with its rules, in the order in which it got them. */
export const describeSecurityGroupAttribute: EcsAction = (environment, parameters, context) => {
  if (optional(parameters, 'RegionId') === '') {
    refuse('MissingParameter.RegionId');
  }
  const regionId = requiredRegion(parameters);
  const groupId = requiredGroupId(parameters);
  const direction = optional(parameters, 'Direction').toLowerCase() || 'all';
  if (!['ingress', 'egress', 'all'].includes(direction)) {
    refuse('InvalidParamter', 'Direction');
  }
  const nicType = optional(parameters, 'NicType').toLowerCase();
  if (!['', 'internet', 'intranet'].includes(nicType)) {
    refuse('InvalidNicType.ValueNotSupported/unknown');
  }
  const attribute = optional(parameters, 'Attribute');
  if (attribute !== '' && attribute !== 'snapshotPolicyIds') {
    refuse('InvalidParameter.AttributeNotSupported');
  }
  const request = pageRequest(parameters, `rules/${regionId}/${groupId}`, {
    least: 10,
    most: 1000,
    usual: 500,
  });

  const region = environment.store.region(context.caller.accountId, regionId);
  const existing = environment.store.visible(region, groupId, context.now);
  if (existing === undefined) {
    return refuse('InvalidSecurityGroupId.NotFound/fixed');
  }
  const { state } = existing;
  // In a VPC every rule is of the intranet; in the classic network the two sets are read apart.
  const wantedNic = state.vpcId === '' ? nicType || 'internet' : '';
  const rules = new Map<string, Rule>();
  for (const rule of state.rules) {
    if (
      (direction === 'all' || rule.direction === direction) &&
      (wantedNic === '' || rule.nicType === wantedNic)
    ) {
      rules.set(sequenceKey(rule), rule);
    }
  }
  const page = pageOf([...rules.keys()], (key) => rules.get(key), request);
  const view = (rule: Rule) => ruleView(rule, existing, region, regionId, environment);
  return {
    RegionId: regionId,
    SecurityGroupId: groupId,
    SecurityGroupName: state.name,
    Description: state.description,
    VpcId: state.vpcId,
    InnerAccessPolicy: state.innerAccessPolicy,
    Permissions: { Permission: page.items.map(view) },
    SnapshotPolicyIds: { SnapshotPolicyId: [] },
    NextToken: page.nextToken,
  };
};

/** Descends as sequence numbers ascend: rules are kept in the order of theirs. */
function sequenceKey(rule: Rule): string {
  return String(Number.MAX_SAFE_INTEGER - rule.sequence).padStart(16, '0');
}

function ruleView(
  rule: Rule,
  { group }: ExistingGroup,
  region: RegionStore,
  regionId: string,
  { settings, store }: Environment,
): ResponseBody {
  const ingress = rule.direction === 'ingress';
  const end = (isSource: boolean, peer: string, own: string) => (isSource === ingress ? peer : own);
  const peerGroup = store.existing(rule.peerGroupOwnerId, regionId, rule.peerGroupId);
  const peerGroupName = peerGroup?.state.name ?? '';
  const peerListName = region.prefixLists.get(rule.peerPrefixListId)?.name ?? '';
  const owner = rule.peerGroupId === '' ? '' : rule.peerGroupOwnerId || group.accountId;
  return {
    SecurityGroupRuleId: rule.ruleId,
    Direction: rule.direction,
    IpProtocol: rule.ipProtocol,
    PortRange: rule.portRange,
    PortRangeListId: rule.portRangeListId,
    PortRangeListName: region.portRangeLists.get(rule.portRangeListId)?.name ?? '',
    SourcePortRange: rule.sourcePortRange,
    Policy: rule.policy,
    Priority: settings.priorityFormat === 'number' ? rule.priority : String(rule.priority),
    NicType: rule.nicType,
    SourceCidrIp: end(true, rule.peerCidr, rule.ownCidr),
    Ipv6SourceCidrIp: end(true, rule.peerIpv6Cidr, rule.ownIpv6Cidr),
    SourceGroupId: end(true, rule.peerGroupId, ''),
    SourceGroupName: end(true, peerGroupName, ''),
    SourceGroupOwnerAccount: end(true, owner, ''),
    SourcePrefixListId: end(true, rule.peerPrefixListId, ''),
    SourcePrefixListName: end(true, peerListName, ''),
    DestCidrIp: end(false, rule.peerCidr, rule.ownCidr),
    Ipv6DestCidrIp: end(false, rule.peerIpv6Cidr, rule.ownIpv6Cidr),
    DestGroupId: end(false, rule.peerGroupId, ''),
    DestGroupName: end(false, peerGroupName, ''),
    DestGroupOwnerAccount: end(false, owner, ''),
    DestPrefixListId: end(false, rule.peerPrefixListId, ''),
    DestPrefixListName: end(false, peerListName, ''),
    Description: rule.description,
    CreateTime: timestamp(rule.createdAt),
  };
}
