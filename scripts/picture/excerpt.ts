import { type Line, type Stretch, textOf } from './terminal-text';

/** Columns of the picture. */
export const COLUMNS = 100;
/** Lines shown of each step of the demo; a step with a table shows the whole table. */
const MOST_LINES = 8;
/** Lines that one long line is broken into, before it is cut short. */
const MOST_BROKEN = 2;
const MORE: Line = [{ bold: false, dim: true, text: '  …' }];

/** What differs from run to run, by what is shown in its place. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/(127\.0\.0\.1):\d+/g, '$1:8080'],
  [/\bsgr-[a-z0-9]{20}\b/g, 'sgr-…'],
  [/\b(event|webhook)-([0-9A-Z]*T[0-9A-Z]*-)?[0-9a-f]{16}\b/g, '$1-…'],
  [/\bhead (\d+):[0-9a-f]+…/g, 'head $1:…'],
  [/\buntil: \d{4}-\d\d-\d\d/g, 'until: 2030-01-31'],
  [/\d+\.\d\d s/g, '0.·· s'],
];

/**
 * The part of the demo's output that the picture shows: the heading and the first lines of each step,
 * whatever differs between runs masked, lines that only repeat the one before left out, and long ones broken
 * at the picture's edge.
 */
export function excerptOf(output: readonly Line[]): Line[] {
  return stepsOf(output.map(masked)).flatMap(([heading = [], ...lines]) => {
    const distinct = lines.filter((line, index) => !repeats(line, lines[index - 1]));
    const end = tableEnd(distinct) ?? MOST_LINES;
    const shown = distinct.slice(0, end);
    return [heading, ...shown, ...(distinct.length > end ? [MORE] : []), []].flatMap(broken);
  });
}

/** A step begins with the sign of its heading. Blank lines part the steps and are added again. */
function stepsOf(lines: readonly Line[]): Line[][] {
  const steps: Line[][] = [];
  for (const line of lines) {
    const text = textOf(line);
    if (text.startsWith('▸')) steps.push([line]);
    else if (text.trim() !== '') steps.at(-1)?.push(line);
  }
  return steps;
}

function masked(line: Line): Line {
  return line.map((stretch) => ({
    ...stretch,
    text: MASKS.reduce((text, [what, mask]) => text.replace(what, mask), stretch.text),
  }));
}

function repeats(line: Line, before: Line | undefined): boolean {
  return before !== undefined && textOf(line) === textOf(before);
}

function tableEnd(lines: readonly Line[]): number | undefined {
  const end = lines.findIndex((line) => textOf(line).includes('└'));
  return end < 0 ? undefined : end + 1;
}

/** Broken before the word that would pass the picture's edge, and indented as far as the line itself. */
function broken(line: Line): Line[] {
  const indent = `${/^ */.exec(textOf(line))?.[0]}  `;
  const lines: Line[] = [];
  let rest = line;
  while (textOf(rest).length > COLUMNS && lines.length < MOST_BROKEN - 1) {
    const end = textOf(rest).lastIndexOf(' ', COLUMNS);
    lines.push(piece(rest, 0, end));
    rest = [{ bold: false, dim: false, text: indent }, ...piece(rest, end + 1)];
  }
  if (textOf(rest).length <= COLUMNS) return [...lines, rest];
  return [...lines, [...piece(rest, 0, COLUMNS - 1), { bold: false, dim: true, text: '…' }]];
}

/** The columns of a line from one on up to another. */
function piece(line: Line, start: number, end = Number.POSITIVE_INFINITY): Line {
  let column = 0;
  return line.flatMap((stretch): Stretch[] => {
    const text = stretch.text.slice(Math.max(start - column, 0), Math.max(end - column, 0));
    column += stretch.text.length;
    return text === '' ? [] : [{ ...stretch, text }];
  });
}
