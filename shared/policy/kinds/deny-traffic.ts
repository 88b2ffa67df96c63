import {
  type Direction,
  describePeer,
  newDropRule,
  type Rule,
  type SecurityGroup,
} from '../../security-group';
import { allowed, type Flow, type ReadLists } from '../../traffic';
import { parseTemplate, renderDescription, shorten } from '../description-template';
import { fieldsOf } from '../fields';
import type { DeniedTraffic, DenyPolicy } from '../policy';
import { type Denial, denialsOf, flowsOf, formatDenial } from './denials';
import { commonTraffic, cutAround, exceptionsOf, exemptPieces } from './exempt-traffic';
import { explainPassage } from './explain-passage';
import type { Finding } from './finding';
import { obstacleToWriting } from './obstacle';
import type { ExemptPiece, Piece } from './pieces';
import { ruleSetOf } from './rule-set';

const known = new WeakMap<readonly DeniedTraffic[], readonly Denial[]>();

const LEFT_OPEN =
  '; not repaired in full: a drop rule is for one protocol that has a name, or for all, which would close ' +
  'what is exempt too; deny tcp, udp, icmp, icmpv6 and gre instead of all, or exempt protocol all';

/**
 * Finds traffic that a policy denies and a group lets through, by what packets can do: a finding for
 * each denial that does not hold, with a packet that gets through and the drop rules that stop it. What
 * the policy excepts is neither found nor stopped.
 */
export function judgeDenial(policy: DenyPolicy, group: SecurityGroup, lists: ReadLists): Finding[] {
  const ruleSet = ruleSetOf(group, lists);
  const direction = directionOf(policy);
  const except = exemptPieces(policy.except ?? []);
  return denialsIn(policy).flatMap((denial): Finding[] => {
    const exempt = except.filter((each) => commonTraffic(denial, each, lists)?.length !== 0);
    const result = allowed(ruleSet, direction, flowsOf(denial, exceptionsOf(exempt)));
    if (result.verdict === 'denied') return [];
    const beyond = exempt.length > 0 ? ' beyond what is exempt' : '';
    const what = `${formatDenial(denial, direction)} is not denied${beyond}`;
    const base = { policyId: policy.id, severity: policy.severity, changes: [] };
    if (result.verdict === 'undecided') {
      return [{ ...base, status: 'unknown', message: `${what}: ${result.reason}` }];
    }
    const message = `${what}: ${explainPassage(result)}`;
    const found = { ...base, witness: result.witness, message };
    if (result.verdict === 'depends' && !result.on.every((id) => isSettled(id, denial))) {
      return [{ ...found, status: 'unknown' }];
    }
    const pieces = cutAround(denial, exempt, lists);
    if (!pieces) {
      const unread = unreadIn([...denial.peers, ...exempt.map(({ peer }) => peer)], lists);
      const reason = `what is exempt is not known, because ${unread.join(', ')} could not be read`;
      return [{ ...found, status: 'unknown', message: `${message}; ${reason}` }];
    }
    const obstacle = obstacleToWriting(group) ?? obstacleTo(group, denial);
    if (obstacle) {
      return [{ ...found, status: 'unrepairable', message: `${message}; ${obstacle}` }];
    }
    const rules = pieces.flatMap(({ peer, protocol, ports }) => {
      const own =
        pieces.length === 1 && exempt.length === 0
          ? result
          : allowed(ruleSet, direction, flowsOf({ protocol, ports, peers: [peer] }));
      if (own.verdict === 'denied' || own.verdict === 'undecided') return [];
      const priority = sufficientPriority(policy.rule.priority, own.rules);
      const description = describe(policy, group);
      return [newDropRule({ direction, priority, protocol, ports, peer, description })];
    });
    const isLeftOpen = exempt.length > 0 && leavesOpen(denial, exempt, pieces);
    const weakest = Math.max(...rules.map((rule) => rule.priority));
    const scope =
      weakest <= 1
        ? ''
        : `; at priority ${weakest} the denial holds for this group alone, not for interfaces that have other groups too`;
    return [
      {
        ...found,
        status: isLeftOpen && rules.length === 0 ? 'unrepairable' : 'violating',
        message: message + scope + (isLeftOpen ? LEFT_OPEN : ''),
        changes: rules.map((rule) => ({ kind: 'add-rule', rule })),
      },
    ];
  });

  /** Whether rules for some pieces leave something open: see piecesWithout. */
  function leavesOpen(denial: Denial, exempt: readonly ExemptPiece[], pieces: readonly Piece[]) {
    const rest = flowsOf(denial, exceptionsOf([...exempt, ...pieces]));
    return allowed(ruleSet, direction, rest).verdict !== 'denied';
  }
}

/** The direction of the traffic that a policy denies. */
export function directionOf(policy: DenyPolicy): Direction {
  return policy.kind === 'deny-egress' ? 'egress' : 'ingress';
}

/** The traffic that a policy denies: the only traffic whose verdict its repairs may change. */
export function trafficOfDenial(policy: DenyPolicy): Flow[] {
  const except = exceptionsOf(exemptPieces(policy.except ?? []));
  return denialsIn(policy).flatMap((denial) => flowsOf(denial, except));
}

/** Worked out once for a policy, which judges thousands of groups. */
export function denialsIn({ deny }: DenyPolicy): readonly Denial[] {
  const denials = known.get(deny) ?? denialsOf(deny);
  known.set(deny, denials);
  return denials;
}

/** Prefix lists that were not read. */
function unreadIn(peers: readonly ExemptPiece['peer'][], { prefixLists }: ReadLists): string[] {
  return peers.flatMap((peer) =>
    peer !== 'anybody' && peer.kind === 'prefix-list' && !prefixLists.has(peer.prefixListId)
      ? [peer.prefixListId]
      : [],
  );
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
