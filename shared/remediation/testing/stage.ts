/** What tests of whole runs have in common: a cloud, a folder for records, and runs between them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, type FaultHook, type LocalCloud, startLocalCloud } from '../../../local-cloud';
import { type Inventory, type InventoryGroup, makeRun, summariesOf } from '../../../test/support';
import { createEcsClient } from '../../ecs';
import { createFolderStore } from '../../evidence';
import { remediate } from '../remediate';
import type { Run, RunResult } from '../run';

/** What a run is given beyond its name and groups. */
export interface RunOptions extends Partial<Run> {
  readonly recordFolder?: string | undefined;
  readonly stop?: () => Promise<string | undefined>;
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

/** A cloud for runs to work on and a folder for their records. */
export class Stage {
  /** Faults are injected while this is set. */
  fault: FaultHook | undefined;

  private constructor(
    readonly folder: string,
    readonly cloud: LocalCloud,
  ) {}

  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'palisade-remediate-'));
    const cloud = await startLocalCloud({ fault: (call) => stage.fault?.(call) });
    const stage = new Stage(folder, cloud);
    return stage;
  }

  async close(): Promise<void> {
    await this.cloud.close();
    await rm(this.folder, { recursive: true });
  }

  /** Puts groups of one region into the cloud. */
  load(...groups: InventoryGroup[]): Inventory[] {
    const inventory = [
      { RegionId: 'cn-hangzhou', SecurityGroups: groups, PrefixLists: [] },
    ] satisfies Inventory[];
    this.cloud.ecs.loadInventory(inventory);
    return inventory;
  }

  run(name: string, inventory: readonly Inventory[], options: RunOptions = {}): Promise<RunResult> {
    const { recordFolder = this.folder, stop, onProgress, ...rest } = options;
    return remediate(makeRun(name, summariesOf(inventory), rest), {
      ecs: ({ regionId }) =>
        createEcsClient({
          regionId,
          endpoint: this.cloud.endpoint,
          credentials: async () => this.cloud,
          sleep: async () => {},
          maxAttempts: 2,
        }),
      records: createFolderStore(recordFolder),
      holder: `request-of-${name}`,
      now: Date.now,
      sleep: async () => {},
      stop: stop ?? (async () => undefined),
      ...(onProgress ? { onProgress } : {}),
    });
  }

  /** Writes in the call log so far, answered or not. */
  writes() {
    return this.cloud.calls.all().filter((call) => call.write);
  }

  /** Sets a fault for every write to one group. */
  failWrites(id: string, failure: Fault): void {
    this.fault = ({ action, parameters }) =>
      !action.startsWith('Describe') && parameters.get('SecurityGroupId') === id
        ? failure
        : undefined;
  }
}

export function resultOf(result: RunResult, id: string) {
  const group = result.groups.find((each) => each.securityGroupId === id);
  if (!group) throw new Error(`${id} is not in the result`);
  return group;
}

/** Verdicts by group id. */
export function verdicts(result: RunResult) {
  return Object.fromEntries(result.groups.map((group) => [group.securityGroupId, group.verdict]));
}
