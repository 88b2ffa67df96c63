import { loadPolicies } from '../../../shared/policy/load';
import { cutIntoShards, payloadOf, runLimits } from '../../../shared/remediation';
import {
  parseRegionId,
  parseSecurityGroupId,
  type SecurityGroupSummary,
} from '../../../shared/security-group';
import { estatePolicy } from '../estate/policy';
import type { FleetShard } from './simulate';

/** Accounts that are all alike. */
export interface Fleet {
  readonly accounts: number;
  readonly regions: number;
  readonly groupsPerRegion: number;
}

/** A part of an account's estate as somebody cuts it, before it is known when it is handed over. */
export type CutShard = Omit<FleetShard, 'account' | 'at'>;

/**
 * The shards of one account as the product cuts them. `callsPerSecond` is what an account and region may take
 * of one API; a shard gets its share of it.
 */
export function productShards(fleet: Fleet, callsPerSecond: number): CutShard[] {
  const policies = loadPolicies(estatePolicy(), 'the policy of the benchmark', 0);
  const groups = summaries(fleet);
  const runId = 'sweep-20260301T040000Z-00000000';
  const run = {
    runId,
    part: 'whole',
    trigger: { kind: 'timer' as const, id: runId, time: '2026-03-01T04:00:00Z' },
    dryRun: false,
    policies,
    limits: runLimits(policies, groups.length),
  };
  return cutIntoShards(run, groups, callsPerSecond).map((shard) => ({
    region: shard.place.regionId,
    groups: shard.groupCount,
    bytes: Buffer.byteLength(payloadOf(run, shard)),
    callsPerSecond: shard.callsPerSecond,
  }));
}

/** Shards of so many groups without a share of the rate, in the order of their regions. */
export function shardsOf(fleet: Fleet, groups: number): CutShard[] {
  return regionNames(fleet).flatMap((region) =>
    Array.from({ length: Math.ceil(fleet.groupsPerRegion / groups) }, (_, index) => ({
      region,
      groups: Math.min(groups, fleet.groupsPerRegion - index * groups),
      bytes: 0,
    })),
  );
}

/** What it takes to list the groups and to hand the shards over, in milliseconds. */
export interface PlanningCosts {
  /** One page of a hundred groups. */
  readonly page: number;
  /** Regions of one account that are listed at the same time. */
  readonly listedAtOnce: number;
  /** Reading and cutting one group, on the CPU that an instance has. */
  readonly group: number;
  /** One call of a function, and how many at the same time. */
  readonly handOver: number;
  readonly handedOverAtOnce: number;
}

/** When each shard of a fleet is handed over, and how long that takes. */
export interface FleetPlan {
  readonly shards: readonly FleetShard[];
  /** Until the last shard is handed over. */
  readonly planningMs: number;
  /** That instances of sweep were at work, all together. */
  readonly sweepMs: number;
  /** Pages of groups. */
  readonly listCalls: number;
  /** Groups of which one sweep holds the shards at once. */
  readonly groupsHeld: number;
}

/**
 * The shards of all accounts, which are cut alike. One sweep for all of them lists everything before it hands
 * anything over; with one for each account the accounts are listed side by side.
 */
export function planFleet(
  fleet: Fleet,
  cut: readonly CutShard[],
  costs: PlanningCosts,
  sweeps: 'one for all' | 'one an account',
): FleetPlan {
  const { accounts, regions, groupsPerRegion } = fleet;
  const pages = regions * Math.ceil(groupsPerRegion / 100);
  const together = sweeps === 'one for all' ? accounts : 1;
  const waitingMs = (pages * together * costs.page) / costs.listedAtOnce;
  const groupsHeld = regions * groupsPerRegion * together;
  const listedMs = Math.max(waitingMs, groupsHeld * costs.group);
  const eachMs = costs.handOver / costs.handedOverAtOnce;
  const shards = Array.from({ length: accounts }, (_, account) =>
    cut.map((shard, index) => {
      const before = sweeps === 'one for all' ? account * cut.length + index : index;
      // The first sweep starts the others one after the other.
      const started = sweeps === 'one for all' ? 0 : (account + 1) * eachMs;
      return { ...shard, account: `account-${account}`, at: started + listedMs + before * eachMs };
    }),
  ).flat();
  const planningMs = Math.max(0, ...shards.map(({ at }) => at));
  const perSweep = listedMs + cut.length * together * eachMs;
  return {
    shards,
    planningMs,
    sweepMs: perSweep * (accounts / together),
    listCalls: pages * accounts,
    groupsHeld,
  };
}

function regionNames({ regions }: Fleet): string[] {
  return Array.from(
    { length: regions },
    (_, index) => `cn-region${String.fromCharCode(97 + index)}`,
  );
}

function summaries(fleet: Fleet): SecurityGroupSummary[] {
  return regionNames(fleet).flatMap((region) =>
    Array.from({ length: fleet.groupsPerRegion }, (_, index) => ({
      regionId: parseRegionId(region),
      id: parseSecurityGroupId(`sg-${region.replace('-', '')}${String(index).padStart(6, '0')}`),
      name: `web-${index}`,
      type: 'normal' as const,
      vpcId: 'vpc-estate',
      tags: { owner: 'web', env: 'prod' },
      serviceManaged: false,
    })),
  );
}
