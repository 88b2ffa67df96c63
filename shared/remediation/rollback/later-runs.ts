import type { RecordStore } from '../../evidence';
import { parseRule, placeName, type Rule, type SecurityGroupSummary } from '../../security-group';
import { isAmong } from '../act';
import { runsWithTurns } from '../turn';
import { type Deeds, directionOf, isAbout, keyOf } from './deeds';
import {
  isRollback,
  type RecordedGroup,
  type RecordedRun,
  RollbackError,
  readRecordedRun,
} from './recorded-run';

/** What other runs did at a group since a run came to it; each answer is the id of such a run. */
export interface LaterRuns {
  /** Whether the run itself came as far as the group. */
  readonly hadTurn: boolean;
  /** Who asked for a rule that says the same, or may have: it may be theirs. */
  readonly addedBy: (rule: Rule) => string | undefined;
  /** Who wrote a text to a rule, or may have. */
  readonly describedBy: (rule: Rule, text: string) => string | undefined;
}

/**
 * Finds out from the records which other runs had a turn at a group since. Each is read once, whichever
 * group asks. A rollback is none of them: it adds nothing, and what it writes is somebody else's text.
 * Throws RecordStoreError.
 */
export function laterRunsIn(
  records: RecordStore,
): (deeds: Deeds, summary: SecurityGroupSummary) => Promise<LaterRuns> {
  const known = new Map<string, Promise<RecordedRun | undefined>>();
  const read = (runId: string) => {
    const run = known.get(runId) ?? readRecordedRun(records, runId).catch(ignoreUnreadable);
    known.set(runId, run);
    return run;
  };
  return async ({ runId, begun }, summary) => {
    const turns = await runsWithTurns(records, summary, begun);
    const since = turns.slice(Math.max(turns.indexOf(runId), 0));
    const others = [...new Set(since)].filter((other) => other !== runId && !isRollback(other));
    const runs = await Promise.all(
      others.map(async (other) => ({
        runId: other,
        groups: (await read(other))?.groups.filter(
          (group) => placeName(group) === placeName(summary) && group.id === summary.id,
        ),
      })),
    );
    const find = (didIt: (group: RecordedGroup) => boolean) =>
      runs.find(({ groups }) => groups?.some(didIt) ?? true)?.runId;
    return {
      hadTurn: turns.includes(runId),
      addedBy: (rule) => find((group) => isAddedIn(group, rule)),
      describedBy: (rule, text) => find((group) => isDescribedIn(group, rule, text)),
    };
  };
}

/** What cannot be read may have done anything. */
function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof RollbackError)) throw error;
}

function isAddedIn({ calls }: RecordedGroup, rule: Rule): boolean {
  return calls.some(({ call, certainty }) => {
    if (certainty === 'not-sent' || !('Permissions' in call.parameters)) return false;
    const Direction = directionOf(call);
    const rules = call.parameters.Permissions.map((permission) =>
      parseRule({ Direction, ...permission }),
    );
    return isAmong(rules, rule);
  });
}

function isDescribedIn({ calls, before }: RecordedGroup, rule: Rule, text: string): boolean {
  const was = before.find((each) => keyOf(each) === keyOf(rule));
  return calls.some(({ call, certainty }) => {
    if (certainty === 'not-sent' || was === undefined) return false;
    switch (call.action) {
      case 'ModifySecurityGroupRule':
      case 'ModifySecurityGroupEgressRule':
        return call.parameters.Description === text && isAbout(call, was);
      default:
        return false;
    }
  });
}
