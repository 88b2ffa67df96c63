import { type Page, readPages } from './support/documents';

const pages = readPages();
const [english, chinese] = ['README.md', 'README.zh-CN.md'].map((file) => {
  const page = pages.find((each) => each.file === file);
  if (!page) throw new Error(`there is no ${file}`);
  return page;
}) as [Page, Page];

const prose = ({ text }: Page) => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
const headings = (page: Page) => prose(page).match(/^#+(?= )/gm);
const targets = ({ links }: Page, own: string) =>
  links
    .map(({ target }) => target)
    .filter((target) => target !== own)
    .sort();

/** Blocks without their comments, which are translated. */
const snippets = ({ blocks }: Page) =>
  blocks.map(({ language, text }) => ({
    language,
    text: text.replace(language === 'ts' ? /\s*\/\/ .*$/gm : /(^|\s+)# .*$/gm, ''),
  }));

/** What is no language in each row of each table: code, and the figures from the third column on. */
const rows = (page: Page) =>
  (prose(page).match(/^\|.*\|$/gm) ?? []).map((row) => {
    const cells = row.split('|').slice(1, -1);
    return {
      columns: cells.length,
      code: [...row.matchAll(/`[^`]+`/g)].map(([code]) => code).sort(),
      figures: (
        cells
          .slice(2)
          .join()
          .replace(/\]\(\S+\)/g, ']')
          .match(/\d[\d.,]*\d|\d/g) ?? []
      ).sort(),
    };
  });

describe('the README in Chinese', () => {
  it('links to the one in English, and back, at the top', () => {
    expect([english.links[0]?.target, chinese.links[0]?.target]).toEqual([
      'README.zh-CN.md',
      'README.md',
    ]);
  });

  it('has the same headings, by number, level and order', () => {
    expect(headings(english)?.length).toBeGreaterThan(10);
    expect(headings(chinese)).toEqual(headings(english));
  });

  it('has the same commands, policies and output, but for comments', () => {
    expect(snippets(english).map(({ language }) => language)).toContain('sh');
    expect(snippets(chinese)).toEqual(snippets(english));
  });

  it('has the same rows in its tables, with the same code and the same figures', () => {
    expect(rows(english).flatMap(({ code }) => code)).toContain('`sweep-calls`');
    expect(rows(english).flatMap(({ figures }) => figures)).toContain('24,200');
    expect(rows(chinese)).toEqual(rows(english));
  });

  it('links to the same places', () => {
    expect(targets(chinese, 'README.md')).toEqual(targets(english, 'README.zh-CN.md'));
  });
});
