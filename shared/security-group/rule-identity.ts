import type { Rule } from './rule';

/**
 * What tells rules apart, whatever their spelling: everything but id and description. The account of a
 * peer group is left out, because reads name it even where the write did not.
 */
export function ruleIdentity(rule: Rule): string {
  const { direction, policy, priority, protocol, ports, sourcePorts, own } = rule;
  const peer = rule.peer.kind === 'group' ? rule.peer.securityGroupId : rule.peer;
  return JSON.stringify(
    [direction, policy, priority, protocol, ports, sourcePorts, peer, own],
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
}
