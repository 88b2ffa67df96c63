import { z } from 'zod';
import { policyFile } from './schema';
import { SCHEMA_HELP } from './schema-help';

interface Node {
  [keyword: string]: unknown;
  readonly type?: unknown;
  readonly pattern?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly propertyNames?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
}

/**
 * The form of a policy file as JSON Schema, draft 7, which is what editors know best, with a text for each
 * key. It refuses nothing that the loader takes, but for white space around names; what only the loader can
 * tell, such as exemptions that have ended, it lets pass.
 */
export function policyJsonSchema(): object {
  const root = z.toJSONSchema(policyFile, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  }) as Node;
  return { ...(explained(root, '') as object), title: 'Palisade policy file' };
}

function explained(node: Node, path: string): Node {
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const { additionalProperties: others } = node;
  const help = SCHEMA_HELP[path] ?? {};
  // A node with alternatives of its own needs none of those that the parser knows.
  const { anyOf: _anyOf, ...rest } = node;
  return {
    ...(help.anyOf ? rest : node),
    ...nonEmpty(node),
    ...(node.properties
      ? { properties: mapValues(node.properties, (each, key) => explained(each, below(key))) }
      : {}),
    ...(node.propertyNames ? { propertyNames: explained(node.propertyNames, '-') } : {}),
    ...(typeof others === 'object' ? { additionalProperties: explained(others, below('*')) } : {}),
    ...(node.items ? { items: explained(node.items, `${path}[]`) } : {}),
    ...(node.oneOf ? { oneOf: node.oneOf.map((each) => explained(each, path)) } : {}),
    ...help,
  };
}

/** A text counts as empty when it is all white space, which a length does not say. */
function nonEmpty({ type, minLength, pattern }: Node): Node {
  return type === 'string' && minLength === 1 && pattern === undefined ? { pattern: '\\S' } : {};
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
