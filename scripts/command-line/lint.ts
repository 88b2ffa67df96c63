import { type Direction, placeName, placeOf, type Rule } from '../../shared/security-group';
import { type NeverMatched, neverMatched, type RuleSet, redundant } from '../../shared/traffic';
import { answerBatch } from './batch';
import { colors as pc } from './color';
import { EXIT_CODES } from './exit-code';
import { type FoundGroup, findGroups, type SourceOptions } from './group-source';
import { ruleJson, ruleText } from './rule-json';

/** Options of `lint`. */
export interface LintOptions extends SourceOptions {
  readonly batch?: string;
  readonly group?: string;
  readonly json?: boolean;
}

interface GroupLint {
  readonly regionId: string;
  readonly accountId?: string;
  readonly securityGroupId: string;
  readonly neverMatched: readonly NeverMatched[];
  readonly redundant: readonly Rule[];
  readonly unknown?: string;
}

/** Shows rules that do nothing, with what covers them. Gives the exit code: 2 if there are any. */
export async function lint(options: LintOptions): Promise<number> {
  if (options.batch !== undefined) return answerBatch(options.batch, answerRules);
  const groups = (await findGroups(options, options.group)).map(lintGroup);
  if (options.json) console.log(JSON.stringify({ groups: groups.map(groupJson) }));
  else console.log(groups.flatMap(groupText).join('\n') || 'Every rule does something.');
  if (groups.some((group) => group.unknown !== undefined)) return EXIT_CODES.unknown;
  const idle = groups.some((group) => group.neverMatched.length + group.redundant.length > 0);
  return idle ? EXIT_CODES.violations : EXIT_CODES.compliant;
}

function lintGroup(found: FoundGroup): GroupLint {
  if ('unread' in found) {
    const { id, unread, ...place } = found;
    return { ...place, securityGroupId: id, neverMatched: [], redundant: [], unknown: unread };
  }
  const { group, lists } = found;
  const base = { ...placeOf(group), securityGroupId: group.id };
  try {
    const ruleSet = { ...group, groupType: group.type, lists };
    const never = inBothDirections((direction) => exact(neverMatched(ruleSet, direction)));
    const isNever = new Set(never.map(({ rule }) => rule));
    const idle = inBothDirections((direction) => exact(redundant(ruleSet, direction)));
    return { ...base, neverMatched: never, redundant: idle.filter((rule) => !isNever.has(rule)) };
  } catch (error) {
    if (!(error instanceof UndecidedError)) throw error;
    return { ...base, neverMatched: [], redundant: [], unknown: error.message };
  }
}

class UndecidedError extends Error {}

function exact<Item>(
  result:
    | { readonly verdict: 'exact'; readonly rules: readonly Item[] }
    | { readonly verdict: 'undecided'; readonly reason: string },
): readonly Item[] {
  if (result.verdict === 'undecided') throw new UndecidedError(result.reason);
  return result.rules;
}

function inBothDirections<Item>(of: (direction: Direction) => readonly Item[]): Item[] {
  return (['ingress', 'egress'] as const).flatMap(of);
}

function answerRules(ruleSet: RuleSet) {
  const found = inBothDirections((direction) => exact(neverMatched(ruleSet, direction)));
  const rules = new Set(found.map(({ rule }) => rule));
  return {
    neverMatched: ruleSet.rules.filter((rule) => rules.has(rule)).map((rule) => rule.id ?? null),
  };
}

function groupJson({ neverMatched, redundant, ...group }: GroupLint) {
  return {
    ...group,
    neverMatched: neverMatched.map(({ rule, coveredBy }) => ({
      rule: ruleJson(rule),
      coveredBy: coveredBy.map(ruleJson),
    })),
    redundant: redundant.map(ruleJson),
  };
}

function groupText(group: GroupLint): string[] {
  const { securityGroupId, unknown } = group;
  const title = `${pc.bold(securityGroupId)}  ${pc.dim(placeName(group))}`;
  if (unknown !== undefined) return [`${title}  ${pc.yellow(`unknown: ${unknown}`)}`, ''];
  if (group.neverMatched.length + group.redundant.length === 0) return [];
  return [
    title,
    ...group.neverMatched.flatMap(({ rule, coveredBy }) => [
      `  ${pc.red('never matched')}  ${ruleText(rule)}`,
      ...coveredBy.map((other) => pc.dim(`      covered by  ${ruleText(other)}`)),
    ]),
    ...group.redundant.map((rule) => `  ${pc.yellow('changes nothing')}  ${ruleText(rule)}`),
    '',
  ];
}
