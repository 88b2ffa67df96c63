/**
 * Whether a command printed what a page shows: `…` stands for anything within a line, and a line of nothing
 * else for any lines. White space at the ends of lines does not count.
 */
export function matchesOutput(shown: string, printed: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('\n')
    .map((line) =>
      line.trim() === '…'
        ? '(?:.*\n)*?'
        : `${line.trimEnd().split('…').map(escaped).join('.*')}[ \\t]*\n`,
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
