import fc from 'fast-check';
import {
  type Inventory,
  makeGroup,
  makeRun,
  policySet,
  rulesOf,
  summariesOf,
} from '../../../test/support';
import type { EcsClient } from '../../ecs';
import { type Permission, parseRule, ruleIdentity } from '../../security-group';
import { remediate } from '../remediate';
import { Stage } from '../testing/stage';
import { surroundingsOn, undo } from './testing/undo';

// Pipelines run through real HTTP here, which takes its time on a busy machine.
jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const permission = (description: fc.Arbitrary<string>): fc.Arbitrary<Permission> =>
  fc
    .record({
      Direction: fc.constantFrom('egress', 'egress', 'ingress'),
      Policy: fc.constantFrom('Accept', 'Drop'),
      Priority: fc.constantFrom('1', '2', '50', '100'),
      service: fc.constantFrom(
        { IpProtocol: 'TCP', PortRange: '25/25' },
        { IpProtocol: 'TCP', PortRange: '1/65535' },
        { IpProtocol: 'TCP', PortRange: '445/445' },
        { IpProtocol: 'UDP', PortRange: '1/1024' },
        { IpProtocol: 'ALL', PortRange: '-1/-1' },
      ),
      peer: fc.constantFrom('0.0.0.0/0', '10.0.0.0/8', '::/0', '2001:db8::/32', 'pl-partners'),
      Description: description,
    })
    .map(({ service, peer, ...others }) => {
      const side = others.Direction === 'egress' ? 'Dest' : 'Source';
      const field = peer.startsWith('pl-')
        ? `${side}PrefixListId`
        : peer.includes(':')
          ? `Ipv6${side}CidrIp`
          : `${side}CidrIp`;
      return { ...others, ...service, [field]: peer };
    });

const groups = (description: fc.Arbitrary<string>) =>
  fc.array(
    fc.uniqueArray(permission(description), {
      maxLength: 6,
      selector: (each) => ruleIdentity(parseRule(each)),
    }),
    { minLength: 1, maxLength: 3 },
  );

const policies = fc
  .record({
    priority: fc.integer({ min: 1, max: 100 }),
    quotas: fc.constantFrom('{}', '{ rulesPerGroup: 8 }'),
    only: fc.constantFrom(undefined, 'no-mail-out', 'descriptions'),
  })
  .map(({ only, ...options }) => {
    const set = policySet({ guardrails: '{ maxChangesPerGroupPerHour: 10000 }', ...options });
    return { ...set, policies: set.policies.filter(({ id }) => only === undefined || id === only) };
  });

const withText = fc.oneof(
  fc.constantFrom('-', 'web', 'web | mine', 'web |mine', 'a | b', '| |'),
  fc.string({ minLength: 1, maxLength: 20 }),
);

/** Every run is within the same hour. */
const UNLIMITED = { maxChanges: 1e6, maxGroups: 1e6 };

let runs = 0;

/** Applies policies to groups and takes it back; gives the rules before, in between and afterwards. */
async function applyAndUndo(
  permissions: readonly (readonly Permission[])[],
  set: ReturnType<typeof policySet>,
  wrap: (ecs: EcsClient) => EcsClient = (ecs) => ecs,
) {
  runs += 1;
  const name = String(runs);
  const inventory: Inventory[] = stage
    .load(...permissions.map((rules, index) => makeGroup(`sg-${name}n${index}`, rules)))
    .map((region) => ({
      ...region,
      PrefixLists: [
        {
          PrefixListId: 'pl-partners',
          AddressFamily: 'IPv4',
          Entries: [{ Cidr: '203.0.113.0/24' }],
        },
      ],
    }));
  stage.cloud.ecs.loadInventory(inventory);
  const here = surroundingsOn(stage);
  const surroundings = {
    ...here,
    ecs: (...region: Parameters<typeof here.ecs>) => wrap(here.ecs(...region)),
  };
  const before = rulesOf(stage.cloud, inventory);
  await remediate(
    makeRun(name, summariesOf(inventory), { policies: set, limits: UNLIMITED }),
    surroundings,
  );
  const between = rulesOf(stage.cloud, inventory);
  const { result } = await undo(stage, name, { surroundings, limits: UNLIMITED, policies: set });
  return { before, between, after: rulesOf(stage.cloud, inventory), result };
}

/** A client of an ECS that tells no ids of rules. */
function withoutIds(ecs: EcsClient): EcsClient {
  return {
    ...ecs,
    async readSecurityGroup(id) {
      const { permissions, ...rest } = await ecs.readSecurityGroup(id);
      return {
        ...rest,
        permissions: permissions.map(({ SecurityGroupRuleId: _, ...permission }) => permission),
      };
    },
  };
}

describe.each<[string, (ecs: EcsClient) => EcsClient]>([
  ['where reads give ids of rules', (ecs) => ecs],
  ['where they give none', withoutIds],
])('a run and its rollback, %s', (_name, wrap) => {
  it('leave every group as it was', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(groups(withText), policies, async (permissions, set) => {
        const { before, between, after, result } = await applyAndUndo(permissions, set, wrap);
        expect(after).toEqual(before);
        expect(result.groups.filter(({ leftAlone }) => leftAlone)).toEqual([]);
        if (JSON.stringify(between) !== JSON.stringify(before)) changed += 1;
      }),
      { numRuns: 40 },
    );
    expect(changed).toBeGreaterThan(10);
  });

  it('leave all but descriptions as it was where a rule had none, and say so', async () => {
    await fc.assert(
      fc.asyncProperty(groups(fc.constantFrom('', 'web')), policies, async (permissions, set) => {
        const { before, after, result } = await applyAndUndo(permissions, set, wrap);
        const different = Object.entries(after).flatMap(([id, lines]) =>
          lines.filter((line) => !before[id]?.includes(line)),
        );
        const said = result.groups.flatMap(({ leftAlone = [] }) => leftAlone);
        expect(said).toHaveLength(different.length);
        expect(bare(after)).toEqual(bare(before));
      }),
      { numRuns: 20 },
    );
  });
});

function bare(rules: ReturnType<typeof rulesOf>) {
  return Object.values(rules).map((lines) => lines.map((line) => line.split(' # ')[0]).sort());
}
