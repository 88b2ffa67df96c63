import {
  ACCOUNTS,
  accountsText,
  addPrincipal,
  type Bundles,
  buildBundles,
  COMPLIANT_RULES,
  type Deployment,
  type DeploymentOptions,
  finished,
  inventoryIn,
  inventoryOf,
  MEMBER_ROLE,
  makeGroup,
  onDeployment,
  policyText,
  principalWith,
  rolesOf,
  rulesOf,
  sendWebhook,
  webhookSecret,
} from './support';

// Whole processes are started here, which takes its time on a busy machine.
jest.setTimeout(90_000);

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles(policyText({ accounts: accountsText() }));
});
afterAll(() => bundles.remove());

const { home, shop, bank } = ACCOUNTS;
const STRANGER = '9999888877776666';
const ofHome = inventoryOf(makeGroup('sg-web', COMPLIANT_RULES));
const ofShop = inventoryIn(shop, ofHome);
const ofBank = inventoryIn(bank, inventoryOf(makeGroup('sg-db', [])));
const inventory = [...ofHome, ...ofShop, ...ofBank];
const WEB = 'sg-a2222web';
const DB = 'sg-a6666db';

const deployed = (
  options: Partial<DeploymentOptions>,
  action: (deployment: Deployment) => Promise<void>,
) =>
  onDeployment(
    {
      bundles,
      inventory,
      events: true,
      webhookSecret: webhookSecret(),
      cloud: {
        accountId: home,
        roles: rolesOf(shop, bank),
        actionTrail: { passedOnFrom: [shop, bank, STRANGER] },
      },
      ...options,
    },
    action,
  );

const withoutDropRule = { SecurityGroupId: WEB, 'SecurityGroupRuleId.1': 'sgr-a2222webr0' };

describe('an event', () => {
  test('from another account has its group repaired there, and the events of the repair lead to no call', () =>
    deployed({}, async (deployment) => {
      const { cloud } = deployment;
      const before = rulesOf(cloud, ofShop);
      await addPrincipal(cloud, 'alice', shop).call('RevokeSecurityGroupEgress', withoutDropRule);
      await deployment.settled();

      expect(rulesOf(cloud, ofShop)).toEqual(before);
      const writes = deployment.writes();
      expect(writes.map(({ accountId, principal }) => [accountId, principal])).toEqual([
        [shop, 'alice'],
        [shop, `${MEMBER_ROLE}:palisade`],
      ]);
      const [ignored] = await deployment.logged('event ignored', 1);
      expect(ignored?.reason).toBe('the change is our own, by its role');
      const [judged] = await deployment.logged('event judged', 1);
      expect(judged?.totals).toMatchObject({ groups: 1, compliant: 1 });
    }));

  test('about a change by another session of the same role is looked at', () =>
    deployed({}, async (deployment) => {
      const { cloud } = deployment;
      const session = cloud.credentials.startSession({
        accountId: shop,
        roleName: MEMBER_ROLE,
        sessionName: 'mallory',
        durationSeconds: 900,
      });
      const describeRule = {
        SecurityGroupId: WEB,
        SecurityGroupRuleId: 'sgr-a2222webr0',
        Description: 'mine',
      };
      await principalWith(cloud, session).call('ModifySecurityGroupEgressRule', describeRule);
      await deployment.settled();
      expect(deployment.writes().map(({ principal }) => principal)).toEqual([
        `${MEMBER_ROLE}:mallory`,
        `${MEMBER_ROLE}:palisade`,
      ]);
    }));

  test('from an account that the policy file does not name is ignored with the reason', () =>
    deployed({}, async (deployment) => {
      await addPrincipal(deployment.cloud, 'eve', STRANGER).call('CreateSecurityGroup', {
        SecurityGroupName: 'outside',
        VpcId: 'vpc-test',
      });
      await deployment.settled();
      const [ignored] = await deployment.logged('event ignored', 1);
      expect(ignored?.reason).toBe(`it is about account "${STRANGER}", and this is ${home}`);
      expect(deployment.cloud.calls.all().map(({ action }) => action)).toEqual([
        'CreateSecurityGroup',
      ]);
    }));
});

describe('a request', () => {
  const body = (target: object) => ({
    targets: [{ region: 'cn-hangzhou', ...target }],
    mode: 'enforce',
    reason: 'INC-4711: it sends spam',
    requester: 'soar/playbook-12',
    wait: true,
  });

  test('names the account of its groups, and is answered with it', () =>
    deployed({}, async (deployment) => {
      const answer = await sendWebhook(deployment, { body: body({ groups: [DB], account: bank }) });
      expect(finished(answer).outcome.groups).toEqual([
        expect.objectContaining({ account: bank, group: DB, verdict: 'compliant' }),
      ]);
      await deployment.settled();
      expect(new Set(deployment.writes().map(({ accountId }) => accountId))).toEqual(
        new Set([bank]),
      );
    }));

  test('finds no group of another account in the own one', () =>
    deployed({}, async (deployment) => {
      const own = await sendWebhook(deployment, { body: body({ groups: [DB] }) });
      expect([own.status, own.text]).toEqual([404, expect.stringContaining(`cn-hangzhou/${DB}`)]);
      const other = await sendWebhook(deployment, {
        body: body({ groups: ['sg-web'], account: shop }),
      });
      expect([other.status, other.text]).toEqual([
        404,
        expect.stringContaining(`${shop}/cn-hangzhou/sg-web`),
      ]);
      const strange = await sendWebhook(deployment, {
        body: body({ groups: [DB], account: STRANGER }),
      });
      expect(strange.status).toBe(400);
      expect(strange.text).toContain('targets[0].account');
    }));

  test('by a filter is answered for the accounts that can be listed, and names the others', () =>
    deployed({}, async (deployment) => {
      deployment.cloud.credentials.removeRole({ accountId: shop, roleName: MEMBER_ROLE });
      const { targets: _, ...rest } = body({});
      const answer = await sendWebhook(deployment, {
        body: { ...rest, filter: { accounts: [shop, bank] } },
      });
      const { outcome } = finished(answer);
      expect(outcome).toMatchObject({ note: `${shop}/cn-hangzhou could not be listed` });
      expect(outcome.groups).toEqual([expect.objectContaining({ account: bank, group: DB })]);
    }));

  test('of Cloud Config repairs what it lists of accounts that the policy file names', () =>
    deployed({}, async (deployment) => {
      const resource = (accountId: string, resourceId: string) => ({
        accountId,
        regionId: 'cn-hangzhou',
        resourceId,
        resourceType: 'ACS::ECS::SecurityGroup',
      });
      const event = [resource(bank, DB), resource(STRANGER, DB)];
      const called = await deployment.functionCompute.invoke(
        deployment.webhookName,
        Buffer.from(JSON.stringify(event)),
      );
      if (called.kind !== 'completed') throw new Error('the function was not waited for');
      expect(JSON.parse(called.payload.toString())).toMatchObject({
        status: 'finished',
        skipped: 1,
        outcome: { groups: [{ account: bank, group: DB, verdict: 'compliant' }] },
      });
    }));
});
