import { isEcsError } from '../../ecs';
import type { RecordStore } from '../../evidence';
import type { PolicySet } from '../../policy';
import { type Place, placeName, placeOf, type SecurityGroupSummary } from '../../security-group';
import { hasDeadAttempt, WHOLE } from '../record';
import type { Run, RunLimits } from '../run';
import type { Surroundings } from '../surroundings';
import { type Deeds, deedsOf } from './deeds';
import { type RecordedRun, ROLLBACK, RollbackError } from './recorded-run';

/** What is to be taken back, by whom, and within which limits. */
export interface RollbackRequest {
  readonly recorded: RecordedRun;
  /** Only these groups; none: every group that the run changed. */
  readonly securityGroupIds: readonly string[];
  /** Who asks for it. */
  readonly by: string;
  /** Their guardrails hold; the policies themselves are not asked. */
  readonly policies: PolicySet;
  readonly limits: RunLimits;
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
}

/** A rollback that is ready to be carried out. */
export interface PreparedRollback {
  readonly run: Run;
  /** What the run did, at the groups that are still there. */
  readonly deeds: readonly Deeds[];
  /** Groups that the run changed and that do not exist any more. */
  readonly gone: readonly Deeds[];
  /** Regions that could not be asked for their groups. */
  readonly unlisted: readonly (Place & { readonly reason: string })[];
  /** Whether an earlier rollback of the run died on the way, which this one goes on with. */
  readonly isResumed: boolean;
}

/**
 * Makes the run that takes another one back. An earlier attempt at it that died is gone on with: the same
 * run, hence the same ClientTokens. Throws RollbackError for a group that the run did not change, and
 * RecordStoreError.
 */
export async function prepareRollback(
  request: RollbackRequest,
  records: RecordStore,
  { ecs, now }: Pick<Surroundings, 'ecs' | 'now'>,
): Promise<PreparedRollback> {
  const { recorded, by, policies, limits, dryRun } = request;
  const asked = choose(deedsOf(recorded), request);
  const groups: SecurityGroupSummary[] = [];
  const unlisted: (Place & { reason: string })[] = [];
  const isAt = (place: Place) => (other: Place) => placeName(other) === placeName(place);
  for (const place of new Map(asked.map((deeds) => [placeName(deeds), placeOf(deeds)])).values()) {
    const securityGroupIds = asked.filter(isAt(place)).map(({ id }) => id);
    try {
      groups.push(...(await ecs(place).listSecurityGroups({ securityGroupIds })));
    } catch (error) {
      if (!isEcsError(error)) throw error;
      unlisted.push({ ...place, reason: error.message });
    }
  }
  const isThere = (deeds: Deeds) => groups.filter(isAt(deeds)).some(({ id }) => id === deeds.id);
  const isListed = (deeds: Deeds) => !unlisted.some(isAt(deeds));
  const gone = asked.filter((deeds) => isListed(deeds) && !isThere(deeds));

  const interrupted = await interruptedRollback(records, recorded.runId);
  const runId = interrupted ?? `${ROLLBACK}${recorded.runId}-${stampOf(now())}`;
  return {
    run: {
      runId,
      part: WHOLE,
      trigger: {
        kind: 'command-line',
        id: runId,
        time: timeOf(runId),
        by,
        reason: `rollback of ${recorded.runId}`,
        reference: recorded.runId,
      },
      dryRun,
      // None of its policies has a say in what is taken back.
      policies: { ...policies, policies: [] },
      limits,
      groups,
      ...(gone.length === 0 ? {} : { note: `gone: ${gone.map(({ id }) => id).join(', ')}` }),
    },
    deeds: asked.filter(isThere),
    gone,
    unlisted,
    isResumed: interrupted !== undefined,
  };
}

function choose(
  deeds: readonly Deeds[],
  { recorded, securityGroupIds }: RollbackRequest,
): readonly Deeds[] {
  if (securityGroupIds.length === 0) return deeds;
  const strange = securityGroupIds.find((id) => !deeds.some((one) => one.id === id));
  if (strange !== undefined) {
    throw new RollbackError(
      `run ${recorded.runId} changed nothing in ${strange}: name groups that it changed, or leave --group out for all of them`,
    );
  }
  return deeds.filter(({ id }) => securityGroupIds.includes(id));
}

/** The last rollback of a run, if it died on the way. */
async function interruptedRollback(
  records: RecordStore,
  runId: string,
): Promise<string | undefined> {
  const start = `runs/${ROLLBACK}${runId}-`;
  const runIds = (await records.list(start)).flatMap((key) => {
    const stamp = /^(\d{8}T\d{9}Z)\/./.exec(key.slice(start.length))?.[1];
    return stamp === undefined ? [] : [`${ROLLBACK}${runId}-${stamp}`];
  });
  const last = runIds.at(-1);
  if (last === undefined) return undefined;
  return (await hasDeadAttempt(records, { runId: last, part: WHOLE })) ? last : undefined;
}

/** `20260301T040000000Z`: sorted as text it is sorted by time. */
function stampOf(now: number): string {
  return new Date(now).toISOString().replace(/[-:.]/g, '');
}

/** A rollback that is gone on with keeps its time. */
function timeOf(runId: string): string {
  return runId
    .slice(-'20260301T040000000Z'.length)
    .replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, '$1-$2-$3T$4:$5:$6.$7Z');
}
