import type { Direction, RegionId, SecurityGroupId } from '../security-group';
import { permissionBatches } from './permission-batches';
import type { AuthorizeCall, NewPermission } from './write-call';

/**
 * The calls that add rules to a group: each permission once, in order, at most 100 a call, and each
 * request target (path and query) shorter than `maxRequestTargetBytes`. Throws RangeError if one
 * permission alone is too long.
 */
export function authorizeCalls(
  direction: Direction,
  regionId: RegionId,
  securityGroupId: SecurityGroupId,
  permissions: readonly NewPermission[],
  maxRequestTargetBytes?: number,
): AuthorizeCall[] {
  return permissionBatches(regionId, securityGroupId, permissions, maxRequestTargetBytes).map(
    (Permissions) => ({
      action: direction === 'ingress' ? 'AuthorizeSecurityGroup' : 'AuthorizeSecurityGroupEgress',
      regionId,
      securityGroupId,
      parameters: { RegionId: regionId, SecurityGroupId: securityGroupId, Permissions },
    }),
  );
}
