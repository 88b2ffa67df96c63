import type { EcsClient } from '../ecs';
import { inScope, matches, type PolicySet, selectPolicies } from '../policy';
import type { RegionId, SecurityGroupSummary } from '../security-group';
import type { WebhookCommand } from '../triggers/webhook';
import type { Listing } from './list-groups';
import { WHOLE } from './record';
import { remediate } from './remediate';
import type { Run, RunLimits, RunResult, Trigger } from './run';
import type { Surroundings } from './surroundings';
import { isUnfinished, totalsOf } from './verdict';

/** Groups that a sender can wait for; a run over more is handed over. */
const MOST_GROUPS_HERE = 10;

/** What a request led to. */
export type RequestAnswer =
  | { readonly kind: 'accepted'; readonly runId: string }
  | { readonly kind: 'finished'; readonly runId: string; readonly result: RunResult }
  | { readonly kind: 'not-found'; readonly missing: readonly string[] };

/** What the answer to a request needs besides the surroundings of a run. */
export interface RequestDoor {
  readonly policies: PolicySet;
  /** Regions that are looked after; absent: all. */
  readonly regionIds?: readonly RegionId[];
  /** Look and record, but change nothing, whatever the request asks for. */
  readonly dryRun: boolean;
  readonly listInScope: (policies: PolicySet) => Promise<Listing>;
  readonly limits: () => Promise<RunLimits>;
  /** Gives a run to the enforce function. */
  readonly handOver: (run: Run) => Promise<void>;
  readonly surroundings: Surroundings;
}

/**
 * Looks at the groups that a request names, by the policies that it names, and repairs at most what each
 * policy's own mode allows. Waits for the end if that was asked for and the groups are few; otherwise the
 * run goes on in the enforce function. Throws EcsError and RecordStoreError.
 */
export async function answerRequest(
  command: WebhookCommand,
  trigger: Trigger,
  door: RequestDoor,
): Promise<RequestAnswer> {
  const policies = command.policyIds
    ? selectPolicies(door.policies, command.policyIds)
    : door.policies;
  const { groups, missing } = await selectGroups(command, policies, door);
  if (missing.length > 0) return { kind: 'not-found', missing };
  const run: Run = {
    runId: trigger.id,
    part: WHOLE,
    trigger,
    dryRun: door.dryRun || command.mode === 'observe',
    policies,
    ...(command.policyIds ? { policyIds: command.policyIds } : {}),
    limits: await door.limits(),
    groups: groups.filter((group) => inScope(policies, group)),
  };
  if (command.wait && run.groups.length <= MOST_GROUPS_HERE) {
    const result = await remediate(run, door.surroundings);
    return { kind: 'finished', runId: run.runId, result };
  }
  await door.handOver(run);
  return { kind: 'accepted', runId: run.runId };
}

/** What the sender of a request is told about its run; the record has the rest. */
export function outcomeOf(result: RunResult): object {
  return {
    totals: totalsOf(result),
    heldBack: result.heldBack,
    ...(isUnfinished(result) ? { unfinished: true } : {}),
    groups: result.groups.map((group) => ({
      region: group.regionId,
      group: group.securityGroupId,
      verdictBefore: group.verdictBefore,
      verdict: group.verdict,
      changes: group.changes,
      ...(group.heldBack === undefined ? {} : { heldBack: group.heldBack }),
    })),
  };
}

async function selectGroups(
  { selection }: WebhookCommand,
  policies: PolicySet,
  { regionIds, listInScope, surroundings }: RequestDoor,
): Promise<{ groups: readonly SecurityGroupSummary[]; missing: readonly string[] }> {
  if (selection.kind === 'filter') {
    const { groups, unlisted } = await listInScope(policies);
    const [first] = unlisted;
    if (first) throw new Error(`region ${first.regionId} cannot be listed: ${first.reason}`);
    return { groups: groups.filter((group) => matches(selection.match, group)), missing: [] };
  }
  const found = await Promise.all(
    selection.targets.map(async ({ regionId, groupIds }) => {
      const isOurs = regionIds?.includes(regionId) ?? true;
      const groups = isOurs ? await listNamed(surroundings.ecs(regionId), groupIds) : [];
      const missing = groupIds.filter((id) => !groups.some((group) => group.id === id));
      return { groups, missing: missing.map((id) => `${regionId}/${id}`) };
    }),
  );
  return {
    groups: found.flatMap(({ groups }) => groups),
    missing: found.flatMap(({ missing }) => missing),
  };
}

function listNamed(ecs: EcsClient, securityGroupIds: readonly string[]) {
  return ecs.listSecurityGroups({ securityGroupIds });
}
