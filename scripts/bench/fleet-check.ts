import { quantile } from './call-times';
import { buildEstateFunctions, deployFunctions, startCloudProcess } from './estate';
import { type FleetManner, planFleet, productShards, simulate } from './fleet';
import { fleetCosts, type MeasuredCosts } from './fleet-costs';
import { seededRandom } from './generated-rules';

const REGIONS = ['cn-hangzhou', 'cn-beijing'];
const GROUPS = 200;
const CALLS_PER_SECOND = 40;
const CALL_MS = 50;
const READ = 'DescribeSecurityGroupAttribute';
const INSTANCES = 4;
/** Each takes 10 seconds, which ECS's limit sets: they hardly differ. */
const RUNS = 1;
/** Waits after throttled calls are random. */
const SEEDS = 9;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A real sweep beside the simulation of it, of which it is the median; seconds. */
export interface FleetCheck {
  readonly real: number;
  readonly simulated: number;
  readonly ratio: number;
  /** Calls that were throttled for each that was let through. */
  readonly realThrottled: number;
  readonly simulatedThrottled: number;
}

/** Sweeps a small estate that ECS throttles, and simulates the same. Prints how far apart they are. */
export async function compareWithReal(
  folder: string,
  measured: MeasuredCosts,
  manner: FleetManner,
): Promise<FleetCheck> {
  const builtFunctions = await buildEstateFunctions(folder);
  // What a group takes of an instance here and now, with all else that this machine does.
  const free = await sweepForReal(builtFunctions, {}, 1);
  const group = free.functionMs / (REGIONS.length * GROUPS);
  const throttle = { perAction: { [READ]: CALLS_PER_SECOND } };
  const real = await sweepForReal(builtFunctions, { throttle, latencyMs: CALL_MS }, RUNS);
  const simulated = simulateTheSame({ ...measured, group }, manner);
  const check = {
    real: rounded(real.seconds),
    simulated: rounded(simulated.seconds),
    ratio: rounded(simulated.seconds / real.seconds),
    realThrottled: rounded(real.throttled),
    simulatedThrottled: rounded(simulated.throttled),
  };
  console.log(
    `checked with ${REGIONS.length} regions of ${GROUPS} groups, ${CALLS_PER_SECOND} calls a second, ${INSTANCES} instances: ` +
      `${check.real} s for real, ${check.simulated} s simulated (${check.ratio}x); ` +
      `throttled calls for each let through: ${check.realThrottled}, ${check.simulatedThrottled}`,
  );
  return check;
}

async function sweepForReal(
  builtFunctions: string,
  options: Omit<Parameters<typeof startCloudProcess>[0], 'estate'>,
  runs: number,
) {
  const estate = REGIONS.map((regionId) => ({ regionId, count: GROUPS, wrongEvery: GROUPS }));
  const cloud = await startCloudProcess({ estate, ...options });
  try {
    const functions = await deployFunctions({
      access: cloud.access,
      builtFunctions,
      regionIds: REGIONS,
      maxInstances: INSTANCES,
      ...(options.throttle
        ? { environment: { PALISADE_CALLS_PER_SECOND: String(CALLS_PER_SECOND) } }
        : {}),
    });
    try {
      // The first one repairs what there is to repair, and starts the instances.
      await functions.sweep(0);
      const seconds: number[] = [];
      const functionMs: number[] = [];
      await cloud.calls();
      for (let run = 1; run <= runs; run += 1) {
        const started = performance.now();
        const invocations = await functions.sweep(run * DAY_MS);
        seconds.push((performance.now() - started) / 1000);
        const enforced = invocations.filter(({ functionName }) => functionName.endsWith('enforce'));
        functionMs.push(enforced.reduce((sum, { durationMs }) => sum + durationMs, 0));
      }
      const calls = await cloud.calls();
      return {
        seconds: quantile(seconds, 0.5),
        functionMs: quantile(functionMs, 0.5),
        throttled: (calls[`Ecs ${READ} Throttling`] ?? 0) / (calls[`Ecs ${READ}`] ?? 1),
      };
    } finally {
      await functions.close();
    }
  } finally {
    await cloud.close();
  }
}

/** On whole CPUs and warm instances, with a store and a Function Compute that answer at once. */
function simulateTheSame(measured: MeasuredCosts, manner: FleetManner) {
  const fleet = { accounts: 1, regions: REGIONS.length, groupsPerRegion: GROUPS };
  const { costs, planning } = fleetCosts(measured, 1);
  const plan = planFleet(
    fleet,
    productShards(fleet, CALLS_PER_SECOND),
    { ...planning, page: CALL_MS, handOver: 1 },
    'one for all',
  );
  const limits = {
    instances: INSTANCES,
    callsPerSecond: CALLS_PER_SECOND,
    timeoutMs: 600_000,
    payloadBytes: 128 * 1024,
  };
  const taken = { ...costs, coldStart: 0, call: CALL_MS, shard: 5, link: 1 };
  const outcomes = Array.from({ length: SEEDS }, (_, seed) =>
    simulate(plan.shards, limits, taken, manner, seededRandom(seed + 1)),
  );
  return {
    seconds: quantile(
      outcomes.map(({ ms }) => ms / 1000),
      0.5,
    ),
    throttled: quantile(
      outcomes.map(({ throttled, read }) => throttled / read),
      0.5,
    ),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
