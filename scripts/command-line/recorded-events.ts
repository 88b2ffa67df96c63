import { createReadStream } from 'node:fs';
import { type ActionTrailEvent, decodeActionTrail } from '../../shared/triggers/actiontrail';

/** An event of a file, or what stands there instead. `at`: file, line and entry. */
export type RecordedEvent =
  | { readonly at: string; readonly event: ActionTrailEvent }
  | { readonly at: string; readonly unreadable: string };

/** A JSON text that spreads over lines must be held as a whole; JSON lines may be any number. */
const MAX_WHOLE_CHARACTERS = 100_000_000;

/**
 * Reads recorded events of ActionTrail, in order: CloudEvents or bare records, one by one, in lists, or in
 * what LookupEvents returns; as one JSON text or as JSON lines. `-` is standard input. Tells `onRead` of
 * bytes that were read. Throws an Error, without the file's name, when the file cannot be read on.
 */
export async function* readRecordedEvents(
  file: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<RecordedEvent> {
  for await (const document of documentsOf(file, onRead)) yield* eventsOf(document);
}

interface Document {
  readonly at: string;
  readonly text: string;
}

/** A file whose first line is JSON by itself is JSON lines; any other one is first taken as a whole. */
async function* documentsOf(
  file: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Document> {
  const held: Document[] = [];
  let heldCharacters = 0;
  let isJsonLines: boolean | undefined;
  let number = 0;
  for await (const line of linesOf(file, onRead)) {
    number += 1;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    const document = { at: `${file}:${number}`, text };
    isJsonLines ??= parse(text) !== undefined;
    if (isJsonLines) {
      yield document;
      continue;
    }
    held.push(document);
    heldCharacters += text.length;
    if (heldCharacters > MAX_WHOLE_CHARACTERS) {
      throw new Error(
        `its first line is not JSON by itself, and as one JSON text it is longer than ${MAX_WHOLE_CHARACTERS} characters: write one event a line`,
      );
    }
  }
  if (held.length === 0) return;
  const whole = held.map(({ text }) => text).join('\n');
  // Some line is an event by itself: these are JSON lines of which the first one is broken.
  const areLines = parse(whole) === undefined && held.some(({ text }) => isObject(parse(text)));
  if (areLines) yield* held;
  else yield { at: file, text: whole };
}

/** The lines of a file. Not readline: it also ends lines at U+2028, which JSON texts may contain. */
async function* linesOf(file: string, onRead: (bytes: number) => void): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let pieces: string[] = [];
  for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
    onRead(Buffer.byteLength(chunk));
    const [first = '', ...others] = chunk.split('\n');
    pieces.push(first);
    for (const next of others) {
      yield pieces.join('');
      pieces = [next];
    }
  }
  yield pieces.join('');
}

function* eventsOf({ at, text }: Document): Generator<RecordedEvent> {
  const entries = entriesOf(text);
  if (entries === undefined) {
    yield* decode(at, text);
    return;
  }
  for (const [index, entry] of entries.entries()) {
    yield* decode(`${at}, entry ${index + 1}`, stringify(entry));
  }
}

/** The events of a list, each as the function would get it; undefined if the text is not a list. */
function entriesOf(text: string): readonly unknown[] | undefined {
  const value = parse(text);
  if (Array.isArray(value)) return value;
  // An event may have a field of that name.
  return decodeActionTrail(Buffer.from(text)).events.length > 0 ? undefined : lookedUp(value);
}

/** The list in an answer of LookupEvents, whose name the SDKs write with a small letter. */
function lookedUp(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const { Events, events = Events }: Record<string, unknown> = { ...value };
  return Array.isArray(events) ? events : undefined;
}

function* decode(at: string, text: string): Generator<RecordedEvent> {
  const { events, unreadable } = decodeActionTrail(Buffer.from(text));
  for (const event of events) yield { at, event };
  for (const reason of unreadable) yield { at, unreadable: reason };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is nested too deep to be written gives a text that is no JSON, which is what is said of it then. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return '';
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
