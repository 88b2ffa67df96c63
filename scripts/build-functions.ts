import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { loadPolicies } from '../shared/policy/load';

/** The functions, by the name of their file under `functions/`. */
export const FUNCTION_NAMES = ['sweep', 'enforce', 'actiontrail', 'webhook'] as const;

const PROJECT = join(__dirname, '..');

/** One built function. */
export interface BuiltFunction {
  readonly name: string;
  /** Folder that holds `index.js`. */
  readonly directory: string;
  readonly bytes: number;
}

/**
 * Bundles each function into `OUT/NAME/index.js`, one CommonJS file for Node 20 that exports `handler`,
 * with the policies of a file compiled in. Throws PolicyFileError if the file is refused.
 */
export async function buildFunctions(
  policyFile: string,
  outDirectory: string,
): Promise<BuiltFunction[]> {
  const policies = loadPolicies(await readFile(policyFile, 'utf8'), policyFile, Date.now());
  return Promise.all(
    FUNCTION_NAMES.map(async (name) => {
      const directory = join(outDirectory, name);
      const result = await build({
        absWorkingDir: PROJECT,
        entryPoints: [join(PROJECT, 'functions', `${name}.ts`)],
        outfile: join(directory, 'index.js'),
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        minify: true,
        legalComments: 'none',
        // An optional part of an HTTP library inside @alicloud/fc2, for proxies, which is not installed.
        external: ['proxy-agent'],
        define: { COMPILED_POLICIES: JSON.stringify(policies) },
        metafile: true,
        logLevel: 'warning',
      });
      const bytes = Object.values(result.metafile.outputs).reduce(
        (sum, each) => sum + each.bytes,
        0,
      );
      return { name, directory, bytes };
    }),
  );
}
