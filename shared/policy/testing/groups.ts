/** Security groups for tests: one with nothing special about it, and rules in the spelling of a read. */
import {
  type Permission,
  parseRegionId,
  parseRule,
  parseSecurityGroupId,
  type SecurityGroup,
} from '../../security-group';
import type { ReadLists } from '../../traffic';

export const NO_LISTS: ReadLists = { prefixLists: new Map(), portRangeLists: new Map() };

/** Outbound TCP to every IPv4 address, unless the fields say otherwise. */
export function egress(fields: Permission): Permission {
  const peers = ['Ipv6DestCidrIp', 'DestGroupId', 'DestPrefixListId'] as const;
  return {
    Direction: 'egress',
    Policy: 'Accept',
    Priority: '1',
    IpProtocol: 'TCP',
    PortRange: '1/65535',
    ...(peers.some((peer) => fields[peer]) ? {} : { DestCidrIp: '0.0.0.0/0' }),
    ...fields,
  };
}

/** A basic group in a VPC; rules without an id get one by their position, unless `ids` is false. */
export function groupOf(
  permissions: readonly Permission[],
  fields: Partial<Omit<SecurityGroup, 'rules'>> = {},
  { ids = true } = {},
): SecurityGroup {
  return {
    regionId: parseRegionId('cn-hangzhou'),
    id: parseSecurityGroupId('sg-bp1'),
    name: 'web',
    type: 'normal',
    vpcId: 'vpc-1',
    tags: {},
    serviceManaged: false,
    innerAccessPolicy: 'accept',
    rules: permissions.map((permission, index) =>
      parseRule({ ...(ids ? { SecurityGroupRuleId: `sgr-${index}` } : {}), ...permission }),
    ),
    ...fields,
  };
}
