import type { EcsClient } from '../ecs';
import {
  type ExemptionInForce,
  exemptionsInForce,
  matches,
  type PolicySet,
  prefixListsOf,
} from '../policy';
import {
  type Permission,
  placeOf,
  type SecurityGroup,
  type SecurityGroupSummary,
} from '../security-group';
import type { ReadLists } from '../traffic';
import { type TokenedCall, withTokens } from './act';
import { effectOf } from './effect';
import { judgeGroup } from './judge';
import { type GroupPlan, planGroup } from './plan';
import { type GroupReading, type ListReader, type NamedLists, readGroup } from './read';
import type { CallResult, GroupResult, ReportedFinding, Run } from './run';
import { verdictOf } from './verdict';

/** A reading with what the policies make of it. */
export interface Judged {
  readonly findings: readonly ReportedFinding[];
  /** Absent for a group that could not be read. */
  readonly plan?: GroupPlan;
  readonly lists: ReadLists;
  /** Exemptions that hold for the group; none for one that could not be read. */
  readonly exemptions: readonly ExemptionInForce[];
}

/** A group as a run finds it, and what it would do about it. */
export interface Examined
  extends Pick<Judged, 'findings' | 'lists'>,
    Partial<Pick<Judged, 'exemptions'>> {
  /** Absent for a group that could not be read. */
  readonly plan?: Pick<GroupPlan, 'changes' | 'after'>;
  readonly summary: SecurityGroupSummary;
  readonly reading: GroupReading;
  /** When that reading was begun, in milliseconds since 1970. */
  readonly readAt: number;
  readonly calls: readonly TokenedCall[];
}

const NO_LISTS: ReadLists = { prefixLists: new Map(), portRangeLists: new Map() };

/** Reads a group, judges it and plans its repair. */
export async function examine(
  run: Run,
  summary: SecurityGroupSummary,
  ecs: EcsClient,
  lists: ListReader,
  now: () => number,
): Promise<Examined> {
  const readAt = now();
  return examineReading(
    run,
    summary,
    { readAt, reading: await readGroup(ecs, summary) },
    lists,
    now(),
  );
}

/** Judges a reading that somebody has made already, and plans the repair. */
export async function examineReading(
  run: Run,
  summary: SecurityGroupSummary,
  { readAt, reading }: Pick<Examined, 'readAt' | 'reading'>,
  lists: ListReader,
  now: number,
): Promise<Examined> {
  const judged = await judgeReading(run, summary, reading, lists, now);
  return {
    summary,
    reading,
    readAt,
    ...judged,
    calls: withTokens(judged.plan?.calls ?? [], run.trigger.id),
  };
}

/** Judges a reading and plans what is left to do. */
export async function judgeReading(
  run: Run,
  summary: SecurityGroupSummary,
  reading: GroupReading,
  lists: ListReader,
  now: number,
): Promise<Judged> {
  if (reading.status === 'unknown') {
    const findings = unreadable(run.policies, summary, reading.reason);
    return { findings, lists: NO_LISTS, exemptions: [] };
  }
  const { group } = reading;
  const readLists = await lists.read(group.rules, prefixListsOf(run.policies, summary));
  const plan = planGroup(
    run.policies,
    group,
    readLists,
    judgeGroup(run.policies, group, readLists, now),
    now,
  );
  const exemptions = exemptionsInForce(run.policies, group, readLists, now);
  const findings = plan.findings.map((finding) => withCause(finding, readLists.unread));
  return { findings, plan, lists: readLists, exemptions };
}

/** What hangs on a list that could not be read says why it could not. */
function withCause(finding: ReportedFinding, unread: NamedLists['unread']): ReportedFinding {
  if (finding.status !== 'unknown') return finding;
  const words = new Set(finding.message.match(/[\w-]+/g));
  const causes = [...unread].filter(([id]) => words.has(id)).map(([, cause]) => cause);
  return { ...finding, message: [finding.message, ...causes].join('; ') };
}

/** The result of a group at which nothing was done. */
export function untouched({
  summary,
  reading,
  findings,
  plan,
  lists,
  calls,
  exemptions = [],
}: Examined): GroupResult {
  const verdict = verdictOf(findings);
  const effect =
    reading.status === 'complete' && plan && calls.length > 0
      ? effectOf(reading.group, plan.after, lists)
      : undefined;
  return {
    ...placeOf(summary),
    securityGroupId: summary.id,
    name: summary.name,
    verdict,
    verdictBefore: verdict,
    findings,
    findingsBefore: findings,
    calls: calls.map((call): CallResult => ({ ...call, outcome: { status: 'not-sent' } })),
    changes: plan?.changes ?? 0,
    ...(effect ? { effect } : {}),
    ...(exemptions.length === 0 ? {} : { exemptions }),
    ...(reading.status === 'complete' ? { before: permissionsOf(reading.group) } : {}),
  };
}

/** The result of a group of which nobody knows how it stands. */
export function unknownGroup(
  { policies }: Run,
  summary: SecurityGroupSummary,
  reason: string,
): GroupResult {
  const findings = unreadable(policies, summary, reason);
  const reading = { status: 'unknown', reason } as const;
  return untouched({ summary, reading, readAt: 0, findings, lists: NO_LISTS, calls: [] });
}

/** The rules of a group as they were read. */
export function permissionsOf(group: SecurityGroup): Permission[] {
  return group.rules.map((rule) => rule.permission);
}

function unreadable(
  policies: PolicySet,
  summary: SecurityGroupSummary,
  reason: string,
): ReportedFinding[] {
  return policies.policies
    .filter((policy) => matches(policy.match, summary))
    .map((policy) => ({
      policyId: policy.id,
      severity: policy.severity,
      mode: policy.mode,
      status: 'unknown',
      message: reason,
      changes: [],
    }));
}
