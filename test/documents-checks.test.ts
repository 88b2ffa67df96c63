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

it('commands that fail are named with what they said, and those after them are not run', async () => {
  const failing = page(
    ...fenced('sh', 'echo first'),
    ...fenced('sh', 'npm run --silent palisade -- validate missing.yaml'),
    ...fenced('sh', 'echo third'),
  );
  const { failure, printed } = await onWorkplace(failing, (each) => runCommands(failing, each));
  expect(failure).toMatch(/^docs\/page.md:5: exit code 1\n.*missing\.yaml/s);
  expect([...printed.keys()]).toEqual([2, 5]);
}, 60_000);

it('a script that is not there is named', async () => {
  const failing = page(...fenced('sh', 'npm run --silent nothing'));
  const { failure } = await onWorkplace(failing, (each) => runCommands(failing, each));
  expect(failure).toContain('no npm script nothing');
}, 60_000);

it('code that does not compile is refused', async () => {
  const wrong = page(...fenced('ts', "const count: number = 'one';", 'console.log(count);'));
  const ran = onWorkplace(wrong, (workplace) => runTypeScript(wrong, workplace));
  await expect(ran).rejects.toThrow(/not assignable/);
}, 60_000);

it('a page finds its own policy file, recorded events and the groups of the demo', async () => {
  const whole = page(
    ...fenced(
      'yaml',
      'version: 1',
      'policies:',
      "  - { id: own, kind: describe-rules, template: '{text}' }",
    ),
    ...fenced('sh', 'npm run --silent palisade -- validate policy.yaml'),
    ...fenced('sh', 'npm run --silent palisade -- plan --policy policy.yaml --json'),
    ...fenced('sh', 'npm run --silent palisade -- replay --policy policy.yaml --json events.jsonl'),
  );
  const { failure, printed } = await onWorkplace(whole, (each) => runCommands(whole, each));
  expect(failure).toBeUndefined();
  expect(printed.get(7)).toContain('own (describe-rules, observe)');
  expect(printed.get(10)).toContain('sg-hz0api1');
  expect(printed.get(13)).toContain('"judged":1');
}, 60_000);
