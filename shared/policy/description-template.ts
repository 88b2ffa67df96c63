/** The longest description a rule may have, in characters (ModifySecurityGroupRule page). */
export const LONGEST_DESCRIPTION = 512;

/** The placeholder for people's own words. */
export const TEXT = 'text';

const NO_TEXT = '-';
const PUNCTUATION = /[^\p{L}\p{N}\s]/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * A description template in parts: fixed text alternating with placeholders. `literals` is one longer
 * than `placeholders`; every literal between two placeholders holds a mark, so that a description can be
 * taken apart again.
 */
export interface DescriptionTemplate {
  readonly literals: readonly string[];
  readonly placeholders: readonly string[];
}

/** What a template is filled with: a value for each placeholder but `text`, and people's own words. */
export interface DescriptionParts {
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Reads a template such as `{owner} | {text}`. Throws an Error that says what is wrong with it and what
 * to write; the caller adds where it stands.
 */
export function parseTemplate(source: string): DescriptionTemplate {
  const pieces = source.split(/\{([^{}]*)\}/);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  const placeholders = pieces.filter((_, index) => index % 2 === 1);
  for (const literal of literals) {
    if (/[{}]/.test(literal)) {
      throw new Error(`the braces in "${source}" do not pair up: write placeholders like {owner}`);
    }
    if (wellFormed(literal) !== literal) {
      throw new Error('half of a surrogate pair is not a character: write the whole character');
    }
  }
  for (const placeholder of placeholders) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(placeholder)) {
      throw new Error(
        `"{${placeholder}}" is not a placeholder: write a lower-case letter, then letters and digits, such as {owner}`,
      );
    }
    if (placeholders.indexOf(placeholder) !== placeholders.lastIndexOf(placeholder)) {
      throw new Error(`"{${placeholder}}" stands twice: name each placeholder once`);
    }
  }
  for (const literal of literals.slice(1, -1)) {
    if (!PUNCTUATION.test(literal)) {
      throw new Error(
        `"${literal}" cannot tell two placeholders apart: put a mark between them, such as " | "`,
      );
    }
  }
  return { literals, placeholders };
}

/**
 * A value as it can stand in a field: white space folded, and every mark that the template's fixed text
 * uses replaced by a space, because a field that held one could not be told from two fields.
 */
export function fieldValue(template: DescriptionTemplate, value: string): string {
  const marks = new Set(template.literals.join('').match(new RegExp(PUNCTUATION, 'gu')) ?? []);
  return [...wellFormed(value)]
    .map((character) => (marks.has(character) ? ' ' : character))
    .join('')
    .trim()
    .replace(/\s+/g, ' ');
}

/**
 * Fills a template. An empty text is written as a dash, so that no part of a description is empty. Halves
 * of surrogate pairs become U+FFFD, because they cannot be encoded for sending.
 */
export function renderDescription(template: DescriptionTemplate, parts: DescriptionParts): string {
  let result = template.literals[0] ?? '';
  template.placeholders.forEach((placeholder, index) => {
    result +=
      placeholder === TEXT ? parts.text.trim() || NO_TEXT : (parts.fields[placeholder] ?? '');
    result += template.literals[index + 1] ?? '';
  });
  return wellFormed(result.trim());
}

/**
 * Takes a description apart again: the inverse of renderDescription for fields made by fieldValue.
 * Undefined when the description does not have the template's form, which includes fields that no
 * fieldValue could be. With `lenient`, white space around separators may differ from the template's.
 */
export function parseDescription(
  template: DescriptionTemplate,
  description: string,
  { lenient = false } = {},
): DescriptionParts | undefined {
  const values = split(template, description.trim(), lenient);
  if (!values) return undefined;
  const fields: Record<string, string> = {};
  let text = '';
  for (const [index, placeholder] of template.placeholders.entries()) {
    const value = values[index] ?? '';
    if (placeholder === TEXT) {
      text = value.trim() === NO_TEXT ? '' : value.trim();
      continue;
    }
    const field = lenient ? value.trim() : value;
    if (field === '' || field !== fieldValue(template, field)) return undefined;
    fields[placeholder] = field;
  }
  return { fields, text };
}

/**
 * The values between the fixed parts. Only the text may hold a separator: fields before it are cut off
 * from the left and fields after it from the right, which takes one pass whatever the description holds.
 */
function split(
  template: DescriptionTemplate,
  description: string,
  lenient: boolean,
): string[] | undefined {
  const { placeholders } = template;
  const last = placeholders.length;
  const literals = template.literals.map((literal, index) => {
    if (lenient) return literal.trim();
    // Rendering trims both ends of the whole.
    const text = index === 0 ? literal.trimStart() : literal;
    return index === last ? text.trimEnd() : text;
  });
  const literal = (index: number) => literals[index] ?? '';
  if (last === 0) return description === literal(0) ? [] : undefined;
  if (!description.startsWith(literal(0))) return undefined;
  let rest = description.slice(literal(0).length);
  if (!rest.endsWith(literal(last))) return undefined;
  rest = rest.slice(0, rest.length - literal(last).length);

  const middle = placeholders.includes(TEXT) ? placeholders.indexOf(TEXT) : last - 1;
  const before: string[] = [];
  for (let index = 0; index < middle; index += 1) {
    const position = rest.indexOf(literal(index + 1));
    if (position < 0) return undefined;
    before.push(rest.slice(0, position));
    rest = rest.slice(position + literal(index + 1).length);
  }
  const after: string[] = [];
  for (let index = last - 1; index > middle; index -= 1) {
    const position = rest.lastIndexOf(literal(index));
    if (position < 0) return undefined;
    after.unshift(rest.slice(position + literal(index).length));
    rest = rest.slice(0, position);
  }
  return [...before, rest, ...after];
}

/** The first 512 characters of a description, without cutting a character in half. */
export function shorten(description: string): string {
  return description
    .slice(0, LONGEST_DESCRIPTION)
    .replace(/\p{Surrogate}$/u, '')
    .trimEnd();
}

function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd');
}
