/** The benchmarks by name; each prints tables and writes out/bench/NAME.json. */
const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(parameters: readonly string[]): void | Promise<void> }>>
> = {
  traffic: () => import('./bench/traffic'),
};

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
