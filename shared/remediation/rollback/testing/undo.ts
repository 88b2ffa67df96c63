/** What tests of rollbacks have in common: a run on a stage, and what takes it back. */

import { makeGroup, policySet, rulesOf } from '../../../../test/support';
import { createEcsClient } from '../../../ecs';
import { createFolderStore, type RecordStore } from '../../../evidence';
import type { PolicySet } from '../../../policy';
import type { Permission } from '../../../security-group';
import { runLimits } from '../../guard';
import type { RunLimits, RunResult } from '../../run';
import type { Surroundings } from '../../surroundings';
import { resultOf, type Stage } from '../../testing/stage';
import { type PreparedRollback, prepareRollback, readRecordedRun, rollBack } from '..';

/** How a run is taken back; what is left out is as the command has it. */
export interface UndoOptions {
  readonly groups?: readonly string[];
  readonly policies?: PolicySet;
  readonly surroundings?: Partial<Surroundings>;
  readonly limits?: RunLimits;
  readonly dryRun?: boolean;
}

/** A rollback with what came of it. */
export interface Undone extends PreparedRollback {
  readonly result: RunResult;
}

/** What a rollback on a stage works with. */
export function surroundingsOn(stage: Stage): Surroundings & { readonly records: RecordStore } {
  return {
    ecs: ({ regionId }) =>
      createEcsClient({
        regionId,
        endpoint: stage.cloud.endpoint,
        credentials: async () => stage.cloud,
        sleep: async () => {},
        maxAttempts: 2,
      }),
    records: createFolderStore(stage.folder),
    holder: 'command-line-here',
    now: Date.now,
    sleep: async () => {},
    stop: async () => undefined,
  };
}

/** Takes back a run of a stage, `run-NAME`. */
export async function undo(stage: Stage, name: string, options: UndoOptions = {}): Promise<Undone> {
  const here = surroundingsOn(stage);
  const surroundings = { ...here, ...options.surroundings };
  const policies = options.policies ?? policySet();
  const recorded = await readRecordedRun(here.records, `run-${name}`);
  const request = {
    recorded,
    securityGroupIds: options.groups ?? [],
    by: 'alice@laptop',
    policies,
    limits: options.limits ?? runLimits(policies, recorded.groups.length),
    dryRun: options.dryRun ?? false,
  };
  const prepared = await prepareRollback(request, here.records, surroundings);
  return { ...prepared, result: await rollBack(prepared, here.records, surroundings) };
}

/** A rule with a description that is not the standard one. */
export const described: Permission = {
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
  Policy: 'Accept',
  Priority: '1',
  Description: 'shop',
};

/** The run `run-one` repairs the group sg-a; gives its rules before, and as the run read them afterwards. */
export async function repaired(stage: Stage, ...permissions: Permission[]) {
  const inventory = stage.load(makeGroup('sg-a', permissions));
  const before = rulesOf(stage.cloud, inventory);
  const result = await stage.run('one', inventory);
  const { after = [], verdict } = resultOf(result, 'sg-a');
  expect(verdict).toBe('compliant');
  return { inventory, before, rules: after };
}

/** Somebody changes a group, past the wire, so that it is not in the call log. */
export function writeAs(
  { cloud }: Stage,
  action: string,
  parameters: Readonly<Record<string, string>>,
  id = 'sg-a',
): void {
  const { accountId, accessKeyId } = cloud;
  const sent = { RegionId: 'cn-hangzhou', SecurityGroupId: id, ...parameters };
  const write = cloud.ecs.actions.get(action);
  if (!write) throw new Error(`the local cloud has no ${action}`);
  write(new Map(Object.entries(sent)), {
    requestId: 'person',
    now: Date.now(),
    caller: { accountId, accessKeyId, identity: { type: 'root-account' } },
  });
}
