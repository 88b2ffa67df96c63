/**
 * Measures how much of what ECS allows is used: the product's client reads groups over HTTP from a local cloud
 * with limits that it does not tell, beside what came before it (eight calls at a time, each repeated after
 * waits of its own) and a script with the plain SDK that repeats nothing. Prints a table and writes
 * out/bench/sweep-rate.json. `--seconds N` sets how long each runs; `--simulated` plays longer times, more limits
 * and windows of a minute through on virtual time instead, and writes out/bench/sweep-rate-simulated.json.
 *
 * A program of its own, because the local cloud cannot be bundled.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import PlainClient, { DescribeSecurityGroupAttributeRequest } from '@alicloud/ecs20140526';
import { Config } from '@alicloud/openapi-client';
import Table from 'cli-table3';
import { type LocalCloud, startLocalCloud } from '../../local-cloud';
import { createEcsClient } from '../../shared/ecs';
import { parseRegionId, parseSecurityGroupId } from '../../shared/security-group';
import { benchGroups, REGION } from './event-groups';
import { medianRow, type RateRow, rateRow } from './sweep-rate-rows';
import { printSimulated } from './sweep-rate-simulated';

const OUT = join('out', 'bench');
const ACTION = 'DescribeSecurityGroupAttribute';
const LATENCY_MS = 50;
/** Calls a second that the cloud allows. */
const LIMITS = [10, 50, 100];
/** How often what Palisade does is measured; the others take little notice of chance. */
const RUNS = 3;
/** As many groups under way as a run has of them. */
const UNDER_WAY = 100;

const GROUP_ID = 'sg-bench0000';

/** One read of a group; it may throw, and the next one follows at once. */
type Read = () => Promise<unknown>;

interface Client {
  readonly name: string;
  readonly callers: number;
  /** The end, in milliseconds since 1970, is when the cloud goes away: nobody is to call on. */
  readonly connect: (cloud: LocalCloud, end: number) => Read;
}

const PALISADE: Client = {
  name: 'palisade',
  callers: UNDER_WAY,
  connect(cloud, end) {
    const client = createEcsClient({
      deadline: end,
      regionId: parseRegionId(REGION),
      endpoint: cloud.endpoint,
      credentials: async () => cloud,
    });
    return () => client.readSecurityGroup(parseSecurityGroupId(GROUP_ID));
  },
};

/** What Palisade did before: full jitter up to 2, 4, 8, 16 and 20 seconds, six attempts. */
const EIGHT: Client = {
  name: 'eight at a time, each repeated',
  callers: 8,
  connect(cloud, end) {
    const read = plainRead(cloud);
    return async () => {
      for (let attempt = 1; attempt <= 6 && Date.now() < end; attempt += 1) {
        if (
          await read().then(
            () => true,
            () => false,
          )
        )
          return;
        const waitMs = Math.random() * Math.min(2_000 * 2 ** (attempt - 1), 20_000);
        await sleep(waitMs, undefined, { ref: false });
      }
    };
  },
};

const SCRIPT: Client = { name: 'script, repeats nothing', callers: UNDER_WAY, connect: plainRead };

function plainRead(cloud: LocalCloud): Read {
  const { accessKeyId, accessKeySecret, host: endpoint } = cloud;
  const key = { accessKeyId, accessKeySecret };
  const client = new PlainClient(
    new Config({ ...key, endpoint, protocol: 'HTTP', regionId: REGION }),
  );
  const request = { regionId: REGION, securityGroupId: GROUP_ID };
  return () =>
    client.describeSecurityGroupAttribute(new DescribeSecurityGroupAttributeRequest(request));
}

/** Lets clients call as fast as they do, the second one beginning after a quarter of the time. */
async function measure(
  limit: number,
  clients: readonly Client[],
  seconds: number,
): Promise<RateRow> {
  const cloud = await startLocalCloud({
    inventory: benchGroups(1).inventory,
    latency: LATENCY_MS,
    throttle: { perAction: { [ACTION]: limit } },
  });
  try {
    // Whole windows, as the cloud counts them.
    const start = Math.ceil(Date.now() / 1000) * 1000;
    const end = start + seconds * 1000;
    const work = clients.map(async ({ callers, connect }, place) => {
      const read = connect(cloud, end);
      await sleep(start - Date.now() + (place * seconds * 1000) / 4);
      const callOnAndOn = async () => {
        while (Date.now() < end) await read().catch(() => {});
      };
      void Promise.all(Array.from({ length: callers }, callOnAndOn));
    });
    await Promise.all(work);
    await sleep(end - Date.now());
    return rateRow(
      clients.map(({ name }) => name),
      limit,
      cloud.calls.all(),
      { start, end },
    );
  } finally {
    await cloud.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      simulated: { type: 'boolean', default: false },
    },
  });
  if (!/^[1-9]\d?$/.test(values.seconds)) {
    throw new Error(`--seconds is "${values.seconds}": write a whole number from 1 to 99`);
  }
  if (values.simulated) {
    await write('sweep-rate-simulated', { node: process.version, rows: await printSimulated() });
    return;
  }
  const seconds = Number(values.seconds);
  const rows: RateRow[] = [];
  for (const clients of [[PALISADE], [PALISADE, PALISADE], [EIGHT], [SCRIPT]]) {
    const runs: RateRow[][] = [];
    for (let run = 0; run < (clients.includes(PALISADE) ? RUNS : 1); run += 1) {
      runs.push(await Promise.all(LIMITS.map((limit) => measure(limit, clients, seconds))));
    }
    rows.push(
      ...LIMITS.map((limit) => medianRow(runs.flat().filter((row) => row.limit === limit))),
    );
  }
  print(rows, seconds);
  await write('sweep-rate', { node: process.version, latencyMs: LATENCY_MS, seconds, rows });
}

async function write(name: string, report: unknown): Promise<void> {
  await mkdir(OUT, { recursive: true });
  const file = join(OUT, `${name}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written to ${file}`);
}

function print(rows: readonly RateRow[], seconds: number): void {
  const table = new Table({
    head: ['clients', 'allowed, calls/s', 'used', 'throttled', 'held', 'throttled, held', 'aim'],
    style: { head: [], border: [] },
  });
  for (const { clients, limit, all, held } of rows) {
    const isMet = held.used >= 0.95 && held.throttled < 0.01;
    table.push([
      clients.join(' and '),
      limit,
      percent(all.used),
      percent(all.throttled),
      percent(held.used),
      percent(held.throttled),
      isMet ? 'met' : 'not met',
    ]);
  }
  console.log(`
${seconds} seconds of reading groups as fast as may be; a call takes ${LATENCY_MS} ms, a window is a second
${table.toString()}
used: accepted calls relative to what is allowed, over all the time, start included. held: in its second half.
  throttled: refused calls relative to all. Palisade: median of ${RUNS} runs. A second client begins after a quarter
  of the time. aim: 95 % held, less than 1 % throttled.`);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
