import {
  linkProblems,
  matchesOutput,
  namedTests,
  onWorkplace,
  parsePage,
  problemOfJson,
  problemOfYaml,
  runCommands,
  runTypeScript,
} from './support/documents';

const FENCE = '```';
const fenced = (language: string, ...lines: string[]) => [FENCE + language, ...lines, FENCE];
const page = (...lines: string[]) => parsePage('docs/page.md', lines.join('\n'));

describe('a page', () => {
  it('is taken apart into blocks, each with its language, text and first line', () => {
    const { blocks } = page('# One', ...fenced('sh', 'echo 1'), '', ...fenced('', '# no heading'));
    expect(blocks).toMatchObject([
      { language: 'sh', text: 'echo 1\n', line: 3 },
      { language: '', text: '# no heading\n', line: 7 },
    ]);
  });

  it('is refused with a block that is not closed', () => {
    expect(() => page('```sh', 'echo 1')).toThrow('docs/page.md:2: the block is not closed');
  });

  it('has an anchor for each heading, as GitHub makes it', () => {
    const { anchors } = page('# What is `a`, b?', '## [Link](x.md) – here', '## Same', '## Same');
    expect([...anchors]).toEqual(['what-is-a-b', 'link--here', 'same', 'same-1']);
  });
});

describe('a link leads nowhere', () => {
  it.each([
    ['[file](missing.md)', 'there is no such file'],
    ['[anchor](#none)', 'no heading makes that anchor'],
    ['[plain](http://example.com)', 'write https'],
  ])('%s: %s', (link, problem) => {
    const made = page('# Heading', link);
    expect(linkProblems(made, [made])).toEqual([
      expect.stringMatching(`docs/page.md:2: .*${problem}`),
    ]);
  });

  it('but not to a file, an anchor or an address that is there, nor within code', () => {
    const made = page('# A heading', '[a](#a-heading) [b](../package.json)', '`[c](none)`');
    expect(linkProblems(made, [made])).toEqual([]);
  });
});

describe('a test that a page names', () => {
  const named = (title: string) =>
    namedTests(page(`In [it](../test/documents-checks.test.ts): “${title}”.`));

  it('is found by its title, over a line break', () => {
    expect(named('is found by its title,\nover a line break')).toMatchObject([{ exists: true }]);
  });

  it('is missed when there is none of that title', () => {
    expect(named('is found by its')).toMatchObject([{ exists: false }]);
  });
});

describe('output', () => {
  it.each([
    ['a\nb', 'a  \nb\n', true],
    ['a\nb', 'a\n', false],
    ['a … c', 'a b c', true],
    ['a\n…\nd', 'a\nb\nc\nd', true],
    ['a\n…\nd', 'a\nb\nc', false],
    ['a.c', 'abc', false],
  ])('%j shows %j: %s', (shown, printed, matches) => {
    expect(matchesOutput(shown, printed)).toBe(matches);
  });
});

describe('a snippet', () => {
  const ended = '{ groups: [sg-1], reason: r, ticket: T-1, until: 2020-01-01 }';
  it.each([
    ['a policy file', 'version: 1\npolicies: []', /write|list/],
    ['a list of policies', '- { id: a, kind: deny-egress }', /deny/],
    ['a list of exemptions', `- ${ended}`, /has passed/],
    ['a part of a file', 'guardrails: { maxChange: 1 }', /did you mean "maxChanges"/],
    ['anything', 'a: [', /./],
  ])('of YAML is refused: %s', (_what, text, problem) => {
    expect(problemOfYaml(text)).toMatch(problem);
  });

  it('of YAML that has nothing to do with policies is only read', () => {
    expect(problemOfYaml('edition: 3.0.0')).toBeUndefined();
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['a request', '{"requester": "me", "reason": "r"}', /targets/],
    ['an inventory', '{"RegionId": "cn-hangzhou", "SecurityGroups": [{}]}', /SecurityGroupId/],
  ])('of JSON is refused: %s', (_what, text, problem) => {
    expect(problemOfJson(text)).toMatch(problem);
  });
});

it(
  'commands that fail are named with their line and what they said, and those after them are not run',
  () =>
    onWorkplace(async (workplace) => {
      const failing = page(
        ...fenced('sh', 'echo first'),
        ...fenced('sh', 'npm run --silent palisade -- validate missing.yaml'),
        ...fenced('sh', 'echo third'),
      );
      const { failure, printed } = await runCommands(failing, workplace);
      expect(failure).toMatch(/^docs\/page.md:5: exit code 1\n.*missing\.yaml/s);
      expect([...printed.keys()]).toEqual([2, 5]);

      const unknown = page(...fenced('sh', 'npm run --silent nothing'));
      expect((await runCommands(unknown, workplace)).failure).toContain('no npm script nothing');
    }),
  60_000,
);

it(
  'code that does not compile is refused',
  () =>
    onWorkplace(async (workplace) => {
      const wrong = page(...fenced('ts', "const count: number = 'one';", 'console.log(count);'));
      await expect(runTypeScript(wrong, workplace)).rejects.toThrow(/not assignable/);
    }),
  60_000,
);
