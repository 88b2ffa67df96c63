import { type EcsClient, isEcsError } from '../ecs';
import {
  accountTargets,
  inScope,
  isLookedAfter,
  matches,
  matchesRegion,
  type PolicySet,
  regionInScope,
  selectPolicies,
} from '../policy';
import {
  placeName,
  placeOf,
  type RegionId,
  type SecurityGroupId,
  type SecurityGroupSummary,
} from '../security-group';
import type { WebhookCommand } from '../triggers/webhook';
import { listGroups, type UnlistedPlace, unlistedName, unlistedPlaces } from './list-groups';
import { WHOLE } from './record';
import { remediate } from './remediate';
import type { Run, RunLimits, RunResult, Trigger } from './run';
import type { Surroundings } from './surroundings';
import { isUnfinished, totalsOf } from './verdict';

/** Groups that a sender can wait for; a run over more is handed over. */
const MOST_GROUPS_HERE = 10;

/** What a request led to. */
export type RequestAnswer =
  | { readonly kind: 'accepted'; readonly run: Run }
  | { readonly kind: 'finished'; readonly run: Run; readonly result: RunResult }
  /** Nothing was started; each is `PLACE/ID`. */
  | { readonly kind: 'not-found'; readonly missing: readonly string[] };

/** What the answer to a request needs besides the surroundings of a run. */
export interface RequestDoor {
  readonly policies: PolicySet;
  /** Regions that are looked after; absent: all. */
  readonly regionIds?: readonly RegionId[];
  /** Look and record, but change nothing, whatever the request asks for. */
  readonly dryRun: boolean;
  readonly limits: () => Promise<RunLimits>;
  /** Gives a run to the enforce function, with what could not be listed for it. */
  readonly handOver: (run: Run, unlisted: readonly UnlistedPlace[]) => Promise<void>;
  /** Aborted when there is just time left to hand a run over that is still going on. */
  readonly patience: AbortSignal;
  readonly surroundings: Surroundings;
}

/**
 * Looks at the groups that a request names, by the policies that it names, and repairs at most what each
 * policy's own mode allows. Waits for the end if that was asked for, the groups are few and it comes in
 * time; otherwise the run goes on in the enforce function, with the same ClientTokens for what has been
 * sent already. A run without groups ends at once. Throws EcsError, RecordStoreError, and an Error when
 * a region cannot be listed.
 */
export async function answerRequest(
  command: WebhookCommand,
  trigger: Trigger,
  door: RequestDoor,
): Promise<RequestAnswer> {
  const policies = command.policyIds
    ? selectPolicies(door.policies, command.policyIds)
    : door.policies;
  const { groups, missing, unlisted } = await selectGroups(command, policies, door);
  if (missing.length > 0) return { kind: 'not-found', missing };
  const note = noteOf(unlisted);
  const run: Run = {
    runId: trigger.id,
    part: WHOLE,
    trigger,
    dryRun: door.dryRun || command.mode === 'observe',
    policies,
    ...(command.policyIds ? { policyIds: command.policyIds } : {}),
    limits: await door.limits(),
    groups: groups.filter((group) => inScope(policies, group)),
    ...(note === undefined ? {} : { note }),
  };
  const isAwaited = command.wait && run.groups.length <= MOST_GROUPS_HERE;
  if (isAwaited || run.groups.length === 0) {
    const result = await inTime(remediate(run, door.surroundings), door.patience);
    if (result) return { kind: 'finished', run, result };
  }
  await door.handOver(run, unlisted);
  return { kind: 'accepted', run };
}

/** The result of some work, or undefined if patience ends before it does. */
function inTime<Result>(work: Promise<Result>, patience: AbortSignal): Promise<Result | undefined> {
  const outOfTime = new Promise<undefined>((resolve) => {
    if (patience.aborted) resolve(undefined);
    patience.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([work, outOfTime]);
}

/** What the sender of a request is told about its run; the record has the rest. */
export function outcomeOf(run: Run, result: RunResult): object {
  return {
    // Then `changes` are those that are called for.
    ...(run.dryRun ? { dryRun: true } : {}),
    totals: totalsOf(result),
    heldBack: result.heldBack.map(withoutCause),
    ...(run.note === undefined ? {} : { note: withoutCause(run.note) }),
    ...(isUnfinished(result) ? { unfinished: true } : {}),
    groups: result.groups.map((group) => ({
      region: group.regionId,
      ...(group.accountId === undefined ? {} : { account: group.accountId }),
      group: group.securityGroupId,
      verdictBefore: group.verdictBefore,
      verdict: group.verdict,
      changes: group.changes,
      ...(group.heldBack === undefined ? {} : { heldBack: withoutCause(group.heldBack) }),
    })),
  };
}

/** Why a check failed, such as what the record store said, is no business of a sender's. */
function withoutCause(reason: string): string {
  return reason.replace(/(could not be (?:read|checked|listed)[^:]*):.*/s, '$1');
}

async function selectGroups(
  { selection }: WebhookCommand,
  policies: PolicySet,
  { regionIds, surroundings }: RequestDoor,
): Promise<{
  groups: readonly SecurityGroupSummary[];
  missing: readonly string[];
  /** Other accounts that could not be listed: they hold up none of the rest. */
  unlisted: readonly UnlistedPlace[];
}> {
  if (selection.kind === 'filter') {
    const { match } = selection;
    const { groups, unlisted } = await listGroups(surroundings.ecs, {
      accountIds: accountTargets(policies),
      regionIds,
      isWanted: (regionId, accountId) =>
        regionInScope(policies, regionId, accountId) && matchesRegion(match, regionId, accountId),
    });
    const first = unlisted.find(({ accountId }) => accountId === undefined);
    if (first) throw new Error(`region ${unlistedName(first)} cannot be listed: ${first.reason}`);
    const wanted = groups.filter((group) => matches(match, group));
    return { groups: wanted, missing: [], unlisted: unlistedPlaces(unlisted) };
  }
  const found = await Promise.all(
    selection.targets.map(async ({ groupIds, ...target }) => {
      const place = placeOf(target);
      const isOurs =
        (regionIds?.includes(place.regionId) ?? true) && isLookedAfter(policies, place);
      const groups = isOurs ? await listNamed(surroundings.ecs(place), groupIds) : [];
      const missing = groupIds.filter((id) => !groups.some((group) => group.id === id));
      return { groups, missing: missing.map((id) => `${placeName(place)}/${id}`) };
    }),
  );
  return {
    groups: found.flatMap(({ groups }) => groups),
    missing: found.flatMap(({ missing }) => missing),
    unlisted: [],
  };
}

function noteOf(unlisted: readonly UnlistedPlace[]): string | undefined {
  if (unlisted.length === 0) return undefined;
  const names = unlisted.map(({ place }) => place).join(', ');
  return `${names} could not be listed: ${unlisted.map(({ reason }) => reason).join('; ')}`;
}

/** None in a region that does not exist. */
async function listNamed(
  ecs: EcsClient,
  securityGroupIds: readonly SecurityGroupId[],
): Promise<SecurityGroupSummary[]> {
  try {
    return await ecs.listSecurityGroups({ securityGroupIds });
  } catch (error) {
    if (isEcsError(error, 'not-found')) return [];
    throw error;
  }
}
