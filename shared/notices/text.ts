/**
 * A text on one line: line breaks and other control characters become spaces, invisible characters and
 * those that change the direction of writing go away. What is longer than `most` UTF-16 units is cut.
 */
export function oneLine(text: string, most: number): string {
  const line = text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/\p{Cf}+/gu, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
  if (line.length <= most) return line;
  const start = line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '');
  return `${start.trimEnd()}…`;
}

/**
 * Replaces some ASCII characters by their full-width twins (U+FF01 to U+FF5E), which look alike and mean
 * nothing to any service, and takes the meaning from addresses, which chat clients make links of.
 */
export function withoutMeaning(text: string, characters: string): string {
  return [...text]
    .map((each) => (characters.includes(each) ? twinOf(each) : each))
    .join('')
    .replace(/:(?=\/\/)/g, twinOf(':'))
    .replace(/(?<=\bwww)\./gi, twinOf('.'));
}

function twinOf(character: string): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0);
}
