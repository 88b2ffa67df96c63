/**
 * The error tables of the pages AuthorizeSecurityGroupEgress, ModifySecurityGroupRule and
 * ModifySecurityGroupEgressRule, row by row. Rows that share a code are told apart by what stands
 * after the slash of their key, which names the cause this service gives them. Every row can arise:
 * error-rows.test.ts has a request for each; InternalError takes the option internalErrors.
 */

/** One row of an error table. `%s` in a message stands for a detail that the page leaves open. */
export interface ErrorRow {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The pages whose table has the row; empty for what comes from other pages. */
  readonly actions: readonly string[];
}

const AUTHORIZE = ['AuthorizeSecurityGroupEgress'];
const MODIFY_EGRESS = ['ModifySecurityGroupEgressRule'];
const MODIFY_INGRESS = ['ModifySecurityGroupRule'];
const MODIFY = [...MODIFY_EGRESS, ...MODIFY_INGRESS];
const EGRESS = [...AUTHORIZE, ...MODIFY_EGRESS];
const AUTHORIZE_AND_INGRESS = [...AUTHORIZE, ...MODIFY_INGRESS];
const ALL = [...AUTHORIZE, ...MODIFY];

function row(status: number, code: string, message: string, actions: readonly string[]): ErrorRow {
  return { status, code, message, actions };
}

/** The 64 rows of the five pages, exact to the letter. */
// biome-ignore format: one row of a table a line
export const PAGE_ERRORS = {
  AuthorizationLimitExceed: row(403, 'AuthorizationLimitExceed', 'The limit of authorization records in the security group reaches.', ALL),
  ILLEGAL_IPV6_CIDR: row(400, 'ILLEGAL_IPV6_CIDR', '%s', ALL),
  InternalError: row(500, 'InternalError', 'The request processing has failed due to some unknown error.', ALL),
  'InvalidDestCidrIp.Malformed/octet': row(400, 'InvalidDestCidrIp.Malformed', 'The parameter DestCidrIp is not valid.', AUTHORIZE),
  'InvalidDestCidrIp.Malformed/address': row(400, 'InvalidDestCidrIp.Malformed', 'The specified parameter "DestCidrIp" is not valid.', EGRESS),
  'InvalidDestCidrIp.Malformed/prefix-length': row(400, 'InvalidDestCidrIp.Malformed', 'The specified parameter DestCidrIp is not valid.', EGRESS),
  'InvalidDestGroup.NotFound': row(400, 'InvalidDestGroup.NotFound', 'Specified destination security group does not exist.', EGRESS),
  'InvalidDestGroupId.Mismatch/VPC': row(400, 'InvalidDestGroupId.Mismatch', 'Specified security group and destination group are not in the same VPC.', EGRESS),
  'InvalidDestGroupId.Mismatch/NIC': row(403, 'InvalidDestGroupId.Mismatch', 'NicType is required or NicType expects intranet.', EGRESS),
  'InvalidDestGroupId.NotFound': row(404, 'InvalidDestGroupId.NotFound', 'The DestGroupId provided does not exist in our records.', EGRESS),
  'InvalidIpProtocol.Malformed': row(400, 'InvalidIpProtocol.Malformed', 'The specified parameter "PortRange" is not valid.', ALL),
  'InvalidIpProtocol.ValueNotSupported/ingress': row(400, 'InvalidIpProtocol.ValueNotSupported', 'The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.', MODIFY_INGRESS),
  'InvalidIpProtocol.ValueNotSupported/egress': row(400, 'InvalidIpProtocol.ValueNotSupported', 'The specified parameter IpProtocol should not be null and only tcp, udp, icmp, gre or all is supported. Ignore case.', MODIFY_EGRESS),
  'InvalidNetworkType.Conflict/permissions': row(403, 'InvalidNetworkType.Conflict', 'The parameter SecurityGroup network type should be same with SourceGroup network type (vpc or classic).', AUTHORIZE),
  'InvalidNetworkType.Conflict/flat': row(403, 'InvalidNetworkType.Conflict', 'The specified SecurityGroup network type should be same with SourceGroup network type (vpc or classic).', EGRESS),
  'InvalidNetworkType.Mismatch': row(403, 'InvalidNetworkType.Mismatch', 'The specified SecurityGroup network type should be same with SourceGroup network type (vpc or classic).', MODIFY_INGRESS),
  'InvalidNicType.Mismatch': row(400, 'InvalidNicType.Mismatch', 'Specified nic type conflicts with the authorization record.', ALL),
  'InvalidNicType.ValueNotSupported/unknown': row(400, 'InvalidNicType.ValueNotSupported', 'The specified NicType does not exist.', ALL),
  'InvalidNicType.ValueNotSupported/malformed': row(400, 'InvalidNicType.ValueNotSupported', 'The specified NicType is not valid.', MODIFY_EGRESS),
  'InvalidOperation.ResourceManagedByCloudProduct': row(403, 'InvalidOperation.ResourceManagedByCloudProduct', '%s', AUTHORIZE),
  'InvalidParam.DestCidrIp': row(400, 'InvalidParam.DestCidrIp', 'The specified parameter DestCidrIp is invalid.', AUTHORIZE),
  'InvalidParam.DestIp': row(400, 'InvalidParam.DestIp', '%s', ALL),
  'InvalidParam.DuplicatePermissions': row(400, 'InvalidParam.DuplicatePermissions', 'There are duplicate permissions in the specified parameter Permissions.', AUTHORIZE),
  'InvalidParam.Ipv4ProtocolConflictWithIpv6Address': row(400, 'InvalidParam.Ipv4ProtocolConflictWithIpv6Address', '%s', ALL),
  'InvalidParam.Ipv6DestCidrIp': row(400, 'InvalidParam.Ipv6DestCidrIp', '%s', ALL),
  'InvalidParam.Ipv6ProtocolConflictWithIpv4Address': row(400, 'InvalidParam.Ipv6ProtocolConflictWithIpv4Address', '%s', ALL),
  'InvalidParam.Ipv6SourceCidrIp': row(400, 'InvalidParam.Ipv6SourceCidrIp', '%s', ALL),
  'InvalidParam.Permissions': row(400, 'InvalidParam.Permissions', 'The specified parameter Permissions cannot coexist with other parameters.', AUTHORIZE),
  'InvalidParam.PortRange/ingress': row(400, 'InvalidParam.PortRange', 'Please specify the PortRange or SourcePortRange in integer, less than 65535, and separate the range with ?/?.', MODIFY_INGRESS),
  'InvalidParam.PortRange/egress': row(400, 'InvalidParam.PortRange', "The specified param PortRange or SourcePortRange is not valid. should be integer and less than 65535, range separator is '/'.", MODIFY_EGRESS),
  'InvalidParam.PrefixListAddressFamilyMismatch': row(400, 'InvalidParam.PrefixListAddressFamilyMismatch', 'The address family of the specified prefix list does not match the specified CidrIp.', AUTHORIZE),
  'InvalidParam.SourceCidrIp': row(400, 'InvalidParam.SourceCidrIp', 'The specified param SourceCidrIp is not valid.', AUTHORIZE),
  'InvalidParam.SourceIp': row(400, 'InvalidParam.SourceIp', '%s', ALL),
  'InvalidParameter.Conflict': row(400, 'InvalidParameter.Conflict', 'IPv6 and IPv4 addresses cannot exist at the same time.', AUTHORIZE),
  'InvalidParamter.Conflict/CIDR': row(400, 'InvalidParamter.Conflict', 'The specified SourceCidrIp should be different from the DestCidrIp.', AUTHORIZE),
  'InvalidParamter.Conflict/group': row(403, 'InvalidParamter.Conflict', 'The specified SecurityGroupId should be different from the SourceGroupId.', ALL),
  'InvalidPolicy.Malformed': row(400, 'InvalidPolicy.Malformed', 'The specified parameter "Policy" is not valid.', ALL),
  'InvalidPrefixListId.NotFound': row(404, 'InvalidPrefixListId.NotFound', 'The specified prefix list was not found.', AUTHORIZE),
  'InvalidPriority.Malformed/parameter': row(400, 'InvalidPriority.Malformed', 'The parameter Priority is invalid.', AUTHORIZE_AND_INGRESS),
  'InvalidPriority.Malformed/quoted': row(400, 'InvalidPriority.Malformed', 'The specified parameter "Priority" is not valid.', MODIFY_EGRESS),
  'InvalidPriority.ValueNotSupported/parameter': row(400, 'InvalidPriority.ValueNotSupported', 'The parameter Priority is invalid.', MODIFY),
  'InvalidPriority.ValueNotSupported/specified': row(400, 'InvalidPriority.ValueNotSupported', 'The specified Priority is invalid.', MODIFY_EGRESS),
  'InvalidSecurityGroup.InvalidNetworkType': row(400, 'InvalidSecurityGroup.InvalidNetworkType', 'The specified security group network type is not support this operation, please check the security group network types. For VPC security groups, ClassicLink must be enabled.', EGRESS),
  'InvalidSecurityGroup.IsSame': row(403, 'InvalidSecurityGroup.IsSame', 'The authorized SecurityGroupId should be different from the DestGroupId.', EGRESS),
  'InvalidSecurityGroupDiscription.Malformed': row(400, 'InvalidSecurityGroupDiscription.Malformed', 'The specified security group rule description is not valid.', MODIFY),
  'InvalidSecurityGroupId.Malformed': row(400, 'InvalidSecurityGroupId.Malformed', 'The specified parameter "SecurityGroupId" is not valid.', MODIFY_INGRESS),
  'InvalidSecurityGroupId.NotFound/detail': row(404, 'InvalidSecurityGroupId.NotFound', '%s', AUTHORIZE),
  'InvalidSecurityGroupId.NotFound/fixed': row(404, 'InvalidSecurityGroupId.NotFound', 'The specified SecurityGroupId does not exist.', ALL),
  'InvalidSourceCidrIp.Malformed': row(400, 'InvalidSourceCidrIp.Malformed', 'The specified parameter "SourceCidrIp" is not valid.', MODIFY_INGRESS),
  'InvalidSourceGroup.NotFound': row(400, 'InvalidSourceGroup.NotFound', 'Specified source security group does not exist.', MODIFY_INGRESS),
  'InvalidSourceGroupId.Mismatch/VPC': row(400, 'InvalidSourceGroupId.Mismatch', 'Specified security group and source group are not in the same VPC.', MODIFY_INGRESS),
  'InvalidSourceGroupId.Mismatch/NIC': row(403, 'InvalidSourceGroupId.Mismatch', 'NicType is required or NicType expects intrnet.', MODIFY_INGRESS),
  'InvalidSourceGroupId.NotFound': row(404, 'InvalidSourceGroupId.NotFound', 'The SourceGroupId provided does not exist in our records.', MODIFY_INGRESS),
  'InvalidSourcePortRange.Malformed': row(400, 'InvalidSourcePortRange.Malformed', 'The specified parameter "SourcePortRange" is not valid.', MODIFY),
  'LimitExceed.PrefixListAssociationResource': row(403, 'LimitExceed.PrefixListAssociationResource', 'The number of resources associated with the prefix list exceeds the limit.', AUTHORIZE),
  'MissingParameter/Dest': row(403, 'MissingParameter', 'The input parameter "DestGroupId" or "DestCidrIp" cannot be both blank.', EGRESS),
  'MissingParameter/Source': row(403, 'MissingParameter', 'The input parameter "SourceGroupId" or "SourceCidrIp" cannot be both blank.', MODIFY_INGRESS),
  'MissingParameter.Dest': row(400, 'MissingParameter.Dest', 'The parameter DestCidrIp or DestGroupId is essential.', MODIFY_EGRESS),
  'MissingParameter.Source': row(400, 'MissingParameter.Source', 'Either SourceCidrIp or SourceGroupId must be specified.', MODIFY_INGRESS),
  'NotSupported.ClassicNetworkPrefixList': row(400, 'NotSupported.ClassicNetworkPrefixList', 'The prefix list is not supported when the network type of security group is classic.', AUTHORIZE),
  OperationDenied: row(400, 'OperationDenied', 'The specified IpProtocol does not exist or IpProtocol and PortRange do not match.', ALL),
  'SecurityGroupRule.NotFound/egress': row(404, 'SecurityGroupRule.NotFound', 'The target security group rule do not exist.', MODIFY_EGRESS),
  'SecurityGroupRule.NotFound/ingress': row(404, 'SecurityGroupRule.NotFound', 'The target security group rule not exist.', MODIFY_INGRESS),
  VPCDisabled: row(400, 'VPCDisabled', "Can't use the SecurityGroup in VPC.", ALL),
} satisfies Readonly<Record<string, ErrorRow>>;
