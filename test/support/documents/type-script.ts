import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from './page';
import type { Workplace } from './workplace';

/** The settings that snippets are checked under and run with. */
const SETTINGS = 'tsconfig.snippets.json';

/**
 * Type-checks the `ts` blocks of a page under the project's own settings, as files at the top of the
 * project, and runs each. The project's name, as a module, is its source. Gives what each printed, by its
 * first line on the page. Throws an Error with what the compiler or the block says.
 */
export async function runTypeScript(
  { blocks }: Page,
  { folder }: Workplace,
): Promise<ReadonlyMap<number, string>> {
  const snippets = blocks
    .filter(({ language }) => language === 'ts')
    .map(({ text, line }) => ({ text, line, name: `snippet-${line}.ts` }));
  if (snippets.length === 0) return new Map();
  for (const { name, text } of snippets) await writeFile(join(folder, name), text);
  const settings = {
    extends: './tsconfig.json',
    compilerOptions: { paths: { palisade: ['./shared/index.ts'] } },
    include: [],
    files: snippets.map(({ name }) => name),
  };
  await writeFile(join(folder, SETTINGS), JSON.stringify(settings));
  await run(folder, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', SETTINGS]);
  const printed = new Map<number, string>();
  for (const { name, line } of snippets) {
    printed.set(line, await run(folder, ['--import', 'tsx', name]));
  }
  return printed;
}

async function run(folder: string, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, parameters, {
      cwd: folder,
      env: { ...process.env, TSX_TSCONFIG_PATH: SETTINGS },
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${parameters.join(' ')}: ${stdout}${stderr}`);
  }
}
