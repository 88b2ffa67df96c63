import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Block, type Page, PROJECT } from './page';
import type { Workplace } from './workplace';

/** What became of the commands of a page. */
export interface Ran {
  /** Of the first block that failed, with what it wrote; absent if none did. */
  readonly failure?: string;
  /** What each block that was run printed, by its first line on the page. */
  readonly printed: ReadonlyMap<number, string>;
}

/** The port that pages name for a local cloud. */
const NAMED_PORT = /\b8080\b/g;

/**
 * Runs the `sh` blocks of a page in their order, in one shell, as somebody would who follows the page. A
 * command that fails ends it, but for exit codes that say what was found. `commands.sh` stands in for what
 * cannot be run.
 */
export async function runCommands(page: Page, workplace: Workplace): Promise<Ran> {
  const { folder, cloud, freePort } = workplace;
  const blocks = page.blocks.filter(({ language }) => language === 'sh');
  const script = join(folder, 'page.sh');
  await writeFile(script, scriptOf(blocks, freePort));
  const child = spawn('bash', [script], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      CLOUD: cloud.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.accessKeySecret,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const printed = new Map<number, string>();
  for (const { line } of blocks) {
    const text = await readFile(join(folder, `${line}.printed`), 'utf8').catch(() => undefined);
    if (text !== undefined) printed.set(line, text.replaceAll(String(freePort), '8080'));
  }
  if (exitCode === 0) return { printed };
  const line = [...printed.keys()].at(-1) ?? 0;
  const failure = `${page.file}:${line}: exit code ${exitCode}\n${stderr}\n${printed.get(line) ?? ''}`;
  return { printed, failure };
}

function scriptOf(blocks: readonly Block[], port: number): string {
  const standIns = join(PROJECT, 'test', 'support', 'documents', 'commands.sh');
  return [
    `. '${standIns}'`,
    ...blocks.map(
      ({ text, line }) => `{\n${text.replace(NAMED_PORT, String(port))}\n} > ${line}.printed`,
    ),
    '',
  ].join('\n');
}
