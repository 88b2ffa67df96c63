import { type GroupResult, type Run, type RunResult, totalsOf } from '../../shared/remediation';
import { placeName } from '../../shared/security-group';
import type { ActionTrailEvent } from '../../shared/triggers/actiontrail';
import { EXIT_CODES, exitCodeOf } from './exit-code';

/** What a recorded event would lead to. `at`: file, line and entry. */
export type ReplayOutcome = { readonly at: string } & (
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'ignored'; readonly event: ActionTrailEvent; readonly reason: string }
  /** It could not be dealt with, such as when ECS did not answer. */
  | { readonly kind: 'unknown'; readonly event: ActionTrailEvent; readonly reason: string }
  | {
      readonly kind: 'judged';
      readonly event: ActionTrailEvent;
      readonly run: Run;
      readonly result: RunResult;
      /** Too many groups for one invocation: the enforce function would judge them. */
      readonly handedOver: boolean;
    }
);

/** What all events together would lead to. */
export interface ReplaySummary {
  readonly events: number;
  readonly unreadable: number;
  readonly ignored: number;
  /** The most frequent reason first. */
  readonly ignoredBecause: readonly { readonly reason: string; readonly events: number }[];
  readonly judged: number;
  readonly unknown: number;
  readonly violatingGroups: number;
  readonly wouldChange: { readonly events: number; readonly groups: number };
}

/** Counts outcomes as they come. */
export interface Tally {
  add(outcome: ReplayOutcome): void;
  summary(): ReplaySummary;
  /** The gravest of all outcomes. */
  exitCode(): number;
}

/** From the least to the gravest. */
const BY_GRAVITY: readonly number[] = [
  EXIT_CODES.compliant,
  EXIT_CODES.violations,
  EXIT_CODES.unknown,
  EXIT_CODES.error,
];

/** Starts to count. */
export function createTally(): Tally {
  const counts = { unreadable: 0, ignored: 0, judged: 0, unknown: 0 };
  const reasons = new Map<string, number>();
  const violatingGroups = new Set<string>();
  const changedGroups = new Set<string>();
  let changingEvents = 0;
  let gravity = 0;
  return {
    add(outcome) {
      counts[outcome.kind] += 1;
      gravity = Math.max(gravity, BY_GRAVITY.indexOf(exitCodeFor(outcome)));
      if (outcome.kind === 'ignored') {
        reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
      }
      if (outcome.kind !== 'judged') return;
      const { groups, heldBack } = outcome.result;
      for (const group of groups) {
        if (isViolating(group)) violatingGroups.add(keyOf(group));
      }
      const changed = groups.filter(({ calls }) => calls.length > 0 && heldBack.length === 0);
      if (changed.length > 0) changingEvents += 1;
      for (const group of changed) changedGroups.add(keyOf(group));
    },
    summary: () => ({
      events: counts.ignored + counts.judged + counts.unknown,
      ...counts,
      ignoredBecause: [...reasons]
        .map(([reason, events]) => ({ reason, events }))
        .sort((one, other) => other.events - one.events),
      violatingGroups: violatingGroups.size,
      wouldChange: { events: changingEvents, groups: changedGroups.size },
    }),
    exitCode: () => BY_GRAVITY[gravity] ?? EXIT_CODES.error,
  };
}

function isViolating({ verdict }: GroupResult): boolean {
  return verdict === 'violating' || verdict === 'unrepairable';
}

/** Names a group. */
export function keyOf(group: GroupResult): string {
  return `${placeName(group)}/${group.securityGroupId}`;
}

function exitCodeFor(outcome: ReplayOutcome): number {
  switch (outcome.kind) {
    case 'unreadable':
      return EXIT_CODES.error;
    case 'unknown':
      return EXIT_CODES.unknown;
    case 'ignored':
      return EXIT_CODES.compliant;
    case 'judged':
      return exitCodeOf(totalsOf(outcome.result), 0);
    default:
      return outcome satisfies never;
  }
}
