import fc from 'fast-check';
import { groupOf } from '../policy/testing/groups';
import { type Permission, parseCidr } from '../security-group';
import { allowed, decide, type Packet } from '../traffic';
import { carryOut, deny, LISTS, plan, policies, SMTP, STANDARD } from './testing/plans';

const permission: fc.Arbitrary<Permission> = fc
  .record({
    Direction: fc.constantFrom('egress', 'egress', 'ingress'),
    Policy: fc.constantFrom('Accept', 'Drop'),
    Priority: fc.constantFrom<(string | number)[]>('1', 1, '2', 50, '100', 110),
    service: fc.constantFrom(
      { IpProtocol: 'TCP', PortRange: '25/25' },
      { IpProtocol: 'TCP', PortRange: '1/65535' },
      { IpProtocol: 'UDP', PortRange: '1/1024' },
      { IpProtocol: 'ALL', PortRange: '-1/-1' },
      { IpProtocol: 'ICMP', PortRange: '-1/-1' },
      { IpProtocol: 'ALL', PortRange: '22/22' },
      { IpProtocol: 'TCP', PortRangeListId: 'prl-read' },
      { IpProtocol: 'TCP', PortRangeListId: 'prl-unread' },
    ),
    peer: fc.constantFrom(
      { CidrIp: '0.0.0.0/0' },
      { CidrIp: '0.0.0.0/1' },
      { CidrIp: '10.1.2.3/12' },
      { v6: '::/0' },
      { v6: '2001:db8::/32' },
      { GroupId: 'sg-peer' },
      { PrefixListId: 'pl-read' },
      { PrefixListId: 'pl-unread' },
      {},
    ) as fc.Arbitrary<Partial<Record<'CidrIp' | 'v6' | 'GroupId' | 'PrefixListId', string>>>,
    Description: fc.oneof(
      fc.constantFrom(
        '',
        '-',
        'web',
        'ann | none | web',
        'ann|none|web',
        'a | b',
        'x |  | y',
        '| |',
      ),
      fc.string({ maxLength: 20 }),
      fc.constant('x'.repeat(505)),
    ),
  })
  .map(({ service, peer, ...others }) => {
    const side = others.Direction === 'egress' ? 'Dest' : 'Source';
    return {
      ...others,
      ...service,
      [`${side}CidrIp`]: peer.CidrIp ?? '',
      [`Ipv6${side}CidrIp`]: peer.v6 ?? '',
      [`${side}GroupId`]: peer.GroupId ?? '',
      [`${side}PrefixListId`]: peer.PrefixListId ?? '',
    };
  });

const randomGroup = fc
  .record({
    permissions: fc.array(permission, { maxLength: 5 }),
    type: fc.constantFrom('normal' as const, 'normal' as const, 'enterprise' as const),
    serviceManaged: fc.constantFrom(false, false, false, true),
    owner: fc.constantFrom('ann', 'ann | bob', '', 'a'.repeat(128)),
  })
  .map(({ permissions, owner, ...fields }) => groupOf(permissions, { ...fields, tags: { owner } }));

const destinations = fc.uniqueArray(
  fc.constantFrom(
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8',
    '128.0.0.0/1',
    'sg-peer',
    'sg-bp1',
    'pl-read',
    'pl-unread',
  ),
  { minLength: 1, maxLength: 3 },
);
const denials = fc
  .array(
    fc.record({
      direction: fc.constantFrom('egress', 'egress', 'ingress'),
      peers: destinations,
      protocol: fc.constantFrom('tcp, ports: [25, 26]', 'tcp', 'udp, ports: ["20-30"]', 'all'),
      priority: fc.constantFrom(1, 1, 10, 100),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((each) =>
    each.map(({ direction, peers, protocol, priority }, index) =>
      deny(
        `deny-${index}`,
        `{ ${direction === 'egress' ? 'to' : 'from'}: [${peers.map((text) => `'${text}'`).join(', ')}], protocol: ${protocol} }`,
        `, rule: { priority: ${priority}, description: '{policy} | {ticket} | managed' }`,
        `deny-${direction}`,
      ),
    ),
  );
const randomPolicies = fc
  .record({ denials, describeFirst: fc.boolean(), quota: fc.constantFrom(200, 200, 6) })
  .map(({ denials: entries, describeFirst, quota }) =>
    policies(
      `quotas: { rulesPerGroup: ${quota} }`,
      'policies:',
      ...(describeFirst ? [STANDARD, ...entries] : [...entries, STANDARD]),
    ),
  );

describe('whatever the group and the policies', () => {
  test('a plan that was carried out leaves nothing to plan, and nothing violating', () => {
    let repaired = 0;
    fc.assert(
      fc.property(randomPolicies, randomGroup, (set, group) => {
        const first = plan(set, group, LISTS);
        const after = carryOut(group, first.calls);
        const second = plan(set, after, LISTS);
        expect(second.calls).toEqual([]);
        expect(second.changes).toBe(0);
        expect(second.findings.filter((finding) => finding.status === 'violating')).toEqual([]);
        if (first.changes > 0) repaired += 1;
      }),
      { numRuns: 400 },
    );
    expect(repaired).toBeGreaterThan(100);
  });

  test('a plan only adds drop rules and edits descriptions, each rule at most once', () => {
    fc.assert(
      fc.property(randomPolicies, randomGroup, (set, group) => {
        const { calls, changes } = plan(set, group, LISTS);
        const after = carryOut(group, calls);
        const added = after.rules.slice(group.rules.length);
        const denied = set.policies.map(({ kind }) => kind.replace('deny-', ''));
        for (const rule of added) {
          expect(rule.policy).toBe('drop');
          expect(denied).toContain(rule.direction);
        }
        const words = after.rules.map(({ permission: { Description: _, ...rest } }) =>
          JSON.stringify(rest),
        );
        expect(words.slice(0, group.rules.length)).toEqual(
          group.rules.map(({ permission: { Description: _, ...rest } }) => JSON.stringify(rest)),
        );
        const edited = group.rules.filter(
          (rule, index) => rule.description !== after.rules[index]?.description,
        );
        expect(changes).toBe(added.length + edited.length);
        for (const { description } of after.rules) {
          expect(description.length).toBeLessThanOrEqual(512);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a group whose denials are not violated any more lets none of their packets through', () => {
    const set = policies('policies:', deny('no-mail', SMTP));
    const flow = { protocol: 6, ports: { first: 25, last: 25 }, sourcePorts: 'all' } as const;
    fc.assert(
      fc.property(randomGroup, (group) => {
        const { calls, findings } = plan(set, group, LISTS);
        fc.pre(findings.every(({ status }) => status === 'violating'));
        const { rules } = carryOut(group, calls);
        const ruleSet = {
          groupType: group.type,
          innerAccessPolicy: 'accept',
          rules,
          lists: LISTS,
        } as const;
        for (const [family, text] of [
          [4, '0.0.0.0/0'],
          [6, '::/0'],
        ] as const) {
          const peer = { kind: 'cidr', cidr: parseCidr(text) } as const;
          expect(allowed(ruleSet, 'egress', [{ ...flow, family, peer }])).toEqual({
            verdict: 'denied',
          });
          const packet: Packet = {
            direction: 'egress',
            family,
            protocol: 6,
            sourcePort: 50_000,
            destinationPort: 25,
            peer: family === 4 ? 0x0a010203n : 0x20010db8n << 96n,
            own: 1n,
          };
          expect(decide(ruleSet, packet).verdict).toBe('drop');
        }
      }),
      { numRuns: 200 },
    );
  });
});
