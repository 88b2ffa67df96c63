import {
  addPrincipal,
  type Bundles,
  buildBundles,
  complains,
  type Deployment,
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

const DOCUMENT = shippedDocument('function-role.json');

/** What Function Compute does with the role by itself, and what other accounts are for: see member-role-needs. */
const NOT_HERE = ['log:PostLogStoreLogs', 'sts:AssumeRole'];
const ACTIONS = DOCUMENT.Statement.flatMap(({ Action }) => Action);
const USED = ACTIONS.filter((action) => !NOT_HERE.includes(action));

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(`version: 1\n${POLICIES_OF_EVERY_KIND}`);
});
afterAll(() => bundles.remove());

/**
 * Deploys with a role that lacks an action, or none, has a sweep done and, for actions that only events lead
 * to, both lists changed. `look` gets what the sweep answered.
 */
const exercised = (
  lacking: string | undefined,
  look: (deployment: Deployment, answer: string) => Promise<void>,
) => {
  const isNeeded = (actions: RegExp) => lacking === undefined || actions.test(lacking);
  const events = isNeeded(/Associations$|ListObjects$/);
  return onDeployment(
    {
      bundles,
      inventory: [REGION_OF_EVERY_KIND],
      environment: { PALISADE_REGIONS: isNeeded(/DescribeRegions$/) ? '*' : 'cn-hangzhou' },
      events,
      store: 'oss',
      cloud: {
        roles: [
          {
            accountId: '1234567890123456',
            roleName: 'palisade',
            policies: [without(DOCUMENT, lacking)],
          },
        ],
      },
    },
    async (deployment) => {
      const { functionCompute, sweepName } = deployment;
      const outcome = await functionCompute.invoke(sweepName, TIMER_EVENT);
      const answer = outcome.kind === 'completed' ? outcome.payload.toString('utf8') : '';
      if (events) {
        const alice = addPrincipal(deployment.cloud, 'alice');
        await alice.call('ModifyPrefixList', {
          PrefixListId: PREFIX_LIST_ID,
          'AddEntry.1.Cidr': '198.51.100.0/24',
        });
        await alice.call('ModifyPortRangeList', {
          PortRangeListId: PORT_LIST_ID,
          'AddEntry.1.PortRange': '465/465',
        });
      }
      await deployment.settled();
      await look(deployment, answer);
    },
  );
};

it('the role is enough, and every action that it may do is done', () =>
  exercised(undefined, async ({ cloud, functionCompute, logLines }) => {
    const calls = cloud.calls.all().filter(({ principal }) => principal?.startsWith('palisade:'));
    const done = new Set(calls.map(permissionOf));
    if (functionCompute.invocations.some((each) => each.functionName === 'palisade-enforce')) {
      done.add('fc:InvokeFunction');
    }
    expect([...done].sort()).toEqual([...USED].sort());
    expect(functionCompute.invocations.map(({ status }) => status)).not.toContain('Failed');
    expect(logLines.filter((line) => /permission|RAM policy/.test(line))).toEqual([]);
  }));

it.concurrent.each(USED)('without %s something fails, with a message that names it', (action) =>
  exercised(action, async (deployment, answer) => {
    const advice = new RegExp(`(allow |their )${action}\\b`);
    // Function Compute logs what a function throws.
    expect(advice.test(answer) || (await complains(deployment, advice))).toBe(true);
  }),
);
