import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout that the tests run in. */
export const PROJECT = join(__dirname, '..', '..', '..');

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line. */
  readonly line: number;
  /** Headings and blocks before it; two blocks in a row differ by one. */
  readonly position: number;
}

export interface Page {
  /** Relative to the project, with slashes. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What a link may name after `#`. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly { readonly target: string; readonly line: number }[];
}

/** Every page that people read: the pages at the top, in `docs/`, `deploy/`, and beside policies and RAM. */
export function readPages(): Page[] {
  const inFolder = (folder: string) =>
    existsSync(join(PROJECT, folder))
      ? readdirSync(join(PROJECT, folder))
          .filter((name) => name.endsWith('.md'))
          .map((name) => (folder === '' ? name : `${folder}/${name}`))
      : [];
  return ['', 'docs', 'deploy', 'policies', 'ram']
    .flatMap(inFolder)
    .map((file) => parsePage(file, readFileSync(join(PROJECT, file), 'utf8')));
}

/** Takes a page of Markdown apart. Throws an Error for a block that is not closed. */
export function parsePage(file: string, text: string): Page {
  const blocks: Block[] = [];
  const anchors = new Set<string>();
  const links: { target: string; line: number }[] = [];
  let position = 0;
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, fence, language = ''] = /^ *(`{3,}|~{3,})([^\s`]*)/.exec(line) ?? [];
    if (open) {
      if (fence?.startsWith(open.fence) && language === '') {
        position += 1;
        blocks.push({ ...open, text: `${open.lines.join('\n')}\n`, position });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    if (fence !== undefined) {
      open = { fence, language, line: index + 2, lines: [] };
      continue;
    }
    const [, heading] = /^#{1,6} +(.*?)(?: +#+)?$/.exec(line) ?? [];
    if (heading !== undefined) {
      position += 2;
      anchors.add(anchorOf(heading, anchors));
    }
    for (const [, id = ''] of line.matchAll(/<a (?:id|name)="([^"]+)">/g)) anchors.add(id);
    const prose = line.replace(/`[^`]*`/g, '``');
    for (const [, target = ''] of prose.matchAll(/\]\(([^()\s]+)\)/g)) {
      links.push({ target, line: index + 1 });
    }
    for (const [, target = ''] of prose.matchAll(/ src="([^"]+)"/g)) {
      links.push({ target, line: index + 1 });
    }
  }
  if (open) throw new Error(`${file}:${open.line}: the block is not closed`);
  return { file, text, blocks, anchors, links };
}

/** As GitHub makes anchors of headings; one that comes again gets a number. */
function anchorOf(heading: string, taken: ReadonlySet<string>): string {
  const anchor = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
  let unique = anchor;
  for (let count = 1; taken.has(unique); count += 1) unique = `${anchor}-${count}`;
  return unique;
}
