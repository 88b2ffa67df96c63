import { type ConditionMatcher, compileCondition } from './condition';
import { compileWildcard, type TextMatcher } from './wildcard';

/** One statement of a policy document. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly coversAction: TextMatcher;
  readonly coversResource: TextMatcher;
  readonly isMet: ConditionMatcher;
}

/** A policy document, ready to be asked. */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

const FIELDS = ['Effect', 'Action', 'Resource', 'Condition'];

/**
 * Reads a policy document from parsed JSON (Policy structure and syntax page).
 * @param name what to call the document in an error
 * @throws Error that names the statement and what is malformed, or is not supported here: NotAction,
 * Principal, and conditions that could not be decided exactly
 */
export function parsePolicyDocument(document: unknown, name = 'The policy'): PolicyDocument {
  const { Version, Statement } = objectOf(document, name);
  if (Version !== '1')
    throw new Error(`${name}: Version is not "1", which is the only one there is.`);
  if (!Array.isArray(Statement) || Statement.length === 0) {
    throw new Error(`${name}: Statement is no list of statements; write [{"Effect": …}].`);
  }
  const statements = Statement.map((statement: unknown, index) => {
    const where = `${name}: Statement[${index}]`;
    try {
      return parseStatement(objectOf(statement, where));
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return { statements };
}

function parseStatement(statement: Readonly<Record<string, unknown>>): Statement {
  const unknown = Object.keys(statement).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw new Error(`${unknown} is not supported here; say it with ${FIELDS.join(', ')}.`);
  }
  const { Effect: effect, Action, Resource, Condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error('Effect is neither Allow nor Deny.');
  const actions = textsOf(Action, 'Action', /^(\*|[a-z0-9*?-]+:[a-z0-9*?]+)$/i, 'ecs:Describe*');
  const resources = textsOf(
    Resource,
    'Resource',
    /^(\*|acs:[^:]*:[^:]*:[^:]*:.+)$/,
    'acs:ecs:*:*:securitygroup/*',
  );
  // Names of actions are the same in any case, those of resources are not.
  const coversAction = anyOf(actions.map((action) => action.toLowerCase()));
  return {
    effect,
    coversAction: (action) => coversAction(action.toLowerCase()),
    coversResource: anyOf(resources),
    isMet: Condition === undefined ? () => true : compileCondition(Condition),
  };
}

function textsOf(value: unknown, field: string, form: RegExp, example: string): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.filter((each) => typeof each === 'string' && form.test(each));
  if (texts.length === values.length && texts.length > 0) return texts as string[];
  throw new Error(`${field} is missing or malformed; write "*" or such as "${example}".`);
}

function anyOf(patterns: readonly string[]): TextMatcher {
  const matchers = patterns.map(compileWildcard);
  return (text) => matchers.some((matches) => matches(text));
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(`${where} is no JSON object.`);
}
