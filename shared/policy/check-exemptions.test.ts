import { load, problems } from './testing/policy-files';

/** A policy that denies traffic; the exemption stands on line 5 from column 16. */
function exempting(deny: string, exemption: string, kind = 'deny-egress', quota = 200): string {
  return [
    'version: 1',
    `quotas: { rulesPerGroup: ${quota} }`,
    'policies:',
    `  - { id: a, kind: ${kind}, deny: [${deny}],`,
    `      exempt: [{ ${exemption}, groups: [sg-1], reason: x, ticket: T-1, until: 2027-01-01 }] }`,
  ].join('\n');
}

const SMTP = "{ to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [25] }";

describe('exempt traffic', () => {
  const trafficOf = (exemption: string) => {
    const [policy] = load(exempting("{ to: ['0.0.0.0/0'], protocol: all }", exemption)).policies;
    return policy?.exempt[0]?.traffic;
  };

  test('is read with what is left out standing for all', () => {
    expect(trafficOf("to: ['10.0.0.0/8'], protocol: tcp, ports: [26, 25]")).toEqual({
      peers: ['10.0.0.0/8'],
      protocol: 'tcp',
      ports: [{ first: 25, last: 26 }],
    });
    expect(trafficOf("to: ['10.0.0.0/8']")).toEqual({ peers: ['10.0.0.0/8'], protocol: 'all' });
    expect(trafficOf('protocol: udp')).toEqual({ protocol: 'udp' });
  });

  test('is named from the far side for ingress', () => {
    const deny = "{ from: ['0.0.0.0/0'], protocol: tcp }";
    expect(problems(exempting(deny, "from: ['10.0.0.0/8']", 'deny-ingress'))).toEqual([]);
    expect(problems(exempting(deny, "to: ['10.0.0.0/8']", 'deny-ingress'))).toEqual([
      '5:18: policies[0].exempt[0].to: "to" is not known here: the keys are groups, reason, ticket, until, protocol, ports, from',
    ]);
  });

  test('is refused where the policy denies no traffic', () => {
    const source = [
      'version: 1',
      'policies:',
      "  - { id: a, kind: describe-rules, template: '{text}',",
      '      exempt: [{ protocol: tcp, groups: [sg-1], reason: x, ticket: T-1, until: 2027-01-01 }] }',
    ].join('\n');
    expect(problems(source)).toEqual([
      '4:18: policies[0].exempt[0].protocol: "protocol" is not known here: the keys are groups, reason, ticket, until',
    ]);
  });

  test.each([
    [
      SMTP,
      'ports: [25]',
      'ports: ports do not go with protocol all: write one entry for tcp and one for udp, or leave ports out',
    ],
    [
      "{ to: ['0.0.0.0/0'], protocol: icmp }",
      "to: ['::/0'], protocol: icmp",
      'to[0]: ::/0 does not go with protocol icmp: write icmp for IPv4 and icmpv6 for IPv6, in entries of their own',
    ],
    [
      SMTP,
      "to: ['10.0.0.0/8'], protocol: tcp, ports: [25, 80]",
      'to[0]: TCP 80 to 10.0.0.0/8 is not denied by the policy: exempt only what it denies',
    ],
    [
      SMTP,
      'protocol: udp',
      'UDP to anybody is not denied by the policy: exempt only what it denies',
    ],
    [
      "{ to: ['10.0.0.0/8'], protocol: tcp }",
      'to: [internet], protocol: tcp',
      'to[0]: TCP to internet is not denied by the policy: exempt only what it denies',
    ],
    [
      SMTP,
      'to: [sg-relay], protocol: tcp',
      'to[0]: sg-relay and 0.0.0.0/0, which the policy denies, may have members in common, and no rule can tell: deny security groups in a policy of their own, and exempt them by their ids or without "to"',
    ],
    [
      '{ to: [sg-db], protocol: tcp }',
      "to: ['10.0.0.0/8']",
      'to[0]: 10.0.0.0/8 and sg-db, which the policy denies, may have members in common, and no rule can tell: deny security groups in a policy of their own, and exempt them by their ids or without "to"',
    ],
  ])('that can never be right is refused: %#', (deny, exemption, problem) => {
    const [found, ...others] = problems(exempting(deny, exemption));
    expect(others).toEqual([]);
    expect(found?.replace(/^5:\d+: policies\[0\]\.exempt\[0\](\.|: )/, '')).toBe(problem);
  });

  test.each([
    [SMTP, 'to: [pl-partners]'],
    [SMTP, 'to: [internet], protocol: tcp'],
    ["{ to: ['8.0.0.0/8'], protocol: tcp }", 'to: [internet]'],
    ['{ to: [sg-db], protocol: tcp }', 'to: [sg-db], protocol: tcp, ports: [3306]'],
    ['{ to: [sg-db], protocol: tcp }', 'protocol: tcp, ports: [3306]'],
    ['{ to: [sg-db, sg-web], protocol: tcp, ports: [22] }', 'protocol: tcp'],
    ['{ to: [pl-partners], protocol: tcp }', "to: ['10.0.0.0/8']"],
  ])('that may be right is accepted: %#', (deny, exemption) => {
    expect(problems(exempting(deny, exemption))).toEqual([]);
  });

  test('is refused if more rules would be needed around it than a group holds', () => {
    const one = "to: ['203.0.113.10'], protocol: tcp";
    // 32 IPv4 blocks without one address, and ::/0.
    expect(problems(exempting(SMTP, one, 'deny-egress', 33))).toEqual([]);
    expect(problems(exempting(SMTP, one, 'deny-egress', 32))).toEqual([
      '5:7: policies[0].exempt: around what is exempt for sg-1 the policy needs 33 rules, and a group holds 32 (quotas.rulesPerGroup): exempt wider blocks or port ranges',
    ]);
  });
});
