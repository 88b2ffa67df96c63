import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Page, PROJECT } from './page';

/** Links that lead nowhere within the project; addresses on the Internet are not looked up. */
export function linkProblems(page: Page, pages: readonly Page[]): string[] {
  return page.links.flatMap(({ target, line }) => {
    if (/^(https|mailto):/.test(target)) return [];
    const problem = (what: string) => [`${page.file}:${line}: ${target}: ${what}`];
    if (/^[a-z]+:/.test(target)) return problem('write https');
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page.file : posix.join(posix.dirname(page.file), path);
    if (path !== '' && !existsSync(join(PROJECT, file))) return problem('there is no such file');
    if (anchor === undefined) return [];
    const there = pages.find((each) => each.file === file);
    return there?.anchors.has(decodeURIComponent(anchor))
      ? []
      : problem('no heading makes that anchor');
  });
}
