import { z } from 'zod';
import type { Mistake } from './mistake';
import { policyFile } from './schema';

/** Says what a schema issue means to the person who wrote the file, and what to write instead. */
export function explainIssue(issue: z.core.$ZodIssue, data: unknown): Mistake[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const value = valueAt(data, path);
  switch (issue.code) {
    case 'custom':
      return [{ path, message: issue.message }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `"${key}" is not known here: ${suggestion(key, knownKeys(data, path))}`,
        atKey: true,
      }));
    case 'invalid_key':
      return [{ path, message: 'the key is empty: write a name', atKey: true }];
    case 'invalid_union':
      if (issue.discriminator === undefined) break;
      return [{ path, message: `${found(value)}: write ${kinds().join(' or ')}` }];
    case 'invalid_type':
      if (issue.expected === 'string' && ['number', 'boolean'].includes(typeof value)) {
        return [{ path, message: `${found(value)}, not a text: write it in quotes, "${value}"` }];
      }
      if (issue.expected === 'array' && typeof value === 'string') {
        return [
          { path, message: `${found(value)}: write a list, even of one, such as [${value}]` },
        ];
      }
  }
  return [{ path, message: `${found(value)}: ${issue.message}` }];
}

/** What to write where the schema has no message of its own. */
export function remedyOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `write ${NOUNS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `write ${issue.values.map(String).join(' or ')}`;
    default:
      return undefined;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
  string: 'a text',
  boolean: 'true or false',
};

function found(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'has no value';
  if (Array.isArray(value)) return value.length === 0 ? 'is empty' : 'is a list';
  if (typeof value === 'object') return 'is a map of keys and values';
  if (typeof value === 'string') return value.trim() === '' ? 'is empty' : `is "${value}"`;
  return `is ${String(value)}`;
}

function valueAt(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    data,
  );
}

function suggestion(key: string, known: readonly string[]): string {
  // Of several that are near, the longest beginning in common tells which one was meant.
  const [near] = known
    .filter((candidate) => isNear(key, candidate))
    .sort((a, b) => commonStart(key, b) - commonStart(key, a));
  return near ? `did you mean "${near}"?` : `the keys are ${known.join(', ')}`;
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** The same but for case and separators, or up to two edits apart, or one the start of the other. */
function isNear(one: string, other: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  const [a, b] = [plain(one), plain(other)];
  if (a === b || (a.length > 2 && (b.startsWith(a) || a.startsWith(b)))) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return a.length > 2 && Math.max(a.length, b.length) - start - end <= 2;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

const root = z.toJSONSchema(policyFile, { io: 'input', unrepresentable: 'any' }) as SchemaNode;

function kinds(): string[] {
  const policies = root.properties?.policies?.items?.oneOf ?? [];
  return policies.map((node) => String(node.properties?.kind?.const));
}

function childOf(node: SchemaNode | undefined, key: string | number): SchemaNode | undefined {
  if (typeof key === 'number') return node?.items;
  if (node?.properties) return node.properties[key];
  return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/** The keys that may stand at a path of this data. */
function knownKeys(data: unknown, path: readonly (string | number)[]): string[] {
  let node: SchemaNode | undefined = root;
  for (const [index, key] of path.entries()) {
    node = childOf(node, key);
    if (node?.oneOf) {
      const kind = valueAt(data, [...path.slice(0, index + 1), 'kind']);
      node = node.oneOf.find((each) => each.properties?.kind?.const === kind);
    }
  }
  return Object.keys(node?.properties ?? {});
}
