import { denying, describing, problems, SMTP } from './testing/policy-files';

describe('a value that does not fit is refused with what to write', () => {
  test.each([
    ['version: 2', '1:10: version: is 2: write 1'],
    ['version: "1"', '1:10: version: is "1": write 1'],
    ['version:', '1:9: version: has no value: write 1'],
    ['version: 1\npolicies: []', '2:11: policies: is empty: write at least one policy'],
    ['version: 1\npolicies: {}', '2:11: policies: is a map of keys and values: write a list'],
    ['version: 1\npolicies: [x]', '2:12: policies[0]: is "x": write keys and values'],
    [
      'version: 1\npolicies: [{}]',
      '2:12: policies[0].kind: is missing: write deny-egress or deny-ingress or describe-rules',
    ],
    [
      'version: 1\npolicies: [{ kind: deny }]',
      '2:20: policies[0].kind: is "deny": write deny-egress or deny-ingress or describe-rules',
    ],
    ['version: 1', '1:1: policies: is missing: write a list'],
    [
      describing('guardrails: { maxChanges: "5" }'),
      '7:27: guardrails.maxChanges: is "5": write a whole number from 0 to 1000000',
    ],
    [
      describing('guardrails: { maxChanges: 999999999999999999999999 }'),
      '7:27: guardrails.maxChanges: is 1e+24: write a whole number from 0 to 1000000',
    ],
    [
      describing('guardrails: { maxGroups: 1e400 }'),
      '7:26: guardrails.maxGroups: is Infinity: write a whole number from 0 to 1000000',
    ],
    [
      describing('guardrails: { maxGroupsPercent: 101 }'),
      '7:33: guardrails.maxGroupsPercent: is 101: write a whole number from 0 to 100',
    ],
    [
      describing('guardrails: { maxGroupsPercent: .nan }'),
      '7:33: guardrails.maxGroupsPercent: is NaN: write a whole number from 0 to 100',
    ],
    [
      describing('guardrails: { maxChangesPerGroupPerHour: 1.5 }'),
      '7:42: guardrails.maxChangesPerGroupPerHour: is 1.5: write a whole number from 0 to 10000',
    ],
    [
      describing('quotas: { rulesPerGroup: 0 }'),
      '7:26: quotas.rulesPerGroup: is 0: write a whole number from 1 to 10000',
    ],
    [describing('    mode: off'), '7:11: policies[0].mode: is "off": write observe or enforce'],
    [
      describing('    severity: 5'),
      '7:15: policies[0].severity: is 5: write low or medium or high or critical',
    ],
    [describing('    match:'), '7:11: policies[0].match: has no value: write keys and values'],
    [
      describing('    match: { regions: [] }'),
      '7:23: policies[0].match.regions: is empty: list at least one, or leave the key out',
    ],
    [
      describing('    match: { regions: ["cn east"] }'),
      '7:24: policies[0].match.regions[0]: is "cn east": write one name without white space, with * for any characters',
    ],
    [
      describing('    match: { names: web }'),
      '7:21: policies[0].match.names: is "web": write a list, even of one, such as [web]',
    ],
    [
      describing('    match: { names: [" "] }'),
      '7:22: policies[0].match.names[0]: is empty: write a text, or leave the key out',
    ],
    [
      describing('    match: { types: [advanced] }'),
      '7:22: policies[0].match.types[0]: is "advanced": write normal or enterprise',
    ],
    [
      describing('    match: { tags: { env: [1] } }'),
      '7:28: policies[0].match.tags.env[0]: is 1, not a text: write it in quotes, "1"',
    ],
    [
      describing('    match: { tags: { env: [true] } }'),
      '7:28: policies[0].match.tags.env[0]: is true, not a text: write it in quotes, "true"',
    ],
    [
      describing('    match: { tags: { env: [~] } }'),
      '7:28: policies[0].match.tags.env[0]: has no value: write a text',
    ],
    [
      describing('    match: { tags: { env: [{}] } }'),
      '7:28: policies[0].match.tags.env[0]: is a map of keys and values: write a text',
    ],
    [
      describing('    match: { tags: { env: prod } }'),
      '7:27: policies[0].match.tags.env: is "prod": write a list, even of one, such as [prod]',
    ],
    [
      describing('    match: { tags: { "": [x] } }'),
      '7:22: policies[0].match.tags.: the key is empty: write a name',
    ],
    [
      describing('    direction: []'),
      '7:16: policies[0].direction: is empty: list at least one, or leave the key out',
    ],
    [
      describing('    exempt: [{ groups: [sg-1] }]'),
      '7:14: policies[0].exempt[0].reason: is missing: write why, for the record',
    ],
    [
      describing('    exempt: [{ groups: [sg-1], reason: " " }]'),
      '7:40: policies[0].exempt[0].reason: is empty: write why, for the record',
    ],
    [
      describing('    exempt: [{ groups: [sg-1], reason: x }]'),
      '7:14: policies[0].exempt[0].ticket: is missing: write the ticket that allows it, such as SEC-1234',
    ],
    [
      describing('    exempt: [{ groups: [sg-1], reason: x, ticket: 1234 }]'),
      '7:51: policies[0].exempt[0].ticket: is 1234, not a text: write it in quotes, "1234"',
    ],
    [
      describing('    exempt: [{ groups: [sg-1], reason: x, ticket: T-1 }]'),
      '7:14: policies[0].exempt[0].until: is missing: write the last day on which it holds, such as 2027-03-31',
    ],
    [
      describing('    exempt: [{ groups: [], reason: x }]'),
      '7:24: policies[0].exempt[0].groups: is empty: list at least one security group id',
    ],
    [
      describing('    exempt: [{ groups: [sg-bp*], reason: x }]'),
      '7:25: policies[0].exempt[0].groups[0]: is "sg-bp*": write a security group id, such as sg-bp67acfm',
    ],
    [
      describing('    exempt: [{ groups: [sg-1], reason: x, until: 2027-02-30 }]'),
      '7:50: policies[0].exempt[0].until: is "2027-02-30": write the last day on which it holds, such as 2027-03-31',
    ],
    [
      denying('{ to: [], protocol: tcp }'),
      '6:15: policies[0].deny[0].to: is empty: list at least one destination, such as 0.0.0.0/0',
    ],
    [
      denying("{ to: ['10.0.0/8'], protocol: tcp }"),
      '6:16: policies[0].deny[0].to[0]: "10.0.0" is not an IP address: write it like 10.1.2.3 or 2001:db8::1',
    ],
    [
      denying("{ to: ['::/129'], protocol: tcp }"),
      '6:16: policies[0].deny[0].to[0]: "::/129" is not a CIDR block: the prefix length of an IPv6 block is 0 to 128',
    ],
    [
      denying("{ to: ['0.0.0.0/0'], protocol: tpc }"),
      '6:40: policies[0].deny[0].protocol: "tpc" is not a protocol: write TCP, UDP, ICMP, ICMPv6, GRE, ALL or a number from 0 to 255',
    ],
    [
      denying("{ to: ['0.0.0.0/0'], protocol: [] }"),
      '6:40: policies[0].deny[0].protocol: is empty: write tcp, udp, icmp, icmpv6, gre, all or a number from 0 to 255',
    ],
    ...[0, 70000, '139-135', 'smtp', '25,26', '-1', '1-65536'].map((port): [string, string] => [
      denying(`{ to: ['0.0.0.0/0'], protocol: tcp, ports: ['${port}'] }`),
      `6:53: policies[0].deny[0].ports[0]: "${port}" is not a port: write a number from 1 to 65535, or a range such as "135-139", the smaller port first`,
    ]),
    [
      denying("{ to: ['0.0.0.0/0'], protocol: tcp, ports: [2.5] }"),
      '6:53: policies[0].deny[0].ports[0]: is 2.5: write a number from 1 to 65535, or a range such as "135-139"',
    ],
    [
      denying("{ to: ['0.0.0.0/0'], protocol: tcp, ports: [] }"),
      '6:52: policies[0].deny[0].ports: is empty: list at least one, or leave the key out for all ports',
    ],
    [
      denying(SMTP, '    rule: { priority: 101 }'),
      '7:23: policies[0].rule.priority: is 101: write a whole number from 1 to 100',
    ],
    [
      denying(SMTP, '    rule: { fields: { a: { tag: x, value: y } } }'),
      '7:26: policies[0].rule.fields.a: names several sources: write one of value, tag and existing',
    ],
  ])('%#: %s', (source, expected) => {
    expect(problems(source)).toContain(expected);
  });

  test.each(['Prod', 'a_b', '-a', '', 'a'.repeat(65), 'a b'])('the policy id "%s"', (id) => {
    expect(problems(describing().replace('id: a', `id: "${id}"`))).toEqual([
      expect.stringMatching(/^3:9: policies\[0\]\.id: is .+: write /),
    ]);
  });
});
