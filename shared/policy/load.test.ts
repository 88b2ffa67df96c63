import { PolicyFileError } from './policy-file-error';
import { describing, load, problems } from './testing/policy-files';

const EXAMPLE = `# yaml-language-server: $schema=./policy.schema.json
version: 1
guardrails: { maxChanges: 200, maxGroups: 50, maxGroupsPercent: 25, maxChangesPerGroupPerHour: 20 }
policies:
  - id: no-smtp-smb-out
    kind: deny-egress
    mode: enforce                       # observe (default) | enforce
    severity: high
    match: { regions: ['cn-*'], tags: { env: [prod] }, names: ['*'], types: [normal] }
    deny:
      - { to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [445, 25, '135-139', 446] }
    rule: { priority: 1, description: '{policy} | {ticket} | managed by palisade' }
    exempt:
      - { groups: [sg-bp1relay], reason: mail relay, ticket: SEC-1234, until: 2027-03-31 }
  - id: rule-descriptions
    kind: describe-rules
    mode: enforce
    direction: [ingress, egress]
    template: '{owner} | {ticket} | {text}'
    fields: { owner: { tag: owner, default: unowned }, ticket: { tag: ticket, default: none } }
`;

describe('a policy file', () => {
  test('is loaded with every default filled in and ports merged', () => {
    const { digest, ...content } = load(EXAMPLE);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(content).toEqual({
      version: 1,
      guardrails: {
        maxChanges: 200,
        maxGroups: 50,
        maxGroupsPercent: 25,
        maxChangesPerGroupPerHour: 20,
      },
      quotas: { rulesPerGroup: 200 },
      policies: [
        {
          id: 'no-smtp-smb-out',
          kind: 'deny-egress',
          mode: 'enforce',
          severity: 'high',
          match: { regions: ['cn-*'], names: ['*'], types: ['normal'], tags: { env: ['prod'] } },
          exempt: [
            {
              groups: ['sg-bp1relay'],
              reason: 'mail relay',
              ticket: 'SEC-1234',
              until: '2027-03-31',
            },
          ],
          deny: [
            {
              peers: ['0.0.0.0/0', '::/0'],
              protocol: 'tcp',
              ports: [
                { first: 25, last: 25 },
                { first: 135, last: 139 },
                { first: 445, last: 446 },
              ],
            },
          ],
          rule: {
            priority: 1,
            description: '{policy} | {ticket} | managed by palisade',
            fields: {},
          },
        },
        {
          id: 'rule-descriptions',
          kind: 'describe-rules',
          mode: 'enforce',
          severity: 'medium',
          match: { regions: ['*'], names: ['*'], types: ['normal', 'enterprise'], tags: {} },
          exempt: [],
          direction: ['ingress', 'egress'],
          template: '{owner} | {ticket} | {text}',
          fields: {
            owner: { tag: 'owner', default: 'unowned' },
            ticket: { tag: 'ticket', default: 'none' },
          },
        },
      ],
    });
  });

  test('observes unless it says otherwise', () => {
    expect(load(describing()).policies[0]?.mode).toBe('observe');
  });

  test('may be JSON, and is the same as plain data', () => {
    const set = load(
      '{"version": 1, "policies": [{"id": "a", "kind": "describe-rules", "template": "{text}"}]}',
    );
    expect(JSON.parse(JSON.stringify(set))).toEqual(set);
  });

  test('has a digest that changes with its meaning only', () => {
    const { digest } = load(describing());
    expect(load(`# a comment\n${describing('    mode: observe')}`).digest).toBe(digest);
    expect(load(describing('    mode: enforce')).digest).not.toBe(digest);
  });

  test('may use anchors and aliases', () => {
    const source = describing('    match: { names: &names [web], regions: *names }');
    expect(load(source).policies[0]?.match).toMatchObject({ names: ['web'], regions: ['web'] });
  });

  test('is refused with every problem, in order, each with its place', () => {
    const source = describing('    mode: on', '    direction: [out]', 'guardrail: {}');
    const error = (() => {
      try {
        return load(source);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(PolicyFileError);
    expect(error).toMatchObject({
      file: 'policies.yaml',
      problems: [
        { line: 7, column: 11, path: 'policies[0].mode' },
        { line: 8, column: 17, path: 'policies[0].direction[0]' },
        { line: 9, column: 1, path: 'guardrail' },
      ],
      message: [
        'policies.yaml:7:11: policies[0].mode: is "on": write observe or enforce',
        'policies.yaml:8:17: policies[0].direction[0]: is "out": write ingress or egress',
        'policies.yaml:9:1: guardrail: "guardrail" is not known here: did you mean "guardrails"?',
      ].join('\n'),
    });
  });
});

describe('what is not one YAML document of plain keys and values is refused', () => {
  const empty = '1:1: the file is empty: start it with "version: 1" and a list of policies';
  test.each([
    ['an empty file', '', [empty]],
    ['white space', '\n\n', [empty]],
    ['a comment', '# nothing yet\n', [empty]],
    ['a text', 'hello', ['1:1: is "hello": write keys and values']],
    ['a list', '- 1', ['1:1: is a list: write keys and values']],
    [
      'two documents',
      `${describing()}\n---\nversion: 1\n`,
      ['7:1: a second document starts here: keep one document a file'],
    ],
    [
      'a tab',
      'version: 1\n\tpolicies: []',
      ['2:1: not valid YAML: Tabs are not allowed as indentation'],
    ],
    [
      'a key that stands twice',
      'version: 1\nversion: 1',
      ['2:1: not valid YAML: Map keys must be unique'],
    ],
    [
      'an unknown tag',
      describing('    severity: !x low'),
      ['7:15: not valid YAML: Unresolved tag: !x'],
    ],
    [
      'an alias without an anchor',
      'version: *v',
      ['1:10: *v has no anchor: put &v before what it stands for'],
    ],
    [
      'merged keys',
      'a: &a { b: 1 }\nc: { <<: *a }',
      ['2:6: keys cannot be merged: write them out'],
    ],
    ['a list as a key', describing('? [x]', ': 1'), ['7:3: not a key: write a plain name']],
    [
      '__proto__ as a tag',
      describing('    match: { tags: { __proto__: [x] } }'),
      ['7:22: not a key: write a plain name'],
    ],
    [
      '__proto__ as a field',
      describing('__proto__: { version: 1 }'),
      ['7:1: not a key: write a plain name'],
    ],
    [
      'a circle of aliases',
      'version: &a [*a]',
      ['1:1: policies: is missing: write a list', '1:13: version: is a list: write 1'],
    ],
  ])('%s', (_what, source, expected) => {
    expect(problems(source)).toEqual(expected);
  });

  test('aliases that multiply', () => {
    const levels = ['a', 'b', 'c', 'd'].map(
      (name, index, names) =>
        `${name}: &${name} [${Array(10)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(', ')}]`,
    );
    expect(problems(levels.join('\n'))).toEqual([expect.stringContaining('write the parts out')]);
  });

  test('several mistakes of YAML, all named', () => {
    expect(problems('a: 1\na: 2\nb: *x\nb: 3')).toHaveLength(3);
  });

  test('whatever the line ends and the byte order mark', () => {
    const source = describing('    mode: on');
    const expected = ['7:11: policies[0].mode: is "on": write observe or enforce'];
    expect(problems(source.replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(problems(`\ufeff${source}`)).toEqual(expected);
  });
});

test('deny-ingress names sources with from, and refuses to', () => {
  const file = (side: string) =>
    `version: 1\npolicies:\n  - { id: a, kind: deny-ingress, deny: [{ ${side}: ['0.0.0.0/0'], protocol: tcp, ports: [22] }] }`;
  expect(load(file('from')).policies[0]).toMatchObject({
    kind: 'deny-ingress',
    deny: [{ peers: ['0.0.0.0/0'], ports: [{ first: 22, last: 22 }] }],
  });
  expect(problems(file('to')).join()).toMatch(/policies\[0\]\.deny\[0\]\.to: .*from/);
});
