/**
 * Measures what sweeps of 1,000, 10,000 and 100,000 groups take of the product alone: the built functions run in
 * processes of their own, and the cloud in another one. There are 1,000 groups in an account and region, up to 100
 * of these. Of the largest estate one shard of ten is served, spread over all. Prints a table and writes out/bench/sweep-scale.json. `--all` serves every shard, which takes minutes; `--sizes A,B,…` takes
 * other numbers of groups.
 *
 * A program of its own, because the local cloud cannot be bundled: it starts threads from a file.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { REGION_IDS } from '../../local-cloud/ecs';
import {
  buildEstateFunctions,
  type CloudProcess,
  collectShards,
  deployFunctions,
  type EstatePart,
  startCloudProcess,
  startInstance,
} from './estate';
import { growthOf, type Measured, printScaleRows, type ServedShard, scaleRow } from './scale-rows';

const OUT = join('out', 'bench', 'sweep-scale.json');
const REGION = 'cn-hangzhou';
const REGIONS = [REGION, ...REGION_IDS.filter((id) => id !== REGION)].slice(0, 25);
const MEMBERS = ['1000000000000002', '1000000000000003', '1000000000000004'];
const GROUPS_A_PLACE = 1000;
const SIZES = '1000,10000,100000';
/** Of a larger estate one shard of ten is served, and it is not swept through Function Compute. */
const MOST_IN_FULL = 10_000;
const ONE_OF = 10;
/** Three groups of a thousand need a repair, as on any day after the first. */
const WRONG_EVERY = 100;
const BY_HAND_GROUPS = 100;
const INSTANCES = 4;
const TIMER = { triggerTime: '2026-03-01T04:00:00Z', triggerName: 'daily', payload: '' };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      sizes: { type: 'string', default: SIZES },
    },
  });
  if (!/^[1-9]\d{1,5}(,[1-9]\d{1,5})+$/.test(values.sizes)) {
    throw new Error(
      `--sizes is "${values.sizes}": write two or more numbers of groups, each 10 to 999999, with commas between them`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bench-'));
  try {
    const builtFunctions = await buildEstateFunctions(folder, MEMBERS);
    const byHandMs = await withCloud(BY_HAND_GROUPS, (cloud) => byHand(cloud, builtFunctions));
    const measured: Measured[] = [];
    for (const groups of values.sizes.split(',').map(Number)) {
      const step = values.all || groups <= MOST_IN_FULL ? 1 : ONE_OF;
      measured.push(
        await withCloud(groups, (cloud) => measure(cloud, builtFunctions, groups, step)),
      );
    }
    const rows = measured.map(scaleRow);
    printScaleRows(rows, byHandMs);
    await mkdir(join('out', 'bench'), { recursive: true });
    const machine = { node: process.version, cores: availableParallelism(), load: loadavg()[0] };
    const report = { ...machine, byHandMs, growth: growthOf(rows), rows };
    await writeFile(OUT, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${OUT}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function withCloud<Result>(
  groups: number,
  action: (cloud: CloudProcess) => Promise<Result>,
): Promise<Result> {
  const cloud = await startCloudProcess({ estate: estateOf(groups) });
  try {
    return await action(cloud);
  } finally {
    await cloud.close();
  }
}

/** The same shard, which is then served a second time: a part that has come to its end is not begun again. */
function ofAnotherRun(payload: string): string {
  const shard = JSON.parse(payload) as { readonly runId: string };
  return JSON.stringify({ ...shard, runId: `${shard.runId}-warm-up` });
}

/** Groups of as many places as it takes, first all regions of the own account. */
function estateOf(groups: number): EstatePart[] {
  const accounts = [undefined, ...MEMBERS];
  const aPlace = Math.max(GROUPS_A_PLACE, Math.ceil(groups / (accounts.length * REGIONS.length)));
  return accounts
    .flatMap((accountId, account) => REGIONS.map((regionId) => ({ accountId, account, regionId })))
    .slice(0, Math.ceil(groups / aPlace))
    .map(({ accountId, account, regionId }, index) => ({
      ...(accountId === undefined ? {} : { accountId }),
      regionId,
      first: account * aPlace,
      count: Math.min(aPlace, groups - index * aPlace),
      wrongEvery: WRONG_EVERY,
    }));
}

function regionsOf(groups: number): string[] {
  return [...new Set(estateOf(groups).map(({ regionId }) => regionId))];
}

/** Has an estate swept, and then its shards served, one after the other and by one instance. */
async function measure(
  cloud: CloudProcess,
  builtFunctions: string,
  groups: number,
  step: number,
): Promise<Measured> {
  const { access } = cloud;
  const collector = await collectShards();
  const environment = {
    PALISADE_REGIONS: regionsOf(groups).join(','),
    PALISADE_FC_ENDPOINT: collector.endpoint,
  };
  const sweepInstance = startInstance('sweep', builtFunctions, access, environment);
  const enforceInstance = startInstance('enforce', builtFunctions, access, environment);
  try {
    const sweep = await sweepInstance.serve(JSON.stringify(TIMER));
    const payloads = [...collector.payloads];
    const [warmUp = ''] = payloads;
    await enforceInstance.serve(ofAnotherRun(warmUp));
    await cloud.calls();
    const served: ServedShard[] = [];
    for (const payload of payloads.filter((_, index) => index % step === 0)) {
      const { cpuMs, rss, maxRss } = await enforceInstance.serve(payload);
      const calls = await cloud.calls();
      const read = calls['Ecs DescribeSecurityGroupAttribute'] ?? 0;
      served.push({ cpuMs, rss, maxRss, groups: read });
    }
    return {
      groups,
      sweep,
      shards: payloads.length,
      largestShard: Math.max(...payloads.map((payload) => Buffer.byteLength(payload))),
      served,
      ...(groups <= MOST_IN_FULL
        ? { throughFunctionsMs: await throughFunctions(cloud, builtFunctions, groups) }
        : {}),
    };
  } finally {
    await Promise.all([sweepInstance.close(), enforceInstance.close(), collector.close()]);
  }
}

async function throughFunctions(
  { access }: CloudProcess,
  builtFunctions: string,
  groups: number,
): Promise<number> {
  const functions = await deployFunctions({
    access,
    builtFunctions,
    regionIds: regionsOf(groups),
    maxInstances: INSTANCES,
  });
  try {
    const started = performance.now();
    await functions.sweep(Date.parse('2026-03-02T04:00:00Z'));
    return performance.now() - started;
  } finally {
    await functions.close();
  }
}

/** CPU time for each group of the tool written by hand, in milliseconds. */
async function byHand({ access }: CloudProcess, builtFunctions: string): Promise<number> {
  await build({
    entryPoints: [join(__dirname, 'plain-sweep-handler.ts')],
    outfile: join(builtFunctions, 'plain', 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['proxy-agent', 'esbuild'],
    logLevel: 'warning',
  });
  const instance = startInstance('plain', builtFunctions, access, {});
  try {
    const event = JSON.stringify({ regionId: REGION, endpoint: access.endpoint });
    const { cpuMs } = await instance.serve(event);
    return Number((cpuMs / BY_HAND_GROUPS).toFixed(1));
  } finally {
    await instance.close();
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
