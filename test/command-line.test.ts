import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  COMPLIANT_RULES,
  type CommandResult,
  inventoryOf,
  makeGroup,
  onStage,
  reportOf,
  runPalisade,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

const open = makeGroup('sg-open', []);
const closed = makeGroup('sg-closed', COMPLIANT_RULES);

describe('validate', () => {
  it.concurrent('warns of exemptions that end within a fortnight, in the file and before a plan', () =>
    onStage(async (stage) => {
      const until = new Date(Date.now() + 5 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
      await writeFile(
        join(stage.folder, 'policy.yaml'),
        `version: 1
policies:
  - id: no-smtp
    kind: deny-egress
    deny: [{ to: [0.0.0.0/0], protocol: tcp, ports: [25] }]
    exempt: [{ groups: [sg-relay], reason: relay, ticket: SEC-1, until: ${until} }]
`,
      );
      const { exitCode, stderr } = await runPalisade(stage.folder, ['validate', 'policy.yaml']);
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^policy\.yaml: warning: .*no-smtp.*5 days/);
      expect((await stage.palisade('plan')).stderr).toBe(stderr);
    }));

  it.concurrent('says of each file whether it is good, and where and what is wrong if not', () =>
    onStage(async (stage) => {
      await writeFile(
        join(stage.folder, 'bad.yaml'),
        'version: 1\npolicies:\n  - kind: deny-egres\n',
      );
      const good = await runPalisade(stage.folder, ['validate', 'policy.yaml']);
      expect(good).toMatchObject({ exitCode: 0, stderr: '' });
      expect(good.stdout).toContain('policy.yaml is valid: no-mail-out (deny-egress, enforce)');

      const all = await runPalisade(stage.folder, [
        'validate',
        'policy.yaml',
        'bad.yaml',
        'gone.yaml',
      ]);
      expect(all.exitCode).toBe(1);
      expect(all.stdout).toBe(good.stdout);
      expect(all.stderr).toMatch(/bad\.yaml:3:\d+/);
      expect(all.stderr).toMatch(/gone\.yaml cannot be read: there is no such/);

      const json = await runPalisade(stage.folder, [
        'validate',
        '--json',
        'policy.yaml',
        'bad.yaml',
      ]);
      expect(json.exitCode).toBe(1);
      const lines = json.stdout.trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({ file: 'policy.yaml', valid: true, policies: 2 }),
        expect.objectContaining({
          file: 'bad.yaml',
          valid: false,
          problems: expect.arrayContaining([expect.objectContaining({ line: 3 })]),
        }),
      ]);
    }));
});

describe('plan', () => {
  it.concurrent('prints one JSON object with the stable keys, and exits 2 for violations', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, closed));
      const result = await stage.palisade('plan', ['--region', 'cn-hangzhou', '--json']);
      expect(result.exitCode).toBe(2);
      const report = reportOf(result);
      expect(Object.keys(report)).toEqual(expect.arrayContaining(['runId', 'groups', 'totals']));
      const drop = { Policy: 'drop', Priority: '1', IpProtocol: 'TCP' };
      expect(report.groups.find((group) => group.securityGroupId === 'sg-open')).toMatchObject({
        regionId: 'cn-hangzhou',
        verdict: 'violating',
        findings: Array(4).fill({ policyId: 'no-mail-out', message: expect.any(String) }),
        changes: [
          {
            action: 'AuthorizeSecurityGroupEgress',
            parameters: {
              RegionId: 'cn-hangzhou',
              SecurityGroupId: 'sg-open',
              Permissions: expect.arrayContaining([
                expect.objectContaining({ ...drop, PortRange: '25/25', DestCidrIp: '0.0.0.0/0' }),
                expect.objectContaining({ ...drop, PortRange: '445/445', Ipv6DestCidrIp: '::/0' }),
              ]),
            },
          },
        ],
      });
      expect(report.groups.find((group) => group.securityGroupId === 'sg-closed')).toMatchObject({
        verdict: 'compliant',
        findings: [],
        changes: [],
      });
      expect(report.totals).toMatchObject({
        groups: 2,
        compliant: 1,
        violating: 1,
        unknown: 0,
        exempt: 0,
        unrepairable: 0,
        changes: 4,
      });
    }));

  it.concurrent('prints plain text without colors when its output is not a terminal', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open));
      const { exitCode, stdout, stderr } = await stage.palisade('plan');
      expect([exitCode, stderr]).toEqual([2, '']);
      expect(stdout).not.toContain('\u001b');
      expect(stdout).toMatch(/sg-open +open +cn-hangzhou +violating/);
      expect(stdout).toContain('+ add drop egress TCP 25/25 to 0.0.0.0/0, priority 1');
      expect(stdout).toContain('4 changes to make: "palisade apply"');
      expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
    }));

  it.concurrent('looks once at each region named and at no other, and exits 0 when every group is compliant', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory([
        ...inventoryOf(closed),
        ...['cn-shanghai', 'us-west-1'].map((RegionId) => ({ RegionId, SecurityGroups: [open] })),
      ]);
      const one = await stage.palisade('plan');
      expect(one.exitCode).toBe(0);
      expect(one.stdout).toContain('Nothing to change.');
      stage.cloud.calls.clear();
      const two = await stage.palisade('plan', [
        '--region',
        'cn-hangzhou',
        '--region',
        'us-west-1',
        '--region',
        'us-west-1',
        '--json',
      ]);
      expect(two.exitCode).toBe(2);
      expect(reportOf(two).groups.map((group) => group.regionId)).toEqual([
        'cn-hangzhou',
        'us-west-1',
      ]);
      expect(new Set(stage.cloud.calls.all().map((call) => call.region))).toEqual(
        new Set(['cn-hangzhou', 'us-west-1']),
      );
    }));

  it.concurrent('exits 3 when a group cannot be read or a region cannot be listed', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, closed));
      const refusal = {
        kind: 'error',
        status: 403,
        code: 'Forbidden.RAM',
        message: 'no',
        when: 'before',
      } as const;
      stage.fault = ({ parameters }) =>
        parameters.get('SecurityGroupId') === 'sg-open' ? refusal : undefined;
      const group = await stage.palisade('plan', ['--region', 'cn-hangzhou', '--json']);
      expect(group.exitCode).toBe(3);
      expect(
        reportOf(group).groups.find((each) => each.securityGroupId === 'sg-open'),
      ).toMatchObject({ verdict: 'unknown', changes: [] });

      stage.fault = ({ parameters }) =>
        parameters.get('RegionId') === 'us-west-1' ? refusal : undefined;
      const region = await stage.palisade('plan', [
        '--region',
        'cn-hangzhou',
        '--region',
        'us-west-1',
      ]);
      expect(region.exitCode).toBe(3);
      expect(region.stdout).toMatch(/us-west-1 could not be listed: .*Forbidden\.RAM/);
    }));

  it.concurrent('exits 2 for a group that it could not repair, with the reason', () =>
    onStage(async (stage) => {
      await stage.policyFile({ quotas: '{ rulesPerGroup: 5 }' });
      const rules = [1, 2, 3].map((port) => ({
        Direction: 'ingress',
        IpProtocol: 'TCP',
        PortRange: `${port}/${port}`,
        SourceCidrIp: '10.0.0.0/8',
        Description: 'web | port',
      }));
      stage.cloud.ecs.loadInventory(inventoryOf(makeGroup('sg-full', rules)));
      const result = await stage.palisade('plan', ['--region', 'cn-hangzhou', '--json']);
      expect(result.exitCode).toBe(2);
      expect(reportOf(result).groups).toMatchObject([
        {
          verdict: 'unrepairable',
          changes: [],
          findings: Array(4).fill({ message: expect.stringMatching(/holds 3 of 5 rules/) }),
        },
      ]);
    }));

  it.concurrent('exits 1 with one clear line when it cannot do its work, and shows no secret', () =>
    onStage(async (stage) => {
      const port = await freePort();
      const cases: readonly (readonly [RegExp, Promise<CommandResult>])[] = [
        [
          /no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID/,
          runPalisade(
            stage.folder,
            ['plan', '--policy', 'policy.yaml', '--endpoint', stage.cloud.endpoint],
            {
              ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
            },
          ),
        ],
        [
          /cn-hangzhou: .*SignatureDoesNotMatch/,
          stage.palisade('plan', undefined, { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'not-the-secret' }),
        ],
        [/cn-nowhere: .*Region/, stage.palisade('plan', ['--region', 'cn-nowhere'])],
        [
          /no region could be listed; cn-hangzhou: .*refused/i,
          stage.palisade('plan', [
            '--region',
            'cn-hangzhou',
            '--endpoint',
            `http://127.0.0.1:${port}`,
          ]),
        ],
        [/gone\.yaml cannot be read/, stage.palisade('plan', ['--policy', 'gone.yaml'])],
        [
          /PALISADE_DRY_RUN is "maybe"/,
          stage.palisade('plan', undefined, { PALISADE_DRY_RUN: 'maybe' }),
        ],
      ];
      for (const [reason, running] of cases) {
        const { exitCode, stdout, stderr } = await running;
        expect([exitCode, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(reason);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        for (const secret of [stage.cloud.accessKeySecret, 'not-the-secret', 'Signature=']) {
          expect(stderr).not.toContain(secret);
        }
      }
    }));
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
