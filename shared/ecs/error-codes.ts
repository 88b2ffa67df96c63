import type { EcsErrorKind } from './ecs-error';

/**
 * What ECS's error codes mean, from the error tables of the security group API pages, the tables of
 * public errors and "How to ensure idempotence". A code followed by a status holds for that status only
 * and goes before the code alone.
 */
export const ERROR_CODES: Readonly<Record<EcsErrorKind, readonly string[]>> = {
  validation: [
    'ILLEGAL_IPV6_CIDR',
    'IllegalTimestamp',
    'InValidParameter.NextToken',
    'InvalidAction',
    'InvalidApi.NotFound',
    'InvalidDescription.Malformed',
    'InvalidDestCidrIp.Malformed',
    'InvalidDestGroupId.Mismatch',
    'InvalidGroupAuthParameter.OperationDenied',
    'InvalidGroupParameter.OperationDenied',
    'InvalidIpProtocol.Malformed',
    'InvalidIpProtocol.ValueNotSupported',
    'InvalidNetworkType.Conflict',
    'InvalidNetworkType.Mismatch',
    'InvalidNicType.Mismatch 403',
    'InvalidNicType.ValueNotSupported',
    'InvalidParam.DestCidrIp',
    'InvalidParam.DestIp',
    'InvalidParam.DuplicatePermissions',
    'InvalidParam.InvalidModifyRuleRequest',
    'InvalidParam.Ipv4ProtocolConflictWithIpv6Address',
    'InvalidParam.Ipv6DestCidrIp',
    'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
    'InvalidParam.Ipv6SourceCidrIp',
    'InvalidParam.Permissions',
    'InvalidParam.PortRange',
    'InvalidParam.PrefixListAddressFamilyMismatch',
    'InvalidParam.ProtocolAndAddressFamilyMismatch',
    'InvalidParam.ProtocolAndPortRangeMismatch',
    'InvalidParam.ProtocolNotSupportPortRangeList',
    'InvalidParam.SecurityGroupRuleId',
    'InvalidParam.SecurityGroupRuleIdRepeated',
    'InvalidParam.SourceCidrIp',
    'InvalidParam.SourceIp',
    'InvalidParameter.AttributeNotSupported',
    'InvalidParameter.Conflict',
    'InvalidParameter.Ipv6CidrIp',
    'InvalidParameter.SecurityGroupType',
    'InvalidParamter',
    'InvalidParamter.Conflict',
    'InvalidPolicy.Malformed',
    'InvalidPortRange.Malformed',
    'InvalidPriority.Malformed',
    'InvalidPriority.ValueNotSupported',
    'InvalidProduct.NotFound',
    'InvalidSecurityGroup.InvalidNetworkType',
    'InvalidSecurityGroup.IsSame',
    'InvalidSecurityGroupDiscription.Malformed',
    'InvalidSecurityGroupId.Malformed',
    'InvalidSecurityGroupName.Malformed',
    'InvalidSourceCidrIp.Malformed',
    'InvalidSourceGroupId.Mismatch',
    'InvalidSourceOrDestGroupId.DirectionMissmatch',
    'InvalidSourcePortRange.Malformed',
    'MissingParameter',
    'MissingParameter.Dest',
    'MissingParameter.RegionId',
    'MissingParameter.Source',
    'NotSupported.ClassicNetworkPrefixList',
    'NotSupported.PageNumberAndPageSize',
    'OperationDenied',
    'UnsupportedHTTPMethod',
    'VPCDisabled',
  ],
  'not-found': [
    'InvalidDestGroup.NotFound',
    'InvalidDestGroupId.NotFound',
    'InvalidGroupAuthItem.NotFound',
    'InvalidPortRangeListId.NotFound',
    'InvalidPrefixListId.NotFound',
    'InvalidRegionId.NotFound',
    'InvalidResourceGroup.NotFound',
    'InvalidSecurityGroupId.NotFound',
    'InvalidSecurityGroupRule.RuleNotExist',
    'InvalidSecurityGroupRuleId.NotFound',
    'InvalidSourceGroup.NotFound',
    'InvalidSourceGroupId.NotFound',
    'InvalidVpcId.NotFound',
    'SecurityGroupRule.NotFound',
  ],
  state: [
    'DependencyViolation',
    'Idempotence.SignatureMismatch',
    'IdempotenceParamNotMatch',
    'IdempotentParameterMismatch',
    'IncorrectVpcStatus',
    'InvalidIdempotenceParameter.Mismatch',
    'InvalidNicType.Mismatch',
    'InvalidOperation.DeletionProtection',
    'InvalidOperation.ModifyNicType',
    'InvalidOperation.ModifyPortRangeType',
    'InvalidOperation.ModifySgRuleEntityType',
    'InvalidOperation.ResourceManagedByCloudProduct',
    'InvalidOperation.RuleDuplicate',
    'NotSupported.GrayFunction',
  ],
  quota: [
    'AuthorizationLimitExceed',
    'AuthorizedGroupRule.LimitExceed',
    'LimitExceed.PrefixListAssociationResource',
    'QuotaExceed.SecurityGroup',
  ],
  permission: [
    'Forbidden.AccessKeyDisabled',
    'Forbidden.RAM',
    'Forbidden.RiskControl',
    'Forbidden.SubUser',
    'Forbidden.Unauthorized',
    'IncompleteSignature',
    'InvalidAccessKeyId.Inactive',
    'InvalidAccessKeyId.NotFound',
    'InvalidOperation.SecurityGroupNotAuthorized',
    'InvalidSecurityToken.Expired',
    'InvalidSecurityToken.Malformed',
    'InvalidTimeStamp.Expired',
    'InvalidTimeStamp.Format',
    'MissingSecurityToken',
    'SignatureDoesNotMatch',
  ],
  throttled: ['Rejected.Throttling', 'Throttling', 'Throttling.Api', 'Throttling.User'],
  transient: [
    'InternalError',
    'InvalidGressFlow.Malformed',
    'OperationConflict',
    'ServiceUnavailable',
    'ServiceUnavailable.RegionMaintaining',
  ],
  /** An earlier copy of the same request is still at work, or has been answered elsewhere. */
  'unknown-outcome': [
    'Idempotence.Processing',
    'IdempotentProcessing',
    'LastTokenProcessing',
    'SignatureNonceUsed',
    'UnknownError',
  ],
};

const KIND_OF_CODE = new Map(
  Object.entries(ERROR_CODES).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as EcsErrorKind] as const),
  ),
);

/** The kind of a code that the table knows. */
export function kindOfKnownCode(code: string, status: number): EcsErrorKind | undefined {
  return KIND_OF_CODE.get(`${code} ${status}`) ?? KIND_OF_CODE.get(code);
}

/** The kind of any answer that is an error: by its code, by the family of its code, by its status. */
export function kindOfAnswer(code: string | undefined, status: number): EcsErrorKind {
  const known = code === undefined ? undefined : kindOfKnownCode(code, status);
  if (known) return known;
  if (code?.includes('Throttling') || status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'transient';
  if (code?.startsWith('Forbidden') || code?.startsWith('InvalidSecurityToken')) {
    return 'permission';
  }
  if (code?.endsWith('.NotFound')) return 'not-found';
  switch (status) {
    case 401:
    case 403:
      return 'permission';
    case 404:
      return 'not-found';
    case 409:
      return 'state';
    default:
      return 'validation';
  }
}
