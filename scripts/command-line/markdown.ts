import { printable } from './printable';

/**
 * A text that anyone can have written, as plain words in a line of GitHub's Markdown, also within a table and
 * HTML: nothing in it is markup, and it mentions nobody. Character references stand for what could be
 * markup; GitHub looks for mentions and links after it has resolved those, so that these are broken up by a
 * space without width.
 */
export function plainMarkdown(text: string): string {
  return printable(text)
    .replace(MARKUP, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/&#(?:64|35);|:(?=\/\/)|\bwww(?=\.)|\bgh(?=-\d)/gi, (start) => `${start}&#8203;`)
    .replace(/^[-+=]/, (character) => `&#${character.charCodeAt(0)};`);
}

const MARKUP = /[&<>|`*_~[\]\\#@!${}^]/g;

/** A table of GitHub's Markdown; cells are Markdown themselves and hold no line break. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
