import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallRecord, type FaultHook, type LocalCloud, startLocalCloud } from '../local-cloud';
import {
  COMPLIANT_RULES,
  type CommandResult,
  type Inventory,
  makeGroup,
  makeInventory,
  type PolicyTextOptions,
  policyText,
  rulesOf,
  runPalisade,
  startLocalProcess,
} from './support';

// Whole processes are started and killed here, which takes its time on a busy machine.
jest.setTimeout(90_000);

/** A folder with a policy file, and a cloud for the command to work on. */
interface Stage {
  readonly folder: string;
  readonly cloud: LocalCloud;
  /** Faults are injected while this is set. */
  fault: FaultHook | undefined;
  policyFile(options?: PolicyTextOptions): Promise<void>;
  /** Runs `plan` or `apply` against the cloud. */
  palisade(
    command: 'plan' | 'apply',
    parameters?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<CommandResult>;
}

async function onStage(action: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-command-'));
  const holder: { fault: FaultHook | undefined } = { fault: undefined };
  const cloud = await startLocalCloud({ fault: (call) => holder.fault?.(call) });
  const policyFile = (options: PolicyTextOptions = {}) =>
    writeFile(join(folder, 'policy.yaml'), policyText(options));
  try {
    await policyFile();
    await action(
      Object.assign(holder, {
        folder,
        cloud,
        policyFile,
        palisade: (
          command: 'plan' | 'apply',
          parameters: readonly string[] = ['--region', 'cn-hangzhou'],
          environment: Readonly<Record<string, string>> = {},
        ) =>
          runPalisade(
            folder,
            [command, '--policy', 'policy.yaml', '--endpoint', cloud.endpoint, ...parameters],
            {
              ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
              ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
              ...environment,
            },
          ),
      }),
    );
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

interface Report {
  readonly runId: string;
  readonly groups: readonly {
    readonly regionId: string;
    readonly securityGroupId: string;
    readonly verdict: string;
    readonly findings: readonly { readonly policyId: string; readonly message: string }[];
    readonly changes: readonly { readonly action: string; readonly parameters: object }[];
  }[];
  readonly totals: Readonly<Record<string, number>>;
}

function reportOf({ stdout }: CommandResult): Report {
  return JSON.parse(stdout) as Report;
}

function inventoryOf(...groups: Inventory['SecurityGroups'][number][]): Inventory[] {
  return [{ RegionId: 'cn-hangzhou', SecurityGroups: groups, PrefixLists: [] }];
}

const open = makeGroup('sg-open', []);
const closed = makeGroup('sg-closed', COMPLIANT_RULES);

function readsByGroup(calls: readonly CallRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { action, parameters } of calls) {
    if (action !== 'DescribeSecurityGroupAttribute') continue;
    const id = parameters.SecurityGroupId ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

describe('local, plan, apply and plan again', () => {
  it.concurrent('a plan shows every change, apply makes each once, and then nothing is left to do', () =>
    onStage(async (stage) => {
      const inventory = makeInventory({ 'cn-hangzhou': 60, 'cn-shanghai': 40 });
      const ids = inventory.flatMap((region) =>
        region.SecurityGroups.map((group) => group.SecurityGroupId),
      );
      await writeFile(join(stage.folder, 'inventory.json'), JSON.stringify(inventory));
      const local = await startLocalProcess(stage.folder, ['--inventory', 'inventory.json']);
      const { endpoint } = local.address.ecs;
      let seen = 0;
      const callsSince = async () => {
        const answer = await fetch(`${endpoint}/local-cloud/calls`);
        const calls = (await answer.json()) as CallRecord[];
        const since = calls.slice(seen);
        seen = calls.length;
        return since;
      };
      const run = (command: string, ...more: string[]) =>
        runPalisade(
          stage.folder,
          [command, '--policy', 'policy.yaml', '--endpoint', endpoint, '--json', ...more],
          {
            ALIBABA_CLOUD_ACCESS_KEY_ID: local.address.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: local.address.accessKeySecret,
          },
        );

      try {
        const first = await run('plan');
        expect(first.exitCode).toBe(2);
        const planned = reportOf(first);
        expect(planned.totals).toMatchObject({ groups: 100, compliant: 16, violating: 84 });
        const firstCalls = await callsSince();
        expect(firstCalls.filter((call) => call.write)).toEqual([]);
        expect(readsByGroup(firstCalls)).toEqual(new Map(ids.map((id) => [id, 1])));

        const applied = await run('apply');
        expect(applied.exitCode).toBe(0);
        expect(reportOf(applied).totals).toMatchObject({ groups: 100, compliant: 100 });
        const calls = await callsSince();
        const changed = new Set(
          planned.groups.flatMap((group) =>
            group.changes.length > 0 ? [group.securityGroupId] : [],
          ),
        );
        expect(readsByGroup(calls)).toEqual(
          new Map(ids.map((id) => [id, changed.has(id) ? 2 : 1])),
        );
        const writes = calls.filter((call) => call.write);
        expect(writes.map((call) => call.status)).toEqual(writes.map(() => 200));
        expect(writes).toHaveLength(planned.groups.flatMap((group) => group.changes).length);
        const sent = writes.map(({ action, parameters: { ClientToken: _token, ...rest } }) =>
          JSON.stringify([action, rest]),
        );
        expect(new Set(sent).size).toBe(writes.length);
        expect(new Set(writes.map((call) => call.clientToken)).size).toBe(writes.length);

        const last = await run('plan');
        expect(last.exitCode).toBe(0);
        expect(reportOf(last).groups.flatMap((group) => group.changes)).toEqual([]);
        expect(readsByGroup(await callsSince())).toEqual(new Map(ids.map((id) => [id, 1])));
      } finally {
        expect(await local.stop('SIGTERM')).toBe(0);
      }
    }));
});

describe('local', () => {
  it.concurrent('says in one line where everything is, and ends at once when interrupted', () =>
    onStage(async (stage) => {
      const local = await startLocalProcess(stage.folder, ['--port', '0']);
      expect(local.address).toMatchObject({
        ecs: { endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
        fc: { endpoint: local.address.ecs.endpoint },
        accessKeyId: expect.any(String),
        accessKeySecret: expect.any(String),
        accountId: expect.stringMatching(/^\d{16}$/),
        regionIds: expect.arrayContaining(['cn-hangzhou', 'us-west-1']),
      });
      expect(await local.stop('SIGINT')).toBe(0);
    }));

  it.concurrent('refuses a port in use and an inventory that is missing, not JSON, or malformed', () =>
    onStage(async (stage) => {
      await Promise.all([
        writeFile(join(stage.folder, 'not.json'), '{'),
        writeFile(
          join(stage.folder, 'bad.json'),
          JSON.stringify(inventoryOf(makeGroup('sg-bad', [{ Direction: 'sideways' }]))),
        ),
      ]);
      const port = stage.cloud.endpoint.split(':').at(-1) ?? '';
      const local = async (...parameters: string[]) => {
        const { exitCode, stdout, stderr } = await runPalisade(stage.folder, [
          'local',
          ...parameters,
        ]);
        expect([exitCode, stdout]).toEqual([1, '']);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        return stderr;
      };
      expect(await local('--port', port)).toContain(port);
      expect(await local('--inventory', 'gone.json')).toMatch(/gone\.json cannot be read: ENOENT/);
      expect(await local('--inventory', 'not.json')).toMatch(/not\.json cannot be read: .*JSON/);
      expect(await local('--inventory', 'bad.json')).toMatch(
        /sg-bad.*Direction.*Correct the field/,
      );
    }));
});

describe('validate', () => {
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
      expect(all.stderr).toMatch(/gone\.yaml cannot be read: .*ENOENT/);

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

  it.concurrent('looks at the regions named and no other, and exits 0 when every group is compliant', () =>
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

describe('apply', () => {
  it.concurrent('repairs, keeps a record, and says what it did', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, closed));
      const { exitCode, stdout } = await stage.palisade('apply', [
        '--region',
        'cn-hangzhou',
        '--records',
        'kept',
      ]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/sg-open .*violating → compliant/);
      expect(stdout).toContain('✔ add drop egress TCP 25/25 to 0.0.0.0/0, priority 1');
      const [runId = ''] = await readdir(join(stage.folder, 'kept', 'runs'));
      expect(stdout).toContain(`Run ${runId} is done.`);
      expect((await readdir(join(stage.folder, 'kept', 'runs', runId))).sort()).toEqual([
        'whole.1.intent.json',
        'whole.1.outcome.json',
      ]);
    }));

  it.concurrent('changes nothing when a guardrail is exceeded, the stop switch is on or it is a dry run', () =>
    onStage(async (stage) => {
      const inventory = inventoryOf(open, makeGroup('sg-other', []));
      stage.cloud.ecs.loadInventory(inventory);
      const before = rulesOf(stage.cloud, inventory);
      await stage.policyFile({ guardrails: '{ maxGroups: 1 }' });
      const guarded = await stage.palisade('apply');
      expect(guarded.exitCode).toBe(2);
      expect(guarded.stdout).toMatch(
        /Nothing is changed: the run would change 2 of 2 groups and may change 1/,
      );

      await stage.policyFile();
      const [stopped, dry] = await Promise.all([
        stage.palisade('apply', undefined, { PALISADE_STOP: 'true' }),
        stage.palisade('apply', undefined, { PALISADE_DRY_RUN: 'true' }),
      ]);
      expect(stopped.exitCode).toBe(2);
      expect(stopped.stdout).toMatch(/Nothing is changed: the stop switch is on \(PALISADE_STOP\)/);
      expect(dry.exitCode).toBe(2);
      expect(dry.stderr).toBe('PALISADE_DRY_RUN is on: nothing is changed.\n');
      expect(dry.stdout).toContain('8 changes to make');
      expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
      expect(rulesOf(stage.cloud, inventory)).toEqual(before);
    }));

  it.concurrent('changes nothing and exits 1 when its record cannot be written', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open));
      await writeFile(join(stage.folder, 'a-file'), '');
      const { exitCode, stderr } = await stage.palisade('apply', [
        '--region',
        'cn-hangzhou',
        '--records',
        'a-file',
      ]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/record folder a-file: a part of the path is a file; name a folder/);
      expect(stage.cloud.calls.all().filter((call) => call.write)).toEqual([]);
    }));

  it.concurrent('exits 2 with the reason of ECS for a group that it refuses to change, and mends the others', () =>
    onStage(async (stage) => {
      stage.cloud.ecs.loadInventory(inventoryOf(open, makeGroup('sg-other', [])));
      stage.fault = ({ action, parameters }) =>
        action === 'AuthorizeSecurityGroupEgress' && parameters.get('SecurityGroupId') === 'sg-open'
          ? {
              kind: 'error',
              status: 403,
              code: 'InvalidOperation.ResourceManagedByCloudProduct',
              message: 'managed',
              when: 'before',
            }
          : undefined;
      const result = await stage.palisade('apply', ['--region', 'cn-hangzhou', '--json']);
      expect(result.exitCode).toBe(2);
      const { groups } = reportOf(result);
      expect(groups.find((group) => group.securityGroupId === 'sg-other')?.verdict).toBe(
        'compliant',
      );
      const refused = groups.find((group) => group.securityGroupId === 'sg-open');
      expect(refused?.verdict).toBe('unrepairable');
      expect(refused?.findings[0]?.message).toMatch(
        /the repair failed: .*ResourceManagedByCloudProduct/,
      );
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
