import { FormatError } from '../../security-group';
import { nearest } from './nearest';

/** What is wrong with a part of a body, and what to write there. */
export interface Problem {
  /** Such as `targets[0].groups[2]`; `body` for the whole. */
  readonly path: string;
  readonly message: string;
}

/** An object of JSON, not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads values of JSON. A value that does not fit gives undefined and leaves a problem. */
export interface Reader {
  /** The problems so far: the first 50, and how many more there are. */
  problems(): readonly Problem[];
  refuse(path: string, message: string): undefined;
  /** An object; with `keys`, one that has no others. */
  object(value: unknown, path: string, keys?: readonly string[]): Fields | undefined;
  /** A list of 1 to `most` items, each read by `item`. */
  list<Item>(
    value: unknown,
    path: string,
    most: number,
    item: (value: unknown, path: string) => Item | undefined,
  ): Item[] | undefined;
  /** One line of 1 to `most` characters, without the white space around it. */
  text(value: unknown, path: string, most: number, remedy: string): string | undefined;
  /** A text that a parser makes something of; it throws FormatError for any other. */
  parsed<Value>(
    value: unknown,
    path: string,
    parser: (text: string) => Value,
    remedy: string,
  ): Value | undefined;
  oneOf<Choice>(value: unknown, path: string, choices: readonly Choice[]): Choice | undefined;
}

const MOST_PROBLEMS = 50;
const LONGEST_QUOTE = 60;

/** Control characters, halves of a character, and what turns the direction of the text after it. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

export function createReader(): Reader {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string): undefined => {
    problems.push({ path, message });
  };

  return {
    refuse,

    problems() {
      const more = problems.length - MOST_PROBLEMS;
      if (more <= 0) return problems;
      const rest = { path: 'body', message: `has ${more} more` };
      return [...problems.slice(0, MOST_PROBLEMS), rest];
    },

    object(value, path, keys) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return refuse(path, `${found(value)}: write an object`);
      }
      for (const key of keys ? Object.keys(value) : []) {
        if (keys?.includes(key)) continue;
        const near = nearest(key, keys ?? []);
        refuse(
          pathOf(path, key),
          `is not known here: ${near ? `did you mean "${near}"?` : `the keys are ${keys?.join(', ')}`}`,
        );
      }
      return value as Fields;
    },

    list(value, path, most, item) {
      if (!Array.isArray(value) || value.length === 0) {
        return refuse(path, `${found(value)}: write a list of 1 to ${most}`);
      }
      if (value.length > most) {
        return refuse(path, `has ${value.length} items: write at most ${most}`);
      }
      const items = value.map((each: unknown, index) => item(each, `${path}[${index}]`));
      const good = items.filter((each) => each !== undefined);
      return good.length === items.length ? good : undefined;
    },

    text(value, path, most, remedy) {
      const text = typeof value === 'string' ? value.trim() : '';
      if (text === '') return refuse(path, `${found(value)}: ${remedy}`);
      const length = [...text].length;
      if (length > most) return refuse(path, `has ${length} characters: write at most ${most}`);
      if (text.search(UNPRINTABLE) >= 0) {
        return refuse(path, 'has characters that cannot be printed: write one line of plain text');
      }
      return text;
    },

    parsed(value, path, parser, remedy) {
      try {
        if (typeof value === 'string') return parser(value);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
      return refuse(path, `${found(value)}: ${remedy}`);
    },

    oneOf(value, path, choices) {
      const choice = choices.find((each) => each === value);
      return choice ?? refuse(path, `${found(value)}: write ${choices.join(' or ')}`);
    },
  };
}

/** What a value is. What lies in it is not shown: it may be of any depth. */
function found(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof value === 'object') return 'is an object';
  if (typeof value === 'string') return value.trim() === '' ? 'is empty' : `is "${shorten(value)}"`;
  return `is ${String(value)}`;
}

/** The path of a key in the object at a path. */
export function pathOf(path: string, key: string): string {
  return path === 'body' ? shorten(key) : `${path}.${shorten(key)}`;
}

function shorten(text: string): string {
  const start = text.slice(0, LONGEST_QUOTE).replace(UNPRINTABLE, '\ufffd');
  return text.length > LONGEST_QUOTE ? `${start}…` : start;
}
