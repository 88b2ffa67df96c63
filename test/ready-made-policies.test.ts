import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PolicySet } from '../shared/policy';
import { loadPolicies } from '../shared/policy/load';
import { egress, groupOf } from '../shared/policy/testing/groups';
import { judgeGroup } from '../shared/remediation/judge';
import { carryOut, LISTS, NOW, plan } from '../shared/remediation/testing/plans';
import type { Permission, SecurityGroup } from '../shared/security-group';

const FOLDER = join(__dirname, '..', 'policies');
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort();

type Verdict = 'compliant' | 'violating';

/** A group, what the packets say of it, and what the text of its rules says where that differs. */
interface Case {
  readonly group: string;
  readonly rules: readonly Permission[];
  readonly fields?: Partial<Omit<SecurityGroup, 'rules'>>;
  readonly verdict: Verdict;
  readonly byText?: Verdict;
}

function accept(fields: Permission = {}): Permission {
  const source = fields.Ipv6SourceCidrIp || fields.SourcePrefixListId ? '' : '0.0.0.0/0';
  return {
    Direction: 'ingress',
    Policy: 'Accept',
    Priority: '1',
    IpProtocol: 'TCP',
    PortRange: '1/65535',
    SourceCidrIp: source,
    ...fields,
  };
}

const all = (fields: Permission = {}) =>
  accept({ IpProtocol: 'ALL', PortRange: '-1/-1', ...fields });
const port = (number: number, fields: Permission = {}) =>
  accept({ PortRange: `${number}/${number}`, ...fields });
const allOut = (fields: Permission = {}) =>
  egress({ IpProtocol: 'ALL', PortRange: '-1/-1', ...fields });

const DROP = { Policy: 'Drop' };
const UDP = { IpProtocol: 'UDP' };
const PRIVATE = { SourceCidrIp: '10.0.0.0/8' };
const OFFICE = { SourceCidrIp: '203.0.113.7/32' };
const IPV6 = { Ipv6SourceCidrIp: '::/0' };
const LOWER = { SourceCidrIp: '0.0.0.0/1' };
const UPPER = { SourceCidrIp: '128.0.0.0/1' };

const ENTERPRISE = { type: 'enterprise' } as const;

const violates = (group: string, ...rules: Permission[]): Case => ({
  group,
  rules,
  verdict: 'violating',
});
const complies = (group: string, ...rules: Permission[]): Case => ({
  group,
  rules,
  verdict: 'compliant',
});
/** What violates, although the text of the rules looks well. */
const slipsThrough = (group: string, ...rules: Permission[]): Case => ({
  ...violates(group, ...rules),
  byText: 'compliant',
});
/** What complies, although the text of the rules looks bad. */
const isHarmless = (group: string, ...rules: Permission[]): Case => ({
  ...complies(group, ...rules),
  byText: 'violating',
});

/** What holds of every port that is closed to the Internet. */
function closes(number: number): Case[] {
  return [
    violates(`port ${number} for everybody`, port(number)),
    violates(`port ${number} for everybody, in a range`, all()),
    complies(`port ${number} for private networks`, port(number, PRIVATE)),
    complies('HTTPS for everybody', port(443)),
    slipsThrough('the Internet in two halves', port(number, LOWER), port(number, UPPER)),
    slipsThrough('every IPv6 address', port(number, IPV6)),
    slipsThrough('one public address', port(number, OFFICE)),
  ];
}

/** The same where the text does not see what a drop rule beats. */
function closesWhateverIsBeaten(number: number): Case[] {
  const beaten = port(number, { Priority: '2' });
  return [
    ...closes(number),
    isHarmless('an accept behind a stronger drop', beaten, port(number, DROP)),
  ];
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'cis-2.0/cis-2-0-item-3-2.yaml': [...closesWhateverIsBeaten(22), ...closesWhateverIsBeaten(3389)],
  'cis-2.0/cis-2-0-item-4-3.yaml': [
    ...closesWhateverIsBeaten(22),
    complies('RDP for everybody', port(3389)),
    isHarmless('UDP 22', port(22, UDP)),
  ],
  'cis-2.0/cis-2-0-item-4-4.yaml': [
    ...closesWhateverIsBeaten(3389),
    complies('SSH for everybody', port(22)),
    violates('RDP over UDP', port(3389, UDP)),
  ],
  'cloud-config/sg-risky-ports-check.yaml': [
    ...closesWhateverIsBeaten(22),
    ...closesWhateverIsBeaten(3389),
    violates('UDP 22', port(22, UDP)),
  ],
  'cloud-config/ecs-security-group-risky-ports-check-with-protocol.yaml': [
    ...closes(22),
    ...closes(3389),
    violates('RDP over UDP', port(3389, UDP)),
    complies('UDP 22', port(22, UDP)),
    complies('an accept behind a stronger drop', port(22, { Priority: '2' }), port(22, DROP)),
    isHarmless('a drop of equal priority', port(22), port(22, DROP)),
    slipsThrough(
      'a drop that a stronger accept for one half hides',
      port(22, { Priority: '3' }),
      port(22, { ...DROP, Priority: '2' }),
      port(22, LOWER),
    ),
  ],
  'cloud-config/sg-public-access-check.yaml': [
    violates('everything for everybody', all()),
    complies('everything for private networks', all(PRIVATE)),
    complies('a web server', port(80), port(443), port(22, OFFICE)),
    complies('everything behind a stronger drop', all({ Priority: '2' }), all(DROP)),
    slipsThrough('everything for two halves', all(LOWER), all(UPPER)),
    slipsThrough('everything for every IPv6 address', all(IPV6)),
    slipsThrough('every TCP port', accept()),
    isHarmless(
      'everything but the ports that nobody publishes',
      all(),
      accept({ ...DROP, PortRange: '1/19' }),
      accept({ ...DROP, ...UDP, PortRange: '1/19' }),
      port(445, DROP),
    ),
  ],
  'cloud-config/ecs-security-group-not-open-all-port.yaml': [
    violates('all ports for everybody', all()),
    violates('all ports for private networks', all(PRIVATE)),
    complies('two ports', port(80), port(443)),
    complies('all ports behind a stronger drop', all({ Priority: '2' }), all(DROP)),
    slipsThrough(
      'all ports in two halves',
      accept({ PortRange: '1/32767' }),
      accept({ PortRange: '32768/65535' }),
    ),
    isHarmless('ping, which is written with -1/-1', all({ IpProtocol: 'ICMP' })),
  ],
  'cloud-config/ecs-security-group-not-open-all-protocol.yaml': [
    violates('all protocols for everybody', all()),
    violates('all protocols for private networks', all(PRIVATE)),
    violates('all protocols for every IPv6 address', all(IPV6)),
    complies('all of TCP and UDP', accept(), accept(UDP)),
    slipsThrough('a tunnel', all({ IpProtocol: 'GRE', ...OFFICE })),
    isHarmless('a drop of equal priority', all(), all(DROP)),
  ],
  'cloud-config/ecs-security-group-egress-not-all-access.yaml': [
    violates('everything to everywhere', allOut()),
    complies(
      'HTTPS and nothing else',
      egress({ PortRange: '443/443' }),
      allOut({ ...DROP, Priority: '100' }),
      allOut({ ...DROP, Priority: '100', Ipv6DestCidrIp: '::/0' }),
    ),
    { ...complies('an enterprise group without rules'), fields: ENTERPRISE },
    slipsThrough('a basic group without rules'),
    {
      ...slipsThrough(
        'an enterprise group with everything to two halves',
        allOut({ DestCidrIp: '0.0.0.0/1' }),
        allOut({ DestCidrIp: '128.0.0.0/1' }),
      ),
      fields: ENTERPRISE,
    },
  ],
  'cloud-config/ecs-security-group-white-list-port-check.yaml': [
    ...closesWhateverIsBeaten(8080),
    complies('HTTP for everybody', port(80)),
    slipsThrough('UDP 443', port(443, UDP)),
  ],
  'cloud-config/ecs-security-group-not-internet-cidr-access.yaml': [
    violates('HTTPS for everybody', port(443)),
    violates('HTTPS for one public address', port(443, OFFICE)),
    complies(
      'private networks',
      ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((SourceCidrIp) =>
        all({ SourceCidrIp }),
      ),
    ),
    isHarmless('an accept behind a stronger drop', port(443, { Priority: '2' }), port(443, DROP)),
    slipsThrough('a prefix list with a public entry', all({ SourcePrefixListId: 'pl-read' })),
  ],
  'cloud-config/ecs-security-group-description-check.yaml': [
    violates('a rule without a description', port(443, { Description: '' })),
    violates('white space around a description', port(443, { Description: ' web' })),
    complies('a described rule', port(443, { Description: 'web' })),
    isHarmless('a group without rules, whatever its own description'),
  ],
};

function load(file: string): PolicySet {
  return loadPolicies(read(file), file, NOW);
}

function read(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

function enforced(set: PolicySet): PolicySet {
  return { ...set, policies: set.policies.map((policy) => ({ ...policy, mode: 'enforce' })) };
}

test.each(FILES)('%s only observes', (file) => {
  expect(load(file).policies.map(({ mode }) => mode)).not.toContain('enforce');
});

describe.each(FILES.filter((file) => file !== 'starter.yaml'))('%s', (file) => {
  const set = load(file);
  const cases = CASES[file] ?? [];

  test('holds one policy, named after the file', () => {
    expect(set.policies.map(({ id }) => id)).toEqual([basename(file, '.yaml')]);
  });

  test('is shown at work: a group that violates, one that complies, one that its text judges otherwise', () => {
    expect(cases.map(({ verdict }) => verdict)).toEqual(
      expect.arrayContaining(['compliant', 'violating']),
    );
    expect(cases.some(({ byText, verdict }) => byText !== undefined && byText !== verdict)).toBe(
      true,
    );
  });

  test.each(cases.map((example) => [example.verdict, example.group, example] as const))(
    'finds %s: %s',
    (verdict, _group, { rules, fields }) => {
      const findings = judgeGroup(set, groupOf(rules, fields), LISTS, NOW);
      expect(findings.length > 0 ? 'violating' : 'compliant').toBe(verdict);
      expect(findings.map(({ status }) => status)).not.toContain('unknown');
    },
  );

  test('costs as many rules, in a group that is wide open, as its head says', () => {
    const stated = /^# Enforcing needs (?:up to )?(\d+) rules a group/m.exec(read(file))?.[1];
    const open = groupOf([all(), all(IPV6), allOut(), allOut({ Ipv6DestCidrIp: '::/0' })]);
    const { calls } = plan(enforced(set), open, LISTS);
    const added = calls.flatMap(({ parameters }) =>
      'Permissions' in parameters ? parameters.Permissions : [],
    );
    expect(added).toHaveLength(Number(stated ?? 0));
  });

  test('can be enforced: one repair of each group, within the quota of rules, leaves nothing to find', () => {
    const basic = cases.filter(({ fields }) => fields?.type !== 'enterprise');
    for (const { rules, fields } of basic) {
      const group = groupOf(rules, fields);
      const repaired = carryOut(group, plan(enforced(set), group, LISTS).calls);
      expect(judgeGroup(set, repaired, LISTS, NOW)).toEqual([]);
    }
  });
});
