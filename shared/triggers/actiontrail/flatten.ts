import { isFields, text } from './json';

/** Parameters by their names on the wire, such as `Permissions.1.IpProtocol`, in the order of names. */
export type Parameters = ReadonlyMap<string, string>;

/** Parameters, and whether they are all that there were. */
export interface Flattened {
  readonly parameters: Parameters;
  readonly complete: boolean;
}

/** A call may name 100 rules of 16 fields; the longest value, a description, has 512 characters. */
const MAX_PARAMETERS = 2_000;
const MAX_NAME_LENGTH = 200;
const MAX_VALUE_LENGTH = 4_096;
/** Calls of other products carry such things, and ECS's own rule calls carry none. */
const SECRET = /access-?key|security-?token|signature|password|secret|credential|user-?data/i;

/**
 * Flattens parameters to the API's own form: objects and lists become dotted names, lists count from 1,
 * empty values are left out, and so are secrets. The same for every order of keys; where a nested and a
 * dotted name meet, the nested one wins. `value` must not be nested deeper than parseJson allows.
 */
export function flatten(value: unknown): Flattened {
  const parameters = new Map<string, string>();
  let complete = true;
  const visit = (name: string, nested: unknown): void => {
    if (parameters.size >= MAX_PARAMETERS || name.length > MAX_NAME_LENGTH) {
      complete = false;
    } else if (Array.isArray(nested)) {
      nested.forEach((entry, index) => {
        visit(join(name, String(index + 1)), entry);
      });
    } else if (isFields(nested)) {
      for (const key of Object.keys(nested).sort()) visit(join(name, key), nested[key]);
    } else if (!SECRET.test(name)) {
      const scalar = text(nested);
      if (scalar === undefined || parameters.has(name)) return;
      if (scalar.length > MAX_VALUE_LENGTH) complete = false;
      else parameters.set(name, scalar);
    }
  };
  visit('', value);
  return { parameters, complete };
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

/** A parameter by its documented spelling, otherwise by one that differs in case only. */
export function parameter(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  if (value !== undefined) return value;
  const lowerCase = name.toLowerCase();
  for (const [key, other] of parameters) if (key.toLowerCase() === lowerCase) return other;
  return undefined;
}

/** The entries of a list of objects, `NAME.1.FIELD` and on, in order, each with its own fields. */
export function listed(parameters: Parameters, name: string): Parameters[] {
  const entries = new Map<number, Map<string, string>>();
  for (const [key, value] of parameters) {
    const [, index, fieldName] = /^\.(\d{1,4})\.(.+)$/s.exec(afterName(key, name)) ?? [];
    if (index === undefined || fieldName === undefined) continue;
    const entry = entries.get(Number(index)) ?? new Map<string, string>();
    entries.set(Number(index), entry.set(fieldName, value));
  }
  return inOrder(entries);
}

/** The values of a list of texts, `NAME.1` and on, in order; or the one value of `NAME`. */
export function repeated(parameters: Parameters, name: string): string[] {
  const values = new Map<number, string>();
  for (const [key, value] of parameters) {
    const [, index] = /^\.(\d{1,4})$/.exec(afterName(key, name)) ?? [];
    if (index !== undefined) values.set(Number(index), value);
  }
  const only = parameter(parameters, name);
  return values.size === 0 && only !== undefined ? [only] : inOrder(values);
}

function afterName(key: string, name: string): string {
  return key.slice(0, name.length).toLowerCase() === name.toLowerCase()
    ? key.slice(name.length)
    : '';
}

function inOrder<Value>(entries: ReadonlyMap<number, Value>): Value[] {
  return [...entries].sort(([left], [right]) => left - right).map(([, value]) => value);
}
