import { describeRule, FormatError, parseRule, ruleIdentity } from '../../shared/security-group';

/** A rule as a record holds it. */
export type RecordedRule = Readonly<Record<string, string | number>>;

/** What became of the rules of a group. */
export type RuleChange =
  | { readonly kind: 'added' | 'removed'; readonly rule: RecordedRule }
  | { readonly kind: 'changed'; readonly before: RecordedRule; readonly after: RecordedRule };

/** Compares the rules of a group before and after, whatever their order. */
export function ruleDifference(
  before: readonly RecordedRule[],
  after: readonly RecordedRule[],
): RuleChange[] {
  const kept = new Map<string, RecordedRule[]>();
  for (const rule of after) push(kept, plain(rule), rule);
  const different = before.filter((rule) => !kept.get(plain(rule))?.shift());
  const left = new Map<string, RecordedRule[]>();
  for (const rule of [...kept.values()].flat()) push(left, keyOf(rule), rule);
  const changes = different.map((rule): RuleChange => {
    const other = left.get(keyOf(rule))?.shift();
    return other ? { kind: 'changed', before: rule, after: other } : { kind: 'removed', rule };
  });
  const added = [...left.values()].flat();
  return [...changes, ...added.map((rule) => ({ kind: 'added', rule }) as const)];
}

/** A rule in words with its description; as it was read if it has no form that is known. */
export function recordedRuleText(rule: RecordedRule): string {
  const { SecurityGroupRuleId: id, Description: description } = rule;
  const words = wordsOf(rule);
  return [...(id ? [id] : []), words, ...(description ? [`"${description}"`] : [])].join('  ');
}

function wordsOf(rule: RecordedRule): string {
  try {
    return describeRule(parseRule(rule));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return plain(rule);
  }
}

function push<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Rules keep their ids; older reads have none. */
function keyOf(rule: RecordedRule): string {
  if (rule.SecurityGroupRuleId) return String(rule.SecurityGroupRuleId);
  try {
    return ruleIdentity(parseRule(rule));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return plain(rule);
  }
}

function plain(rule: RecordedRule): string {
  return JSON.stringify(Object.fromEntries(Object.entries(rule).sort()));
}
