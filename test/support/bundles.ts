import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions, type FUNCTION_NAMES } from '../../scripts/build-functions';

/** The functions, built with one policy file: the folder of each, by its name. */
export type Bundles = Readonly<Record<(typeof FUNCTION_NAMES)[number], string>> & {
  remove(): Promise<void>;
};

/** Builds the functions into a temporary folder, as a deployment would. */
export async function buildBundles(policyText: string): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bundles-'));
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, policyText);
  await buildFunctions(policyFile, folder);
  return {
    sweep: join(folder, 'sweep'),
    enforce: join(folder, 'enforce'),
    actiontrail: join(folder, 'actiontrail'),
    webhook: join(folder, 'webhook'),
    remove: () => rm(folder, { recursive: true }),
  };
}
