import type { RecordStore } from '../../evidence';
import {
  type Place,
  placeName,
  type SecurityGroup,
  type SecurityGroupId,
} from '../../security-group';
import type { ReadLists } from '../../traffic';
import { changesIn, readUntil, shows, withTokens } from '../act';
import { carryOut, type Readers, type Work } from '../carry-out';
import { effectOf } from '../effect';
import { type Examined, permissionsOf, untouched } from '../examine';
import { type GroupReading, listsIn, type NamedLists } from '../read';
import type { GroupResult, ReportedFinding, Run, RunResult } from '../run';
import type { Surroundings } from '../surroundings';
import type { Deeds } from './deeds';
import { laterRunsIn } from './later-runs';
import { planRollback } from './plan-rollback';
import type { PreparedRollback } from './prepare';

/** How long a change may stay hidden from reads; ten minutes have been seen of Describe after Authorize. */
const LONGEST_LAG_MS = 10 * 60 * 1000;

const NO_LISTS: ReadLists = { prefixLists: new Map(), portRangeLists: new Map() };

/** A group as a rollback finds it. */
interface Found extends Examined {
  readonly leftAlone: readonly string[];
}

/**
 * Takes back what a run did: reads each group afresh, revokes the rules that the run added and restores the
 * descriptions that it changed, as far as they still are what it left, and reads again. It is a run like any
 * other, with the same limits and the same record; a dry run only says what would be done. Groups are not
 * judged: what is recorded of them is `unknown` until the next run looks. `records` holds what other runs
 * did since. Throws RecordStoreError.
 */
export function rollBack(
  { run, deeds }: PreparedRollback,
  records: RecordStore,
  surroundings: Surroundings,
): Promise<RunResult> {
  return carryOut(run, surroundings, rollbackOf(run, deeds, records, surroundings));
}

function rollbackOf(
  run: Run,
  allDeeds: readonly Deeds[],
  records: RecordStore,
  { now, sleep }: Surroundings,
): Work<Found> {
  const deedsOf = new Map(allDeeds.map((deeds) => [nameOf(deeds), deeds]));
  const laterRuns = laterRunsIn(records);

  return {
    async examine(summary, { ecs, lists }) {
      const deeds = deedsOf.get(nameOf(summary));
      if (!deeds) throw new RangeError(`${run.runId} has nothing to take back from ${summary.id}`);
      const later = await laterRuns(deeds, summary);
      // Only what a run that came to the group did a moment ago, and nobody has seen yet, can be on its way.
      const isAwaited = later.hadTurn && now() - deeds.lastWritten < LONGEST_LAG_MS;
      const readAt = now();
      const reading = await readUntil(
        ecs,
        summary,
        (rules) => !isAwaited || shows(rules, deeds.unseen),
        sleep,
      );
      if (reading.status === 'unknown') {
        const findings = findingsOf(deeds, reading.reason);
        return { summary, reading, readAt, findings, lists: NO_LISTS, calls: [], leftAlone: [] };
      }
      const plan = planRollback(deeds, reading.group, later);
      const read = await lists.read(reading.group.rules, []);
      return {
        summary,
        reading,
        readAt,
        findings: findingsOf(deeds, whyNotTold(reading.group, read) ?? notJudged(deeds)),
        plan,
        lists: read,
        calls: withTokens(plan.calls, run.trigger.id),
        leftAlone: plan.leftAlone,
      };
    },
    untouched: untouchedBy,
    async conclude(found, calls, reading, readers) {
      const { effect: _planned, ...base } = untouchedBy(found);
      return {
        ...base,
        calls,
        changes: changesIn(calls, ['done']),
        ...(await seenEffect(found, reading, readers)),
      };
    },
  };
}

function nameOf(group: Place & { readonly id: SecurityGroupId }): string {
  return `${placeName(group)}/${group.id}`;
}

function untouchedBy(found: Found): GroupResult {
  const { leftAlone } = found;
  return { ...untouched(found), ...(leftAlone.length > 0 ? { leftAlone } : {}) };
}

/** What a fresh read shows: the rules, what changed for traffic, and what changed besides the plan. */
async function seenEffect(
  { reading: before, plan }: Found,
  after: GroupReading,
  { lists }: Readers,
): Promise<Pick<GroupResult, 'after' | 'effect' | 'unexpected'>> {
  if (before.status !== 'complete' || after.status !== 'complete' || !plan) return {};
  const rules = [...before.group.rules, ...after.group.rules];
  const read = await lists.read(rules, []);
  const effect = effectOf(before.group, after.group, read);
  const unexpected = differenceInWords(plan.after, after.group, read);
  return {
    after: permissionsOf(after.group),
    ...(effect ? { effect } : {}),
    ...(unexpected === undefined ? {} : { unexpected }),
  };
}

function differenceInWords(
  planned: SecurityGroup,
  seen: SecurityGroup,
  lists: ReadLists,
): string | undefined {
  const effect = effectOf(planned, seen, lists);
  if (!effect) return 'its effect on traffic cannot be told';
  const parts = [
    ...effect.closed.map((traffic) => `closed: ${traffic}`),
    ...effect.opened.map((traffic) => `opened: ${traffic}`),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

function notJudged({ runId }: Deeds): string {
  return `not judged: a rollback takes back what run ${runId} did; the next run judges the group`;
}

/** Why it is not known exactly which traffic opens again; undefined if it is. */
function whyNotTold({ rules }: SecurityGroup, { unread }: NamedLists): string | undefined {
  const causes = listsIn(rules).flatMap((id) => unread.get(id) ?? []);
  return causes.length === 0
    ? undefined
    : `what opens is told as far as it does not hang on lists that could not be read: ${causes.join('; ')}`;
}

/** A rollback knows no policies, so that a group is `unknown` to them until the next run looks. */
function findingsOf(deeds: Deeds, message: string): ReportedFinding[] {
  const policies = new Map(deeds.findings.map((finding) => [finding.policyId, finding]));
  return [...policies.values()].map(({ policyId, severity, mode }) => ({
    policyId,
    severity,
    mode,
    status: 'unknown',
    message,
    changes: [],
  }));
}
