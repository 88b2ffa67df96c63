import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Page, PROJECT } from './page';

/** A test that a page names: a link to its file, a colon and its title in quotes. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
  /** Whether the file has a test or a group of tests of this title. */
  readonly exists: boolean;
}

/** The tests that a page names. */
export function namedTests({ file, text }: Page): NamedTest[] {
  const named = /\]\(([^()\s]+\.test\.ts)\):\s+“([^”]+)”/g;
  return [...text.matchAll(named)].map(([, target = '', quoted = '']) => {
    const path = posix.join(posix.dirname(file), target);
    const title = quoted.replace(/\s+/g, ' ');
    const source = readFileSync(join(PROJECT, path), 'utf8');
    const quotes = ["'", '"', '`'];
    const exists = quotes.some((quote) => source.includes(`(${quote}${title}${quote},`));
    return { file: path, title, exists };
  });
}
