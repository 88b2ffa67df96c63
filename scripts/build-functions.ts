import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPolicies } from '../shared/policy/load';
import { type BundledFile, bundle, compressedSize } from './bundle';

/** The functions, by the name of their file under `functions/`. */
export const FUNCTION_NAMES = ['sweep', 'enforce', 'actiontrail', 'webhook'] as const;

/**
 * Most bytes that a function may have, compressed: its code is fetched and unpacked whenever an instance
 * starts. With the SDKs whole it has four times as many.
 */
export const MOST_COMPRESSED_BYTES = 200 * 1024;

/** One function, bundled and nowhere written. */
export interface BundledFunction {
  readonly name: (typeof FUNCTION_NAMES)[number];
  readonly files: readonly BundledFile[];
}

/** One built function. */
export interface BuiltFunction extends BundledFunction {
  /** Folder that holds `index.js` and the files that it loads later. */
  readonly directory: string;
  /** Bytes of all its files. */
  readonly bytes: number;
  /** The same as a zip file holds them. */
  readonly compressedBytes: number;
}

/**
 * Bundles each function: CommonJS for Node 20, whose `index.js` exports `handler`, with the policies of a file
 * compiled in. Throws PolicyFileError if the file is refused, and an Error if an SDK is not what the build
 * expects.
 */
export async function bundleFunctions(policyFile: string): Promise<BundledFunction[]> {
  const source = await readFile(policyFile, 'utf8').catch((error: Error) => {
    throw new Error(
      `the policy file ${policyFile} cannot be read (${error.message}); name one that is there, such as policies/starter.yaml`,
    );
  });
  const policies = loadPolicies(source, policyFile, Date.now());
  return Promise.all(
    FUNCTION_NAMES.map(async (name) => ({
      name,
      files: await bundle(functionFile(name), JSON.stringify(policies)),
    })),
  );
}

/**
 * Bundles each function into the folder `OUT/NAME`, in place of what was there. Throws what `bundleFunctions`
 * throws.
 */
export async function buildFunctions(
  policyFile: string,
  outDirectory: string,
): Promise<BuiltFunction[]> {
  const bundled = await bundleFunctions(policyFile);
  return Promise.all(
    bundled.map(async ({ name, files }) => {
      const directory = join(outDirectory, name);
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
      await Promise.all(files.map((file) => writeFile(join(directory, file.name), file.content)));
      const contents = files.map(({ content }) => content);
      const bytes = contents.reduce((total, { length }) => total + length, 0);
      return { name, files, directory, bytes, compressedBytes: compressedSize(contents) };
    }),
  );
}

/** The source file of a function. */
export function functionFile(name: (typeof FUNCTION_NAMES)[number]): string {
  return join(__dirname, '..', 'functions', `${name}.ts`);
}
