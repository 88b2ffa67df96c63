import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { policyJsonSchema } from './json-schema';
import { policyFile } from './schema';
import { SCHEMA_HELP } from './schema-help';
import { describing, problems } from './testing/policy-files';

const PROJECT = join(__dirname, '..', '..');
const FILES = readdirSync(join(PROJECT, 'policies'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort();

// What an editor does with a file, by a validator that is not ours; formats are hints only.
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
const validate = ajv.compile(policyJsonSchema());

interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
}

/** Every key with its path, as SCHEMA_HELP spells it. */
function keysOf(node: SchemaNode, path = ''): { path: string; node: SchemaNode }[] {
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const { additionalProperties: others } = node;
  return [
    { path, node },
    ...Object.entries(node.properties ?? {}).flatMap(([key, each]) => keysOf(each, below(key))),
    ...(typeof others === 'object' ? keysOf(others, below('*')) : []),
    ...(node.items ? keysOf(node.items, `${path}[]`) : []),
    ...(node.oneOf ?? []).flatMap((each) => keysOf(each, path)),
  ];
}

const KEYS = keysOf(policyJsonSchema() as SchemaNode);

test('every key has a text to show, and every text has its key', () => {
  const named = KEYS.filter(({ path }) => path !== '' && !path.endsWith('[]'));
  expect(named.filter(({ node }) => !node.description).map(({ path }) => path)).toEqual([]);
  const paths = new Set(KEYS.map(({ path }) => path));
  expect(Object.keys(SCHEMA_HELP).filter((path) => !paths.has(path))).toEqual([]);
});

test('every example and default fits its key', () => {
  for (const { path, node } of KEYS) {
    const fits = ajv.compile(node);
    for (const value of [...(node.examples ?? []), ...('default' in node ? [node.default] : [])]) {
      expect([path, value, fits(value)]).toEqual([path, value, true]);
    }
  }
});

test.each(FILES)('policies/%s fits, and names the schema for editors', (file) => {
  const path = join(PROJECT, 'policies', file);
  const source = readFileSync(path, 'utf8');
  expect([validate(parse(source)), validate.errors]).toEqual([true, null]);
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(source) ?? [];
  expect(resolve(dirname(path), schema)).toBe(join(PROJECT, 'schemas', 'policy.schema.json'));
});

test('policy files in the README fit', () => {
  const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
  const files = [...readme.matchAll(/```yaml\n(version: 1\n[\s\S]*?)```/g)];
  expect(files.length).toBeGreaterThan(0);
  for (const [, source = ''] of files) {
    expect([validate(parse(source)), validate.errors]).toEqual([true, null]);
  }
});

const SAMPLE = `
version: 1
guardrails: { maxChanges: 200 }
quotas: { rulesPerGroup: 20 }
policies:
  - id: out
    kind: deny-egress
    mode: enforce
    match: { regions: ['cn-*'], names: [a], types: [normal], tags: { env: [prod] } }
    exempt:
      - { groups: [sg-1], to: [192.0.2.7], protocol: tcp, ports: [25], reason: r, ticket: t, until: 2099-12-31 }
    deny:
      - { to: ['0.0.0.0/0', internet, pl-1], protocol: tcp, ports: [25, '135-139'] }
    rule: { priority: 1, description: '{owner}', fields: { owner: { tag: owner, default: x } } }
  - id: in
    kind: deny-ingress
    deny: [{ from: ['::/0'], protocol: 17 }]
  - id: text
    kind: describe-rules
    direction: [ingress]
    template: '{owner} | {text}'
    fields: { owner: { existing: true } }
    exempt: [{ groups: [sg-1], reason: r, ticket: t, until: 2028-02-29 }]
`;

/** What people write by mistake, and what they might have meant. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  1.5,
  -1,
  101,
  256,
  65536,
  'observe',
  'enforce',
  'tcp',
  'ICMPv6',
  'sctp',
  '047',
  '256',
  '25-26',
  '10.0.0.0/8',
  '10.0.0.0/33',
  '010.0.0.0/8',
  '2001:db8::/32',
  'sg-1',
  'a b',
  '',
  '  ',
  '2027-02-29',
  '2028-02-29',
  [],
  ['x'],
  [[]],
  {},
  { x: 'y' },
  { value: 'a', tag: 'b' },
  { existing: false, tag: 'b' },
];

/** Every place in the sample: a list of keys. */
function placesIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, each]) =>
      placesIn(each).map((rest) => [Array.isArray(value) ? Number(key) : key, ...rest]),
    ),
  ];
}

/** The data with another value at a place; undefined takes the key away. */
function changed(
  data: unknown,
  [key, ...rest]: readonly (string | number)[],
  to: unknown,
): unknown {
  if (key === undefined) return to;
  const copy = structuredClone(data) as Record<string | number, unknown>;
  const value = changed(copy[key], rest, to);
  if (value === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = value ?? null;
  return copy;
}

const DATA: unknown = parse(SAMPLE);
const PLACES = placesIn(DATA).slice(1);

test('the schema and the loader agree on the form of what people write', () => {
  const edits = fc.record({
    place: fc.constantFrom(...PLACES),
    unknownKey: fc.boolean(),
    value: fc.constantFrom(undefined, ...VALUES),
  });
  let refused = 0;
  fc.assert(
    fc.property(edits, ({ place, unknownKey, value }) => {
      const at = unknownKey ? [...place.slice(0, -1), 'typo'] : place;
      const data = changed(DATA, at, value);
      const isTaken = policyFile.safeParse(data).success;
      if (!isTaken) refused += 1;
      expect(validate(data)).toBe(isTaken);
    }),
    { numRuns: 1000 },
  );
  expect(refused).toBeGreaterThan(300);
});

test('what only the loader can tell, the schema lets pass', () => {
  const twoOfAName = `${describing()}\n${describing().split('\n').slice(2).join('\n')}`;
  expect(validate(parse(twoOfAName))).toBe(true);
  expect(problems(twoOfAName)).toHaveLength(1);
});
