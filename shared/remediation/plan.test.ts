import { egress, groupOf, NO_LISTS } from '../policy/testing/groups';
import { describeRule, type SecurityGroup } from '../security-group';
import { judgeGroup } from './judge';
import { carryOut, deny, LISTS, NOW, plan, policies, SMTP, STANDARD } from './testing/plans';
import { verdictOf } from './verdict';

function descriptions(group: SecurityGroup): string[] {
  return group.rules.map((rule) => rule.description);
}

describe('a plan', () => {
  const both = policies('policies:', deny('no-mail', SMTP), STANDARD);

  test('adds the rules and describes them, old and new, in one go', () => {
    const group = groupOf([egress({ Description: 'out' })], { tags: { owner: 'ann' } });
    const { calls, changes } = plan(both, group);
    expect(calls.map((call) => call.action)).toEqual([
      'AuthorizeSecurityGroupEgress',
      'ModifySecurityGroupEgressRule',
    ]);
    expect(changes).toBe(3);
    expect(descriptions(carryOut(group, calls))).toEqual([
      'ann | none | out',
      'ann | none | no-mail | managed by palisade',
      'ann | none | no-mail | managed by palisade',
    ]);
  });

  test('is the same whichever policy stands first', () => {
    const swapped = policies('policies:', STANDARD, deny('no-mail', SMTP));
    const group = groupOf([egress({ Description: 'out' })]);
    expect(plan(swapped, group).calls).toEqual(plan(both, group).calls);
  });

  test('does not add for one policy what another adds already', () => {
    const wider = policies(
      'policies:',
      deny('all-out', "{ to: ['0.0.0.0/0', '::/0'], protocol: tcp }"),
      deny('no-mail', SMTP),
    );
    expect(plan(wider, groupOf([])).changes).toBe(2);
  });

  test('is empty for policies that only observe, and for groups that are exempt', () => {
    const observed = policies('policies:', deny('no-mail', SMTP).replace('enforce', 'observe'));
    expect(plan(observed, groupOf([]))).toMatchObject({
      calls: [],
      changes: 0,
      findings: [{ status: 'violating', mode: 'observe' }, { status: 'violating' }],
    });
    const exempt = policies(
      'policies:',
      deny(
        'no-mail',
        SMTP,
        ', exempt: [{ groups: [sg-bp1], reason: relay, ticket: SEC-1, until: 2026-11-23 }]',
      ),
    );
    const today = plan(exempt, groupOf([]));
    expect(today.calls).toEqual([]);
    expect(verdictOf(today.findings)).toBe('exempt');
    expect(today.findings[0]?.message).toContain('exempt until 2026-11-23: relay (SEC-1)');
    const tomorrow = plan(exempt, groupOf([]), NO_LISTS, Date.parse('2026-11-24T00:00:00Z'));
    expect(tomorrow.changes).toBe(2);
  });

  test('keeps what is exempt as it is, and adds each rule around it once', () => {
    const set = policies(
      'policies:',
      deny(
        'lower-half-only',
        "{ to: ['0.0.0.0/0'], protocol: tcp }, { to: ['128.0.0.0/1'], protocol: all }",
        ', exempt: [' +
          "{ groups: [sg-bp1], to: ['0.0.0.0/1'], protocol: tcp, reason: x, ticket: T-1, until: 2027-01-01 }, " +
          "{ groups: [sg-bp1], to: ['128.0.0.0/1'], protocol: udp, reason: y, ticket: T-2, until: 2026-11-30 }]",
      ),
    );
    const addedAt = (now: number) =>
      carryOut(groupOf([]), plan(set, groupOf([]), NO_LISTS, now).calls).rules.map((rule) =>
        describeRule(rule).replace(/^drop egress (.*), priority 1$/, '$1'),
      );
    expect(addedAt(NOW)).toEqual([
      'TCP 1/65535 to 128.0.0.0/1',
      'GRE -1/-1 to 128.0.0.0/1',
      'ICMP -1/-1 to 128.0.0.0/1',
    ]);
    // Once the second exemption has ended, nobody has to do anything.
    expect(addedAt(Date.parse('2026-12-01'))).toEqual([
      'TCP 1/65535 to 128.0.0.0/1',
      'ALL -1/-1 to 128.0.0.0/1',
    ]);
  });

  test('is empty for a group that another product manages, with the reason for each policy', () => {
    const group = groupOf([egress({ Description: 'out' })], { serviceManaged: true });
    const { calls, findings } = plan(both, group);
    expect(calls).toEqual([]);
    expect(findings.map(({ policyId, status }) => [policyId, status])).toEqual([
      ['no-mail', 'unrepairable'],
      ['no-mail', 'unrepairable'],
      ['standard', 'unrepairable'],
    ]);
  });

  test('that would exceed the quota of rules is not made, but descriptions are', () => {
    const tight = policies(
      'quotas: { rulesPerGroup: 2 }',
      'policies:',
      deny('no-mail', SMTP),
      STANDARD,
    );
    const { calls, findings } = plan(tight, groupOf([egress({ Description: 'out' })]));
    expect(calls.map((call) => call.action)).toEqual(['ModifySecurityGroupEgressRule']);
    expect(findings[0]).toMatchObject({ status: 'unrepairable', changes: [] });
    expect(findings[0]?.message).toContain(
      'the group holds 1 of 2 rules and the repair needs 2 more',
    );
    const exact = policies('quotas: { rulesPerGroup: 3 }', 'policies:', deny('no-mail', SMTP));
    expect(plan(exact, groupOf([egress({})])).changes).toBe(2);
  });

  test('counts a prefix list by the entries that it has room for, not by those that it has', () => {
    const set = policies(
      'quotas: { rulesPerGroup: 20 }',
      'policies:',
      deny('no-list', '{ to: [pl-read], protocol: tcp, ports: [25] }'),
    );
    const roomFor = (entries: number) =>
      plan(set, groupOf([]), LISTS, NOW, new Map([['pl-read', entries]]));
    expect(roomFor(20).changes).toBe(1);
    expect(roomFor(21).calls).toEqual([]);
    expect(roomFor(21).findings[0]?.message).toContain('the repair needs 21 more');
  });
});

test('a policy that another one’s repair shows to be violated is repaired in the same plan', () => {
  // What goes to the list over IPv4 hangs on an unread port list until the second policy denies it all.
  const set = policies(
    'policies:',
    deny('to-list', '{ to: [pl-read], protocol: tcp, ports: [25] }'),
    deny('to-anywhere', "{ to: ['0.0.0.0/0'], protocol: tcp, ports: [25] }"),
  );
  const group = groupOf([
    egress({ Policy: 'Drop', IpProtocol: 'ALL', PortRange: '-1/-1', DestGroupId: 'sg-peer' }),
    egress({ Policy: 'Drop', PortRangeListId: 'prl-unread', DestCidrIp: '10.0.0.0/12' }),
  ]);
  const statuses = judgeGroup(set, group, LISTS, NOW).map(({ status }) => status);
  expect(statuses).toContain('unknown');
  const { calls, changes } = plan(set, group, LISTS);
  expect(changes).toBe(2);
  const after = plan(set, carryOut(group, calls), LISTS);
  expect(after).toMatchObject({ calls: [], findings: [] });
});
