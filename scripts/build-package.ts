import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const PROJECT = join(__dirname, '..');
const COMMAND_LINE = join(PROJECT, 'dist', 'command-line');

/** What the command line reads from beside its own code, once it runs. */
const READ_AT_RUN_TIME = [
  'local-cloud/function-compute/bootstrap.cjs',
  'local-cloud/function-compute/http-handler.cjs',
  'scripts/report/page/base.css',
  'scripts/report/page/filters.js',
  'scripts/report/page/groups.css',
  'scripts/report/page/media.css',
  'scripts/report/page/overview.css',
];

/** Builds what the npm package holds: the library, with its types, and the command line. `npm pack` runs it. */
async function main(): Promise<void> {
  await Promise.all([buildLibrary(), buildCommandLine()]);
}

async function buildLibrary(): Promise<void> {
  await rm(join(PROJECT, 'dist', 'library'), { recursive: true, force: true });
  const compiler = join(PROJECT, 'node_modules', '.bin', 'tsc');
  const parameters = ['--project', join(PROJECT, 'tsconfig.library.json')];
  await promisify(execFile)(compiler, parameters).catch((error: { stdout?: string }) => {
    throw new Error(`the library does not compile:\n${error.stdout}`);
  });
}

/** One file, which loads the packages that it depends on from where npm has put them. */
async function buildCommandLine(): Promise<void> {
  await rm(COMMAND_LINE, { recursive: true, force: true });
  await mkdir(COMMAND_LINE, { recursive: true });
  const program = join(COMMAND_LINE, 'palisade.js');
  await build({
    absWorkingDir: PROJECT,
    entryPoints: ['scripts/palisade.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
  await chmod(program, 0o755);
  for (const file of READ_AT_RUN_TIME) {
    await copyFile(join(PROJECT, file), join(COMMAND_LINE, basename(file)));
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
