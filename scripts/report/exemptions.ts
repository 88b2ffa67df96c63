import type { GroupName, ReportedGroup } from './model';
import type { RecordedPacket } from './run-record';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days before its end from which on an exemption is pointed out. */
export const ENDING_SOON_DAYS = 14;

/** An exemption that holds for a group, and what it lets through there. */
export interface ExemptionInForce extends GroupName {
  readonly name: string;
  readonly policyId: string;
  readonly reason: string;
  readonly ticket?: string;
  /** Last day, YYYY-MM-DD in UTC. */
  readonly until?: string;
  /** Whole days after the present one; negative once it has ended. */
  readonly daysLeft?: number;
  /** Findings that it excuses, in words. */
  readonly letsThrough: readonly string[];
  readonly witnesses: readonly RecordedPacket[];
}

/** The exemptions that findings tell of, the next to end first. `now` is in milliseconds since 1970. */
export function exemptionsOf(groups: readonly ReportedGroup[], now: number): ExemptionInForce[] {
  const found = new Map<string, ExemptionInForce>();
  for (const { regionId, securityGroupId, name, findings } of groups) {
    for (const { policyId, status, message, witness } of findings) {
      if (status !== 'exempt') continue;
      const { what, ...exemption } = readExemption(message);
      const { until } = exemption;
      const key = JSON.stringify([regionId, securityGroupId, policyId, exemption]);
      const known = found.get(key);
      found.set(key, {
        regionId,
        securityGroupId,
        name,
        policyId,
        ...exemption,
        ...(until === undefined ? {} : { daysLeft: daysUntil(until, now) }),
        letsThrough: [...(known?.letsThrough ?? []), what],
        witnesses: [...(known?.witnesses ?? []), ...(witness ? [witness] : [])],
      });
    }
  }
  return [...found.values()].sort(byEnd);
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
  return (
    (a.daysLeft ?? Number.MAX_SAFE_INTEGER) - (b.daysLeft ?? Number.MAX_SAFE_INTEGER) ||
    (a.securityGroupId < b.securityGroupId ? -1 : 1)
  );
}
