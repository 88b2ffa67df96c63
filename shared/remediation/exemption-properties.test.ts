import fc from 'fast-check';
import type { PolicySet } from '../policy';
import { PolicyFileError } from '../policy/policy-file-error';
import { groupOf } from '../policy/testing/groups';
import {
  type Direction,
  type Permission,
  parseCidr,
  parseProtocol,
  ruleIdentity,
  type SecurityGroup,
} from '../security-group';
import type { Flow, Packet, RuleSet } from '../traffic';
import { cornerPackets, inFlow, oracle, worlds } from '../traffic/testing/oracle';
import { carryOut, deny, LISTS, plan, policies } from './testing/plans';

/** Traffic as a policy file writes it. */
interface Words {
  readonly peers?: readonly string[];
  readonly protocol: string;
  readonly ports?: readonly [number, number];
}

const peers = fc.uniqueArray(
  fc.constantFrom(
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.1.0.0/16',
    '203.0.113.10',
    '128.0.0.0/1',
    '::/0',
    '2001:db8::/48',
    'pl-read',
  ),
  { minLength: 1, maxLength: 2 },
);
const services = fc.constantFrom<Pick<Words, 'protocol' | 'ports'>>(
  { protocol: 'tcp', ports: [25, 25] },
  { protocol: 'tcp', ports: [20, 30] },
  { protocol: 'tcp', ports: [1, 1024] },
  { protocol: 'tcp' },
  { protocol: 'udp', ports: [53, 53] },
  { protocol: 'gre' },
  { protocol: 'all' },
);
const denied = fc
  .record({ peers, services })
  .map((each): Words => ({ peers: each.peers, ...each.services }));
const exempted = fc
  .record({ peers: fc.option(peers), services })
  .map((each): Words => ({ ...(each.peers ? { peers: each.peers } : {}), ...each.services }));

function rules(direction: Direction): fc.Arbitrary<Permission> {
  const far = direction === 'egress' ? 'Dest' : 'Source';
  return fc
    .record({
      policy: fc.constantFrom('Accept', 'Accept', 'Drop'),
      priority: fc.constantFrom('1', '2', '50', '100'),
      service: fc.constantFrom(
        { IpProtocol: 'TCP', PortRange: '25/25' },
        { IpProtocol: 'TCP', PortRange: '1/65535' },
        { IpProtocol: 'UDP', PortRange: '1/1024' },
        { IpProtocol: 'ALL', PortRange: '-1/-1' },
        { IpProtocol: 'GRE', PortRange: '-1/-1' },
      ),
      peer: fc.constantFrom<Permission>(
        { [`${far}CidrIp`]: '0.0.0.0/0' },
        { [`${far}CidrIp`]: '10.0.0.0/8' },
        { [`${far}CidrIp`]: '203.0.113.0/24' },
        { [`Ipv6${far}CidrIp`]: '::/0' },
        { [`${far}GroupId`]: 'sg-peer' },
        { [`${far}PrefixListId`]: 'pl-read' },
      ),
    })
    .map(({ policy, priority, service, peer }) => ({
      Direction: direction,
      Policy: policy,
      Priority: priority,
      ...service,
      ...peer,
    }));
}

const situations = fc.constantFrom<Direction>('egress', 'egress', 'ingress').chain((direction) =>
  fc.record({
    direction: fc.constant(direction),
    denied: fc.array(denied, { minLength: 1, maxLength: 2 }),
    exempt: fc.array(exempted, { minLength: 1, maxLength: 3 }),
    permissions: fc.array(rules(direction), { maxLength: 4 }),
    priority: fc.constantFrom(1, 1, 60),
  }),
);

type Situation = typeof situations extends fc.Arbitrary<infer Value> ? Value : never;

function load({ direction, denied: words, exempt, priority }: Situation): PolicySet {
  const side = direction === 'egress' ? 'to' : 'from';
  const write = (each: Words, more = '') => {
    const far = each.peers ? `${side}: ['${each.peers.join("', '")}'], ` : '';
    const range = each.ports ? `, ports: ['${each.ports.join('-')}']` : '';
    return `{ ${far}protocol: ${each.protocol}${range}${more} }`;
  };
  const rest = ', groups: [sg-bp1], reason: x, ticket: T-1, until: 2026-12-31';
  const exemptions = exempt.map((each) => write(each, rest)).join(', ');
  return policies(
    'quotas: { rulesPerGroup: 2000 }',
    'policies:',
    deny(
      'denied',
      words.map((each) => write(each)).join(', '),
      `, rule: { priority: ${priority} }, exempt: [${exemptions}]`,
      `deny-${direction}`,
    ),
  );
}

/** What exempts nothing is refused when a file is loaded. */
function isRefused(situation: Situation): boolean {
  try {
    load(situation);
    return false;
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    expect(error.message).toContain('is not denied by the policy');
    return true;
  }
}

/** The packets of some traffic, by its words alone. */
function flowsOf({ peers: texts = ['0.0.0.0/0', '::/0'], protocol, ports }: Words): Flow[] {
  return texts.flatMap((text) =>
    ([4, 6] as const).map(
      (family): Flow => ({
        family,
        protocol: parseProtocol(protocol),
        ports: ports ? { first: ports[0], last: ports[1] } : 'all',
        sourcePorts: 'all',
        peer: text.startsWith('pl-')
          ? { kind: 'prefix-list', prefixListId: text }
          : { kind: 'cidr', cidr: parseCidr(text) },
      }),
    ),
  );
}

/** Whether a rule can be of the packet's protocol alone. */
function hasName({ protocol, family }: Packet): boolean {
  return [6, 17, 47, family === 4 ? 1 : 58].includes(protocol);
}

function ruleSetOf({ rules: each }: SecurityGroup): RuleSet {
  return { groupType: 'normal', innerAccessPolicy: 'accept', rules: each, lists: LISTS };
}

test('a repair closes what is denied and not exempt, changes no other packet, and is done once', () => {
  const seen = { closed: 0, around: 0, leftOpen: 0 };
  fc.assert(
    fc.property(
      situations.filter((situation) => !isRefused(situation)),
      (situation) => {
        const { direction, permissions } = situation;
        const set = load(situation);
        const group = groupOf(permissions);
        const first = plan(set, group, LISTS);
        const after = carryOut(group, first.calls);
        const added = after.rules.slice(group.rules.length).map(ruleIdentity);
        expect(new Set(added).size).toBe(added.length);
        const second = plan(set, after, LISTS);
        expect(second.calls).toEqual([]);
        const left = second.findings.filter(({ status }) => status !== 'exempt');
        for (const { status, message } of left) {
          expect(status).toBe('unrepairable');
          expect(message).toContain('not repaired in full');
        }

        const [was, is] = [ruleSetOf(group), ruleSetOf(after)];
        const deniedFlows = situation.denied.flatMap(flowsOf);
        const exemptFlows = situation.exempt.flatMap(flowsOf);
        let letsThrough = false;
        for (const packet of cornerPackets(
          direction,
          [was, is],
          [...deniedFlows, ...exemptFlows],
        )) {
          const isIn = (flows: readonly Flow[], portZero: boolean) =>
            flows.some((flow) => inFlow(flow, packet, new Set(), portZero, LISTS));
          const isExempt = isIn(exemptFlows, true);
          const isDenied = isIn(deniedFlows, false);
          for (const world of worlds([was])) {
            const before = oracle(was, packet, world).verdict;
            const { verdict } = oracle(is, packet, world);
            letsThrough ||= isExempt && isDenied && verdict === 'accept';
            const mustClose = isDenied && !isExempt && (left.length === 0 || hasName(packet));
            if (mustClose) expect(verdict).toBe('drop');
            const mayClose = isIn(deniedFlows, true) && !isExempt;
            expect([before, mayClose ? 'drop' : before]).toContain(verdict);
          }
        }
        const isReported = second.findings.some(({ status }) => status === 'exempt');
        expect(isReported).toBe(letsThrough);

        if (first.changes > 0 && left.length === 0) seen.closed += 1;
        if (first.changes > 0 && letsThrough) seen.around += 1;
        if (left.length > 0) seen.leftOpen += 1;
      },
    ),
    { numRuns: 120 },
  );
  expect(seen.closed).toBeGreaterThan(20);
  expect(seen.around).toBeGreaterThan(20);
  expect(seen.leftOpen).toBeGreaterThan(0);
});
