import type { EcsErrorKind, WriteCall } from '../ecs';
import type { ExemptionInForce, Finding, PolicyMode, PolicySet } from '../policy';
import type {
  AccountId,
  Permission,
  RegionId,
  SecurityGroupId,
  SecurityGroupSummary,
} from '../security-group';
import type { Effect } from './effect';
import type { Counted } from './guard';

/** What started a run. */
export interface Trigger {
  readonly kind: 'command-line' | 'timer' | 'actiontrail' | 'webhook' | 'cloud-config';
  /**
   * The same for every retry of one trigger and different for the next one. ClientTokens are derived
   * from it: that is what makes a retry harmless and the next run effective.
   */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** Who: the principal of an event, or the requester that a request names. */
  readonly by?: string;
  /** Why: the API call that an event tells of, or the reason that a request gives. */
  readonly reason?: string;
  /** The event's own id or its API call's, for finding it again. */
  readonly reference?: string;
}

/** Most changes and groups of one run, all its parts together. */
export interface RunLimits {
  readonly maxChanges: number;
  readonly maxGroups: number;
}

/** A request to look at some groups and repair what a policy says may be repaired. */
export interface Run {
  readonly runId: string;
  /** Names the part of a run that was cut into shards; `whole` if it was not. */
  readonly part: string;
  readonly trigger: Trigger;
  /** Change nothing, whatever the policies' modes say. */
  readonly dryRun: boolean;
  readonly policies: PolicySet;
  /** Set when only some of the deployed policies were asked for; `policies` holds only those. */
  readonly policyIds?: readonly string[];
  readonly limits: RunLimits;
  readonly groups: readonly SecurityGroupSummary[];
  /** What a reader of the record should know about the circumstances. */
  readonly note?: string;
  /** The saved plan that it carries out, if it does. */
  readonly plan?: PlanReference;
}

/** Which saved plan: its SHA-256 in hexadecimal, and when it was made, ISO 8601. */
export interface PlanReference {
  readonly digest: string;
  readonly time: string;
}

/**
 * How a group stands. `unknown` outweighs the rest: what was not read completely is never compliant.
 * `unrepairable`: it violates a policy and nothing that Palisade may do mends it. `exempt`: everything
 * it violates is let pass by an exemption.
 */
export type Verdict = 'compliant' | 'violating' | 'unknown' | 'exempt' | 'unrepairable';

/** A finding with the mode of the policy it comes from. */
export type ReportedFinding = Finding & { readonly mode: PolicyMode };

/** A write as it was planned, and what became of it. */
export interface CallResult {
  readonly call: WriteCall;
  readonly clientToken: string;
  /** When its last answer came, or was waited for no longer, ISO 8601; absent if it was not sent. */
  readonly time?: string;
  readonly outcome:
    | { readonly status: 'not-sent' }
    | { readonly status: 'done'; readonly requestId: string; readonly attempts: number }
    | {
        readonly status: 'failed' | 'unknown';
        readonly kind: EcsErrorKind;
        readonly message: string;
        readonly code?: string;
        readonly requestId?: string;
      };
}

/** What a run found at one group and did about it. */
export interface GroupResult {
  readonly regionId: RegionId;
  /** Absent: the account that Palisade runs with. */
  readonly accountId?: AccountId;
  readonly securityGroupId: SecurityGroupId;
  readonly name: string;
  /** How the group stands at the end of the run, by a fresh read where something was sent. */
  readonly verdict: Verdict;
  /** How it stood when the run began. */
  readonly verdictBefore: Verdict;
  readonly findings: readonly ReportedFinding[];
  readonly findingsBefore: readonly ReportedFinding[];
  /** What enforced policies, or a rollback, call for; sent unless this was a dry run or a guardrail held it back. */
  readonly calls: readonly CallResult[];
  /** Rules added or revoked and descriptions changed; in a dry run, those that are called for. */
  readonly changes: number;
  /** What the changes do to traffic: as planned, or by the fresh read where something was sent. */
  readonly effect?: Effect;
  /** What a fresh read shows besides: traffic changed that no enforced policy is about. */
  readonly unexpected?: string;
  /** What a rollback does not take back, and why; absent if there is no such thing. */
  readonly leftAlone?: readonly string[];
  /** Why this group alone was left as it is, although its run went ahead. */
  readonly heldBack?: string;
  /** Set when that was only for the moment, so that the same run should be tried again. */
  readonly tryAgain?: true;
  /** Exemptions that hold for the group, needed or not, and what each lets through at the end of the run. */
  readonly exemptions?: readonly ExemptionInForce[];
  /** The rules as they were read, before and after; absent where the read was not complete. */
  readonly before?: readonly Permission[];
  readonly after?: readonly Permission[];
}

/** The result of a run. */
export interface RunResult {
  readonly runId: string;
  readonly groups: readonly GroupResult[];
  /** Why nothing was changed although changes were called for; empty if nothing held the run back. */
  readonly heldBack: readonly string[];
  /** What stood against the limits; absent if nothing was called for or it could not be counted. */
  readonly counted?: Counted;
  /** Set when that was only because something could not be read for the moment. */
  readonly tryAgain?: true;
  /** What there was no time for; `groups` has nothing of it. Absent if everything was done. */
  readonly rest?: Rest;
  /** Why nobody will try the part again, although it did not come to its end. */
  readonly failed?: string;
}

/** Groups of a part that it did not come to, which are handed on as a part of their own. */
export interface Rest {
  readonly part: string;
  readonly groups: readonly SecurityGroupSummary[];
}
