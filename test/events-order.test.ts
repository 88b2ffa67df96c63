import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../local-cloud';
import { createEcsClient } from '../shared/ecs';
import { createFolderStore, type RecordStore } from '../shared/evidence';
import { answerEvent, type EventAnswer, isUnfinished, runLimits } from '../shared/remediation';
import { type ActionTrailEvent, decodeActionTrail } from '../shared/triggers/actiontrail';
import {
  addPrincipal,
  COMPLIANT_RULES,
  duplicateRules,
  type Inventory,
  inventoryOf,
  makeGroup,
  type Principal,
  policySet,
  rulesOf,
} from './support';

jest.setTimeout(60_000);

const HOUR = 60 * 60 * 1000;
const MOST_AN_HOUR = 5;
const policies = policySet({ guardrails: `{ maxChangesPerGroupPerHour: ${MOST_AN_HOUR} }` });
const inventory = inventoryOf(
  makeGroup('sg-a', COMPLIANT_RULES),
  makeGroup('sg-b', COMPLIANT_RULES),
);

const ACCOUNT = '1234567890123456';

/** A cloud with some groups, and something that answers events about them; waiting moves its clock on. */
class Scene {
  clock = Date.now();
  readonly #records: RecordStore;
  readonly #mallory: Principal;
  #invocations = 0;

  private constructor(
    readonly cloud: LocalCloud,
    folder: string,
  ) {
    this.#records = createFolderStore(folder);
    this.#mallory = addPrincipal(cloud, 'mallory');
  }

  static async play<Result>(
    inventory: readonly Inventory[],
    action: (scene: Scene) => Promise<Result>,
    options: LocalCloudOptions = {},
  ): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), 'palisade-order-'));
    const cloud = await startLocalCloud({ inventory, accountId: ACCOUNT, ...options });
    try {
      return await action(new Scene(cloud, folder));
    } finally {
      await cloud.close();
      await rm(folder, { recursive: true });
    }
  }

  /** Makes a call as somebody else. Gives its event. */
  async change(
    action: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<ActionTrailEvent> {
    await this.#mallory.call(action, parameters);
    const { events } = decodeActionTrail(
      Buffer.from(JSON.stringify(this.cloud.actionTrail.events.at(-1))),
    );
    if (!events[0]) throw new Error('the call made no event');
    return events[0];
  }

  answer(event: ActionTrailEvent): Promise<EventAnswer> {
    this.#invocations += 1;
    const { cloud } = this;
    return answerEvent(event, {
      policies,
      accountId: ACCOUNT,
      roleName: 'palisade',
      dryRun: false,
      limits: async () => runLimits(policies, 0),
      handOver: () => Promise.reject(new Error('there are not that many groups')),
      surroundings: {
        ecs: ({ regionId }) =>
          createEcsClient({ regionId, endpoint: cloud.endpoint, credentials: async () => cloud }),
        records: this.#records,
        holder: `request-${this.#invocations}`,
        now: () => this.clock,
        sleep: async (milliseconds) => {
          this.clock += milliseconds;
          await new Promise((resolve) => setTimeout(resolve, 1));
        },
        stop: async () => undefined,
      },
    });
  }

  /** The writes of Palisade, which calls with the cloud's own key here. */
  ownWrites() {
    return this.cloud.calls
      .all()
      .filter(({ write, principal }) => write && principal === 'palisade');
  }
}

const ingress = (port: number) => ({
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.1.PortRange': `${port}/${port}`,
  'Permissions.1.SourceCidrIp': '192.0.2.0/24',
});

describe('a set of events about four violations of two groups, one of them twice', () => {
  let events: readonly ActionTrailEvent[];
  let violating: readonly Inventory[];
  let compliant: ReturnType<typeof rulesOf>;
  beforeAll(async () => {
    const [revoked, described, opened, openedToo] = await Scene.play(inventory, async (scene) => [
      await scene.change('RevokeSecurityGroupEgress', {
        SecurityGroupId: 'sg-a',
        'SecurityGroupRuleId.1': 'sgr-ar0',
      }),
      await scene.change('ModifySecurityGroupEgressRule', {
        SecurityGroupId: 'sg-b',
        SecurityGroupRuleId: 'sgr-br1',
        Description: 'mine',
      }),
      await scene.change('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-a', ...ingress(443) }),
      await scene.change('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-b', ...ingress(80) }),
    ]);
    if (!revoked || !described || !opened || !openedToo) throw new Error('an event is missing');
    events = [revoked, described, opened, openedToo, revoked];
    violating = inventory.map((region) => ({
      ...region,
      SecurityGroups: [
        makeGroup('sg-a', [...COMPLIANT_RULES, rule(443)]),
        makeGroup('sg-b', [...COMPLIANT_RULES, rule(80)]),
      ].map((group) => ({
        ...group,
        Permissions: group.Permissions.flatMap((permission) => {
          if (permission.SecurityGroupRuleId === 'sgr-ar0') return [];
          return permission.SecurityGroupRuleId === 'sgr-br1'
            ? { ...permission, Description: 'mine' }
            : permission;
        }),
      })),
    }));
    compliant = await endOf(async (scene) => {
      for (const event of events) await scene.answer(event);
    });
  });

  const rule = (port: number) => ({
    Direction: 'ingress' as const,
    IpProtocol: 'TCP',
    PortRange: `${port}/${port}`,
    SourceCidrIp: '192.0.2.0/24',
    Policy: 'Accept',
    Priority: '1',
  });

  /** The rules after deliveries to the groups as they are after the four changes. */
  function endOf(deliver: (scene: Scene) => Promise<void>) {
    return Scene.play(violating, async (scene) => {
      await deliver(scene);
      const rules = rulesOf(scene.cloud, violating);
      expect(duplicateRules(rules)).toEqual([]);
      expect(scene.ownWrites().map(({ effect }) => effect)).toEqual(Array(4).fill(true));
      return rules;
    });
  }

  it('ends in groups that keep to the policies', () => {
    expect(compliant['sg-a']).toHaveLength(5);
    expect(compliant['sg-b']).toHaveLength(5);
    const lines = Object.values(compliant).flat();
    expect(lines.filter((line) => !line.includes('# web | '))).toEqual([]);
  });

  it('ends in the same rules in each of its sixty orders, by as many writes as there are violations', async () => {
    const orders = new Set(permutationsOf([0, 1, 2, 3, 0]).map((order) => order.join()));
    expect(orders.size).toBe(60);
    for (const order of orders) {
      const rules = await endOf(async (scene) => {
        for (const index of order.split(',')) {
          const event = events[Number(index)];
          const answer = event && (await scene.answer(event));
          expect(answer?.kind === 'judged' && isUnfinished(answer.result)).toBe(false);
        }
      });
      expect([order, rules]).toEqual([order, compliant]);
    }
  });

  it('ends in the same rules when several are answered at once, whatever is repeated', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3 }), { maxLength: 6 }),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.integer({ min: 2, max: 5 }),
        async (more, all, atOnce) => {
          const queue = [...more, ...all];
          const rules = await endOf(async (scene) => {
            while (queue.length > 0) {
              await Promise.all(
                queue.splice(0, atOnce).flatMap((index) => {
                  const event = events[index];
                  return event ? [scene.answer(event)] : [];
                }),
              );
            }
          });
          expect(rules).toEqual(compliant);
        },
      ),
      { numRuns: 25 },
    ));
});

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutationsOf(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

test('a fight over one rule stops at the hourly limit, and goes on when the hour is over', () =>
  Scene.play(inventory, async (scene) => {
    const start = scene.clock;
    const rules = rulesOf(scene.cloud, inventory);
    const fight = async () => {
      scene.clock += 60_000;
      const event = await scene.change('RevokeSecurityGroupEgress', {
        SecurityGroupId: 'sg-a',
        'Permissions.1.IpProtocol': 'TCP',
        'Permissions.1.PortRange': '25/25',
        'Permissions.1.DestCidrIp': '0.0.0.0/0',
        'Permissions.1.Policy': 'drop',
      });
      const answer = await scene.answer(event);
      if (answer.kind !== 'judged') throw new Error(`the event was ${answer.kind}`);
      const [group] = answer.result.groups;
      return group?.heldBack ?? group?.verdict;
    };
    for (let round = 1; round <= MOST_AN_HOUR; round += 1) expect(await fight()).toBe('compliant');
    for (let round = 1; round <= 5; round += 1) {
      expect(await fight()).toMatch(/^5 changes were made .* something may be undoing the repair$/);
    }
    expect(scene.ownWrites()).toHaveLength(MOST_AN_HOUR);

    scene.clock = start + HOUR;
    // The first change is now more than an hour old, and the second is not.
    scene.clock += 30_000;
    expect(await fight()).toBe('compliant');
    scene.clock -= 60_000;
    expect(await fight()).toMatch(/^5 changes were made/);
    expect(scene.ownWrites()).toHaveLength(MOST_AN_HOUR + 1);
    scene.clock = start + 3 * HOUR;
    expect(await fight()).toBe('compliant');
    expect(rulesOf(scene.cloud, inventory)).toEqual(rules);
  }));

test('a rule of a group that was made just before is not overlooked when reads do not even show the group yet', () => {
  const time: { of?: Scene } = {};
  return Scene.play(
    [],
    async (scene) => {
      time.of = scene;
      const made = await scene.change('CreateSecurityGroup', { VpcId: 'vpc-test' });
      const SecurityGroupId = made.responseElements.get('SecurityGroupId') ?? '';
      scene.clock += 700;
      const opened = await scene.change('AuthorizeSecurityGroup', {
        SecurityGroupId,
        ...ingress(443),
      });
      const asked = scene.clock;
      expect(await scene.answer(opened)).toMatchObject({
        kind: 'judged',
        result: {
          groups: [{ securityGroupId: SecurityGroupId, verdict: 'compliant', changes: 5 }],
        },
      });
      expect(scene.clock - asked).toBeGreaterThanOrEqual(1_500);

      // A group that is not there when an old event comes has been deleted; nobody waits for it.
      scene.clock += 60_000;
      const late = scene.clock;
      const { cloud } = scene;
      await addPrincipal(cloud, 'eve').call('DeleteSecurityGroup', { SecurityGroupId });
      scene.clock += 1_500;
      expect(await scene.answer({ ...opened, key: 'another' })).toMatchObject({
        kind: 'ignored',
        reason: 'the group is not there any more',
      });
      expect(scene.clock - late).toBe(1_500);
    },
    { ecs: { readLagMs: 1_500 }, now: () => time.of?.clock ?? Date.now() },
  );
});
