import stringWidth from 'string-width';

/** Columns that a plain text takes on a terminal; a CJK character takes two. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** A plain text in at most so many columns; what does not fit gives way to `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return `${headOf(text, width - 1)}…`;
}

/** A plain text filled up with spaces to so many columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - widthOf(text), 0));
}

/**
 * A plain text in lines of at most so many columns, parted at spaces; a word that is too long for a line,
 * as any text without spaces, is parted where the line ends.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > width) {
      // A character that is wider than the line must not keep it from getting on.
      const head = headOf(line, width) || ([...line][0] ?? '');
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

function headOf(text: string, width: number): string {
  let head = '';
  let left = width;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    head += character;
  }
  return head;
}

/**
 * Columns to write in: what COLUMNS says, otherwise those of the terminal; undefined for no limit, as in a
 * pipe, where lines are to be searched and not to be broken.
 */
export function columnsOf(
  { COLUMNS }: Readonly<Record<string, string | undefined>>,
  terminal: number | undefined,
): number | undefined {
  const columns = /^\d{1,5}$/.test(COLUMNS ?? '') ? Number(COLUMNS) : terminal;
  return columns ? Math.max(columns, NARROWEST) : undefined;
}

/** Ids and rules make no sense in less. */
const NARROWEST = 40;
