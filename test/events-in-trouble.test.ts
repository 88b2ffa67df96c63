import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../local-cloud';
import {
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  duplicateRules,
  inventoryOf,
  makeGroup,
  onDeployment,
  policyText,
  rulesOf,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

const inventory = inventoryOf(makeGroup('sg-web', COMPLIANT_RULES));

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) => onDeployment({ bundles, inventory, events: true, ...options }, action);

/** Somebody takes one of our drop rules away. */
function violate({ cloud }: Deployment, by = 'mallory') {
  return addPrincipal(cloud, by).call('RevokeSecurityGroupEgress', {
    SecurityGroupId: 'sg-web',
    'Permissions.1.IpProtocol': 'TCP',
    'Permissions.1.PortRange': '25/25',
    'Permissions.1.DestCidrIp': '0.0.0.0/0',
    'Permissions.1.Policy': 'drop',
  });
}

/** Everything is as it was, and every write that took effect was one repair by one token. */
function expectRepairedOnce(deployment: Deployment): void {
  const rules = rulesOf(deployment.cloud, inventory);
  expect(rules).toEqual(rulesBefore);
  expect(duplicateRules(rules)).toEqual([]);
  expect(new Set(ownWrites(deployment).map(({ clientToken }) => clientToken)).size).toBe(1);
}

let rulesBefore: ReturnType<typeof rulesOf>;
beforeAll(() =>
  onDeployment({ bundles, inventory }, async ({ cloud }) => {
    rulesBefore = rulesOf(cloud, inventory);
  }),
);

const ownWrites = (deployment: Deployment) =>
  deployment.writes().filter(({ principal }) => principal?.startsWith('palisade:'));

/** How the attempts at the event ended that was not about a change of our own. */
function attempts({ functionCompute, logLines }: Deployment): string[] {
  const lines = logLines.map((line) => JSON.parse(line) as Record<string, string>);
  const line = lines.find(({ msg }) => msg !== 'event ignored');
  return functionCompute.invocations
    .filter(({ requestId }) => requestId === line?.requestId)
    .map(({ status }) => status);
}

async function notes(deployment: Deployment): Promise<unknown[]> {
  return [...(await deployment.records())]
    .filter(([key]) => key.endsWith('.outcome.json'))
    .map(([, content]) => (JSON.parse(content) as { note?: string }).note);
}

describe('reads that lag behind writes', () => {
  it.concurrent('are made again until they show what the event tells of, and then it is repaired', () =>
    deployed({ cloud: { ecs: { readLagMs: 1_500 } } }, async (deployment) => {
      await violate(deployment);
      await deployment.settled();
      expectRepairedOnce(deployment);
      expect(ownWrites(deployment)).toHaveLength(1);
      expect(await notes(deployment)).toEqual([undefined]);
    }));

  it.concurrent('that never show it are judged in the end, and the record says so', () =>
    deployed({ events: false }, async (deployment) => {
      const { cloud, functionCompute, actiontrailName } = deployment;
      const rule = {
        SecurityGroupId: 'sg-web',
        'Permissions.1.IpProtocol': 'TCP',
        'Permissions.1.PortRange': '25/25',
        'Permissions.1.DestCidrIp': '192.0.2.0/24',
        'Permissions.1.Description': 'web | relay',
      };
      const mallory = addPrincipal(cloud, 'mallory');
      await mallory.call('AuthorizeSecurityGroupEgress', rule);
      const [event] = cloud.actionTrail.events;
      // Before the event arrives the rule is gone again, and something else is wrong.
      await mallory.call('RevokeSecurityGroupEgress', rule);
      await violate(deployment, 'eve');
      await functionCompute.invoke(actiontrailName, JSON.stringify(event), { async: true });
      await deployment.settled();
      expectRepairedOnce(deployment);
      expect(await notes(deployment)).toEqual([
        'the effect of AuthorizeSecurityGroupEgress did not show in time; what was there was judged',
      ]);
      const [late] = await deployment.logged('event judged late', 1);
      expect(late).toMatchObject({ level: 40, eventId: event?.data.eventId });
    }));
});

describe('a function that is killed while it answers an event', () => {
  const STEPS = ['reads', 'reads more', 'writes', 'reads back'];
  it.concurrent.each(
    STEPS.flatMap((step, index) =>
      (['before', 'after'] as const).map((when) => [step, when, index + 1] as const),
    ),
  )('when it %s, %s the effect, is tried again and ends with the same token', (_step, when, at) =>
    deployed({}, async (deployment) => {
      const { functionCompute, actiontrailName } = deployment;
      await violate(deployment);
      let call = 0;
      deployment.fault = () => {
        call += 1;
        if (call !== at) return undefined;
        void functionCompute.killInstances(actiontrailName);
        return { kind: when === 'before' ? 'hang' : 'hang-after' };
      };
      await deployment.settled();
      expect(attempts(deployment)).toEqual(['Failed', 'Succeeded']);
      expectRepairedOnce(deployment);
      // The retry does not wait for an effect that the first attempt has undone.
      expect((await notes(deployment)).at(-1)).toBeUndefined();
      expect(call).toBeLessThan(10);
    }),
  );
});

describe('while ECS fails', () => {
  const UNAVAILABLE: Fault = {
    kind: 'error',
    status: 503,
    code: 'ServiceUnavailable',
    message: 'later',
    when: 'before',
  };
  it.concurrent.each<[string, Fault, string]>([
    ['the list of groups', UNAVAILABLE, 'DescribeSecurityGroups'],
    ['the rules of the group', UNAVAILABLE, 'DescribeSecurityGroupAttribute'],
    ['the answer to the write', { kind: 'reset-after' }, 'AuthorizeSecurityGroupEgress'],
    ['the connection of the write', { kind: 'reset-before' }, 'AuthorizeSecurityGroupEgress'],
  ])(
    'longer than the client is patient, at %s, the platform tries again to the end',
    (_what, fault, failing) =>
      deployed({}, async (deployment) => {
        await violate(deployment);
        let left = 7;
        deployment.fault = ({ action }) => {
          if (action !== failing || left === 0) return undefined;
          left -= 1;
          return fault;
        };
        await deployment.settled();
        expect(attempts(deployment)).toEqual(['Failed', 'Succeeded']);
        expectRepairedOnce(deployment);
        // Of an unknown outcome the hourly limit takes the worse one.
        const turns = [...(await deployment.records()).keys()].filter((key) =>
          key.startsWith('changes/cn-hangzhou/sg-web/'),
        );
        expect(turns[1]).toMatch(/\.\d+_1$/);
      }),
  );

  it.concurrent('for a moment, or throttles calls, one attempt is enough', () =>
    deployed({ cloud: { throttle: { everyAction: 1, retryAfter: true } } }, async (deployment) => {
      await violate(deployment);
      let count = 0;
      deployment.fault = () => (count++ % 2 === 0 ? UNAVAILABLE : undefined);
      await deployment.settled();
      expect(attempts(deployment)).toEqual(['Succeeded']);
      expectRepairedOnce(deployment);
    }));
});

describe('a role that lacks a permission', () => {
  interface Statement {
    readonly Action: readonly string[];
  }
  const document = JSON.parse(
    readFileSync(join(__dirname, '../ram/function-role.json'), 'utf8'),
  ) as { readonly Version: string; readonly Statement: readonly Statement[] };
  const without = (action: string): Partial<DeploymentOptions> => {
    const left = document.Statement.filter(({ Action }) => !Action.includes(action));
    return {
      store: 'oss',
      cloud: {
        roles: [
          {
            accountId: '1234567890123456',
            roleName: 'palisade',
            policies: [{ ...document, Statement: left }],
          },
        ],
      },
    };
  };

  it.concurrent('to read groups makes every attempt fail, and the log says of what', () =>
    deployed(without('ecs:DescribeSecurityGroups'), async (deployment) => {
      await violate(deployment);
      await deployment.settled();
      expect(attempts(deployment)).toEqual(Array(4).fill('Failed'));
      for (const line of await deployment.logged('event not dealt with', 4)) {
        expect(line).toMatchObject({
          level: 50,
          eventName: 'RevokeSecurityGroupEgress',
          reason: expect.stringMatching(/DescribeSecurityGroups for .* failed \(permission\)/),
        });
      }
      expect(ownWrites(deployment)).toEqual([]);
    }));

  it.concurrent('to change groups changes nothing, and the log says of what', () =>
    deployed(without('ecs:AuthorizeSecurityGroupEgress'), async (deployment) => {
      await violate(deployment);
      await deployment.settled();
      expect(ownWrites(deployment).map(({ effect }) => effect)).toEqual([false]);
      const [line] = await deployment.logged('group', 1);
      expect(line).toMatchObject({
        level: 40,
        verdict: 'violating',
        calls: [{ status: 'failed', kind: 'permission' }],
      });
    }));

  it.concurrent.each(['oss:ListObjects', 'oss:PutObject'])(
    'to keep records (%s) changes nothing on any attempt',
    (action) =>
      deployed(without(action), async (deployment) => {
        await violate(deployment);
        await deployment.settled();
        expect(attempts(deployment)).toEqual(Array(4).fill('Failed'));
        expect(ownWrites(deployment)).toEqual([]);
        await deployment.logged('event not dealt with', 4);
      }),
  );
});
