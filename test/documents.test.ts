import {
  linkProblems,
  matchesOutput,
  namedTests,
  onWorkplace,
  type Page,
  problemOfJson,
  problemOfYaml,
  readPages,
  runCommands,
  runTypeScript,
} from './support/documents';

const pages = readPages();
const languages = (page: Page) => page.blocks.map(({ language }) => language);

/** Blocks of text right after commands show what these print. */
function shownOutputs({ blocks }: Page) {
  return blocks.flatMap((block, index) => {
    const before = blocks[index - 1];
    const isOutput =
      block.language === 'text' &&
      ['sh', 'ts'].includes(before?.language ?? '') &&
      block.position - (before?.position ?? 0) === 1;
    return isOutput && before ? [{ shown: block, of: before }] : [];
  });
}

describe.each(pages.map((page) => [page.file, page] as const))('%s', (file, page) => {
  it('says of every block what language it is in', () => {
    const known = ['sh', 'yaml', 'json', 'ts', 'text', 'hcl'];
    for (const { language, line } of page.blocks) {
      expect(known.includes(language) ? '' : `${file}:${line}: ${language}`).toBe('');
    }
  });

  it('has no link that leads nowhere', () => {
    expect(linkProblems(page, pages)).toEqual([]);
  });

  it('names only tests that there are', () => {
    expect(namedTests(page).filter(({ exists }) => !exists)).toEqual([]);
  });

  it('holds policy files and JSON that are accepted', () => {
    for (const { language, text, line } of page.blocks) {
      const problem =
        language === 'yaml'
          ? problemOfYaml(text)
          : language === 'json'
            ? problemOfJson(text)
            : undefined;
      expect(problem === undefined ? '' : `${file}:${line}: ${problem}`).toBe('');
    }
  });

  // Its commands are those of README.md: test/documents-translation.test.ts.
  const isTranslation = file === 'README.zh-CN.md';
  if (
    !isTranslation &&
    languages(page).some((language) => language === 'sh' || language === 'ts')
  ) {
    it.concurrent('has commands and code that work as written, and print what it shows', async () => {
      await onWorkplace(page, async (workplace) => {
        const { failure = '', printed } = await runCommands(page, workplace);
        expect(failure).toBe('');
        const byLine = new Map([...printed, ...(await runTypeScript(page, workplace))]);
        for (const { shown, of } of shownOutputs(page)) {
          const output = byLine.get(of.line) ?? '';
          if (!matchesOutput(shown.text, output)) expect(output).toBe(shown.text);
        }
      });
    }, 240_000);
  }
});
