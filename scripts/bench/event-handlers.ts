import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { loadPolicies } from '../../shared/policy/load';

const PROJECT = join(__dirname, '..', '..');

/** The handlers that are compared, by the file that exports each. */
const HANDLERS = {
  palisade: './functions/actiontrail',
  plain: './scripts/bench/plain-handler',
} as const;

export type HandlerName = keyof typeof HANDLERS;

/**
 * Bundles each handler into `FOLDER/NAME/index.js` with the options that functions are deployed with, and
 * watched-calls around it. Throws PolicyFileError if the policy is refused.
 */
export async function buildHandlers(folder: string, policyText: string): Promise<void> {
  const policies = loadPolicies(policyText, 'the policy of the benchmark', Date.now());
  for (const [name, file] of Object.entries(HANDLERS)) {
    await build({
      absWorkingDir: PROJECT,
      stdin: {
        contents: `import { handler as answer } from '${file}';
import { watched } from './scripts/bench/watched-calls';
export const handler = watched(answer);`,
        resolveDir: PROJECT,
        loader: 'ts',
      },
      outfile: join(folder, name, 'index.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minify: true,
      legalComments: 'none',
      external: ['proxy-agent'],
      define: { COMPILED_POLICIES: JSON.stringify(policies) },
      plugins: [watchCalls],
      logLevel: 'warning',
    });
  }
  for (const [port, file] of Object.entries(WATCHED)) {
    if (watchedPorts.has(port)) continue;
    throw new Error(
      `${file} imports "${port}" no more: watch the calls where they are made ready now (WATCHED)`,
    );
  }
}

/** Where an invocation gets its client and its store from. */
const WATCHED: Readonly<Record<string, string>> = {
  '../ecs': 'shared/accounts/clients.ts',
  '../evidence': 'shared/runtime/invocation.ts',
};

/** Lets an invocation of the product get its client and its store from watched-calls. */
const watchCalls: Plugin = {
  name: 'watch-calls',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/(ecs|evidence)$/ }, ({ importer, path }) => {
      if (importer !== join(PROJECT, WATCHED[path] ?? '')) return undefined;
      watchedPorts.add(path);
      return { path: join(PROJECT, 'scripts', 'bench', 'watched-calls.ts') };
    });
  },
};

const watchedPorts = new Set<string>();
