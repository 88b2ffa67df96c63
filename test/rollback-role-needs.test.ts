import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '../local-cloud';
import { createEcsClient } from '../shared/ecs';
import { createOssStore } from '../shared/evidence';
import { loadPolicies } from '../shared/policy/load';
import { remediate } from '../shared/remediation';
import { COMPLIANT_RULES, makeGroup, makeRun, runPalisade, summariesOf } from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}
const DOCUMENT = JSON.parse(
  readFileSync(join(__dirname, '../ram/rollback-role.json'), 'utf8'),
) as PolicyDocument;
const ACTIONS = DOCUMENT.Statement.flatMap(({ Action }) => Action);

const ROLE = { accountId: '1111222233334444', roleName: 'palisade-rollback' };
const PREFIX_LIST_ID = 'pl-mail';
const PORT_LIST_ID = 'prl-mail';
const POLICIES = `
version: 1
guardrails: { maxGroupsPercent: 90 }
policies:
  - id: no-mail-out
    kind: deny-egress
    mode: enforce
    deny: [{ to: ['0.0.0.0/0', '::/0'], protocol: tcp, ports: [25, 445] }]
    rule: { priority: 1, description: 'web | no mail' }
  - id: no-desktop-in
    kind: deny-ingress
    mode: enforce
    match: { names: [web] }
    deny: [{ from: ['0.0.0.0/0'], protocol: tcp, ports: [3389] }]
    rule: { priority: 1, description: 'web | no desktop' }
  - id: descriptions
    kind: describe-rules
    mode: enforce
    template: '{owner} | {text}'
    fields: { owner: { tag: owner, default: unowned } }
`;
const rule = { IpProtocol: 'TCP', Policy: 'Accept', Priority: '5', Description: 'shop' };
/** A group in which a run adds and describes rules in both directions, some of which name lists; and one that is fine. */
const INVENTORY = [
  {
    RegionId: 'cn-hangzhou',
    SecurityGroups: [
      makeGroup('sg-web', [
        { ...rule, Direction: 'ingress', PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0' },
        { ...rule, Direction: 'egress', PortRange: '25/25', DestPrefixListId: PREFIX_LIST_ID },
        { ...rule, Direction: 'egress', PortRangeListId: PORT_LIST_ID, DestCidrIp: '10.0.0.0/8' },
      ]),
      makeGroup('sg-fine', COMPLIANT_RULES),
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
      { PortRangeListId: PORT_LIST_ID, MaxEntries: 5, Entries: [{ PortRange: '25/25' }] },
    ],
  },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-rollback-needs-'));
  await writeFile(join(folder, 'policy.yaml'), POLICIES);
});
afterAll(() => rm(folder, { recursive: true }));

/** A run repairs the group, and somebody with the role takes it back who lacks an action, or none. */
async function takenBack(
  lacking: string | undefined,
  look: (said: string, cloud: LocalCloud) => void,
) {
  const cloud = await startLocalCloud({
    accountId: ROLE.accountId,
    roles: [{ ...ROLE, policies: [without(lacking)] }],
    buckets: [{ name: 'palisade-records' }],
    inventory: INVENTORY,
  });
  try {
    const { runId } = await remediate(
      makeRun('one', summariesOf(INVENTORY), {
        policies: loadPolicies(POLICIES, 'policy.yaml', 0),
      }),
      {
        ecs: ({ regionId }) =>
          createEcsClient({ regionId, endpoint: cloud.endpoint, credentials: async () => cloud }),
        records: createOssStore({
          bucket: 'palisade-records',
          region: 'cn-hangzhou',
          endpoint: cloud.endpoint,
          credentials: async () => cloud,
        }),
        holder: 'test',
        now: Date.now,
        sleep: async () => {},
        stop: async () => undefined,
      },
    );
    cloud.calls.clear();
    const session = { ...ROLE, sessionName: 'alice', durationSeconds: 900 };
    const { accessKeyId, accessKeySecret, securityToken } = cloud.credentials.startSession(session);
    const parameters = ['--policy', 'policy.yaml', '--endpoint', cloud.endpoint];
    const records = ['--records', 'oss://palisade-records', '--records-region', 'cn-hangzhou'];
    const { stdout, stderr } = await runPalisade(
      folder,
      ['rollback', runId, '--yes', ...parameters, ...records],
      {
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
        PALISADE_OSS_ENDPOINT: cloud.endpoint,
      },
    );
    look(stdout + stderr, cloud);
  } finally {
    await cloud.close();
  }
}

function without(lacking: string | undefined): PolicyDocument {
  const left = DOCUMENT.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((action) => action !== lacking),
  }));
  return { ...DOCUMENT, Statement: left.filter(({ Action }) => Action.length > 0) };
}

it('the role is enough, and every action that it may do is done', () =>
  takenBack(undefined, (_said, cloud) => {
    const done = cloud.calls
      .all()
      .map(({ product = '', action }) => `${product.toLowerCase()}:${action.replace(/V2$/, '')}`);
    expect([...new Set(done)].sort()).toEqual([...ACTIONS].sort());
    expect(cloud.calls.all().filter(({ status = 0 }) => status === 403)).toEqual([]);
  }));

it.each(ACTIONS)('without %s something fails, with a message that names it', (action) =>
  takenBack(action, (said) => {
    expect(said.replace(/\s+/g, ' ')).toMatch(new RegExp(`allow ${action}\\b`));
  }),
);
