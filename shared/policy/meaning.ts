import { isDeepStrictEqual } from 'node:util';
import { checkAccounts } from './check-accounts';
import { checkExemptions } from './check-exemptions';
import { checkTraffic } from './check-traffic';
import {
  type DescriptionTemplate,
  LONGEST_DESCRIPTION,
  parseTemplate,
  TEXT,
} from './description-template';
import { type Denial, denialsOf, formatDenial } from './kinds/denials';
import type { Mistake, Report } from './mistake';
import type { PolicyFile } from './schema';
import { wildcardsOverlap } from './wildcard';

type DenyKind = 'deny-egress' | 'deny-ingress';
type PolicyOf<Kind> = Extract<PolicyFile['policies'][number], { kind: Kind }>;

/**
 * What a schema cannot say: texts that do not fit together, exemptions that can never hold, policies
 * that contradict each other or would never come to rest.
 */
export function checkMeaning(file: PolicyFile, now: number): Mistake[] {
  const findings: Mistake[] = [];
  file.policies.forEach((policy, index) => {
    const path = ['policies', index];
    const report = (below: (string | number)[], message: string, atKey = false) =>
      findings.push({ path: [...path, ...below], message, atKey });

    const first = file.policies.findIndex(({ id }) => id === policy.id);
    if (first < index)
      report(['id'], `"${policy.id}" is taken by policies[${first}]: choose another`);
    checkExemptions(policy, file.quotas.rulesPerGroup, now, report);
    if (policy.kind === 'describe-rules') checkDescribeRules(policy, report);
    else checkDenial(policy, file.quotas.rulesPerGroup, report);
  });
  return [...findings, ...checkAccounts(file), ...checkJointQuota(file), ...checkStandards(file)];
}

function checkDenial(policy: PolicyOf<DenyKind>, quota: number, report: Report): void {
  policy.deny.forEach((traffic, index) => {
    checkTraffic(traffic, policy.kind, ['deny', index], report);
  });
  let rules = 0;
  let beyond: Denial | undefined;
  for (const denial of denialsOf(policy.deny)) {
    rules += denial.peers.length;
    if (rules > quota) beyond ??= denial;
  }
  if (beyond) {
    const example = formatDenial(beyond, policy.kind === 'deny-egress' ? 'egress' : 'ingress');
    report(
      ['deny'],
      `needs ${rules} rules, and a group holds ${quota} (quotas.rulesPerGroup), so that ${example} would stay open: deny wider blocks or port ranges`,
      true,
    );
  }

  const template = readTemplate(policy.rule.description, ['rule', 'description'], report);
  if (template?.placeholders.includes(TEXT)) {
    report(['rule', 'description'], 'holds {text}, but a new rule has no text yet: leave it out');
  }
  if (template) checkFields(template, policy.rule.fields, ['rule', 'fields'], report);
}

function checkDescribeRules(policy: PolicyOf<'describe-rules'>, report: Report): void {
  const template = readTemplate(policy.template, ['template'], report);
  if (!template) return;
  if (!template.placeholders.includes(TEXT)) {
    report(
      ['template'],
      'has no {text}: people\'s own words would be lost; write it once, such as "{owner} | {text}"',
    );
  }
  for (const placeholder of template.placeholders) {
    if (placeholder !== TEXT && !Object.hasOwn(policy.fields, placeholder)) {
      report(
        ['template'],
        `{${placeholder}} has no source: add "${placeholder}: { tag: ${placeholder}, default: none }" to fields`,
      );
    }
  }
  checkFields(template, policy.fields, ['fields'], report);
}

function readTemplate(
  source: string,
  path: string[],
  report: Report,
): DescriptionTemplate | undefined {
  try {
    const template = parseTemplate(source);
    if (template.literals.join('').length >= LONGEST_DESCRIPTION) {
      report(path, `is longer than the ${LONGEST_DESCRIPTION} characters a description may have`);
    }
    return template;
  } catch (error) {
    report(path, (error as Error).message);
    return undefined;
  }
}

function checkFields(
  template: DescriptionTemplate,
  fields: Readonly<Record<string, unknown>>,
  path: string[],
  report: Report,
): void {
  for (const name of Object.keys(fields)) {
    if (!template.placeholders.includes(name)) {
      report(
        [...path, name],
        `is not used: the template has no {${name}}; remove the field or use it`,
        true,
      );
    }
  }
}

/** Policies that match the same groups share their quota: what they deny together must fit as well. */
function checkJointQuota(file: PolicyFile): Mistake[] {
  const quota = file.quotas.rulesPerGroup;
  const findings: Mistake[] = [];
  const denying = file.policies.flatMap((policy, index) =>
    policy.kind === 'describe-rules' ? [] : [{ policy, index }],
  );
  denying.forEach(({ policy, index }, position) => {
    const earlier = denying
      .slice(0, position)
      .filter((other) => isDeepStrictEqual(other.policy.match, policy.match));
    if (earlier.length === 0) return;
    const rulesOf = (policies: readonly PolicyOf<DenyKind>[]) =>
      (['deny-egress', 'deny-ingress'] as const)
        .map((kind) => policies.filter((each) => each.kind === kind).flatMap(({ deny }) => deny))
        .flatMap((deny) => denialsOf(deny))
        .reduce((sum, { peers }) => sum + peers.length, 0);
    const before = rulesOf(earlier.map((other) => other.policy));
    const own = rulesOf([policy]);
    const together = rulesOf([...earlier.map((other) => other.policy), policy]);
    if (before > quota || own > quota || together <= quota) return;
    findings.push({
      path: ['policies', index, 'deny'],
      message:
        `needs ${together} rules together with ${earlier.map((other) => `policies[${other.index}]`).join(', ')}, ` +
        `which match the same groups, and a group holds ${quota} (quotas.rulesPerGroup): deny wider blocks or port ranges`,
      atKey: true,
    });
  });
  return findings;
}

/** Two standards for the same rules would rewrite each other's descriptions for ever. */
function checkStandards(file: PolicyFile): Mistake[] {
  const findings: Mistake[] = [];
  file.policies.forEach((policy, index) => {
    if (policy.kind !== 'describe-rules') return;
    file.policies.slice(0, index).forEach((other, position) => {
      if (other.kind !== 'describe-rules') return;
      if (!other.direction.some((direction) => policy.direction.includes(direction))) return;
      if (areDisjoint(policy.match, other.match)) return;
      if (other.template === policy.template && isDeepStrictEqual(other.fields, policy.fields)) {
        return;
      }
      findings.push({
        path: ['policies', index, 'template'],
        message:
          `contradicts policies[${position}] ("${other.id}"): each would rewrite the other's descriptions; ` +
          'give both the same template and fields, or let them match different accounts, types, regions, names or tag values',
      });
    });
  });
  return findings;
}

type Match = PolicyFile['policies'][number]['match'];

/** Whether no group can match both. */
function areDisjoint(one: Match, other: Match): boolean {
  const apart = (a: readonly string[], b: readonly string[]) =>
    !a.some((text) => b.some((another) => wildcardsOverlap(text, another)));
  return (
    apart(one.accounts ?? ['*'], other.accounts ?? ['*']) ||
    apart(one.types, other.types) ||
    apart(one.regions, other.regions) ||
    apart(one.names, other.names) ||
    Object.entries(one.tags).some(([key, values]) =>
      apart(values, Object.hasOwn(other.tags, key) ? (other.tags[key] ?? []) : ['*']),
    )
  );
}
