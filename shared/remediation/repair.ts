import type { WriteCall } from '../ecs';
import type { RecordStore } from '../evidence';
import { matches } from '../policy';
import type { SecurityGroup } from '../security-group';
import type { ReadLists } from '../traffic';
import { readBack, sendCalls } from './act';
import { effectOf, proveEffect } from './effect';
import { type Examined, examine, judgeReading, permissionsOf, untouched } from './examine';
import type { ListReader } from './read';
import { noteRequests } from './record';
import type { CallResult, GroupResult, ReportedFinding, Run } from './run';
import type { Surroundings } from './surroundings';
import { takeTurn } from './turn';
import { verdictOf } from './verdict';

/**
 * Changes a group as planned, once no other run is at it. If another one has changed it meanwhile, it is
 * read and judged afresh first.
 */
export async function repair(
  run: Run,
  found: Examined,
  surroundings: Surroundings,
  records: RecordStore,
  lists: ListReader,
): Promise<GroupResult> {
  const { summary } = found;
  const ecs = surroundings.ecs(summary.regionId);
  let examined = found;
  let readAfterTurn = 0;
  for (;;) {
    const changes = examined.plan?.changes ?? 0;
    if (examined.calls.length === 0) return untouched(examined);
    if (changes > (found.plan?.changes ?? 0)) {
      return heldBack(
        examined,
        'the group was changed meanwhile and needs more than was planned',
        true,
      );
    }
    const request = {
      run,
      group: summary,
      changes,
      readAt: examined.readAt,
      readAfterTurn,
      holder: surroundings.holder,
    };
    const turn = await takeTurn(records, request, surroundings.now, surroundings.sleep);
    switch (turn.kind) {
      case 'taken': {
        const result = await change(run, examined, surroundings, records, lists);
        await turn.end(result.changes);
        return result;
      }
      case 'stale':
        readAfterTurn = turn.turn;
        examined = await examine(run, summary, ecs, lists, surroundings.now);
        break;
      case 'refused':
        return heldBack(examined, turn.reason, turn.tryAgain);
      default:
        return turn satisfies never;
    }
  }
}

function heldBack(examined: Examined, reason: string, tryAgain: boolean): GroupResult {
  return {
    ...untouched(examined),
    changes: 0,
    heldBack: reason,
    ...(tryAgain ? { tryAgain } : {}),
  };
}

/** Sends what was planned for a group, reads the group again and judges what is there then. */
async function change(
  run: Run,
  examined: Examined,
  surroundings: Surroundings,
  records: RecordStore,
  lists: ListReader,
): Promise<GroupResult> {
  const { summary } = examined;
  const ecs = surroundings.ecs(summary.regionId);
  const calls = await sendCalls(ecs, examined.calls);
  const [reading] = await Promise.all([
    readBack(ecs, summary, calls, surroundings.sleep),
    noteRequests(records, run, calls),
  ]);
  const judged = await judgeReading(run, summary, reading, lists, surroundings.now());
  const findings = explainFailures(judged.findings, calls);
  const { effect: _planned, ...base } = untouched(examined);
  return {
    ...base,
    verdict: verdictOf(findings),
    findings,
    calls,
    changes: calls.reduce(
      (sum, { call, outcome }) => sum + (outcome.status === 'done' ? changesOf(call) : 0),
      0,
    ),
    ...(reading.status === 'complete' && examined.reading.status === 'complete'
      ? {
          after: permissionsOf(reading.group),
          ...seenEffect(run, examined.reading.group, reading.group, judged.lists),
        }
      : {}),
  };
}

/** The proof of before the change, made again on what a fresh read shows. */
function seenEffect(
  run: Run,
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
): Pick<GroupResult, 'effect' | 'unexpected'> {
  const enforced = run.policies.policies.filter(
    (policy) => policy.mode === 'enforce' && matches(policy.match, before),
  );
  const effect = effectOf(before, after, lists);
  const unexpected = proveEffect(before, after, lists, enforced);
  return { ...(effect ? { effect } : {}), ...(unexpected ? { unexpected } : {}) };
}

/** Rules added or descriptions changed by a call. */
function changesOf({ parameters }: WriteCall): number {
  return 'Permissions' in parameters ? parameters.Permissions.length : 1;
}

/** A call that ECS refused for good leaves a finding that cannot be repaired, with ECS's reason. */
function explainFailures(
  findings: readonly ReportedFinding[],
  calls: readonly CallResult[],
): readonly ReportedFinding[] {
  const refused = calls.find(({ outcome }) => outcome.status === 'failed')?.outcome;
  if (refused?.status !== 'failed') return findings;
  const final = ['validation', 'state', 'quota'].includes(refused.kind);
  const advice =
    refused.kind === 'quota'
      ? ' (if the account allows fewer rules than quotas.rulesPerGroup says, write its number there)'
      : '';
  return findings.map((finding) =>
    finding.status !== 'violating' || finding.mode !== 'enforce'
      ? finding
      : {
          ...finding,
          status: final ? 'unrepairable' : 'violating',
          message: `${finding.message}; the repair failed: ${refused.message}${advice}`,
        },
  );
}
