import { gunzipSync, gzipSync } from 'node:zlib';
import {
  parseAccountId,
  parseRegionId,
  parseSecurityGroupId,
  type SecurityGroupSummary,
} from '../security-group';
import type { Shard } from './shards';

/** More than the groups of any shard come to; what would grow beyond it was made by somebody else. */
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;

/**
 * Groups as the payload of a call has them, in base64: there 1,000 with five tags each take about 40 KB instead
 * of 250.
 */
export function packGroups(groups: readonly SecurityGroupSummary[]): Buffer {
  // A copy, because what zlib gives of a few groups is a slice of 16 KB.
  return Buffer.from(gzipSync(JSON.stringify(groups)));
}

/** A shard as the payload of a call: JSON, in which the groups are packed with gzip. */
export function encodeShard({ groups, ...rest }: Shard): string {
  return JSON.stringify({ ...rest, groups: packGroups(groups).toString('base64') });
}

/** Reads a shard back. Throws an Error that names what is wrong with it. */
export function decodeShard(payload: Uint8Array): Shard {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new Error('the event is not JSON: this function is called by the sweep');
  }
  const shard = value as Omit<Shard, 'groups'> & { readonly groups: unknown };
  const isShard =
    shard?.version === 2 &&
    typeof shard.runId === 'string' &&
    typeof shard.part === 'string' &&
    typeof shard.trigger?.id === 'string' &&
    typeof shard.dryRun === 'boolean' &&
    typeof shard.policyDigest === 'string' &&
    (shard.policyIds === undefined || Array.isArray(shard.policyIds)) &&
    Number.isInteger(shard.limits?.maxChanges) &&
    Number.isInteger(shard.limits?.maxGroups) &&
    Number.isFinite(shard.callsPerSecond) &&
    shard.callsPerSecond > 0;
  const groups = isShard ? unpack(shard.groups) : undefined;
  if (groups === undefined) {
    throw new Error('the event is not a shard of a run: this function is called by the sweep');
  }
  for (const group of groups) {
    parseRegionId(String(group?.regionId));
    if (group.accountId !== undefined) parseAccountId(String(group.accountId));
    parseSecurityGroupId(String(group?.id));
  }
  return { ...shard, groups };
}

/** Undefined for what is not a list that was packed. */
function unpack(packed: unknown): SecurityGroupSummary[] | undefined {
  if (typeof packed !== 'string') return undefined;
  try {
    const bytes = gunzipSync(Buffer.from(packed, 'base64'), {
      maxOutputLength: MOST_UNPACKED_BYTES,
    });
    const groups: unknown = JSON.parse(bytes.toString('utf8'));
    return Array.isArray(groups) ? groups : undefined;
  } catch {
    return undefined;
  }
}
