import { matches, policyFor } from '../policy';
import type { SecurityGroup } from '../security-group';
import type { ReadLists } from '../traffic';
import { changesIn } from './act';
import type { Work } from './carry-out';
import { effectOf, proveEffect } from './effect';
import {
  type Examined,
  examine,
  examineReading,
  judgeReading,
  permissionsOf,
  untouched,
} from './examine';
import type { CallResult, GroupResult, ReportedFinding, Run } from './run';
import type { Surroundings } from './surroundings';
import { verdictOf } from './verdict';

/** The work of a run that repairs groups: what its policies find and call for, judged again afterwards. */
export function repairOf(
  run: Run,
  { reading: readingOf, now }: Pick<Surroundings, 'reading' | 'now'>,
): Work<Examined> {
  return {
    examine(summary, { ecs, lists }, again) {
      const reading = again ? undefined : readingOf?.(summary);
      return reading
        ? examineReading(run, summary, reading, lists, now())
        : examine(run, summary, ecs, lists, now);
    },
    untouched,
    async conclude(examined, calls, reading, { lists }) {
      const judged = await judgeReading(run, examined.summary, reading, lists, now());
      const findings = explainFailures(judged.findings, calls);
      const { effect: _planned, ...base } = untouched(examined);
      return {
        ...base,
        verdict: verdictOf(findings),
        findings,
        calls,
        changes: changesIn(calls, ['done']),
        ...(judged.exemptions.length === 0 ? {} : { exemptions: judged.exemptions }),
        ...(reading.status === 'complete' && examined.reading.status === 'complete'
          ? {
              after: permissionsOf(reading.group),
              ...seenEffect(run, examined.reading.group, reading.group, judged.lists, now()),
            }
          : {}),
      };
    },
  };
}

/** The proof of before the change, made again on what a fresh read shows. */
function seenEffect(
  run: Run,
  before: SecurityGroup,
  after: SecurityGroup,
  lists: ReadLists,
  now: number,
): Pick<GroupResult, 'effect' | 'unexpected'> {
  const enforced = run.policies.policies
    .filter((policy) => policy.mode === 'enforce' && matches(policy.match, before))
    .flatMap((policy) => policyFor(policy, before, now) ?? []);
  const effect = effectOf(before, after, lists);
  const unexpected = proveEffect(before, after, lists, enforced);
  return { ...(effect ? { effect } : {}), ...(unexpected ? { unexpected } : {}) };
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
