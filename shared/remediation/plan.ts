import { authorizeCalls, modifyCall, type NewPermission, type RepairCall } from '../ecs';
import {
  type Change,
  describePlannedRule,
  judge,
  matches,
  type Policy,
  type PolicySet,
  policyFor,
} from '../policy';
import { describeRule, type Rule, ruleIdentity, type SecurityGroup } from '../security-group';
import type { ReadLists } from '../traffic';
import { proveEffect } from './effect';
import type { CountedLists } from './read';
import type { ReportedFinding } from './run';

/** What would be done to a group, and how the group would look afterwards. */
export interface GroupPlan {
  readonly calls: readonly RepairCall[];
  /** Rules added and descriptions changed. */
  readonly changes: number;
  /** The group as it would be afterwards. */
  readonly after: SecurityGroup;
  /** The group's findings, with those that turned out not to be repairable marked so. */
  readonly findings: readonly ReportedFinding[];
}

/**
 * Plans the repair of everything that enforced policies found and that can be mended. Policies are taken
 * in order, each judging the group as the ones before it would leave it, so that no rule is added twice
 * and new rules carry the standard description from the start. They are taken again until none calls
 * for anything more, because one repair can turn what was unknown to another policy into a violation. A
 * plan that would exceed the rule quota, change traffic that no policy is about or that is exempt, or leave
 * something to plan is not made; its findings say so. `findings` are those of `judgeGroup` for this very group.
 */
export function planGroup(
  policies: PolicySet,
  group: SecurityGroup,
  lists: CountedLists,
  findings: readonly ReportedFinding[],
  now: number,
): GroupPlan {
  const enforced = policies.policies
    .filter((policy) => policy.mode === 'enforce' && matches(policy.match, group))
    .flatMap((policy) => policyFor(policy, group, now) ?? []);
  let draft: Draft = { group, added: [], described: [] };
  let obstacles = new Map<string, string>();
  let isSettled = false;
  // Each pass can only be set off by what another policy did in the one before.
  for (let pass = 0; pass <= enforced.length && !isSettled; pass += 1) {
    isSettled = true;
    obstacles = new Map();
    for (const policy of enforced) {
      // As long as nothing is changed the findings say it: judging takes most of a group's time.
      const changes =
        draft.group === group
          ? findings
              .filter(({ policyId }) => policyId === policy.id)
              .flatMap((each) => each.changes)
          : changesFor(policy, draft.group, lists, now);
      if (changes.length === 0) continue;
      const next = apply(draft, changes, enforced);
      const obstacle =
        obstacleToQuota(next, policies.quotas.rulesPerGroup, lists) ??
        proveEffect(draft.group, next.group, lists, [policy]) ??
        obstacleToRest(changes, changesFor(policy, next.group, lists, now));
      if (obstacle) {
        obstacles.set(policy.id, obstacle);
        continue;
      }
      draft = next;
      isSettled = false;
    }
  }
  return {
    calls: callsOf(draft),
    changes: draft.added.length + draft.described.length,
    after: draft.group,
    findings: findings.map((finding) => withObstacle(finding, obstacles.get(finding.policyId))),
  };
}

function withObstacle(finding: ReportedFinding, obstacle: string | undefined): ReportedFinding {
  if (obstacle === undefined || finding.status !== 'violating') return finding;
  return {
    ...finding,
    status: 'unrepairable',
    message: `${finding.message}; not repaired: ${obstacle}`,
    changes: [],
  };
}

function changesFor(policy: Policy, group: SecurityGroup, lists: ReadLists, now: number): Change[] {
  return judge(policy, group, lists, now).flatMap((finding) => finding.changes);
}

/** A group as a plan would leave it, and what leads there. */
interface Draft {
  readonly group: SecurityGroup;
  readonly added: readonly Rule[];
  readonly described: readonly { readonly rule: Rule; readonly description: string }[];
}

function apply(draft: Draft, changes: readonly Change[], enforced: readonly Policy[]): Draft {
  const rules = [...draft.group.rules];
  const added = [...draft.added];
  const described = [...draft.described];
  const identities = new Set<string>();
  for (const change of changes) {
    switch (change.kind) {
      case 'add-rule': {
        // Denials that overlap can come to the same rule where they are cut around what is exempt.
        const identity = ruleIdentity(change.rule);
        if (identities.has(identity)) break;
        identities.add(identity);
        const rule = describePlannedRule(enforced, draft.group, change.rule);
        rules.push(rule);
        added.push(rule);
        break;
      }
      case 'describe-rule': {
        const position = rules.indexOf(change.rule);
        rules[position] = { ...change.rule, description: change.description };
        described.push(change);
        break;
      }
      default:
        change satisfies never;
    }
  }
  return { group: { ...draft.group, rules }, added, described };
}

/** A rule that names a prefix list counts as many rules as the list has room for. */
function obstacleToQuota(
  draft: Draft,
  quota: number,
  { rulesCounted }: CountedLists,
): string | undefined {
  if (draft.added.length === 0) return undefined;
  const weightOf = (rule: Rule) =>
    rule.peer.kind === 'prefix-list' ? (rulesCounted.get(rule.peer.prefixListId) ?? 1) : 1;
  const used = draft.group.rules.reduce((sum, rule) => sum + weightOf(rule), 0);
  if (used <= quota) return undefined;
  const added = draft.added.reduce((sum, rule) => sum + weightOf(rule), 0);
  return (
    `the group holds ${used - added} of ${quota} rules and the repair needs ${added} more; ` +
    'remove rules that are no longer needed, or ask for a higher quota and set quotas.rulesPerGroup'
  );
}

/** A change that is called for again once it was made would be made for ever. */
function obstacleToRest(made: readonly Change[], left: readonly Change[]): string | undefined {
  const nameOf = ({ kind, rule }: Change) => `${kind} ${rule.id ?? describeRule(rule)}`;
  const names = new Set(made.map(nameOf));
  const again = left.map(nameOf).find((name) => names.has(name));
  return again && `the repair would not settle it: ${again} would be called for again`;
}

function callsOf(draft: Draft): RepairCall[] {
  const { regionId, id } = draft.group;
  return [
    ...(['ingress', 'egress'] as const).flatMap((direction) =>
      authorizeCalls(
        direction,
        regionId,
        id,
        draft.added.filter((rule) => rule.direction === direction).map(newPermission),
      ),
    ),
    ...draft.described.map(({ rule, description }) =>
      modifyCall(rule.direction, regionId, id, rule.permission, description),
    ),
  ];
}

/** A rule as Authorize wants it written: what Describe returns, less what only Describe knows. */
function newPermission(rule: Rule): NewPermission {
  const { Direction: _direction, Policy: _policy, Priority: _priority, ...rest } = rule.permission;
  return {
    ...(rest as NewPermission),
    Policy: rule.policy,
    Priority: String(rule.priority),
    Description: rule.description,
  };
}
