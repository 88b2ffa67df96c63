import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { PolicySet } from '../../shared/policy';
import { buildFunctions, FUNCTION_NAMES, functionFile } from '../build-functions';
import { bundleOptions, compressedSize } from '../bundle';

const PROJECT = join(__dirname, '..', '..');
const FLOOR = join(__dirname, 'cold-start-floor.cjs');

/** One way to make the functions. */
export interface Variant {
  readonly name: 'palisade' | 'not pruned' | 'SDKs whole' | 'floor';
  /** The file with the handler of a function. */
  handlerFile(functionName: string): string;
  /** What is deployed of a function; absent where that is not comparable. */
  readonly bytes?: Readonly<Record<string, { readonly raw: number; readonly compressed: number }>>;
}

/** Builds all variants: below `folder`, but for the one that needs the project's packages to be found. */
export async function buildVariants(
  policyFile: string,
  policies: PolicySet,
  folder: string,
): Promise<Variant[]> {
  const ours = join(folder, 'palisade');
  const unpruned = join(folder, 'not-pruned');
  const whole = join(PROJECT, 'out', 'bench', 'cold-start-whole');
  await rm(whole, { recursive: true, force: true });
  await mkdir(whole, { recursive: true });
  await buildFunctions(policyFile, ours);
  for (const name of FUNCTION_NAMES) {
    const common = {
      ...bundleOptions(functionFile(name), JSON.stringify(policies)),
      format: 'cjs',
    } as const;
    await build({ ...common, outdir: join(unpruned, name), external: ['proxy-agent'] });
    await build({ ...common, outdir: join(whole, name), packages: 'external' });
  }
  const below = (directory: string) => (name: string) => join(directory, name, 'index.js');
  return [
    { name: 'palisade', handlerFile: below(ours), bytes: await sizes(ours) },
    { name: 'not pruned', handlerFile: below(unpruned), bytes: await sizes(unpruned) },
    { name: 'SDKs whole', handlerFile: below(whole) },
    { name: 'floor', handlerFile: () => FLOOR },
  ];
}

async function sizes(directory: string) {
  const entries = await Promise.all(
    FUNCTION_NAMES.map(async (name) => {
      const files = await readdir(join(directory, name));
      const contents = await Promise.all(
        files.map((file) => readFile(join(directory, name, file))),
      );
      const raw = contents.reduce((sum, content) => sum + content.length, 0);
      return [name, { raw, compressed: compressedSize(contents) }] as const;
    }),
  );
  return Object.fromEntries(entries);
}
