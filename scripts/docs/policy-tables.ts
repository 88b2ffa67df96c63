import { stringify } from 'yaml';

/** What is read of the JSON Schema of policy files. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
}

/** A key of some map of a policy file. */
interface Key {
  readonly name: string;
  readonly node: SchemaNode;
  readonly isRequired: boolean;
  /** Kinds of policies that have it; none: whatever the kind. */
  readonly kinds: readonly string[];
}

/**
 * A Markdown table for each map of keys that a schema describes, by the path of the map: `file` for the whole
 * file, `[]` for an entry of a list and `*` for the value of any key.
 */
export function policyTables(root: SchemaNode): ReadonlyMap<string, string> {
  const keys = new Map<string, Map<string, Key>>();
  collect(root, 'file', [], keys);
  const kinds = kindsOf(root);
  return new Map(
    [...keys].map(([path, byName]) => [path, tableOf([...byName.values()], kinds.length)]),
  );
}

function kindsOf(node: SchemaNode): string[] {
  return (node.properties?.policies?.items?.oneOf ?? []).map(kindOf);
}

function kindOf({ properties }: SchemaNode): string {
  return String(properties?.kind?.const);
}

function collect(
  node: SchemaNode,
  path: string,
  kinds: readonly string[],
  found: Map<string, Map<string, Key>>,
): void {
  const { properties, additionalProperties, items, oneOf, required = [] } = node;
  oneOf?.forEach((each) => {
    collect(each, path, [kindOf(each)], found);
  });
  if (items) collect(items, `${path}[]`, kinds, found);
  if (typeof additionalProperties === 'object') {
    collect(additionalProperties, `${path}.*`, kinds, found);
  }
  if (!properties) return;
  const here = found.get(path) ?? new Map<string, Key>();
  found.set(path, here);
  for (const [name, child] of Object.entries(properties)) {
    const known = here.get(name);
    const node = name === 'kind' ? { enum: [...valuesOf(known?.node), ...valuesOf(child)] } : {};
    here.set(name, {
      name,
      node: { ...child, ...node },
      isRequired: required.includes(name),
      kinds: [...(known?.kinds ?? []), ...kinds],
    });
    collect(child, path === 'file' ? name : `${path}.${name}`, kinds, found);
  }
}

function valuesOf(node: SchemaNode | undefined): readonly unknown[] {
  return node?.enum ?? (node?.const === undefined ? [] : [node.const]);
}

/** Which kinds of policies have a key is said where not all of them do. */
function tableOf(keys: readonly Key[], kindCount: number): string {
  const isShared = keys.every(({ kinds }) => kinds.length === 0 || kinds.length === kindCount);
  const sameKinds = keys.every(({ kinds }) => kinds.join() === keys[0]?.kinds.join());
  const rows = keys.map(({ name, node, isRequired, kinds }) => [
    code(name),
    ...(isShared || sameKinds
      ? []
      : [kinds.length === kindCount ? 'all' : kinds.map(code).join(', ')]),
    formOf(node),
    isRequired ? 'required' : defaultOf(node),
    node.description ?? '',
  ]);
  const head = ['key', ...(isShared || sameKinds ? [] : ['in']), 'form', 'default', 'meaning'];
  return aligned([head, ...rows]);
}

/** As the formatter writes a table: every column as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [head, widths.map((width) => '-'.repeat(width)), ...rest].map(lineOf).join('\n');
}

function formOf(node: SchemaNode): string {
  const { type, items, additionalProperties, properties, minimum, maximum } = node;
  const values = valuesOf(node);
  if (values.length > 0) return values.map((value) => code(String(value))).join(', ');
  if (type === 'array') return items ? `list, ${pluralOf(items)}` : 'list';
  if (type === 'integer') return `whole number, ${grouped(minimum)} to ${grouped(maximum)}`;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'string') return node.format === 'date' ? 'date' : 'text';
  if (properties) return 'keys';
  if (typeof additionalProperties === 'object') {
    return `by name, ${pluralOf(additionalProperties)}`;
  }
  return 'text or number';
}

function pluralOf(node: SchemaNode): string {
  const values = valuesOf(node);
  if (values.length > 0) return values.map((value) => code(String(value))).join(', ');
  if (node.type === 'array' && node.items) return `lists, ${pluralOf(node.items)}`;
  if (node.properties || node.oneOf) return 'keys each';
  return node.type === 'string' ? 'texts' : 'numbers or texts';
}

function defaultOf({ default: value, properties }: SchemaNode): string {
  if (value === undefined) return '';
  if (properties && Object.keys(value as object).length === 0) return 'its defaults';
  const options = { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 } as const;
  return code(stringify(value, options).trim());
}

function grouped(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en-US');
}

function code(text: string): string {
  return `\`${text}\``;
}
