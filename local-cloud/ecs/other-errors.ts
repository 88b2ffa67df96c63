import type { ErrorRow } from './errors';

/**
 * Errors that this service also returns but that the five pages of the rule actions do not list: from newer
 * copies of those pages, from the pages of the other actions, and from the public error table of
 * ECS. Codes and statuses are the service's; messages are exact where a page gives one.
 */
export const OTHER_ERRORS = {
  // Any action.
  MissingParameter: other(400, 'Missing%s', '%s is mandatory for this action.'),
  'MissingParameter.RegionId': other(
    400,
    'MissingParameter.RegionId',
    'The input parameter RegionId that is mandatory for processing this request is not supplied.',
  ),
  'InvalidRegionId.NotFound': other(
    404,
    'InvalidRegionId.NotFound',
    'The specified RegionId does not exist.',
  ),
  InvalidParameter: other(400, 'InvalidParameter', 'The specified parameter %s is not valid.'),
  InvalidParamter: other(400, 'InvalidParamter', 'The specified parameter %s is not valid.'),
  'InValidParameter.NextToken': other(
    400,
    'InValidParameter.NextToken',
    'The specified parameter NextToken is not valid.',
  ),
  'NotSupported.PageNumberAndPageSize': other(
    400,
    'NotSupported.PageNumberAndPageSize',
    'The parameters PageNumber and PageSize cannot be used together with MaxResults and NextToken.',
  ),
  DryRunOperation: other(
    400,
    'DryRunOperation',
    'Request validation has been passed with DryRun flag set.',
  ),
  IdempotentParameterMismatch: other(
    400,
    'IdempotentParameterMismatch',
    'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical.',
  ),
  'InvalidClientToken.ValueNotSupported': other(
    400,
    'InvalidClientToken.ValueNotSupported',
    'The ClientToken provided is invalid.',
  ),

  // Rules.
  'InvalidIpProtocol.ValueNotSupported': other(
    400,
    'InvalidIpProtocol.ValueNotSupported',
    'The specified parameter IpProtocol should not be null.',
  ),
  'InvalidSecurityGroupId.NotFound/revoke': other(
    400,
    'InvalidSecurityGroupId.NotFound',
    'The specified SecurityGroupId does not exist.',
  ),
  'InvalidNicType.Mismatch/revoke': other(
    403,
    'InvalidNicType.Mismatch',
    'Specified nic type conflicts with the authorization record.',
  ),
  'InvalidGroupParameter.OperationDenied': other(
    400,
    'InvalidGroupParameter.OperationDenied',
    'An advanced security group does not allow the parameters Policy, SourceGroupId and DestGroupId.',
  ),
  'InvalidGroupAuthParameter.OperationDenied': other(
    400,
    'InvalidGroupAuthParameter.OperationDenied',
    'An advanced security group cannot be used as an authorization object.',
  ),
  'AuthorizedGroupRule.LimitExceed': other(
    400,
    'AuthorizedGroupRule.LimitExceed',
    'The number of rules that have a security group as authorization object exceeds the limit.',
  ),
  'InvalidPortRangeListId.NotFound': other(
    400,
    'InvalidPortRangeListId.NotFound',
    'The specified port range list was not found.',
  ),
  'InvalidParam.ProtocolNotSupportPortRangeList': other(
    400,
    'InvalidParam.ProtocolNotSupportPortRangeList',
    'The specified IpProtocol does not support port range lists.',
  ),
  'InvalidParam.SecurityGroupRuleId': other(
    400,
    'InvalidParam.SecurityGroupRuleId',
    'The specified parameter SecurityGroupRuleId is not valid.',
  ),
  'InvalidParam.SecurityGroupRuleIdRepeated': other(
    400,
    'InvalidParam.SecurityGroupRuleIdRepeated',
    'The specified parameter SecurityGroupRuleId is repeated.',
  ),
  'InvalidSecurityGroupRuleId.NotFound': other(
    404,
    'InvalidSecurityGroupRuleId.NotFound',
    'The specified SecurityGroupRuleId does not exist.',
  ),
  'InvalidSecurityGroupRule.RuleNotExist': other(
    400,
    'InvalidSecurityGroupRule.RuleNotExist',
    'The specified security group rule does not exist.',
  ),
  'InvalidOperation.RuleDuplicate': other(
    400,
    'InvalidOperation.RuleDuplicate',
    'The modified rule equals another rule of the security group.',
  ),
  'InvalidOperation.ModifySgRuleEntityType': other(
    400,
    'InvalidOperation.ModifySgRuleEntityType',
    'The type of the authorization object of a rule cannot be modified.',
  ),
  'InvalidOperation.ModifyNicType': other(
    400,
    'InvalidOperation.ModifyNicType',
    'The NicType of a rule cannot be modified.',
  ),
  'InvalidOperation.ModifyPortRangeType': other(
    400,
    'InvalidOperation.ModifyPortRangeType',
    'A rule cannot be modified from PortRange to PortRangeListId or the other way round.',
  ),
  'InvalidParam.InvalidModifyRuleRequest': other(
    400,
    'InvalidParam.InvalidModifyRuleRequest',
    'The parameter %s of the rule cannot be made empty.',
  ),

  // Groups.
  'InvalidSecurityGroupName.Malformed': other(
    400,
    'InvalidSecurityGroupName.Malformed',
    'The specified security group name is not valid.',
  ),
  'InvalidDescription.Malformed': other(
    400,
    'InvalidDescription.Malformed',
    'The specified parameter "Description" is not valid.',
  ),
  'InvalidParameter.SecurityGroupType': other(
    400,
    'InvalidParameter.SecurityGroupType',
    'The specified parameter SecurityGroupType is not valid.',
  ),
  'InvalidParameter.AttributeNotSupported': other(
    400,
    'InvalidParameter.AttributeNotSupported',
    'The specified Attribute is not supported.',
  ),
  'InvalidVpcId.NotFound': other(
    404,
    'InvalidVpcId.NotFound',
    'The VpcId provided does not exist in our records.',
  ),
  'InvalidResourceGroup.NotFound': other(
    404,
    'InvalidResourceGroup.NotFound',
    'The ResourceGroup provided does not exist in our records.',
  ),
  'QuotaExceed.SecurityGroup': other(
    403,
    'QuotaExceed.SecurityGroup',
    'The maximum number of security groups is reached.',
  ),
  DependencyViolation: other(
    403,
    'DependencyViolation',
    'There is still instance(s) in the specified security group, or it is referenced by another one.',
  ),

  // Tags.
  'InvalidTagKey.Malformed': other(
    400,
    'InvalidTagKey.Malformed',
    'The specified Tag.n.Key is not valid.',
  ),
  'InvalidTagValue.Malformed': other(
    400,
    'InvalidTagValue.Malformed',
    'The specified Tag.n.Value is not valid.',
  ),
  'InvalidParameter.TagValue': other(
    400,
    'InvalidParameter.TagValue',
    'A tag value needs the tag key that it belongs to.',
  ),
  'Duplicate.TagKey': other(
    400,
    'Duplicate.TagKey',
    'The specified Tag.n.Key contains duplicate keys.',
  ),
  'NumberExceed.Tags': other(400, 'NumberExceed.Tags', 'The number of tags exceeds the limit.'),
  'NumberExceed.ResourceIds': other(
    400,
    'NumberExceed.ResourceIds',
    'The number of ResourceId values exceeds the limit.',
  ),
  'InvalidResourceType.NotFound': other(
    404,
    'InvalidResourceType.NotFound',
    'The ResourceType provided does not exist in our records.',
  ),
  'InvalidResourceId.NotFound': other(
    404,
    'InvalidResourceId.NotFound',
    'The specified ResourceIds are not found in our records.',
  ),

  // Prefix lists and port range lists.
  'LimitExceed.PrefixList': other(
    403,
    'LimitExceed.PrefixList',
    'The number of prefix lists in the region exceeds the limit.',
  ),
  'InvalidParameter.DuplicateEntry': other(
    400,
    'InvalidParameter.DuplicateEntry',
    'The specified entries contain duplicates.',
  ),
  'LimitExceed.Entry': other(
    403,
    'LimitExceed.Entry',
    'The number of entries exceeds the specified MaxEntries.',
  ),
  'InvalidParameter.PrefixListName': other(
    400,
    'InvalidParameter.PrefixListName',
    'The parameter PrefixListName is not valid.',
  ),
  'InvalidParameter.CidrDuplicated': other(400, 'InvalidParameter.CidrDuplicated', '%s'),
  'InvalidParameter.CidrMalformed': other(400, 'InvalidParameter.CidrMalformed', '%s'),
  'InvalidParameter.PortRangeListName': other(
    400,
    'InvalidParameter.PortRangeListName',
    'The specified parameter PortRangeListName is not valid.',
  ),
  'InvalidParameter.PortRangeDuplicated': other(
    400,
    'InvalidParameter.PortRangeDuplicated',
    'The specified PortRange is duplicated.',
  ),
  'InvalidParameter.PortRange': other(
    400,
    'InvalidParameter.PortRange',
    'The specified parameter PortRange is not valid. It should be two integers less than 65535 in specified format.',
  ),
  'LimitExceed.MaxEntries/ports': other(
    400,
    'LimitExceed.MaxEntries',
    'The number of entries exceeds the MaxEntries of the specified PortRangeList.',
  ),
  'LimitExceed.MaxEntries/prefix': other(
    400,
    'LimitExceed.MaxEntries',
    'The number of entries exceeds the MaxEntries of the specified prefix list.',
  ),
  'LimitExceed.Entry/modify': other(
    400,
    'LimitExceed.Entry',
    'The number of entries added or removed exceeds the limit.',
  ),
} satisfies Readonly<Record<string, ErrorRow>>;

function other(status: number, code: string, message: string): ErrorRow {
  return { status, code, message, actions: [] };
}
