import { MOST_COMPRESSED_BYTES } from './build-functions';
import { BuildError, type BundledFile } from './bundle';

/** What a function is made of: bytes before compression, by package, by room of the project, and of the policies. */
export type Parts = Readonly<Record<string, number>>;

/** A function against its budget. */
export interface Weighed {
  readonly name: string;
  readonly compressedBytes: number;
  readonly parts: Parts;
  /** What it was made of when it last fitted, where that is known. */
  readonly before?: Parts;
}

const MOST_NAMED = 5;

/** Adds up what the files of a bundle are made of. */
export function partsOf(files: readonly BundledFile[]): Parts {
  const parts: Record<string, number> = {};
  for (const { sources } of files) {
    for (const [source, bytes] of Object.entries(sources)) {
      if (bytes > 0) parts[partOf(source)] = (parts[partOf(source)] ?? 0) + bytes;
    }
  }
  return Object.fromEntries(Object.entries(parts).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Throws a BuildError if a function is larger than it may be; the message names what it is made of and, where
 * the parts of an earlier build are known, what has grown since.
 */
export function checkSizes(functions: readonly Weighed[]): void {
  const tooLarge = functions.filter((each) => each.compressedBytes > MOST_COMPRESSED_BYTES);
  if (tooLarge.length === 0) return;
  throw new BuildError(
    `${tooLarge.map(describe).join('\n')}\nLoad what is not always needed by import(), leave out what ` +
      'is never needed (scripts/bundle/left-out.ts), or shorten the policies.',
  );
}

export function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

function describe({ name, compressedBytes, parts, before }: Weighed): string {
  const over = `${name} has ${kilobytes(compressedBytes)} kB compressed and may have ${kilobytes(MOST_COMPRESSED_BYTES)} kB`;
  const growth = Object.entries(parts).map(([part, bytes]): [string, number] => [
    part,
    bytes - (before?.[part] ?? 0),
  ]);
  return before === undefined
    ? `${over}. Before compression, it is made of ${largest(growth, '')}`
    : `${over}. Since it last fitted, before compression, it grew by ${largest(growth, '+')}`;
}

function largest(parts: readonly [string, number][], sign: string): string {
  const named = parts
    .filter(([, bytes]) => bytes > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_NAMED)
    .map(([part, bytes]) => `${part} ${sign}${(bytes / 1024).toFixed(1)} kB`);
  return named.length === 0 ? 'nothing: the same parts compress worse' : named.join(', ');
}

/** Of a package its name, of the project the room, and of all else the file. */
function partOf(source: string): string {
  if (source === '<define:COMPILED_POLICIES>') return 'policies';
  const leftOut = /^left-out:(\S+)/.exec(source)?.[1];
  const packageName = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  const room = /^shared\/[^/]+/.exec(source)?.[0];
  return leftOut ?? packageName ?? room ?? source;
}
