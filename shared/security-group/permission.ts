/**
 * One rule as DescribeSecurityGroupAttribute returns it (its `Permissions.Permission[]`). Absent fields
 * are empty strings; Priority is a number in some captures and a string in others.
 */
export interface Permission {
  readonly SecurityGroupRuleId?: string;
  readonly Direction?: string;
  readonly Policy?: string;
  readonly Priority?: string | number;
  readonly IpProtocol?: string;
  readonly PortRange?: string;
  readonly SourcePortRange?: string;
  readonly PortRangeListId?: string;
  readonly NicType?: string;
  readonly Description?: string;
  readonly SourceCidrIp?: string;
  readonly Ipv6SourceCidrIp?: string;
  readonly SourceGroupId?: string;
  readonly SourceGroupOwnerAccount?: string;
  readonly SourcePrefixListId?: string;
  readonly DestCidrIp?: string;
  readonly Ipv6DestCidrIp?: string;
  readonly DestGroupId?: string;
  readonly DestGroupOwnerAccount?: string;
  readonly DestPrefixListId?: string;
  readonly CreateTime?: string;
}
