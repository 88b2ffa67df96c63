import { denying, describing, problems, SMTP } from './testing/policy-files';

describe('a file that makes no sense is refused', () => {
  test('with an exemption that has ended', () => {
    const exempt = (until: string) =>
      describing(`    exempt: [{ groups: [sg-1], reason: x, ticket: T-1, until: ${until} }]`);
    expect(problems(exempt('2026-11-22'))).toEqual([
      '7:63: policies[0].exempt[0].until: 2026-11-22 has passed: remove the exemption, or write a later day',
    ]);
    expect(problems(exempt('2026-11-23'))).toEqual([]);
  });

  test('with two policies of one id', () => {
    const second = '  - { id: a, kind: describe-rules, template: "{text}", direction: [egress] }';
    const source = `${denying(SMTP)}\n${second}`;
    expect(problems(source)).toEqual([
      '7:11: policies[1].id: "a" is taken by policies[0]: choose another',
    ]);
  });

  test.each(['all', 'icmp', 'icmpv6', 'gre', '47'])('with ports for protocol %s', (protocol) => {
    const to = protocol === 'icmpv6' ? '::/0' : '0.0.0.0/0';
    const source = denying(`{ to: ['${to}'], protocol: ${protocol}, ports: [25] }`);
    expect(problems(source)).toEqual([
      expect.stringContaining(
        `policies[0].deny[0].ports: ports do not go with protocol ${protocol}`,
      ),
    ]);
  });

  test.each(['tcp', '6', 'UDP', '17'])('but not with ports for protocol %s', (protocol) => {
    expect(problems(denying(`{ to: [sg-1], protocol: ${protocol}, ports: [25] }`))).toEqual([]);
  });

  test('with ICMP to IPv6 or ICMPv6 to IPv4', () => {
    expect(problems(denying("{ to: ['0.0.0.0/0', '::/0'], protocol: icmp }"))).toEqual([
      '6:29: policies[0].deny[0].to[1]: ::/0 does not go with protocol icmp: write icmp for IPv4 and icmpv6 for IPv6, in entries of their own',
    ]);
    expect(problems(denying("{ to: ['0.0.0.0/0', '::/0'], protocol: icmpv6 }"))).toEqual([
      expect.stringContaining('policies[0].deny[0].to[0]: 0.0.0.0/0 does not go with'),
    ]);
    expect(problems(denying('{ to: [pl-1, sg-1], protocol: icmpv6 }'))).toEqual([]);
  });

  test('with more rules than a group holds, counted as they would be made', () => {
    const blocks = (step: number) =>
      Array.from({ length: 6 }, (_, index) => `'10.0.0.${index * step}'`).join(', ');
    const source = (step: number) =>
      denying(`{ to: [${blocks(step)}], protocol: tcp }`, 'quotas: { rulesPerGroup: 5 }');
    expect(problems(source(2))).toEqual([
      '5:5: policies[0].deny: needs 6 rules, and a group holds 5 (quotas.rulesPerGroup), so that TCP to 10.0.0.10/32 would stay open: deny wider blocks or port ranges',
    ]);
    expect(problems(source(1))).toEqual([]);
  });

  test('with a template that could not be undone', () => {
    const template = (source: string) => problems(describing().replace('{owner} | {text}', source));
    expect(template('{owner} {text}')).toEqual([expect.stringMatching(/^5:15: .*put a mark/)]);
    expect(template('{owner} | -')).toEqual([
      `5:15: policies[0].template: has no {text}: people's own words would be lost; write it once, such as "{owner} | {text}"`,
    ]);
    expect(template(`{owner} | {text} ${'x'.repeat(512)}`)).toEqual([
      '5:15: policies[0].template: is longer than the 512 characters a description may have',
    ]);
    expect(template('{owner} | {constructor} | {text}')).toEqual([
      '5:15: policies[0].template: {constructor} has no source: add "constructor: { tag: constructor, default: none }" to fields',
    ]);
    expect(template('{text}')).toEqual([
      '6:15: policies[0].fields.owner: is not used: the template has no {owner}; remove the field or use it',
    ]);
  });

  test('with a description of new rules that has a text, or fields that it does not use', () => {
    expect(problems(denying(SMTP, "    rule: { description: '{policy} | {text}' }"))).toEqual([
      '7:26: policies[0].rule.description: holds {text}, but a new rule has no text yet: leave it out',
    ]);
    expect(problems(denying(SMTP, '    rule: { fields: { owner: { tag: owner } } }'))).toEqual([
      expect.stringContaining('policies[0].rule.fields.owner: is not used'),
    ]);
  });
});

describe('two standards for the same rules', () => {
  function two(first: string, second: string): string[] {
    return problems(`version: 1
policies:
  - { id: a, kind: describe-rules, ${first} }
  - { id: b, kind: describe-rules, ${second} }`);
  }
  const A = "template: 'a: {text}'";
  const B = "template: 'b: {text}'";

  test('contradict each other', () => {
    expect(two(A, B)).toEqual([
      expect.stringMatching(/^4:46: policies\[1\]\.template: contradicts policies\[0\] \("a"\)/),
    ]);
    expect(
      two(`${A}, match: { names: ['web-*'] }`, `${B}, match: { names: ['*-1'] }`),
    ).toHaveLength(1);
    expect(
      two(`${A}, match: { tags: { a: [x] } }`, `${B}, match: { tags: { b: [x] } }`),
    ).toHaveLength(1);
  });

  test.each([
    ['directions', 'direction: [ingress]', 'direction: [egress]'],
    ['types', 'match: { types: [normal] }', 'match: { types: [enterprise] }'],
    ['regions', "match: { regions: ['cn-*'] }", "match: { regions: ['us-*', ap-south-1] }"],
    ['names', "match: { names: ['*-web'] }", "match: { names: ['*-db'] }"],
    ['tag values', 'match: { tags: { env: [prod] } }', 'match: { tags: { env: [test, dev] } }'],
  ])('do not if they are about other %s', (_what, first, second) => {
    expect(two(`${A}, ${first}`, `${B}, ${second}`)).toEqual([]);
  });

  test('do not if they are the same, in whatever order the fields stand', () => {
    const fields = (names: string[]) => names.map((name) => `${name}: { tag: ${name} }`).join(', ');
    const standard = (names: string[]) =>
      `template: '{x} | {y} | {text}', fields: { ${fields(names)} }`;
    expect(two(standard(['x', 'y']), standard(['y', 'x']))).toEqual([]);
  });
});

describe('policies that match the same groups', () => {
  const file = (second: string) =>
    [
      'version: 1',
      'quotas: { rulesPerGroup: 3 }',
      'policies:',
      '  - { id: a, kind: deny-egress, deny: [{ to: ["10.0.0.0/8", "11.1.0.0/16"], protocol: tcp }] }',
      `  - ${second}`,
    ].join('\n');
  const deny = (peers: string, rest = '') =>
    `{ id: b, kind: deny-egress, deny: [{ to: [${peers}], protocol: tcp }]${rest} }`;

  test('are refused where what they deny together does not fit the quota of one group', () => {
    expect(problems(file(deny('"12.0.0.0/8", "14.0.0.0/8"')))).toEqual([
      '5:33: policies[1].deny: needs 4 rules together with policies[0], which match the same groups, and a group holds 3 (quotas.rulesPerGroup): deny wider blocks or port ranges',
    ]);
    expect(
      problems(
        file(
          '{ id: b, kind: deny-ingress, deny: [{ from: ["10.0.0.0/8", "12.0.0.0/8"], protocol: tcp }] }',
        ),
      ),
    ).toHaveLength(1);
  });

  test('are let pass where they deny the same, or match other groups', () => {
    expect(problems(file(deny('"10.0.0.0/8", "11.1.0.0/16"')))).toEqual([]);
    expect(problems(file(deny('"12.0.0.0/8", "14.0.0.0/8"', ', match: { names: [web] }')))).toEqual(
      [],
    );
  });
});
