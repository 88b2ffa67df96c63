import type { SecurityGroupSummary } from '../security-group';
import type { Exemption, Policy, PolicySet } from './policy';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long before its end an exemption is reported. */
const NOTICE_DAYS = 14;

/** The exemptions of a policy that hold for a group at a time (milliseconds since 1970). */
export function exemptionsOf(
  policy: Policy,
  group: SecurityGroupSummary,
  now: number,
): Exemption[] {
  return policy.exempt.filter(
    (exemption) => exemption.groups.includes(group.id) && !hasEnded(exemption, now),
  );
}

/**
 * What a policy asks of a group at a time, its exemptions taken off: the same policy where none holds,
 * and undefined where one lets everything pass.
 */
export function policyFor(
  policy: Policy,
  group: SecurityGroupSummary,
  now: number,
): Policy | undefined {
  const exemptions = exemptionsOf(policy, group, now);
  if (exemptions.length === 0) return policy;
  if (policy.kind === 'describe-rules') return undefined;
  if (exemptions.some(({ traffic }) => traffic === undefined)) return undefined;
  const except = exemptions.flatMap(({ traffic }) => traffic ?? []);
  return { ...policy, exempt: [], except };
}

/** Whether an exemption's last day, in UTC, has passed. */
export function hasEnded(exemption: Exemption, now: number): boolean {
  return !(now < endOf(exemption));
}

function endOf({ until }: Exemption): number {
  return Date.parse(until) + DAY_MS;
}

/** An exemption in words. */
export function describeExemption({ reason, ticket, until }: Exemption): string {
  return `exempt until ${until}: ${reason} (${ticket})`;
}

/** An exemption that will have ended before long. */
export interface EndingExemption {
  readonly policyId: string;
  readonly exemption: Exemption;
  /** Days left after today, in UTC; 0: today is the last one. */
  readonly daysLeft: number;
}

/** The exemptions that hold now and end within 14 days, the next to end first. */
export function exemptionsEndingSoon(policies: PolicySet, now: number): EndingExemption[] {
  return policies.policies
    .flatMap(({ id, exempt }) =>
      exempt
        .filter((exemption) => !hasEnded(exemption, now))
        .map((exemption) => ({
          policyId: id,
          exemption,
          daysLeft: Math.ceil((endOf(exemption) - now) / DAY_MS) - 1,
        })),
    )
    .filter(({ daysLeft }) => daysLeft <= NOTICE_DAYS)
    .sort((a, b) => a.daysLeft - b.daysLeft);
}

/** An exemption that ends soon in words, with what to do about it. */
export function describeEnding({ policyId, exemption, daysLeft }: EndingExemption): string {
  const { groups, reason, ticket, until } = exemption;
  const when = daysLeft === 0 ? 'today' : daysLeft === 1 ? 'tomorrow' : `in ${daysLeft} days`;
  return (
    `the exemption of ${groups.join(', ')} from ${policyId} (${reason}, ${ticket}) ends ${when}, on ${until}: ` +
    'make it needless, or give it a later day'
  );
}
