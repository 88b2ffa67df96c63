import Table from 'cli-table3';
import type { FleetCosts, FleetLimits, FleetOutcome, FleetPlan } from './fleet';

/** Of template.yml: memory and CPU of an instance, and how long sweep may take. */
export const INSTANCE = { gigabytes: 0.5, cpus: 0.35, sweepTimeoutMs: 1_800_000 } as const;

/** What a way to sweep a fleet comes to. Seconds, and calls of ECS. */
export interface FleetRow {
  readonly name: string;
  readonly shards: number;
  readonly seconds: number;
  readonly planningSeconds: number;
  readonly calls: number;
  readonly throttled: number;
  readonly unread: number;
  readonly functionSeconds: number;
  readonly gigabyteSeconds: number;
  readonly cpuSeconds: number;
  readonly sweepMb: number;
  /** Why it cannot be done in this way, if it cannot. */
  readonly impossible: readonly string[];
  readonly limitedBy: string;
}

/** How a way to sweep was simulated. */
export interface FleetRun {
  readonly name: string;
  readonly plan: FleetPlan;
  readonly outcome: FleetOutcome;
  readonly limits: FleetLimits;
  readonly costs: FleetCosts;
  /** The fleet has so many times the accounts that were simulated. */
  readonly times: number;
  /** What a sweep takes of memory, by itself and for each group that it hands over; absent for one that is no function. */
  readonly memory?: { readonly mb: number; readonly bytesAGroup: number };
}

/** Sums up a run. */
export function fleetRow(run: FleetRun): FleetRow {
  const { name, plan, outcome, times, memory } = run;
  const seconds = (milliseconds: number) => Math.round((milliseconds * times) / 1000);
  const functionSeconds = seconds(outcome.functionMs + plan.sweepMs);
  const { mb, bytesAGroup } = memory ?? { mb: 0, bytesAGroup: 0 };
  const sweepMb = Math.round(mb + (plan.groupsHeld * times * bytesAGroup) / 1e6);
  return {
    name,
    shards: plan.shards.length * times,
    seconds: seconds(outcome.ms),
    planningSeconds: seconds(plan.planningMs),
    calls: (outcome.calls + plan.listCalls) * times,
    throttled: outcome.throttled / outcome.calls,
    unread: outcome.unread * times,
    functionSeconds,
    gigabyteSeconds: Math.round(functionSeconds * INSTANCE.gigabytes),
    cpuSeconds: Math.round(functionSeconds * INSTANCE.cpus),
    sweepMb,
    impossible: [
      ...(sweepMb > INSTANCE.gigabytes * 1000 ? [`sweep needs ${sweepMb} MB`] : []),
      ...(memory !== undefined && plan.planningMs * times > INSTANCE.sweepTimeoutMs
        ? [`sweep needs ${seconds(plan.planningMs)} s`]
        : []),
    ],
    limitedBy: limitOf(run),
  };
}

/** What takes longest if nothing else took any time. */
function limitOf({ plan, outcome, limits, costs }: FleetRun): string {
  const places = new Map<string, number>();
  for (const { account, region, groups } of plan.shards) {
    const place = `${account}/${region}`;
    places.set(place, (places.get(place) ?? 0) + groups);
  }
  const least = [
    ['listing and handing over', plan.planningMs],
    [
      'calls of an account and region',
      (Math.max(...places.values()) / limits.callsPerSecond) * 1000,
    ],
    ['instances', outcome.functionMs / limits.instances],
    ['the chain of records', outcome.invocations * costs.link],
  ] as const;
  const [[name] = ['']] = [...least].sort(([, one], [, other]) => other - one);
  return name;
}

/** Prints the ways side by side. */
export function printFleetRows(rows: readonly FleetRow[], about: readonly string[]): void {
  const table = new Table({
    head: [
      'way',
      'shards',
      'time',
      'planning',
      'calls',
      'throttled',
      'unread',
      'function s',
      'GB-s',
      'vCPU-s',
      'limited by',
    ],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.name,
      row.shards,
      duration(row.seconds),
      duration(row.planningSeconds),
      row.calls,
      `${(row.throttled * 100).toFixed(2)} %`,
      row.unread,
      row.functionSeconds,
      row.gigabyteSeconds,
      row.cpuSeconds,
      [row.limitedBy, ...row.impossible].join('; '),
    ]);
  }
  console.log(`\n${about.join('\n')}\n${table.toString()}`);
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
