import type { Permission } from '../../shared/security-group';

/** An object of JSON that somebody wrote. Throws an Error that says what stands there instead. */
export function recordOf(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${what} is ${JSON.stringify(value)}: write an object`);
}

/** A rule as DescribeSecurityGroupAttribute returns it; `null` is an absent field. Throws an Error. */
export function permissionOf(value: unknown): Permission {
  const fields = Object.entries(recordOf('a rule', value)).flatMap(([name, field]) => {
    if (field === null) return [];
    if (typeof field === 'object') {
      throw new Error(`a rule's ${name} is ${JSON.stringify(field)}: write a text`);
    }
    return [[name, typeof field === 'number' && name === 'Priority' ? field : String(field)]];
  });
  return Object.fromEntries(fields);
}

/** One of a few words in any case. Throws an Error that lists them. */
export function oneOf<Word extends string>(
  name: string,
  value: unknown,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === String(value).toLowerCase());
  if (found === undefined) {
    throw new Error(`"${name}" is ${JSON.stringify(value)}: write ${words.join(' or ')}`);
  }
  return found;
}
