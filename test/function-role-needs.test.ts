import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from '../local-cloud';
import {
  addPrincipal,
  type Bundles,
  buildBundles,
  type Deployment,
  makeGroup,
  onDeployment,
  PREFIX_LIST_ID,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}
const DOCUMENT = JSON.parse(
  readFileSync(join(__dirname, '../ram/function-role.json'), 'utf8'),
) as PolicyDocument;

/** What Function Compute does with the role by itself, and what groups of other accounts are for. */
const NOT_HERE = ['log:PostLogStoreLogs', 'sts:AssumeRole'];
const ACTIONS = DOCUMENT.Statement.flatMap(({ Action }) => Action);
const USED = ACTIONS.filter((action) => !NOT_HERE.includes(action));

const POLICIES = `
version: 1
policies:
  - id: no-mail-out
    kind: deny-egress
    mode: enforce
    deny: [{ to: [192.0.2.0/24], protocol: tcp, ports: [25] }]
    rule: { priority: 10 }
  - id: no-shares-out
    kind: deny-egress
    mode: enforce
    deny: [{ to: ['0.0.0.0/0'], protocol: tcp, ports: [445] }]
    rule: { priority: 1 }
  - id: no-desktop-in
    kind: deny-ingress
    mode: enforce
    deny: [{ from: ['0.0.0.0/0'], protocol: tcp, ports: [3389] }]
    rule: { priority: 1 }
  - id: descriptions
    kind: describe-rules
    mode: enforce
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;
const PORT_LIST_ID = 'prl-web';
const ingress = { Direction: 'ingress', IpProtocol: 'TCP', Policy: 'Accept', Description: 'shop' };
const egress = { ...ingress, Direction: 'egress', Priority: '5' };
/** One group that calls for every kind of change, and in which what mail gets out hangs on both lists. */
const REGION = {
  RegionId: 'cn-hangzhou',
  SecurityGroups: [
    makeGroup('sg-web', [
      { ...ingress, PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0', Priority: '1' },
      { ...egress, PortRange: '25/25', DestPrefixListId: PREFIX_LIST_ID },
      { ...egress, PortRangeListId: PORT_LIST_ID, DestCidrIp: '192.0.2.0/24' },
      {
        ...egress,
        PortRange: '25/25',
        DestCidrIp: '192.0.2.0/24',
        Policy: 'Drop',
        Priority: '10',
      },
    ]),
  ],
  PrefixLists: [
    {
      PrefixListId: PREFIX_LIST_ID,
      AddressFamily: 'IPv4' as const,
      MaxEntries: 5,
      Entries: [{ Cidr: '203.0.113.0/24' }],
    },
  ],
  PortRangeLists: [
    { PortRangeListId: PORT_LIST_ID, MaxEntries: 5, Entries: [{ PortRange: '443/443' }] },
  ],
};

const TIMER_EVENT = JSON.stringify({
  triggerTime: '2026-03-01T04:00:00Z',
  triggerName: 'daily',
  payload: '',
});

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(POLICIES);
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
      inventory: [REGION],
      environment: { PALISADE_REGIONS: isNeeded(/DescribeRegions$/) ? '*' : 'cn-hangzhou' },
      events,
      store: 'oss',
      cloud: {
        roles: [
          {
            accountId: '1234567890123456',
            roleName: 'palisade',
            policies: [without(lacking)],
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

function without(lacking: string | undefined): PolicyDocument {
  const left = DOCUMENT.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((action) => action !== lacking),
  }));
  return { ...DOCUMENT, Statement: left.filter(({ Action }) => Action.length > 0) };
}

/** Whether the log has a warning or an error with a text; output arrives a little after the result. */
async function complains({ logLines }: Deployment, text: RegExp): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    const lines = logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);
    if (lines.some((line) => text.test(line))) return true;
    await sleep(10);
  }
  return false;
}

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

/** Listing objects has a permission of another name than the call. */
function permissionOf({ product = '', action }: CallRecord): string {
  return `${product.toLowerCase()}:${action.replace(/V2$/, '')}`;
}

it.concurrent.each(USED)('without %s something fails, with a message that names it', (action) =>
  exercised(action, async (deployment, answer) => {
    const advice = new RegExp(`(allow |their )${action}\\b`);
    // Function Compute logs what a function throws.
    expect(advice.test(answer) || (await complains(deployment, advice))).toBe(true);
  }),
);
