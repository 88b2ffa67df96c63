import { stringify } from 'node:querystring';
import type { RegionId, SecurityGroupId } from '../security-group';
import type { NewPermission } from './write-call';

/** Most entries of `Permissions.N` in one call (AuthorizeSecurityGroupEgress page). */
const MAX_PERMISSIONS = 100;
/** ClientToken's greatest length; size is counted as if each call had one that long. */
const LONGEST_CLIENT_TOKEN = 'x'.repeat(64);
/**
 * The SDK sends every parameter in the URL. Servers limit the request line, Node's to 16 kB with the
 * headers, many proxies to 8 kB.
 */
const DEFAULT_MAX_REQUEST_TARGET_BYTES = 8_000;

/**
 * Permissions cut into calls: each once, in order, at most 100 a call, and each request target (path and
 * query) shorter than `maxRequestTargetBytes`. Throws RangeError if one permission alone is too long.
 */
export function permissionBatches(
  regionId: RegionId,
  securityGroupId: SecurityGroupId,
  permissions: readonly NewPermission[],
  maxRequestTargetBytes: number = DEFAULT_MAX_REQUEST_TARGET_BYTES,
): NewPermission[][] {
  const frameBytes = `/?${stringify({
    RegionId: regionId,
    SecurityGroupId: securityGroupId,
    ClientToken: LONGEST_CLIENT_TOKEN,
  })}`.length;
  const batches: NewPermission[][] = [];
  let batch: NewPermission[] = [];
  let bytes = 0;
  for (const permission of permissions) {
    const added = queryBytes(permission, batch.length + 1);
    if (
      batch.length > 0 &&
      batch.length < MAX_PERMISSIONS &&
      bytes + added < maxRequestTargetBytes
    ) {
      batch.push(permission);
      bytes += added;
      continue;
    }
    batch = [permission];
    bytes = frameBytes + queryBytes(permission, 1);
    if (bytes >= maxRequestTargetBytes) {
      throw new RangeError(
        `a rule for ${securityGroupId} makes a request of ${bytes} bytes, and the limit is under ` +
          `${maxRequestTargetBytes}: shorten its description or raise the limit`,
      );
    }
    batches.push(batch);
  }
  return batches;
}

function queryBytes(permission: NewPermission, position: number): number {
  const prefixed = Object.entries(permission).map(([name, value]): [string, string | number] => [
    `Permissions.${position}.${name}`,
    value,
  ]);
  // Node's URL parser, which the SDK uses, encodes the apostrophes that stringify leaves.
  return `&${stringify(Object.fromEntries(prefixed)).replaceAll("'", '%27')}`.length;
}
