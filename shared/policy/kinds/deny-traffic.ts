import {
  type Direction,
  describePeer,
  describeRule,
  newDropRule,
  type Rule,
  type SecurityGroup,
} from '../../security-group';
import { type Allowed, allowed, describePacket, type Flow, type ReadLists } from '../../traffic';
import { parseTemplate, renderDescription, shorten } from '../description-template';
import { fieldsOf } from '../fields';
import type { DenyPolicy } from '../policy';
import { type Denial, denialsOf, flowsOf, formatDenial } from './denials';
import type { Finding } from './finding';
import { obstacleToWriting } from './obstacle';
import { ruleSetOf } from './rule-set';

const known = new WeakMap<DenyPolicy, readonly Denial[]>();

/**
 * Finds traffic that a policy denies and a group lets through, by what packets can do: a finding for
 * each denial that does not hold, with a packet that gets through and the drop rule that stops it.
 */
export function judgeDenial(policy: DenyPolicy, group: SecurityGroup, lists: ReadLists): Finding[] {
  const ruleSet = ruleSetOf(group, lists);
  const direction = directionOf(policy);
  return piecesOf(policy).flatMap((denial): Finding[] => {
    const result = allowed(ruleSet, direction, flowsOf(denial));
    if (result.verdict === 'denied') return [];
    const what = `${formatDenial(denial, direction)} is not denied`;
    const base = { policyId: policy.id, severity: policy.severity, changes: [] };
    if (result.verdict === 'undecided') {
      return [{ ...base, status: 'unknown', message: `${what}: ${result.reason}` }];
    }
    const found = { ...base, witness: result.witness, message: `${what}: ${explain(result)}` };
    if (result.verdict === 'depends' && !result.on.every((id) => isSettled(id, denial))) {
      return [{ ...found, status: 'unknown' }];
    }
    const obstacle = obstacleToWriting(group) ?? obstacleTo(group, denial);
    if (obstacle) {
      return [{ ...found, status: 'unrepairable', message: `${found.message}; ${obstacle}` }];
    }
    const rules = denial.peers.flatMap((peer) => {
      const own =
        denial.peers.length === 1
          ? result
          : allowed(ruleSet, direction, flowsOf({ ...denial, peers: [peer] }));
      if (own.verdict === 'denied' || own.verdict === 'undecided') return [];
      const priority = sufficientPriority(policy.rule.priority, own.rules);
      const { protocol, ports } = denial;
      const description = describe(policy, group);
      return [newDropRule({ direction, priority, protocol, ports, peer, description })];
    });
    const weakest = Math.max(...rules.map((rule) => rule.priority));
    const scope =
      weakest <= 1
        ? ''
        : `; at priority ${weakest} the denial holds for this group alone, not for interfaces that have other groups too`;
    return [
      {
        ...found,
        status: 'violating',
        message: found.message + scope,
        changes: rules.map((rule) => ({ kind: 'add-rule', rule })),
      },
    ];
  });
}

/** The direction of the traffic that a policy denies. */
export function directionOf(policy: DenyPolicy): Direction {
  return policy.kind === 'deny-egress' ? 'egress' : 'ingress';
}

/** The traffic that a policy denies: the only traffic whose verdict its repairs may change. */
export function trafficOfDenial(policy: DenyPolicy): Flow[] {
  return piecesOf(policy).flatMap(flowsOf);
}

/** Worked out once for a policy, which judges thousands of groups. */
function piecesOf(policy: DenyPolicy): readonly Denial[] {
  const pieces = known.get(policy) ?? denialsOf(policy.deny);
  known.set(policy, pieces);
  return pieces;
}

/** Weakest priority at which a drop rule beats all that lets the traffic through: drop wins a tie. */
function sufficientPriority(wanted: number, rules: readonly (Rule | 'default')[]): number {
  const priorities = rules.map((rule) => (rule === 'default' ? wanted : rule.priority));
  return Math.min(wanted, ...priorities);
}

/** Whether a drop rule settles the traffic although what an id stands for is not known. */
function isSettled(id: string, denial: Denial): boolean {
  return id.startsWith('sg-') || denial.peers.some((peer) => id === describePeer(peer));
}

function obstacleTo(group: SecurityGroup, { peers }: Denial): string | undefined {
  if (group.type === 'enterprise') {
    return 'not repaired: an enterprise group takes no drop rules; narrow the accept rule by hand';
  }
  if (group.vpcId === undefined) {
    return 'not repaired: the group is in the classic network; move its instances to a VPC';
  }
  if (peers.some((peer) => peer.kind === 'group' && peer.securityGroupId === group.id)) {
    return "not repaired: a group's rule cannot name the group itself; set its inner access policy to drop";
  }
  return undefined;
}

function explain(result: Extract<Allowed, { verdict: 'allowed' | 'depends' }>): string {
  const packet = describePacket({ ...result.witness, sourcePort: null });
  if (result.verdict === 'allowed') {
    return result.by === 'default'
      ? `no rule matches ${packet} and the default lets it through`
      : `${nameRule(result.by)} lets ${packet} through`;
  }
  const by = result.by === 'default' ? 'the default' : nameRule(result.by);
  return `${by} may let ${packet} through, depending on ${result.on.join(', ')}`;
}

function nameRule(rule: Rule): string {
  return rule.id ? `${rule.id} (${describeRule(rule)})` : describeRule(rule);
}

function describe(policy: DenyPolicy, group: SecurityGroup): string {
  const template = parseTemplate(policy.rule.description);
  const sources = {
    policy: { value: policy.id, default: policy.id },
    severity: { value: policy.severity, default: policy.severity },
    ...policy.rule.fields,
  };
  const fields = fieldsOf(template, sources, group.tags, {});
  return shorten(renderDescription(template, { fields, text: '' }));
}
