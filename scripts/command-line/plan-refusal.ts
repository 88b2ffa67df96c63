import type { Difference, SavedPlan } from '../../shared/remediation/saved-plan';
import { placeName } from '../../shared/security-group';
import { CommandError, EXIT_CODES } from './exit-code';
import { printable } from './printable';
import { recordedRuleText, ruleDifference } from './rule-difference';

/** Clocks may differ by so much. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/** What a saved plan must fit to be applied. */
export interface Circumstances {
  readonly file: string;
  readonly policy: string;
  readonly policyDigest: string;
  readonly account: string;
  readonly endpoint: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxAgeHours: number;
}

/** Throws CommandError, with every reason, if a plan was made for other circumstances. */
export function requireFitting(plan: SavedPlan, here: Circumstances): void {
  const age = here.now - Date.parse(plan.time);
  const reasons = [
    ...(plan.policyDigest === here.policyDigest
      ? []
      : [`${here.policy} is not the policy file that it was made with, or was changed since`]),
    ...(plan.account === here.account
      ? []
      : [`it was made for account ${plan.account}, and the credentials are of ${here.account}`]),
    ...(plan.endpoint === here.endpoint
      ? []
      : [
          `it was made with ${endpointText(plan.endpoint)}, and this is ${endpointText(here.endpoint)}`,
        ]),
    ...(age > here.maxAgeHours * HOUR_MS
      ? [`it was made at ${plan.time}, more than ${here.maxAgeHours} hours ago (--max-age)`]
      : []),
    ...(age < -CLOCK_TOLERANCE_MS
      ? [`it was made at ${plan.time}, which is still to come by the clock of this machine`]
      : []),
  ];
  if (reasons.length === 0) return;
  throw new CommandError(refusalText(here.file, reasons), EXIT_CODES.refused);
}

/** Why a plan is refused, line by line, with the difference of each group. */
export function differencesText(file: string, differences: readonly Difference[]): string {
  return refusalText(
    file,
    differences.flatMap((each) => {
      const title = `${each.securityGroupId} ${printable(each.name)} (${placeName(each)})`;
      return [`${title}: ${causeOf(each)}`, ...detailsOf(each).map((line) => `    ${line}`)];
    }),
  );
}

function refusalText(file: string, reasons: readonly string[]): string {
  return [
    `the plan ${file} is refused, and nothing was changed:`,
    ...reasons.map((reason) => (reason.startsWith(' ') ? reason : `  ${reason}`)),
    'Make the plan again, have it looked at, and apply that one.',
  ].join('\n');
}

function endpointText(endpoint: string | null): string {
  return endpoint === null ? 'the public endpoints' : `the endpoint ${endpoint}`;
}

function causeOf(difference: Difference): string {
  switch (difference.kind) {
    case 'state':
      return 'it has changed since';
    case 'calls':
      return 'the policies now call for other changes';
    case 'unread':
      return printable(difference.reason);
    default:
      return difference satisfies never;
  }
}

function detailsOf(difference: Difference): string[] {
  if (difference.kind !== 'state') return [];
  const { saved, found } = difference;
  const { rules: before, ...others } = saved;
  const { rules: after, ...othersNow } = found;
  const rules = ruleDifference(before, after).flatMap((change) => {
    switch (change.kind) {
      case 'added':
        return [`+ ${recordedRuleText(change.rule)}`];
      case 'removed':
        return [`- ${recordedRuleText(change.rule)}`];
      case 'changed':
        return [`- ${recordedRuleText(change.before)}`, `+ ${recordedRuleText(change.after)}`];
      default:
        return change satisfies never;
    }
  });
  const [was, is] = [flat(others), flat(othersNow)];
  const fields = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => was.get(name) !== is.get(name),
  );
  return [
    ...rules,
    ...fields.map((name) => `${name}: ${was.get(name) ?? 'none'} → ${is.get(name) ?? 'none'}`),
  ].map(printable);
}

/** Tags and lists one by one, so that each that differs is a line of its own. */
function flat({ tags, lists, ...plain }: Omit<Difference['saved'], 'rules'>): Map<string, string> {
  return new Map([
    ...Object.entries(plain).map(([name, value]) => [name, String(value)] as const),
    ...Object.entries(tags).map(([key, value]) => [`tag ${key}`, value] as const),
    ...Object.entries(lists).map(([id, entries]) => [id, entries.join(' ')] as const),
  ]);
}
