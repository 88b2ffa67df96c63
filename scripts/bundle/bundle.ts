import { basename, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { type BuildOptions, build, transform } from 'esbuild';
import { pruneSdks } from './prune-sdks';

const PROJECT = join(__dirname, '..', '..');
const TARGET = 'node20';

/** One file of a bundle. */
export interface BundledFile {
  readonly name: string;
  readonly content: Buffer;
  /** Bytes that each source file gives to it, by esbuild's name of the source. */
  readonly sources: Readonly<Record<string, number>>;
}

/**
 * Bundles a source file and the policies, given as JSON, into `index.js` and the files that it loads later:
 * CommonJS for Node 20. What is imported by `import()` gets files of its own, because Node takes 2 ms to compile
 * 100 kB, whether it is then used or not; esbuild does that for ES modules only, so that each file is turned
 * into CommonJS afterwards. Throws an Error if an SDK is not what the build expects.
 */
export async function bundle(entryPoint: string, policies: string): Promise<BundledFile[]> {
  const { outputFiles, metafile } = await build({
    ...bundleOptions(entryPoint, policies),
    format: 'esm',
    splitting: true,
    outdir: 'out',
    write: false,
    metafile: true,
    plugins: [pruneSdks(PROJECT)],
  });
  return Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        format: 'cjs',
        platform: 'node',
        target: TARGET,
        minify: true,
        supported: { 'dynamic-import': false },
      });
      const name = basename(path);
      const inputs = Object.entries(metafile.outputs[`out/${name}`]?.inputs ?? {});
      return {
        name,
        content: Buffer.from(code),
        sources: Object.fromEntries(inputs.map(([source, input]) => [source, input.bytesInOutput])),
      };
    }),
  );
}

/** What esbuild is told of every bundle, pruned or not. */
export function bundleOptions(entryPoint: string, policies: string) {
  return {
    absWorkingDir: PROJECT,
    entryPoints: { index: entryPoint },
    bundle: true,
    platform: 'node',
    target: TARGET,
    minify: true,
    legalComments: 'none',
    define: { COMPILED_POLICIES: policies },
    logLevel: 'warning',
  } satisfies BuildOptions;
}

/** Bytes of some files as a zip file holds them, at deflate's level 9. */
export function compressedSize(contents: readonly Uint8Array[]): number {
  return contents.reduce(
    (total, content) => total + deflateRawSync(content, { level: 9 }).length,
    0,
  );
}
