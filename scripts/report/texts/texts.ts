import type { RecordedPacket, Severity, Verdict } from '../run-record';

/** Everything that a page says in its own words; a language without one of them does not compile. */
export interface Texts {
  /** BCP 47 tag of the language. */
  readonly language: string;
  readonly title: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  /** What each verdict means, for people who see the word for the first time. */
  readonly meanings: Readonly<Record<Verdict, string>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly modes: Readonly<Record<'observe' | 'enforce', string>>;
  readonly triggers: Readonly<Record<string, string>>;
  readonly callStatus: Readonly<Record<'done' | 'failed' | 'unknown' | 'not-sent', string>>;
  readonly directions: Readonly<Record<'ingress' | 'egress', string>>;

  readonly asOf: (time: string) => string;
  readonly generated: (time: string) => string;
  readonly run: string;
  readonly startedBy: string;
  readonly policyDigest: string;
  /** Follows what started a run, with the space that belongs there. */
  readonly by: (who: string) => string;
  readonly dryRun: string;
  readonly sections: Readonly<
    Record<
      | 'overview'
      | 'attention'
      | 'changes'
      | 'unknown'
      | 'exempt'
      | 'trend'
      | 'groups'
      | 'compliant',
      string
    >
  >;
  readonly contents: string;
  /** After a percentage. */
  readonly ofGroupsCompliant: (compliant: number, groups: number) => string;
  readonly ring: (parts: string) => string;
  /** A count with its word, for reading aloud: `3 exempt`. */
  readonly counted: (groups: number, verdict: Verdict) => string;
  readonly sincePrevious: (difference: number) => string;
  readonly noGroups: string;
  readonly incomplete: (parts: number, records: number, unseen: number) => string;
  readonly gone: (groups: number) => string;

  readonly byRegion: string;
  readonly byPolicy: string;
  readonly bySeverity: string;
  readonly region: string;
  readonly account: string;
  /** The account that Palisade runs with. */
  readonly ownAccount: string;
  readonly policy: string;
  readonly severity: string;
  readonly mode: string;
  readonly groups: string;
  readonly groupsConcerned: string;
  readonly group: string;
  readonly findings: string;
  readonly share: string;
  readonly all: string;

  readonly changedByRun: (changes: number, groups: number) => string;
  readonly wouldChange: (changes: number, groups: number) => string;
  readonly changedNothing: string;
  readonly heldBack: string;
  readonly callsFailed: (groups: number) => string;
  readonly since: (time: string, runId: string) => string;
  readonly firstRun: string;
  readonly nothingMoved: string;
  readonly fresh: string;
  readonly before: string;
  readonly after: string;
  readonly changes: string;
  readonly otherRuns: (runs: number) => string;
  readonly time: string;
  readonly trigger: string;
  readonly reason: string;
  readonly outcome: string;
  readonly interrupted: string;

  readonly nothingUnknown: string;
  readonly noOutcome: string;
  /** Of a group whose findings no readable record holds. */
  readonly notTold: string;
  readonly why: string;
  /** Of a region, an account or a part of a run; the reason follows. */
  readonly unseen: (what: string) => string;
  readonly interruptedPart: (part: string) => string;
  readonly unreadableRecord: (key: string) => string;

  readonly noExemptions: string;
  readonly until: string;
  readonly ticket: string;
  readonly letsThrough: string;
  readonly daysLeft: (days: number) => string;
  readonly letsNothingThrough: string;

  readonly trendOfOne: string;
  readonly trendLabel: (runs: number) => string;
  readonly found: string;
  readonly left: string;
  readonly notCompliant: string;
  readonly asTable: string;

  readonly search: string;
  readonly searchHint: string;
  readonly anyOf: Readonly<
    Record<'verdict' | 'region' | 'account' | 'policy' | 'severity', string>
  >;
  readonly verdict: string;
  readonly reset: string;
  readonly expand: string;
  readonly collapse: string;
  /** `{shown}` and `{all}` stand for numbers. */
  readonly shown: string;
  readonly noMatch: string;
  readonly allCompliant: string;
  readonly noneCompliant: string;
  readonly lookedAt: (time: string, runId: string) => string;
  readonly nowCompliant: string;
  readonly more: (findings: number) => string;
  readonly observedOnly: string;
  /** A packet that gets through; `isCertain` unless that hangs on what could not be read. */
  readonly witness: (packet: RecordedPacket, protocol: string, isCertain: boolean) => string;
  readonly act: (time: string, runId: string) => string;
  readonly closed: string;
  readonly opened: string;
  readonly wouldClose: string;
  readonly wouldOpen: string;
  readonly findingsBefore: (findings: number) => string;
  readonly rules: string;
  readonly rulesCaption: (added: number, changed: number, removed: number, same: number) => string;
  readonly unchangedRules: (rules: number) => string;
  readonly unchangedLeftOut: (rules: number) => string;
  readonly rulesUnknown: string;
  readonly rulesUntouched: string;
  readonly rule: Readonly<
    Record<
      | 'change'
      | 'direction'
      | 'policy'
      | 'priority'
      | 'protocol'
      | 'ports'
      | 'peer'
      | 'description'
      | 'id',
      string
    >
  >;
  readonly marks: Readonly<Record<'added' | 'changed' | 'removed', string>>;
  readonly calls: string;
  readonly call: Readonly<
    Record<'action' | 'content' | 'status' | 'requestId' | 'attempts' | 'token', string>
  >;
  readonly rulesInCall: (rules: number) => string;
  readonly footer: string;
}
