import { modifyCall, revokeCalls, type WriteCall } from '../../ecs';
import { type Rule, ruleIdentity, type SecurityGroup } from '../../security-group';
import {
  type AddedRule,
  type Deeds,
  isSame,
  keyOf,
  nameOf,
  type WrittenDescription,
} from './deeds';
import type { LaterRuns } from './later-runs';

/** What taking a run back calls for at one group. */
export interface RollbackPlan {
  readonly calls: readonly WriteCall[];
  /** Rules revoked and descriptions restored. */
  readonly changes: number;
  /** The group as it would be afterwards. */
  readonly after: SecurityGroup;
  readonly revoked: readonly Rule[];
  readonly restored: readonly { readonly rule: Rule; readonly description: string }[];
  /** What the run did and is there still, but is not taken back: each with its reason. */
  readonly leftAlone: readonly string[];
}

/**
 * Plans how to take back what a run did to a group, by compare and set: a rule that it added is revoked
 * and a description that it changed is restored only where it still is exactly what the run left.
 */
export function planRollback(deeds: Deeds, group: SecurityGroup, later: LaterRuns): RollbackPlan {
  const revoked: Rule[] = [];
  const restored: { rule: Rule; description: string }[] = [];
  const leftAlone: string[] = [];
  for (const added of deeds.added) {
    const found = findAdded(added, group, deeds, later);
    if (typeof found === 'string') leftAlone.push(found);
    else if (found) revoked.push(found);
  }
  for (const written of deeds.written) {
    const rule = group.rules.find((each) => keyOf(each) === keyOf(written.rule));
    if (!rule || revoked.includes(rule)) continue;
    const { description } = written.rule;
    if (rule.description === description) continue;
    const obstacle = obstacleToRestore(written, rule, later);
    if (obstacle === undefined) restored.push({ rule, description });
    else leftAlone.push(`the description of ${nameOf(rule)} is left as it is: ${obstacle}`);
  }
  const { regionId, id } = group;
  const before = new Map(restored.map(({ rule, description }) => [rule, description]));
  return {
    calls: [
      ...(['ingress', 'egress'] as const).flatMap((direction) =>
        revokeCalls(
          direction,
          regionId,
          id,
          revoked
            .filter((rule) => rule.direction === direction)
            .map(({ permission }) => permission),
        ),
      ),
      ...restored.map(({ rule, description }) =>
        modifyCall(rule.direction, regionId, id, rule.permission, description),
      ),
    ],
    changes: revoked.length + restored.length,
    after: {
      ...group,
      rules: group.rules
        .filter((rule) => !revoked.includes(rule))
        .map((rule) => ({ ...rule, description: before.get(rule) ?? rule.description })),
    },
    revoked,
    restored,
    leftAlone,
  };
}

/** The rule to revoke; or why it must stay; or nothing if it is gone. */
function findAdded(
  { rule: added, ids }: AddedRule,
  group: SecurityGroup,
  deeds: Deeds,
  later: LaterRuns,
): Rule | string | undefined {
  const twin = group.rules.find((rule) => ruleIdentity(rule) === ruleIdentity(added));
  const rule = ids.size === 0 ? twin : group.rules.find(({ id }) => id && ids.has(id));
  if (!rule) {
    return (
      twin &&
      `${nameOf(twin)} is left alone: the run's own is gone, and somebody added this one since`
    );
  }
  const ownTexts = deeds.written.find((one) => keyOf(one.rule) === keyOf(rule))?.texts;
  if (!isSame(rule, added) && !(rule === twin && ownTexts?.has(rule.description))) {
    return `${nameOf(rule)} is left alone: somebody changed it since`;
  }
  const other = ids.size === 0 ? later.addedBy(rule) : undefined;
  return other === undefined
    ? rule
    : `${nameOf(rule)} is left alone: it may be what run ${other} added since`;
}

/** Why a description must stay. */
function obstacleToRestore(
  { rule: original, texts }: WrittenDescription,
  rule: Rule,
  later: LaterRuns,
): string | undefined {
  if (!texts.has(rule.description)) return 'somebody changed it since';
  if (ruleIdentity(rule) !== ruleIdentity(original)) return 'somebody changed the rule since';
  const other = later.describedBy(rule, rule.description);
  if (other !== undefined) return `run ${other} wrote it since`;
  // A description that is sent has at least one character (ModifySecurityGroupRule page).
  if (original.description === '') {
    return 'there was none before, and ECS takes no empty description';
  }
  return undefined;
}
