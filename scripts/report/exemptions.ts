import { placeName } from '../../shared/security-group';
import type { GroupIndex } from './group-index';
import type { GroupName } from './model';
import type { RecordedPart } from './read-runs';
import type { Estate } from './timeline';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days before its end from which on an exemption is pointed out. */
export const ENDING_SOON_DAYS = 14;

/** An exemption that holds for a group, and what it lets through there. */
export interface ExemptionInForce extends GroupName {
  readonly name: string;
  readonly policyId: string;
  readonly reason: string;
  readonly ticket: string;
  /** Last day, YYYY-MM-DD in UTC. */
  readonly until: string;
  /** Whole days after the present one; negative once it has ended. */
  readonly daysLeft: number;
  /** In words; empty if nothing needs the exemption as things stand. */
  readonly letsThrough: readonly string[];
}

/**
 * The exemptions that hold for the groups of an estate, by what was recorded of each group last; the next to
 * end first. `now` is in milliseconds since 1970.
 */
export function exemptionsOf(index: GroupIndex, estate: Estate, now: number): ExemptionInForce[] {
  const parts = new Map<RecordedPart, Set<string>>();
  for (const [number, { part }] of estate.groups) {
    const groups = parts.get(part) ?? new Set();
    parts.set(part, groups.add(nameOf(index.at(number))));
  }
  return [...parts]
    .flatMap(([part, groups]) =>
      part.exemptions
        .filter((exemption) => groups.has(nameOf(exemption)))
        .map((exemption) => ({ ...exemption, daysLeft: daysUntil(exemption.until, now) })),
    )
    .sort(byEnd);
}

function nameOf(group: GroupName): string {
  return `${placeName(group)}/${group.securityGroupId}`;
}

/** What a finding says of an exemption. */
interface ReadExemption {
  readonly what: string;
  readonly reason: string;
  readonly ticket?: string;
  readonly until?: string;
}

/**
 * Takes apart how findings speak of an exemption, which describeExemption of shared/policy words. What comes
 * before may quote what anybody wrote into a rule, so that the last such words count.
 */
export function readExemption(message: string): ReadExemption {
  const match = /^(?:(.*); )?exempt until (\d{4}-\d{2}-\d{2}): (.*) \((.*)\)$/s.exec(message);
  if (!match) return { what: message, reason: '' };
  const [, what = '', until = '', reason = '', ticket = ''] = match;
  return { what, until, reason, ticket };
}

function daysUntil(until: string, now: number): number {
  return Math.floor((Date.parse(until) - now) / DAY_MS) + 1;
}

function byEnd(a: ExemptionInForce, b: ExemptionInForce): number {
  return a.daysLeft - b.daysLeft || (a.securityGroupId < b.securityGroupId ? -1 : 1);
}
