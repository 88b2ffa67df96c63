import {
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  duplicateRules,
  inventoryOf,
  makeGroup,
  onDeployment,
  policyText,
  rulesOf,
} from './support';

// A thousand invocations take their time on a busy machine.
jest.setTimeout(180_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText());
});
afterAll(() => bundles.remove());

let deliveries = 0;
const GROUPS = 20;
const COPIES = 4;

const inventory = inventoryOf(
  ...Array.from({ length: GROUPS }, (_, index) => makeGroup(`sg-n${index}`, COMPLIANT_RULES)),
);

/** Thirteen changes of one group, each of which makes one violation; each is mended by one change. */
function violations(id: string) {
  const taken = COMPLIANT_RULES.map(
    (_, index) =>
      [
        'RevokeSecurityGroupEgress',
        { 'SecurityGroupRuleId.1': `sgr-${id.slice(3)}r${index}` },
      ] as const,
  );
  const added = Array.from(
    { length: 9 },
    (_, index) =>
      [
        'AuthorizeSecurityGroup',
        {
          'Permissions.1.IpProtocol': 'TCP',
          'Permissions.1.PortRange': `${8000 + index}/${8000 + index}`,
          'Permissions.1.SourceCidrIp': '192.0.2.0/24',
          'Permissions.1.Description': `service ${index}`,
        },
      ] as const,
  );
  return [...added.slice(0, 5), ...taken, ...added.slice(5)];
}

test('a storm of a thousand events on twenty groups, repeated and out of order, ends compliant with no more writes than violations', () =>
  onDeployment(
    {
      bundles,
      inventory,
      events: true,
      maxInstances: 8,
      cloud: {
        actionTrail: {
          delayMs: () => (deliveries++ * 377) % 1_000,
          copies: COPIES,
          shuffle: true,
        },
      },
    },
    async (deployment) => {
      const { cloud, functionCompute } = deployment;
      const principals = ['mallory', 'eve'].map((name) => addPrincipal(cloud, name));
      let made = 0;
      await Promise.all(
        inventory.flatMap(({ SecurityGroups }) =>
          SecurityGroups.map(async ({ SecurityGroupId }) => {
            for (const [action, parameters] of violations(SecurityGroupId)) {
              await principals[made % 2]?.call(action, { SecurityGroupId, ...parameters });
              made += 1;
            }
          }),
        ),
      );
      await deployment.settled();
      expect(made * COPIES).toBeGreaterThanOrEqual(1_000);

      const byRole = cloud.calls
        .all()
        .filter(({ principal }) => principal?.startsWith('palisade:'));
      const writes = byRole.filter(({ write }) => write);
      expect(writes.every(({ effect }) => effect)).toBe(true);
      expect(new Set(writes.map(({ clientToken }) => clientToken)).size).toBe(writes.length);
      const rulesWritten = writes.reduce(
        (sum, { parameters }) =>
          sum +
          Math.max(1, Object.keys(parameters).filter((name) => name.endsWith('.PortRange')).length),
        0,
      );
      // Some violations are mended together, in one call.
      expect(writes.length).toBeLessThanOrEqual(made);
      expect(rulesWritten).toBe(made);
      expect(byRole.length - writes.length).toBeLessThan(made * COPIES * 2);
      const last = new Map(functionCompute.invocations.map((each) => [each.requestId, each]));
      expect([...last.values()].filter(({ status }) => status !== 'Succeeded')).toEqual([]);

      const rules = rulesOf(cloud, inventory);
      expect(duplicateRules(rules)).toEqual([]);
      for (const lines of Object.values(rules)) {
        expect(lines).toHaveLength(COMPLIANT_RULES.length + 9);
        expect(lines.filter((line) => !line.includes('# web | '))).toEqual([]);
      }
      const before = deployment.writes().length;
      await deployment.sweep();
      expect(deployment.writes()).toHaveLength(before);
    },
  ));
