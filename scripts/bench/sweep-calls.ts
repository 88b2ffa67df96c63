/**
 * Counts the calls of a first and a second sweep of 1,000 groups by 20 policies, through the built functions on
 * the local Function Compute, beside the fewest that will do and beside a tool written by hand, which reads each
 * group once for every policy; that runs on a tenth of the groups, which come in the same proportions. Prints a
 * table and writes out/bench/sweep-calls.json. `--groups N` takes so many groups, a multiple of 200.
 *
 * A program of its own, because the local cloud cannot be bundled: it starts threads from a file.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callBound, callBoundAtRest } from './call-bound';
import { type CallRow, callRow, printCallRows } from './call-rows';
import {
  buildEstateFunctions,
  type CallCounts,
  type CloudAccess,
  deployFunctions,
  ESTATE_POLICIES,
  estateGroups,
  LISTS_NAMED,
  startCloudProcess,
} from './estate';
import { plainSweep } from './plain-sweep';

const OUT = join('out', 'bench', 'sweep-calls.json');
const REGIONS = ['cn-hangzhou', 'cn-beijing'];
const TIMES = ['2026-03-01T04:00:00Z', '2026-03-02T04:00:00Z'];
/** The tool written by hand gets one group of so many. */
const PLAIN_SHARE = 10;
const INSTANCES = 4;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { groups: { type: 'string', default: '1000' } } });
  const groups = Number(values.groups);
  if (!(groups >= 200 && groups <= 100_000 && groups % 200 === 0)) {
    throw new Error(`--groups is "${values.groups}": write a multiple of 200 up to 100000`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bench-'));
  try {
    const builtFunctions = await buildEstateFunctions(folder);
    const regions = REGIONS.map((regionId) => {
      const made = estateGroups({ regionId, count: groups / REGIONS.length });
      return { groups: made, lists: LISTS_NAMED };
    });
    const [first, second] = await twice(groups, async (access) => {
      const functions = await deployFunctions({
        access,
        builtFunctions,
        regionIds: REGIONS,
        maxInstances: INSTANCES,
      });
      return {
        sweep: (round) => functions.sweep(Date.parse(TIMES[round] ?? '')),
        close: functions.close,
      };
    });
    const [plainFirst, plainSecond] = await twice(groups / PLAIN_SHARE, async (access) => ({
      async sweep() {
        for (const regionId of REGIONS) await plainSweep(access, regionId);
      },
      async close() {},
    }));
    const byHand = { share: PLAIN_SHARE, policies: ESTATE_POLICIES };
    const rows: CallRow[] = [
      callRow('first sweep', callBound(regions), first, { ...byHand, counts: plainFirst }),
      callRow('second sweep', callBoundAtRest(regions), second, { ...byHand, counts: plainSecond }),
    ];
    const about = { groups, policies: ESTATE_POLICIES, regions: REGIONS.length };
    printCallRows(rows, about, PLAIN_SHARE);
    await mkdir(join('out', 'bench'), { recursive: true });
    const report = { node: process.version, ...about, plainShare: PLAIN_SHARE, rows };
    await writeFile(OUT, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${OUT}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Sweeps an estate of so many groups twice; gives the calls of each sweep. */
async function twice(
  groups: number,
  prepare: (access: CloudAccess) => Promise<{
    sweep(round: number): Promise<unknown>;
    close(): Promise<void>;
  }>,
): Promise<[CallCounts, CallCounts]> {
  const estate = REGIONS.map((regionId) => ({ regionId, count: groups / REGIONS.length }));
  const cloud = await startCloudProcess({ estate });
  try {
    const tool = await prepare(cloud.access);
    try {
      await tool.sweep(0);
      const first = await cloud.calls();
      await tool.sweep(1);
      return [first, await cloud.calls()];
    } finally {
      await tool.close();
    }
  } finally {
    await cloud.close();
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
