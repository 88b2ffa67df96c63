/** An object of parsed JSON. Its keys may be anything, `__proto__` too: read it with `field`. */
export type Fields = Readonly<Record<string, unknown>>;

/** Levels of objects and lists that are followed; ActionTrail records have about five. */
const MAX_DEPTH = 32;

/** Parses JSON from anyone: what is not JSON, or is nested too deep to walk, is undefined. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isTooDeep(value: unknown): boolean {
  let level = [value].filter(isObject);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    level = level.flatMap((entry) => Object.values(entry).filter(isObject));
  }
  return level.length > 0;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is an object of fields, and not a list. */
export function isFields(value: unknown): value is Fields {
  return isObject(value) && !Array.isArray(value);
}

/** A field by its documented spelling, otherwise by one that differs in case only. */
export function field(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const lowerCase = name.toLowerCase();
  const [spelling] = Object.keys(fields)
    .filter((key) => key.toLowerCase() === lowerCase)
    .sort();
  return spelling === undefined ? undefined : fields[spelling];
}

/**
 * A scalar as text. An empty one is none, as in the API, and a whole number too large for JavaScript is
 * none either: its digits, of an account for instance, would be wrong.
 */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

/** A field as text. */
export function textField(fields: Fields, name: string): string | undefined {
  return text(field(fields, name));
}
