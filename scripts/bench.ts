import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The benchmarks by name; each prints tables and writes out/bench/NAME.json. */
const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(parameters: readonly string[]): void | Promise<void> }>>
> = {
  traffic: () => import('./bench/traffic'),
  'cold-start': async () => ({ run: (parameters) => runFromSource('cold-start', parameters) }),
  events: async () => ({ run: (parameters) => runFromSource('events', parameters) }),
  'sweep-scale': async () => ({ run: (parameters) => runFromSource('sweep-scale', parameters) }),
  'sweep-calls': async () => ({ run: (parameters) => runFromSource('sweep-calls', parameters) }),
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
  const wanted = name === undefined ? Object.keys(BENCHMARKS) : [name];
  for (const each of wanted) {
    const load = BENCHMARKS[each];
    if (!load) {
      const names = Object.keys(BENCHMARKS).join(', ');
      throw new Error(`there is no benchmark "${each}": write one of ${names}, or none for all`);
    }
    await (await load()).run(parameters);
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
