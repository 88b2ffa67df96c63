import type { RegionId, SecurityGroupId } from '../security-group';

/**
 * A rule to add, in the API's own spelling: one entry of `Permissions.N` (AuthorizeSecurityGroup and
 * AuthorizeSecurityGroupEgress pages). A type alias, so that it can be read as a plain record.
 */
export type NewPermission = {
  readonly Policy?: 'accept' | 'drop';
  /** `1` to `100`, as text. */
  readonly Priority?: string;
  readonly IpProtocol: string;
  readonly PortRange?: string;
  readonly PortRangeListId?: string;
  readonly SourcePortRange?: string;
  readonly NicType?: string;
  readonly SourceCidrIp?: string;
  readonly Ipv6SourceCidrIp?: string;
  readonly SourceGroupId?: string;
  readonly SourceGroupOwnerAccount?: string;
  readonly SourceGroupOwnerId?: number;
  readonly SourcePrefixListId?: string;
  readonly DestCidrIp?: string;
  readonly Ipv6DestCidrIp?: string;
  readonly DestGroupId?: string;
  readonly DestGroupOwnerAccount?: string;
  readonly DestGroupOwnerId?: number;
  readonly DestPrefixListId?: string;
  readonly Description?: string;
};

interface Target {
  readonly regionId: RegionId;
  readonly securityGroupId: SecurityGroupId;
}

/** A prepared AuthorizeSecurityGroup or AuthorizeSecurityGroupEgress call. */
export interface AuthorizeCall extends Target {
  readonly action: 'AuthorizeSecurityGroup' | 'AuthorizeSecurityGroupEgress';
  readonly parameters: {
    readonly RegionId: string;
    readonly SecurityGroupId: string;
    readonly Permissions: readonly NewPermission[];
  };
}

/** A prepared ModifySecurityGroupRule or ModifySecurityGroupEgressRule call. */
export interface ModifyCall extends Target {
  readonly action: 'ModifySecurityGroupRule' | 'ModifySecurityGroupEgressRule';
  readonly parameters: {
    readonly RegionId: string;
    readonly SecurityGroupId: string;
    readonly Description: string;
    readonly SecurityGroupRuleId?: string;
  } & Partial<NewPermission>;
}

/**
 * A prepared RevokeSecurityGroup or RevokeSecurityGroupEgress call. Rules are named by their ids or by
 * what they say, never by both in one call (RevokeSecurityGroupEgress page).
 */
export interface RevokeCall extends Target {
  readonly action: 'RevokeSecurityGroup' | 'RevokeSecurityGroupEgress';
  readonly parameters: {
    readonly RegionId: string;
    readonly SecurityGroupId: string;
  } & (
    | { readonly SecurityGroupRuleId: readonly string[] }
    | { readonly Permissions: readonly NewPermission[] }
  );
}

/** What a policy may call for: rules are added and described, and none is revoked. */
export type RepairCall = AuthorizeCall | ModifyCall;

/**
 * A write as data: everything that will be sent except the ClientToken, in the API's own spelling.
 */
export type WriteCall = RepairCall | RevokeCall;
