import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultHook, type LocalCloud, startLocalCloud } from '../../local-cloud';
import { type CommandResult, runPalisade } from './command';
import type { Inventory, InventoryGroup } from './inventory';
import { type PolicyTextOptions, policyText } from './policies';

/** A folder with a policy file, and a cloud for the command to work on. */
export interface CommandStage {
  readonly folder: string;
  readonly cloud: LocalCloud;
  /** Faults are injected while this is set. */
  fault: FaultHook | undefined;
  policyFile(options?: PolicyTextOptions): Promise<void>;
  /** The environment that names the access key of the cloud. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Runs `plan` or `apply --yes` against the cloud. */
  palisade(
    command: 'plan' | 'apply',
    parameters?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<CommandResult>;
}

/** Sets the stage, acts on it, and clears it away. */
export async function onStage(action: (stage: CommandStage) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-command-'));
  const holder: { fault: FaultHook | undefined } = { fault: undefined };
  const cloud = await startLocalCloud({
    buckets: [{ name: 'palisade-records' }],
    fault: (call) => holder.fault?.(call),
  });
  const policyFile = (options: PolicyTextOptions = {}) =>
    writeFile(join(folder, 'policy.yaml'), policyText(options));
  const credentials = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
  };
  try {
    await policyFile();
    await action(
      Object.assign(holder, {
        folder,
        cloud,
        policyFile,
        credentials,
        palisade: (
          command: 'plan' | 'apply',
          parameters: readonly string[] = ['--region', 'cn-hangzhou'],
          environment: Readonly<Record<string, string>> = {},
        ) =>
          runPalisade(
            folder,
            [
              command,
              ...['--policy', 'policy.yaml', '--endpoint', cloud.endpoint],
              ...(command === 'apply' ? ['--yes'] : []),
              ...parameters,
            ],
            { ...credentials, ...environment },
          ),
      }),
    );
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}

/** What `--json` prints, as far as tests look at it. */
export interface Report {
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

/** Reads what `--json` printed. */
export function reportOf({ stdout }: CommandResult): Report {
  return JSON.parse(stdout) as Report;
}

/** An inventory of some groups in cn-hangzhou. */
export function inventoryOf(...groups: InventoryGroup[]): Inventory[] {
  return [{ RegionId: 'cn-hangzhou', SecurityGroups: groups, PrefixLists: [] }];
}
