import { compileWildcard, type TextMatcher } from './wildcard';

/** What a request says about the condition keys that the local cloud knows. */
export interface RequestConditions {
  readonly 'acs:SourceIp': string;
  readonly 'acs:SecureTransport': 'true' | 'false';
  /** Only of AssumeRole, for the trust policy of the role; '' if the call brought none. */
  readonly 'sts:ExternalId'?: string;
}

/** Whether a request meets a statement's condition. */
export type ConditionMatcher = (conditions: RequestConditions) => boolean;

interface Operator {
  /** Whether the request's value must be none of those listed, instead of one of them. */
  readonly negated: boolean;
  readonly compile: (value: string) => TextMatcher;
}

const equals = (wanted: string): TextMatcher => {
  return (text) => text === wanted;
};
const equalsInAnyCase = (wanted: string): TextMatcher => {
  return (text) => text.toLowerCase() === wanted.toLowerCase();
};

/** The operators for text and for booleans (Conditional operators page). */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', { negated: false, compile: equals }],
  ['StringNotEquals', { negated: true, compile: equals }],
  ['StringEqualsIgnoreCase', { negated: false, compile: equalsInAnyCase }],
  ['StringNotEqualsIgnoreCase', { negated: true, compile: equalsInAnyCase }],
  ['StringLike', { negated: false, compile: compileWildcard }],
  ['StringNotLike', { negated: true, compile: compileWildcard }],
  ['Bool', { negated: false, compile: equalsInAnyCase }],
]);
type Key = keyof RequestConditions;
const KEYS: readonly Key[] = ['acs:SourceIp', 'acs:SecureTransport'];
/** Those that a trust policy may hold. */
export const TRUST_KEYS: readonly Key[] = [...KEYS, 'sts:ExternalId'];

/**
 * Reads the Condition of a statement, `{operator: {key: value or values}}`. All operators and keys must
 * hold, of several values any one.
 * @throws Error for whatever could not be decided exactly as RAM does
 */
export function compileCondition(condition: unknown, keys = KEYS): ConditionMatcher {
  const tests = entriesOf(condition, 'Condition').flatMap(([operatorName, values]) => {
    const operator = OPERATORS.get(operatorName);
    if (operator === undefined) {
      throw new Error(
        `Condition operator "${operatorName}" is not supported here; use ${[...OPERATORS.keys()].join(', ')}.`,
      );
    }
    return entriesOf(values, operatorName).map(([key, wanted]) =>
      compileTest(operator, key, wanted, keys),
    );
  });
  return (conditions) => tests.every((test) => test(conditions));
}

function compileTest(
  operator: Operator,
  name: string,
  values: unknown,
  keys: readonly Key[],
): ConditionMatcher {
  const key = keys.find((known) => known.toLowerCase() === name.toLowerCase());
  if (key === undefined) {
    throw new Error(
      `Condition key "${name}" is not supported here, as requests say nothing about it; use ${keys.join(', ')}.`,
    );
  }
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  const matchers = list.map((value) => {
    if (typeof value !== 'string') {
      throw new Error(`Condition key "${name}" has a value that is no text; put it in quotes.`);
    }
    return operator.compile(value);
  });
  if (matchers.length === 0) {
    throw new Error(`Condition key "${name}" has no value; write one, or drop the key.`);
  }
  return (conditions) =>
    matchers.some((matches) => matches(conditions[key] ?? '')) !== operator.negated;
}

function entriesOf(value: unknown, name: string): [string, unknown][] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  if (entries.length > 0) return entries;
  throw new Error(`${name} holds nothing to compare; write {"StringEquals": {"key": "value"}}.`);
}
