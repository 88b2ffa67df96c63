/**
 * Measures cold starts: from the start of a process to the first signed request that a service receives, or
 * to the answer where none is sent, beside the same handlers with the SDKs whole, bundled without pruning,
 * and beside the least that a handler can do. Prints tables and writes out/bench/cold-start.json.
 * `--runs N` starts each so many times.
 *
 * A program of its own, because processes are started from files beside it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { loadPolicies } from '../../shared/policy/load';
import { MOST_COMPRESSED_BYTES } from '../build-functions';
import { type Case, coldStartCases } from './cold-start-cases';
import { MOST_ABOVE_FLOOR_MS, type Row, rowOf } from './cold-start-rows';
import { type ColdStart, type ColdStartStage, startColdStartStage } from './cold-start-stage';
import { buildVariants, type Variant } from './cold-start-variants';

const OUT = join('out', 'bench', 'cold-start.json');
const POLICY_FILE = join(__dirname, '..', '..', 'policies', 'starter.yaml');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } });
  if (!/^[1-9]\d?$/.test(values.runs)) {
    throw new Error(`--runs is "${values.runs}": write a whole number from 1 to 99`);
  }
  const runs = Number(values.runs);
  const folder = await mkdtemp(join(tmpdir(), 'palisade-cold-start-'));
  const stage = await startColdStartStage(folder);
  try {
    const policies = loadPolicies(await readFile(POLICY_FILE, 'utf8'), POLICY_FILE, Date.now());
    const variants = await buildVariants(POLICY_FILE, policies, folder);
    const rows: Row[] = [];
    for (const each of coldStartCases(policies)) {
      rows.push(rowOf(each, await measure(stage, each, variants, runs)));
    }
    const bytes = Object.fromEntries(
      variants.flatMap((variant) => (variant.bytes ? [[variant.name, variant.bytes]] : [])),
    );
    print(rows, variants, runs);
    const machine = { node: process.version, cores: availableParallelism(), load: loadavg()[0] };
    await mkdir(join('out', 'bench'), { recursive: true });
    await writeFile(OUT, `${JSON.stringify({ ...machine, runs, rows, bytes }, null, 2)}\n`);
    console.log(`written to ${OUT}`);
  } finally {
    await stage.close();
    await rm(folder, { recursive: true });
  }
}

/** Starts the variants in turn, so that what else the machine does falls on all of them alike. */
async function measure(
  stage: ColdStartStage,
  each: Case,
  variants: readonly Variant[],
  runs: number,
): Promise<Record<Variant['name'], ColdStart[]>> {
  const starts: Record<Variant['name'], ColdStart[]> = {
    palisade: [],
    'not pruned': [],
    'SDKs whole': [],
    floor: [],
  };
  // The first round only brings the files into memory.
  for (let round = 0; round <= runs; round += 1) {
    for (const variant of variants) {
      const isFloor = variant.name === 'floor' && each.until === 'answer';
      const given = isFloor ? { ...each, event: '' } : each;
      const start = await stage.start(given, variant.handlerFile(each.function));
      if (round > 0) starts[variant.name].push(start);
    }
  }
  return starts;
}

function print(rows: readonly Row[], variants: readonly Variant[], runs: number): void {
  const style = { head: [], border: [] };
  const names = variants.map(({ name }) => name);
  const times = new Table({
    head: ['start', 'until', ...names.map((name) => `${name}, ms`), 'above floor', 'gain', 'aim'],
    style,
  });
  const weights = new Table({
    head: ['start', ...names.map((name) => `${name}: files, MB`)],
    style,
  });
  for (const { name, until, figures, aboveFloorMs, ratios, isMet } of rows) {
    times.push([
      name,
      until,
      ...names.map((each) => `${figures[each].ms} (${figures[each].quartiles.join('-')})`),
      aboveFloorMs,
      `${ratios['not pruned']}x, ${ratios['SDKs whole']}x`,
      isMet ? 'met' : 'not met',
    ]);
    weights.push([name, ...names.map((each) => `${figures[each].modules}, ${figures[each].rss}`)]);
  }
  const sizes = new Table({ head: ['function', 'kB, compressed', 'not pruned', 'aim'], style });
  const [ours, unpruned] = variants;
  for (const [name, { raw, compressed }] of Object.entries(ours?.bytes ?? {})) {
    const other = unpruned?.bytes?.[name];
    sizes.push([
      name,
      `${kilobytes(raw)}, ${kilobytes(compressed)}`,
      other ? `${kilobytes(other.raw)}, ${kilobytes(other.compressed)}` : '-',
      compressed <= MOST_COMPRESSED_BYTES ? 'met' : 'not met',
    ]);
  }
  console.log(`
${runs} starts of each, in turn; medians, and between which the middle half lies
${times.toString()}
above floor: aim is at most ${MOST_ABOVE_FLOOR_MS} ms. gain: how many times longer without pruning, and with the SDKs whole.
floor: Node.js with https loaded, and one request signed by hand where the function sends one.
${weights.toString()}
files of JavaScript that were loaded, and memory, when the handler had answered.
${sizes.toString()}
compressed as in a zip file; aim is at most ${kilobytes(MOST_COMPRESSED_BYTES)} kB.`);
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
