import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pictureOf } from './picture/picture-of';

/** Runs the demo in a folder of its own, and draws what it showed into docs/demo.svg. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-picture-'));
  try {
    const loader = pathToFileURL(require.resolve('tsx')).href;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', loader, join(__dirname, 'demo.ts')],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, FORCE_COLOR: '1' },
        maxBuffer: 4 * 1024 * 1024,
      },
    );
    await writeFile(join(__dirname, '..', 'docs', 'demo.svg'), pictureOf(stdout));
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error: Error) => {
  console.error(`picture: ${error.message}`);
  process.exitCode = 1;
});
