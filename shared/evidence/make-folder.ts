import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Not mkdir's own way of doing so: where nothing can be
 * made, such as below /proc, that one tries for ever, and on a read-only disk it says that a folder is missing.
 * Throws what the file system throws; EEXIST where a file is in the way.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Asked for even where it is there, a folder of a read-only disk may be refused.
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above);
    await mkdir(folder).catch(async (again: NodeJS.ErrnoException) => {
      // Another run may have been faster.
      if (again.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw again;
    });
  }
}
