import type { ExemptionInForce } from './exemptions';
import type { UnreadableRecord } from './read-record';
import type {
  RecordedCall,
  RecordedFinding,
  RecordedRule,
  RecordedTrigger,
  Severity,
  Verdict,
} from './run-record';
import type { Totals } from './timeline';

/** What a report tells, before it is written in any format or language. Times are ISO 8601 in UTC. */
export interface Report {
  readonly generatedAt: string;
  /** The report tells of everything recorded up to then. */
  readonly asOf: string;
  /** The run that the report was asked for, or the newest one over the whole estate. */
  readonly run: ReportedRun;
  /** The run over the whole estate before it, which changes are counted from; absent for the first. */
  readonly previous?: ReportedRun;
  readonly totals: Totals;
  /** How the estate stood after the previous run. */
  readonly totalsBefore?: Totals;
  readonly regions: readonly (GroupPlace & { readonly totals: Totals })[];
  readonly policies: readonly PolicyStanding[];
  readonly severities: readonly SeverityStanding[];
  readonly moves: readonly Move[];
  /** Runs after the previous one, other than `run`. */
  readonly otherRuns: readonly ReportedRun[];
  readonly unknown: readonly UnknownGroup[];
  readonly interrupted: readonly {
    readonly runId: string;
    readonly part: string;
    readonly time: string;
  }[];
  /** What runs since the previous one were to look at and did not. */
  readonly unseen: readonly Unseen[];
  readonly unreadable: readonly UnreadableRecord[];
  readonly exemptions: readonly ExemptionInForce[];
  /** The earliest first. */
  readonly trend: readonly TrendPoint[];
  /** Groups that are not compliant or were changed since the previous run; the worst first. */
  readonly groups: readonly ReportedGroup[];
  readonly compliant: readonly (GroupPlace & { readonly groups: readonly string[] })[];
  /** Groups that sweeps do not find any more; they count nowhere. */
  readonly gone: readonly GroupName[];
}

/** Something that a run was to look at and did not. */
export interface Unseen {
  readonly runId: string;
  /** When the run was cut into shards. */
  readonly time: string;
  /** A region, an account, or a part of the run. */
  readonly what: string;
  readonly reason: string;
}

export interface GroupName {
  readonly regionId: string;
  /** Absent: the account that Palisade runs with. */
  readonly accountId?: string | undefined;
  readonly securityGroupId: string;
}

/** Where groups are. */
export type GroupPlace = Pick<GroupName, 'regionId' | 'accountId'>;

export interface ReportedRun {
  readonly runId: string;
  readonly trigger: RecordedTrigger;
  readonly dryRun: boolean;
  readonly policyDigest: string;
  readonly heldBack: readonly string[];
  readonly endedAt: string;
  readonly groups: number;
  /** How it left the groups that it looked at. */
  readonly totals: Totals;
  /** Rules added and descriptions changed, or called for where nothing was to be changed. */
  readonly changes: number;
  readonly isInterrupted: boolean;
}

/** How the groups stand that a policy is about, by what that policy holds against them. */
export interface PolicyStanding {
  readonly id: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly mode: 'observe' | 'enforce';
  /** Absent where the run does not have the policy, so that it is not known how many groups it is about. */
  readonly totals?: Totals;
  readonly findings: number;
}

/** Findings of one severity, and the groups that have them. */
export interface SeverityStanding {
  readonly severity: Severity;
  readonly groups: number;
  readonly findings: Readonly<Record<Exclude<Verdict, 'compliant'>, number>>;
}

/** A group that stands otherwise than after the previous run; without `from` it is new. */
export interface Move extends GroupName {
  readonly from?: Verdict;
  readonly to: Verdict;
}

export interface UnknownGroup extends GroupName {
  readonly name: string;
  /** Empty where no readable record tells: a run did not finish, or its record is broken. */
  readonly reasons: readonly string[];
}

/** How the estate was found and left by one run. */
export interface TrendPoint {
  readonly runId: string;
  readonly time: string;
  readonly found: Totals;
  readonly left: Totals;
}

export interface ReportedGroup extends GroupName {
  readonly name: string;
  readonly verdict: Verdict;
  /** When it was looked at last, and by which run. */
  readonly lookedAt: string;
  readonly runId: string;
  readonly findings: readonly RecordedFinding[];
  /** What runs did to it since the previous one, the newest first. */
  readonly acts: readonly Act[];
}

/** What one run did, or would do, to a group. */
export interface Act {
  readonly runId: string;
  readonly time: string;
  readonly verdictBefore: Verdict;
  /** Unknown where the run announced changes and never said what became of them. */
  readonly verdict: Verdict;
  readonly dryRun: boolean;
  readonly isInterrupted: boolean;
  readonly changes: number;
  readonly findingsBefore: readonly RecordedFinding[];
  readonly findings: readonly RecordedFinding[];
  readonly calls: readonly RecordedCall[];
  /** Traffic in words. */
  readonly closed: readonly string[];
  readonly opened: readonly string[];
  readonly notes: readonly string[];
  readonly before?: readonly RecordedRule[];
  readonly after?: readonly RecordedRule[];
}
