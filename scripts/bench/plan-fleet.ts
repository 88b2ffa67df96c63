/**
 * Simulates a sweep of 100 accounts in 25 regions with 1,000 groups each, on virtual time and under the platform's
 * limits, by the product's own cut and by others, and checks the simulation against a real sweep of a small estate
 * that is throttled. Costs come from what the other benchmarks have written, where they have. Prints tables and
 * writes out/bench/plan-fleet.json. `--calls-per-second N` is what ECS allows an account, region and API;
 * `--accounts N` takes so many accounts.
 *
 * A program of its own, because the local cloud cannot be bundled: it starts threads from a file.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type CutShard,
  type Fleet,
  type FleetManner,
  planFleet,
  productShards,
  shardsOf,
  simulate,
} from './fleet';
import { compareWithReal } from './fleet-check';
import { fleetCosts, measuredCosts } from './fleet-costs';
import { fleetRow, INSTANCE, printFleetRows } from './fleet-rows';
import { seededRandom } from './generated-rules';

const OUT = join('out', 'bench', 'plan-fleet.json');
const REGIONS = 25;
const GROUPS_PER_REGION = 1000;
/** The ways that take too many calls of functions to simulate in full are taken with so few accounts. */
const FEW_ACCOUNTS = 4;
/** Of each group in a shard until it is handed over; a test of shards shows that it is less. */
const KEPT_BYTES = 60;
/** Of what ECS allows; the rest is for events, requests and people. */
const SHARE_OF_RATE = 0.9;
/** Asynchronous payload and instances of an account (Function Compute, limits page); timeout of template.yml. */
const LIMITS = { instances: 100, timeoutMs: 600_000, payloadBytes: 128 * 1024 };
const USUAL: FleetManner = { concurrency: 8, attempts: 6 };
const ONE_BY_ONE: FleetManner = { concurrency: 1, attempts: 6 };

/** A way to sweep a fleet. */
interface Way {
  readonly name: string;
  readonly cut: (fleet: Fleet, callsPerSecond: number) => CutShard[];
  readonly sweeps: Parameters<typeof planFleet>[3];
  readonly manner?: FleetManner;
  /** No functions: one process without a timeout, which writes no records. */
  readonly isProcess?: boolean;
  readonly isScaled?: boolean;
  readonly hasNoRecords?: boolean;
}

const WAYS: readonly Way[] = [
  {
    name: 'one process, one call after the other',
    cut: (fleet) => shardsOf(fleet, fleet.groupsPerRegion),
    sweeps: 'one for all',
    manner: ONE_BY_ONE,
    isProcess: true,
    isScaled: true,
    hasNoRecords: true,
  },
  {
    name: 'one call of a function for each group',
    cut: (fleet) => shardsOf(fleet, 1),
    sweeps: 'one for all',
    manner: ONE_BY_ONE,
    isScaled: true,
    hasNoRecords: true,
  },
  {
    name: 'shards of 50 groups without a share of the rate',
    cut: (fleet) => shardsOf(fleet, 50),
    sweeps: 'one for all',
  },
  { name: 'palisade', cut: productShards, sweeps: 'one for all' },
  { name: 'palisade, one sweep for each account', cut: productShards, sweeps: 'one an account' },
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'calls-per-second': { type: 'string', default: '50' },
      accounts: { type: 'string', default: '100' },
    },
  });
  const callsPerSecond = wholeNumber('--calls-per-second', values['calls-per-second']);
  const accounts = wholeNumber('--accounts', values.accounts);
  const measured = await measuredCosts();
  const { costs, planning } = fleetCosts(measured, INSTANCE.cpus);
  const rows = WAYS.map((way) => {
    const simulated = way.isScaled ? Math.min(FEW_ACCOUNTS, accounts) : accounts;
    const fleet = { accounts: simulated, regions: REGIONS, groupsPerRegion: GROUPS_PER_REGION };
    const limits = {
      ...LIMITS,
      callsPerSecond,
      ...(way.isProcess ? { instances: 1, timeoutMs: Number.POSITIVE_INFINITY } : {}),
    };
    const taken = way.hasNoRecords ? { ...costs, shard: 0, link: 0 } : costs;
    const cut = way.cut(fleet, callsPerSecond * SHARE_OF_RATE);
    const plan = planFleet(fleet, cut, planning, way.sweeps);
    const outcome = simulate(plan.shards, limits, taken, way.manner ?? USUAL, seededRandom(1));
    const sweep = { mb: measured.sweepMb, bytesAGroup: KEPT_BYTES };
    const memory = way.isProcess ? {} : { memory: sweep };
    const times = accounts / simulated;
    return fleetRow({ name: way.name, plan, outcome, limits, costs: taken, times, ...memory });
  });
  printFleetRows(rows, [
    `${accounts} accounts, ${REGIONS} regions, ${GROUPS_PER_REGION} groups each; ECS allows ${callsPerSecond} calls a second for each account, region and API`,
    `${LIMITS.instances} instances of ${INSTANCE.cpus} vCPU; a group takes ${costs.group.toFixed(1)} ms there, a start ${costs.coldStart.toFixed(0)} ms, a call ${costs.call} ms`,
    ...(accounts > FEW_ACCOUNTS
      ? [
          `the first two ways: simulated with ${FEW_ACCOUNTS} accounts, and taken times ${accounts / FEW_ACCOUNTS}`,
        ]
      : []),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bench-'));
  try {
    const check = await compareWithReal(folder, measured, USUAL);
    await mkdir(join('out', 'bench'), { recursive: true });
    const report = { node: process.version, callsPerSecond, accounts, measured, rows, check };
    await writeFile(OUT, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${OUT}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new Error(`${name} is "${text}": write a whole number from 1 to 9999`);
  }
  return Number(text);
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
