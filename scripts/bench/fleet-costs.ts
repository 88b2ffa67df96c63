import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetCosts, PlanningCosts } from './fleet';

/** What the other benchmarks have measured on a whole CPU: milliseconds, and MB of memory. */
export interface MeasuredCosts {
  /** Judging a group. */
  readonly group: number;
  /** Listing and cutting a group. */
  readonly listedGroup: number;
  /** Memory of the largest sweep in MB, with the groups of regions that were listed at the same time. */
  readonly sweepMb: number;
  /** From the start of a process to its first request. */
  readonly coldStart: number;
  /** The files that were there, of those that were looked for. */
  readonly sources: readonly string[];
}

/** Used where a benchmark has not been run. */
const USUAL = { group: 1.5, listedGroup: 0.1, sweepMb: 130, coldStart: 100 };
/** Round trips within Alibaba Cloud as they are assumed: of ECS, OSS and Function Compute. */
const ROUND_TRIPS_MS = { ecs: 50, oss: 20, functions: 30 };
/** Calls of OSS one after the other besides the link: the record, and the reads that come before it. */
const STORE_ROUNDS = 5;

/** Reads what the other benchmarks have written to out/bench. */
export async function measuredCosts(): Promise<MeasuredCosts> {
  const scale = await readReport<{
    rows: readonly { enforceMs: number; sweepUs: number; sweepMb: number }[];
  }>('sweep-scale');
  const starts = await readReport<{
    rows: readonly { name: string; figures: { palisade: { ms: number } } }[];
  }>('cold-start');
  const largest = scale?.rows.at(-1);
  const start = starts?.rows.find(({ name }) => name.startsWith('enforce'));
  return {
    group: largest?.enforceMs ?? USUAL.group,
    listedGroup: largest ? largest.sweepUs / 1000 : USUAL.listedGroup,
    sweepMb: largest?.sweepMb ?? USUAL.sweepMb,
    coldStart: start?.figures.palisade.ms ?? USUAL.coldStart,
    sources: [...(largest ? ['sweep-scale'] : []), ...(start ? ['cold-start'] : [])],
  };
}

async function readReport<Report>(name: string): Promise<Report | undefined> {
  const text = await readFile(join('out', 'bench', `${name}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Report);
}

/** The same on instances with a part of a CPU, together with what calls are assumed to take. */
export function fleetCosts(
  measured: MeasuredCosts,
  cpus: number,
): { readonly costs: FleetCosts; readonly planning: PlanningCosts } {
  const { ecs, oss, functions } = ROUND_TRIPS_MS;
  return {
    costs: {
      coldStart: measured.coldStart / cpus,
      call: ecs,
      group: measured.group / cpus,
      shard: STORE_ROUNDS * oss,
      link: oss,
    },
    planning: {
      page: ecs,
      listedAtOnce: 8,
      group: measured.listedGroup / cpus,
      handOver: functions,
      handedOverAtOnce: 8,
    },
  };
}
