import {
  ACCOUNTS,
  accountsText,
  assumptions,
  type Bundles,
  buildBundles,
  type Deployment,
  type DeploymentOptions,
  duplicateRules,
  inventoryIn,
  MEMBER_ROLE,
  makeInventory,
  memberRole,
  onDeployment,
  policyText,
  rolesOf,
  rulesOf,
  runPalisade,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText({ accounts: accountsText() }));
});
afterAll(() => bundles.remove());

const { home, shop, bank } = ACCOUNTS;
const regions = makeInventory({ 'cn-hangzhou': 4, 'cn-shanghai': 2 });
const ofHome = regions;
const ofShop = inventoryIn(shop, regions);
const ofBank = inventoryIn(bank, regions);
const inventory = [...ofHome, ...ofShop, ...ofBank];
const DAY_1 = Date.parse('2026-03-01T04:00:00Z');
const DAY_2 = Date.parse('2026-03-02T04:00:00Z');

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) =>
  onDeployment(
    { bundles, inventory, cloud: { accountId: home, roles: rolesOf(shop, bank) }, ...options },
    action,
  );

interface RecordedGroup {
  readonly accountId?: string;
  readonly securityGroupId: string;
  readonly verdict: string;
}
async function recordedGroups(deployment: Deployment): Promise<RecordedGroup[]> {
  return [...(await deployment.records())]
    .filter(([key]) => key.startsWith('runs/') && key.endsWith('.outcome.json'))
    .flatMap(([, content]) => (JSON.parse(content) as { groups: RecordedGroup[] }).groups);
}

test('a sweep repairs the groups of every account with the credentials of that account', () =>
  deployed({}, async (deployment) => {
    const { cloud } = deployment;
    const attempts = await deployment.sweep(DAY_1);
    expect(attempts.map(({ status }) => status)).toEqual(Array(7).fill('Succeeded'));

    const rules = rulesOf(cloud, inventory);
    expect(duplicateRules(rules)).toEqual([]);
    const bare = (of: typeof inventory) =>
      of.flatMap(({ SecurityGroups }) =>
        SecurityGroups.map(({ SecurityGroupId }) =>
          rules[SecurityGroupId]?.map((rule) => rule.replace(/OwnerAccount=\d+/, 'OwnerAccount')),
        ),
      );
    expect(bare(ofShop)).toEqual(bare(ofHome));
    expect(bare(ofBank)).toEqual(bare(ofHome));

    const writes = deployment.writes();
    expect(writes.every(({ effect, status }) => effect && status === 200)).toBe(true);
    for (const { accountId, principal, parameters } of writes) {
      const id = parameters.SecurityGroupId ?? '';
      const owner = id.startsWith('sg-a2222') ? shop : id.startsWith('sg-a6666') ? bank : home;
      expect([id, accountId]).toEqual([id, owner]);
      if (owner !== home) expect(principal).toBe(`${MEMBER_ROLE}:palisade`);
    }
    const recorded = await recordedGroups(deployment);
    expect(new Set(recorded.map(({ accountId }) => accountId))).toEqual(
      new Set([undefined, shop, bank]),
    );
    expect(recorded.every(({ verdict }) => verdict === 'compliant')).toBe(true);
    const keys = [...(await deployment.records()).keys()];
    expect(keys.some((key) => key.startsWith(`changes/${shop}/cn-hangzhou/sg-a2222`))).toBe(true);
    expect(keys.some((key) => key.startsWith('changes/cn-hangzhou/sg-cnhangzhou'))).toBe(true);

    cloud.calls.clear();
    await deployment.sweep(DAY_2);
    expect(deployment.writes()).toEqual([]);
  }));

test('each instance assumes a role once, however many groups and regions it reads', () =>
  deployed({ maxInstances: 1 }, async (deployment) => {
    await deployment.sweep(DAY_1);
    // One instance of the sweep, one of enforce, which gets the shards one after another.
    expect(deployment.functionCompute.invocations).toHaveLength(7);
    expect(assumptions(deployment.cloud, shop)).toHaveLength(2);
    expect(assumptions(deployment.cloud, bank)).toHaveLength(2);
  }));

test('an account whose role is gone is named, and the others are repaired', () =>
  deployed({ cloud: { accountId: home, roles: rolesOf(shop) } }, async (deployment) => {
    const { cloud } = deployment;
    cloud.credentials.removeRole({ accountId: bank, roleName: MEMBER_ROLE });
    const before = rulesOf(cloud, ofBank);
    const attempts = await deployment.sweep(DAY_1);

    const sweeps = attempts.filter(({ functionName }) => functionName === 'palisade-sweep');
    expect(sweeps.at(-1)?.status).toBe('Failed');
    const failure = `account ${bank}: role ${MEMBER_ROLE} of account ${bank} could not be assumed (not-found): there is no such role: create it`;
    const lines = await deployment.logged('account not listed', 1);
    expect(lines[0]).toMatchObject({ accountId: bank, level: 50 });
    expect(sweeps.map(({ errorMessage }) => errorMessage)).toEqual(
      sweeps.map(() => expect.stringContaining(failure)),
    );
    expect(rulesOf(cloud, ofBank)).toEqual(before);
    expect((await recordedGroups(deployment)).map(({ accountId }) => accountId)).not.toContain(
      bank,
    );
    const others = attempts.filter(({ functionName }) => functionName === 'palisade-enforce');
    expect(others.map(({ status }) => status)).toEqual(Array(4).fill('Succeeded'));
    // Both regions and every retry within half a minute share one failing call.
    expect(assumptions(cloud, bank)).toHaveLength(1);

    const { recordFolder } = deployment;
    const ask = async (command: string): Promise<Record<string, unknown>> =>
      JSON.parse(
        (await runPalisade(recordFolder, [command, '--records', recordFolder, '--json'])).stdout,
      );
    const reason = expect.stringContaining('there is no such role');
    expect((await ask('runs')).runs).toMatchObject([
      { state: 'in progress', unlisted: [{ place: `account ${bank}`, reason }] },
    ]);
    expect(await ask('status')).toMatchObject({ unseen: [{ what: `account ${bank}`, reason }] });
  }));

test('an account whose groups may not be read is unknown, and left as it is', () =>
  deployed({}, async (deployment) => {
    const { cloud } = deployment;
    const list = {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: ['ecs:DescribeSecurityGroups'], Resource: '*' }],
    };
    cloud.credentials.addRole({ ...memberRole(bank), policies: [list] });
    await deployment.sweep(DAY_1);
    const ofBankRecorded = (await recordedGroups(deployment)).filter(
      ({ accountId }) => accountId === bank,
    );
    expect(ofBankRecorded).toHaveLength(6);
    expect(new Set(ofBankRecorded.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
    expect(deployment.writes().filter(({ accountId }) => accountId === bank)).toEqual([]);
  }));

test('credentials that end in the middle of a run are renewed, and no change is made twice', () =>
  deployed({ maxInstances: 1 }, async (deployment) => {
    const { cloud } = deployment;
    let writes = 0;
    deployment.fault = ({ action, caller }) => {
      const isWrite = caller.accountId === shop && /^(Authorize|Modify)/.test(action);
      if (isWrite) writes += 1;
      if (isWrite && writes === 3) {
        cloud.credentials.endSessions({ accountId: shop, roleName: MEMBER_ROLE });
      }
      return undefined;
    };
    const attempts = await deployment.sweep(DAY_1);
    expect(attempts.every(({ status }) => status === 'Succeeded')).toBe(true);
    expect(writes).toBeGreaterThan(3);
    expect(cloud.calls.all().map(({ code }) => code)).toContain('InvalidSecurityToken.Expired');
    expect(assumptions(cloud, shop)).toHaveLength(3);
    expect(assumptions(cloud, bank)).toHaveLength(2);
    const done = deployment.writes().filter(({ status }) => status === 200);
    expect(new Set(done.map(({ clientToken }) => clientToken)).size).toBe(done.length);
    expect((await recordedGroups(deployment)).every(({ verdict }) => verdict === 'compliant')).toBe(
      true,
    );
  }));

test('a shard that is tried again sends the same tokens in another account', () =>
  deployed({ maxInstances: 1 }, async (deployment) => {
    let kills = 0;
    deployment.fault = ({ action, caller }) => {
      if (caller.accountId !== shop || !action.startsWith('Authorize')) return undefined;
      kills += 1;
      // Every attempt of the first call: its outcome stays open, and the shard is to be tried again.
      return kills <= 6 ? { kind: 'reset-after' } : undefined;
    };
    await deployment.sweep(DAY_1);
    const authorizing = deployment
      .writes()
      .filter(({ accountId, action }) => accountId === shop && action.startsWith('Authorize'));
    const tokens = new Map<string, string>();
    for (const { clientToken = '', parameters } of authorizing) {
      const { ClientToken: _, ...rest } = parameters;
      const change = JSON.stringify(rest);
      expect(tokens.get(clientToken) ?? change).toBe(change);
      tokens.set(clientToken, change);
    }
    expect(authorizing.length).toBeGreaterThan(tokens.size);
    expect(duplicateRules(rulesOf(deployment.cloud, ofShop))).toEqual([]);
  }));

test('a wrong external id is told as what it is, without the id', async () => {
  const other = await buildBundles(
    policyText({ accounts: accountsText({ externalId: 'not-it-7' }) }),
  );
  try {
    await deployed({ bundles: other }, async (deployment) => {
      await deployment.sweep(DAY_1);
      const [line] = await deployment.logged('account not listed', 1);
      expect(line?.reason).toMatch(
        new RegExp(
          `^role ${MEMBER_ROLE} of account ${bank} could not be assumed \\(permission\\): its trust policy does not let this caller in: .*sts:ExternalId must be the externalId of the account in the policy file \\(NoPermission, HTTP 403, request [\\w-]+\\)$`,
        ),
      );
      expect(deployment.logLines.some((text) => text.includes('not-it-7'))).toBe(false);
    });
  } finally {
    await other.remove();
  }
});

test('functions in another account than the policy file says refuse to work', async () => {
  const stranger = '9999888877776666';
  const roles = rolesOf(shop, bank).map((role) =>
    role.roleName === 'palisade' ? { ...role, accountId: stranger } : role,
  );
  await deployed({ cloud: { accountId: stranger, roles } }, async (deployment) => {
    const attempts = await deployment.sweep(DAY_1);
    expect(deployment.cloud.calls.all()).toEqual([]);
    expect(attempts.at(-1)?.errorMessage).toContain(
      `account ${home} has no role in the policy file, so that Palisade must run with credentials of it, and these are of account ${stranger}`,
    );
  });
});
