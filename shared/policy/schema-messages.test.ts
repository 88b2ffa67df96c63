import { denying, describing, problems, SMTP } from './testing/policy-files';

describe('an unknown key is refused at every level with what was meant', () => {
  test.each([
    [
      describing('polices: []'),
      '7:1: polices: "polices" is not known here: did you mean "policies"?',
    ],
    [
      describing('x: 1'),
      '7:1: x: "x" is not known here: the keys are version, accounts, guardrails, quotas, policies',
    ],
    [
      describing('5: 1'),
      '7:1: 5: "5" is not known here: the keys are version, accounts, guardrails, quotas, policies',
    ],
    [
      describing('guardrails: { max_changes: 1 }'),
      '7:15: guardrails.max_changes: "max_changes" is not known here: did you mean "maxChanges"?',
    ],
    [
      describing('quotas: { rules: 1 }'),
      '7:11: quotas.rules: "rules" is not known here: did you mean "rulesPerGroup"?',
    ],
    [
      describing('    mod: observe'),
      '7:5: policies[0].mod: "mod" is not known here: did you mean "mode"?',
    ],
    [
      describing('    modee: observe'),
      '7:5: policies[0].modee: "modee" is not known here: did you mean "mode"?',
    ],
    [
      describing('    deny: []'),
      '7:5: policies[0].deny: "deny" is not known here: the keys are id, mode, severity, match, exempt, kind, direction, template, fields',
    ],
    [
      describing('    match: { region: [x] }'),
      '7:14: policies[0].match.region: "region" is not known here: did you mean "regions"?',
    ],
    [
      describing(
        '    exempt: [{ group: sg-1, groups: [sg-1], reason: x, ticket: T-1, until: 2027-01-01 }]',
      ),
      '7:16: policies[0].exempt[0].group: "group" is not known here: did you mean "groups"?',
    ],
    [
      describing().replace('tag: owner', 'tags: owner'),
      '6:24: policies[0].fields.owner.tags: "tags" is not known here: did you mean "tag"?',
    ],
    [
      denying("{ to: ['0.0.0.0/0'], protocol: tcp, port: [25] }"),
      '6:45: policies[0].deny[0].port: "port" is not known here: did you mean "ports"?',
    ],
    [
      denying(SMTP, '    rule: { prio: 1 }'),
      '7:13: policies[0].rule.prio: "prio" is not known here: did you mean "priority"?',
    ],
    [
      denying(SMTP, '    constructor: 1'),
      '7:5: policies[0].constructor: "constructor" is not known here: the keys are id, mode, severity, match, exempt, kind, deny, rule',
    ],
  ])('%#', (source, expected) => {
    expect(problems(source)).toEqual([expected]);
  });

  test('also behind an alias, at the place where it is written', () => {
    const source = 'version: 1\nquotas: &q { rule: 5 }\nguardrails: *q\npolicies: []';
    expect(problems(source)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^2:14: quotas\.rule: /),
        expect.stringMatching(/^2:14: guardrails\.rule: /),
      ]),
    );
  });
});
