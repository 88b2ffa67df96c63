import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a benchmark measures, and how it is run; each prints tables and writes out/bench/NAME.json. */
interface Benchmark {
  readonly about: string;
  run(parameters: readonly string[]): void | Promise<void>;
}

const fromSource = (name: string, about: string): Benchmark => ({
  about,
  run: (parameters) => runFromSource(name, parameters),
});

/** The benchmarks by name, in the order in which they run: some use what others have written. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  traffic: {
    about: 'judging rules as exact sets of packets',
    run: async (parameters) => (await import('./bench/traffic')).run(parameters),
  },
  'cold-start': fromSource('cold-start', 'start of a process to the first signed request'),
  events: fromSource('events', 'event to confirmed repair'),
  'sweep-calls': fromSource('sweep-calls', 'calls of a sweep, beside the fewest that will do'),
  'sweep-rate': fromSource('sweep-rate', 'calls that ECS lets through, and how many it refuses'),
  'sweep-scale': fromSource('sweep-scale', 'time and memory for up to 100,000 groups'),
  'plan-fleet': fromSource('plan-fleet', 'a sweep of 100 accounts, simulated'),
};

/** For a benchmark with the local cloud, which cannot be bundled: it starts threads from a file of its own. */
function runFromSource(name: string, parameters: readonly string[]): void {
  const file = join(__dirname, '..', 'scripts', 'bench', `${name}.ts`);
  const { status, error } = spawnSync(process.execPath, ['--import', 'tsx', file, ...parameters], {
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} did not come to its end: see above`);
}

/** Runs one benchmark or all: `npm run bench [-- NAME [parameters]]`. */
async function main(): Promise<void> {
  const [name, ...parameters] = process.argv.slice(2);
  if (name === '--help') {
    console.log(`npm run bench [-- NAME [options]] runs one benchmark, or all:\n${list()}`);
    return;
  }
  for (const each of name === undefined ? Object.keys(BENCHMARKS) : [name]) {
    const benchmark = Object.hasOwn(BENCHMARKS, each) ? BENCHMARKS[each] : undefined;
    if (!benchmark) {
      throw new Error(
        `there is no benchmark "${each}": write one of these, or none for all\n${list()}`,
      );
    }
    await benchmark.run(parameters);
  }
}

function list(): string {
  return Object.entries(BENCHMARKS)
    .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
    .join('\n');
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
