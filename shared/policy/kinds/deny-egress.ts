import {
  describePeer,
  describeRule,
  newDropRule,
  type Rule,
  type SecurityGroup,
} from '../../security-group';
import { type Allowed, allowed, describePacket, type Flow, type ReadLists } from '../../traffic';
import { parseTemplate, renderDescription, shorten } from '../description-template';
import { fieldsOf } from '../fields';
import type { DenyEgressPolicy } from '../policy';
import { type Denial, denialsOf, flowsOf, formatDenial } from './denials';
import type { Finding } from './finding';
import { obstacleToWriting } from './obstacle';
import { ruleSetOf } from './rule-set';

const known = new WeakMap<DenyEgressPolicy, readonly Denial[]>();

/**
 * Finds traffic that a policy denies and a group lets out, by what packets can do: a finding for each
 * denial that does not hold, with a packet that gets through and the drop rule that stops it.
 */
export function judgeDenyEgress(
  policy: DenyEgressPolicy,
  group: SecurityGroup,
  lists: ReadLists,
): Finding[] {
  const ruleSet = ruleSetOf(group, lists);
  return piecesOf(policy).flatMap((denial): Finding[] => {
    const result = allowed(ruleSet, 'egress', flowsOf(denial));
    if (result.verdict === 'denied') return [];
    const what = `${formatDenial(denial)} is not denied`;
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
    const priority = sufficientPriority(policy.rule.priority, result.rules);
    const rule = newDropRule({
      ...denial,
      direction: 'egress',
      priority,
      description: describe(policy, group),
    });
    const scope =
      priority === 1
        ? ''
        : `; at priority ${priority} the denial holds for this group alone, not for interfaces that have other groups too`;
    return [
      {
        ...found,
        status: 'violating',
        message: found.message + scope,
        changes: [{ kind: 'add-rule', rule }],
      },
    ];
  });
}

/** The traffic that a policy denies: the only traffic whose verdict its repairs may change. */
export function trafficOfDenyEgress(policy: DenyEgressPolicy): Flow[] {
  return piecesOf(policy).flatMap(flowsOf);
}

/** Worked out once for a policy, which judges thousands of groups. */
function piecesOf(policy: DenyEgressPolicy): readonly Denial[] {
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
  return id.startsWith('sg-') || id === describePeer(denial.peer);
}

function obstacleTo(group: SecurityGroup, { peer }: Denial): string | undefined {
  if (group.type === 'enterprise') {
    return 'not repaired: an enterprise group takes no drop rules; narrow the accept rule by hand';
  }
  if (group.vpcId === undefined) {
    return 'not repaired: the group is in the classic network; move its instances to a VPC';
  }
  if (peer.kind === 'group' && peer.securityGroupId === group.id) {
    return "not repaired: a group's rule cannot name the group itself; set its inner access policy to drop";
  }
  return undefined;
}

function explain(result: Extract<Allowed, { verdict: 'allowed' | 'depends' }>): string {
  const by =
    result.by === 'default'
      ? 'no rule matches it and the default lets it out'
      : `${result.by.id ? `${result.by.id} ` : ''}(${describeRule(result.by)}) lets it out`;
  const packet = describePacket(result.witness);
  return result.verdict === 'allowed'
    ? `${packet} gets through, for ${by}`
    : `${packet} may get through, for ${by}, depending on ${result.on.join(', ')}`;
}

function describe(policy: DenyEgressPolicy, group: SecurityGroup): string {
  const template = parseTemplate(policy.rule.description);
  const sources = {
    policy: { value: policy.id, default: policy.id },
    severity: { value: policy.severity, default: policy.severity },
    ...policy.rule.fields,
  };
  const fields = fieldsOf(template, sources, group.tags, {});
  return shorten(renderDescription(template, { fields, text: '' }));
}
