import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../../scripts/build-functions';

/** The functions, built with one policy file. */
export interface Bundles {
  readonly sweep: string;
  readonly enforce: string;
  remove(): Promise<void>;
}

/** Builds the functions into a temporary folder, as a deployment would. */
export async function buildBundles(policyText: string): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-bundles-'));
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, policyText);
  await buildFunctions(policyFile, folder);
  return {
    sweep: join(folder, 'sweep'),
    enforce: join(folder, 'enforce'),
    remove: () => rm(folder, { recursive: true }),
  };
}
