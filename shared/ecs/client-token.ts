import { createHash } from 'node:crypto';
import type { WriteCall } from './write-call';

/**
 * The ClientToken of one change made for one trigger: 52 ASCII characters of the 64 that ECS allows.
 * The same trigger and change give the same token on every retry, whatever the order of keys. Another
 * trigger gives another token, because ECS answers a token it has seen with the old success and does
 * nothing, even if the rule has been removed since. The account needs no mention: ids of groups are unique
 * across accounts, and tokens are remembered for each account by itself.
 */
export function clientToken(trigger: string, change: WriteCall): string {
  const digest = createHash('sha256')
    .update(
      canonicalJson([
        trigger,
        change.regionId,
        change.securityGroupId,
        change.action,
        change.parameters,
      ]),
    )
    .digest('base64url');
  return `palisade-${digest}`;
}

/** JSON with the keys of every object sorted. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, nested: unknown) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  );
}
