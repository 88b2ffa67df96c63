import { describeRule, type Permission, parseCidr } from '../../security-group';
import type { ReadLists } from '../../traffic';
import { egress, groupOf, NO_LISTS } from '../testing/groups';
import { denying, describing, load } from '../testing/policy-files';
import { exemptionsInForce, judge, prefixListsOf } from './index';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const WHY = 'groups: [sg-bp1], reason: mail relay, ticket: SEC-1, until: 2027-03-31';
const EXEMPT = 'exempt until 2027-03-31: mail relay (SEC-1)';
const ANYWHERE = "{ to: ['0.0.0.0/0'], protocol: tcp, ports: [25] }";
const LISTS: ReadLists = {
  ...NO_LISTS,
  prefixLists: new Map([['pl-relays', ['10.0.0.0/9', '10.1.0.0/16'].map(parseCidr)]]),
};

function policiesWith(deny: string, ...exempt: string[]) {
  return load(denying(deny, `    exempt: [${exempt.map((each) => `{ ${each}${WHY} }`).join()}]`));
}

function findings(
  deny: string,
  exempt: string[],
  permissions: Permission[] = [],
  lists = NO_LISTS,
) {
  const [policy] = policiesWith(deny, ...exempt).policies;
  if (!policy) throw new Error('there is no policy');
  return judge(policy, groupOf(permissions), lists, NOW);
}

/** The drop rules that a repair would add, without what they have in common. */
function added(...given: Parameters<typeof findings>): string[] {
  return findings(...given).flatMap(({ changes }) =>
    changes.map((change) =>
      describeRule(change.rule).replace(/^drop egress (.*), priority 1$/, '$1'),
    ),
  );
}

describe('around exempt traffic', () => {
  test('addresses are dropped in the fewest blocks', () => {
    const rules = added(ANYWHERE, ["to: ['64.0.0.0/3'], protocol: tcp, ports: [25], "]);
    expect(rules).toEqual([
      'TCP 25/25 to 0.0.0.0/2',
      'TCP 25/25 to 96.0.0.0/3',
      'TCP 25/25 to 128.0.0.0/1',
    ]);
    expect(added(ANYWHERE, ["to: ['203.0.113.10'], "])).toHaveLength(32);
  });

  test('ports are dropped beside it', () => {
    const deny = "{ to: ['0.0.0.0/0'], protocol: tcp, ports: ['1-1024'] }";
    expect(added(deny, ["to: ['0.0.0.0/1'], protocol: tcp, ports: [25, '80-90'], "])).toEqual([
      'TCP 1/24 to 0.0.0.0/0',
      'TCP 26/79 to 0.0.0.0/0',
      'TCP 25/25 to 128.0.0.0/1',
      'TCP 91/1024 to 0.0.0.0/0',
      'TCP 80/90 to 128.0.0.0/1',
    ]);
  });

  test('all protocols are dropped elsewhere, and those that have names beside it', () => {
    const deny = "{ to: ['0.0.0.0/0'], protocol: all }";
    const exempt = ["to: ['0.0.0.0/1'], protocol: tcp, ports: [443], "];
    const beside = ['TCP 1/442', 'TCP 444/65535', 'UDP 1/65535', 'GRE -1/-1', 'ICMP -1/-1'];
    expect(added(deny, exempt)).toEqual([
      'ALL -1/-1 to 128.0.0.0/1',
      ...beside.map((services) => `${services} to 0.0.0.0/1`),
    ]);
    const [finding] = findings(deny, exempt);
    expect(finding).toMatchObject({ status: 'violating' });
    expect(finding?.message).toContain(
      '; not repaired in full: a drop rule is for one protocol that has a name, or for all',
    );
    const repaired = finding?.changes.map(({ rule }) => rule.permission) ?? [];
    expect(findings(deny, exempt, repaired)).toMatchObject([
      { status: 'unrepairable', changes: [] },
      { status: 'exempt' },
    ]);
  });

  test('the members of a group keep what is exempt by its id, and lose the rest', () => {
    const deny = '{ to: [sg-db], protocol: tcp }';
    const rest = ['TCP 1/3305 to sg-db', 'TCP 3307/65535 to sg-db'];
    expect(added(deny, ['to: [sg-db], protocol: tcp, ports: [3306], '])).toEqual(rest);
    expect(added(deny, ['protocol: tcp, ports: [3306], '])).toEqual(rest);
  });

  test('a prefix list stands for its blocks, on either side', () => {
    const exempt = ['to: [pl-relays], '];
    expect(added("{ to: ['10.0.0.0/8'], protocol: gre }", exempt, [], LISTS)).toEqual([
      'GRE -1/-1 to 10.128.0.0/9',
    ]);
    const toList = '{ to: [pl-relays], protocol: gre }';
    expect(added(toList, ["to: ['10.64.0.0/10'], "], [], LISTS)).toEqual([
      'GRE -1/-1 to 10.0.0.0/10',
    ]);
    expect(added(toList, exempt, [], LISTS)).toEqual([]);
  });

  test('only what is open gets a rule', () => {
    const accept = egress({ PortRange: '25/25', DestCidrIp: '203.0.113.0/30' });
    const rest = egress({ Policy: 'Drop', Priority: '2' });
    expect(added(ANYWHERE, ["to: ['203.0.113.0/31'], "], [accept, rest])).toEqual([
      'TCP 25/25 to 203.0.113.2/31',
    ]);
  });

  test('exemptions add up', () => {
    const halves = ["to: ['0.0.0.0/1'], ", "to: ['128.0.0.0/1'], "];
    expect(added(ANYWHERE, halves)).toEqual([]);
    expect(findings(ANYWHERE, halves).map(({ status }) => status)).toEqual(['exempt', 'exempt']);
  });
});

test('a violation says that it lies beyond what is exempt, and shows a packet that does', () => {
  const [finding] = findings(ANYWHERE, ["to: ['203.0.113.10'], "]);
  expect(finding?.message).toBe(
    'TCP 25 to 0.0.0.0/0 is not denied beyond what is exempt: no rule matches TCP 25 to 198.51.100.10 ' +
      'and the default lets it through',
  );
});

test('what an unread list exempts is not known, unless nothing gets through anyway', () => {
  const exempt = ['to: [pl-unread], '];
  expect(findings(ANYWHERE, exempt)).toMatchObject([{ status: 'unknown', changes: [] }]);
  expect(findings(ANYWHERE, exempt)[0]?.message).toMatch(
    /; what is exempt is not known, because pl-unread could not be read$/,
  );
  expect(findings(ANYWHERE, exempt, [egress({ Policy: 'Drop' })])).toEqual([]);
  const toList = '{ to: [pl-unread], protocol: tcp }';
  expect(findings(toList, ["to: ['10.0.0.0/8'], "])).toMatchObject([{ status: 'unknown' }]);
});

describe('an exempt finding', () => {
  const onlyRelay = [
    egress({ PortRange: '25/25', DestCidrIp: '203.0.113.10' }),
    egress({ Policy: 'Drop', Priority: '2' }),
  ];

  test('says what is let through, by which packet and rule, until when and why', () => {
    const expected = {
      status: 'exempt',
      changes: [],
      witness: { destinationPort: 25 },
      message:
        'let through: TCP 25 to 203.0.113.10 (sgr-0 (accept egress TCP 25/25 to 203.0.113.10/32, priority 1) ' +
        `lets TCP 25 to 203.0.113.10 through); ${EXEMPT}`,
    };
    expect(findings(ANYWHERE, ["to: ['203.0.113.0/24'], "], onlyRelay)).toMatchObject([expected]);
    expect(findings(ANYWHERE, [''], onlyRelay)).toMatchObject([expected]);
  });

  test('is not made where nothing is let through', () => {
    expect(findings(ANYWHERE, [''], [egress({ Policy: 'Drop' })])).toEqual([]);
    expect(findings(ANYWHERE, ["to: ['10.0.0.0/8'], "], onlyRelay)).toMatchObject([
      { status: 'violating' },
    ]);
  });

  test('cuts a long list short', () => {
    const relays = [...Array(7).keys()].map((n) =>
      egress({ PortRange: '25/25', DestCidrIp: `10.0.${2 * n}.0/24` }),
    );
    const [finding] = findings(
      ANYWHERE,
      [''],
      [...relays, egress({ Policy: 'Drop', Priority: '2' })],
    );
    expect(finding?.message).toContain('TCP 25 to 10.0.8.0/24; and 2 more (');
  });

  test('of a description says why it is let pass', () => {
    const source = describing(`    exempt: [{ ${WHY} }]`);
    const [policy] = load(source).policies;
    const group = groupOf([egress({ Description: 'web' })]);
    expect(policy && judge(policy, group, NO_LISTS, NOW)).toMatchObject([
      { status: 'exempt', changes: [], message: expect.stringContaining(`; ${EXEMPT}`) },
    ]);
    const later = Date.parse('2027-04-01');
    expect(policy && judge(policy, group, NO_LISTS, later)).toMatchObject([
      { status: 'violating', changes: [{ kind: 'describe-rule' }] },
    ]);
  });
});

describe('exemptions in force', () => {
  const inForce = (deny: string, exempt: string, permissions: Permission[] = [], now = NOW) =>
    exemptionsInForce(policiesWith(deny, exempt), groupOf(permissions), NO_LISTS, now);

  test('are told with all that they let through, also if that is nothing', () => {
    expect(inForce(ANYWHERE, '')).toEqual([
      {
        policyId: 'a',
        exemption: {
          groups: ['sg-bp1'],
          reason: 'mail relay',
          ticket: 'SEC-1',
          until: '2027-03-31',
        },
        letsThrough: ['TCP 25 to 0.0.0.0/0'],
      },
    ]);
    expect(inForce(ANYWHERE, '', [egress({ Policy: 'Drop' })])).toMatchObject([
      { letsThrough: [] },
    ]);
    expect(inForce(ANYWHERE, '', [], Date.parse('2027-04-01'))).toEqual([]);
  });

  test('tell what hangs on a group or list that was not read', () => {
    const accept = egress({ PortRange: '25/25', DestGroupId: 'sg-peer' });
    const rest = egress({ Policy: 'Drop', Priority: '2' });
    expect(inForce(ANYWHERE, '', [accept, rest])).toMatchObject([
      { letsThrough: ['TCP 25 to 0.0.0.0/0, depending on sg-peer'] },
    ]);
    expect(inForce(ANYWHERE, 'to: [pl-unread], ')).toMatchObject([
      { letsThrough: ['what hangs on a prefix list that could not be read is not known'] },
    ]);
  });

  test('of descriptions tell the rules that do not follow the standard', () => {
    const set = load(describing(`    exempt: [{ ${WHY} }]`));
    const group = groupOf([egress({ Description: 'web' })]);
    expect(exemptionsInForce(set, group, NO_LISTS, NOW)).toMatchObject([
      {
        letsThrough: ['rule sgr-0 is described as "web", the standard is "none | web"'],
      },
    ]);
  });
});

test('the lists that exemptions name are read for the groups that are exempt', () => {
  const set = policiesWith('{ to: [pl-denied], protocol: tcp }', 'to: [pl-relays], ');
  expect(prefixListsOf(set, groupOf([]))).toEqual(['pl-denied', 'pl-relays']);
  const other = { ...groupOf([]), id: groupOf([], {}).id.replace('bp1', 'bp2') };
  expect(prefixListsOf(set, other as ReturnType<typeof groupOf>)).toEqual(['pl-denied']);
});
