import ipaddr from 'ipaddr.js';

/** Whether an event, as parsed JSON, matches a pattern. */
export type EventMatcher = (event: unknown) => boolean;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an event pattern of EventBridge (Event patterns page): every key of the pattern must match the
 * field of that name, of the values in its array any one. A field that is an array matches when one of
 * its elements does.
 * @throws Error that names the place in a pattern that EventBridge would refuse or never match by
 */
export function compileEventPattern(pattern: unknown): EventMatcher {
  return compileObject(pattern, '$');
}

function compileObject(pattern: unknown, path: string): EventMatcher {
  if (!isObject(pattern)) throw wrong(path, 'is no object', 'write {"field": [values]}');
  const fields = Object.entries(pattern).map(([name, value]) => {
    const at = `${path}.${name}`;
    return { name, matches: Array.isArray(value) ? compileValues(value, at) : nested(value, at) };
  });
  return (event) =>
    isObject(event) && fields.every(({ name, matches }) => matches(ownField(event, name)));
}

function nested(pattern: unknown, path: string): EventMatcher {
  if (!isObject(pattern)) throw wrong(path, 'has no array', 'put the value into [ ]');
  return compileObject(pattern, path);
}

function compileValues(values: readonly unknown[], path: string): EventMatcher {
  if (values.length === 0)
    throw wrong(path, 'has no value', 'write at least one, or drop the field');
  const tests = values.map((value, index) => compileValue(value, `${path}[${index}]`));
  return (field) => tests.some((matches) => matches(field));
}

function compileValue(value: unknown, path: string): EventMatcher {
  if (Array.isArray(value))
    throw wrong(path, 'is an array in an array', 'write its values one by one');
  if (!isObject(value)) return anyElement((field) => field === value);
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) {
    throw wrong(path, 'does not have exactly one operator', 'write each in an object of its own');
  }
  const [operator, operand] = entry;
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw wrong(path, 'is no boolean', 'say true or false');
    return (field) => (field !== undefined) === operand;
  }
  return anyElement(compileOperator(operator, operand, path));
}

function compileOperator(operator: string, operand: unknown, path: string): EventMatcher {
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'contains':
      return compileText(operator, operand, path);
    case 'anything-but':
      return compileAnythingBut(operand, path);
    case 'numeric':
      return compileNumeric(operand, path);
    case 'cidr':
      return compileCidr(operand, path);
    default:
      throw wrong(
        path,
        `has an unknown operator "${operator}"`,
        'use prefix, suffix, contains, anything-but, numeric, cidr or exists',
      );
  }
}

function compileText(
  operator: 'prefix' | 'suffix' | 'contains',
  operand: unknown,
  path: string,
): EventMatcher {
  if (typeof operand !== 'string')
    throw wrong(path, `has a ${operator} that is no text`, 'quote it');
  const method = { prefix: 'startsWith', suffix: 'endsWith', contains: 'includes' } as const;
  return (field) => typeof field === 'string' && field[method[operator]](operand);
}

function compileAnythingBut(operand: unknown, path: string): EventMatcher {
  if (isObject(operand)) {
    const { prefix, ...others } = operand;
    if (Object.keys(others).length > 0)
      throw wrong(path, 'excludes by more than a prefix', 'drop it');
    const excluded = compileText('prefix', prefix, path);
    return (field) => !excluded(field);
  }
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (!excluded.every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw wrong(path, 'excludes what is neither text nor number', 'write texts or numbers');
  }
  return (field) => excluded.every((value) => value !== field);
}

const COMPARISONS: ReadonlyMap<unknown, (field: number, limit: number) => boolean> = new Map([
  ['=', (field, limit) => field === limit],
  ['>', (field, limit) => field > limit],
  ['>=', (field, limit) => field >= limit],
  ['<', (field, limit) => field < limit],
  ['<=', (field, limit) => field <= limit],
]);

function compileNumeric(operand: unknown, path: string): EventMatcher {
  const advice = 'write one or two comparisons, such as [">", 0, "<=", 5]';
  if (!Array.isArray(operand) || ![2, 4].includes(operand.length)) {
    throw wrong(path, 'has a numeric operator without comparisons', advice);
  }
  const tests: ((field: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [sign, limit]: readonly unknown[] = operand.slice(index, index + 2);
    const compare = COMPARISONS.get(sign);
    if (compare === undefined || typeof limit !== 'number') {
      throw wrong(path, 'has a numeric comparison that is none', advice);
    }
    tests.push((field) => compare(field, limit));
  }
  return (field) => typeof field === 'number' && tests.every((test) => test(field));
}

function compileCidr(operand: unknown, path: string): EventMatcher {
  if (typeof operand !== 'string' || !ipaddr.IPv4.isValidCIDR(operand)) {
    throw wrong(path, 'has a cidr that is no IPv4 block', 'write such as "10.0.0.0/24"');
  }
  const block = ipaddr.IPv4.parseCIDR(operand);
  return (field) =>
    typeof field === 'string' &&
    ipaddr.IPv4.isValidFourPartDecimal(field) &&
    ipaddr.IPv4.parse(field).match(block);
}

/** A field must be there to be compared, even with what it must not be. */
function anyElement(matches: EventMatcher): EventMatcher {
  return (field) =>
    Array.isArray(field) ? field.some(matches) : field !== undefined && matches(field);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownField(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function wrong(path: string, cause: string, advice: string): Error {
  return new Error(`Event pattern at ${path} ${cause}: ${advice}.`);
}
