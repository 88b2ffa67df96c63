import {
  ACCOUNTS,
  accountsText,
  addPrincipal,
  type Bundles,
  buildBundles,
  complains,
  type Deployment,
  inventoryIn,
  memberRole,
  onDeployment,
  POLICIES_OF_EVERY_KIND,
  PORT_LIST_ID,
  PREFIX_LIST_ID,
  permissionOf,
  REGION_OF_EVERY_KIND,
  shippedDocument,
  TIMER_EVENT,
  without,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const { home, shop } = ACCOUNTS;
const DOCUMENT = shippedDocument('member-role.json');
const ACTIONS = DOCUMENT.Statement.flatMap(({ Action }) => Action);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(
    `version: 1\naccounts: ${accountsText()}\n${POLICIES_OF_EVERY_KIND}`,
  );
});
afterAll(() => bundles.remove());

/**
 * Has a sweep look after a group of another account, with roles of which one lacks an action, and both lists
 * changed there. `look` gets what the sweep answered.
 */
const exercised = (
  lacking: string | undefined,
  look: (deployment: Deployment, answer: string) => Promise<void>,
) =>
  onDeployment(
    {
      bundles,
      inventory: inventoryIn(shop, [REGION_OF_EVERY_KIND]),
      environment: { PALISADE_REGIONS: '*' },
      events: true,
      cloud: {
        accountId: home,
        roles: [
          {
            accountId: home,
            roleName: 'palisade',
            policies: [without(shippedDocument('function-role.json'), lacking)],
          },
          { ...memberRole(shop), policies: [without(DOCUMENT, lacking)] },
        ],
        actionTrail: { passedOnFrom: [shop] },
      },
    },
    async (deployment) => {
      const outcome = await deployment.functionCompute.invoke(deployment.sweepName, TIMER_EVENT);
      const alice = addPrincipal(deployment.cloud, 'alice', shop);
      await alice.call('ModifyPrefixList', {
        PrefixListId: PREFIX_LIST_ID,
        'AddEntry.1.Cidr': '198.51.100.0/24',
      });
      await alice.call('ModifyPortRangeList', {
        PortRangeListId: PORT_LIST_ID,
        'AddEntry.1.PortRange': '465/465',
      });
      await deployment.settled();
      await look(deployment, outcome.kind === 'completed' ? outcome.payload.toString('utf8') : '');
    },
  );

it('the roles are enough, and every action that the role of an account may do is done', () =>
  exercised(undefined, async ({ cloud, logLines }) => {
    const calls = cloud.calls.all().filter(({ accountId, principal }) => {
      return accountId === shop && principal === 'palisade-member:palisade';
    });
    expect([...new Set(calls.map(permissionOf))].sort()).toEqual([...ACTIONS].sort());
    expect(logLines.filter((line) => line.includes(`RAM policy of account ${shop}`))).toEqual([]);
  }));

it.concurrent.each(['sts:AssumeRole', ...ACTIONS])(
  'without %s something fails, with a message that names it',
  (action) =>
    exercised(action, async (deployment, answer) => {
      const advice = new RegExp(`(allow |their )${action}\\b`);
      expect(advice.test(answer) || (await complains(deployment, advice))).toBe(true);
    }),
);
