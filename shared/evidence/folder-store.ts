import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, open, readdir, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder';
import { isRecordKey, requireKeyStart, requireRecordKey } from './record-key';
import { type RecordStore, RecordStoreError } from './record-store';

/**
 * Records as files in a folder, made when the first record is written. A record appears whole or not at
 * all: it is written aside, flushed, and linked to its name, which fails if the name is taken. A mounted
 * bucket has no links; there a record is made under its own name if that is free, and the bucket shows
 * it when it is closed. `makeLink` is there for tests.
 */
export function createFolderStore(folder: string, makeLink: typeof link = link): RecordStore {
  return {
    async putIfAbsent(key, content) {
      const path = pathOf(key);
      const aside = join(dirname(path), `.${randomUUID()}`);
      return attempt(`write ${key}`, async () => {
        await makeFolder(dirname(path));
        try {
          await writeNew(aside, content);
          await makeLink(aside, path).catch(async (error: unknown) => {
            if (!UNSUPPORTED.includes(codeOf(error) ?? '')) throw error;
            await writeNew(path, content);
          });
          return true;
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        } finally {
          await unlink(aside).catch((error: unknown) => {
            if (codeOf(error) !== 'ENOENT') throw error;
          });
        }
      });
    },

    async get(key) {
      return attempt(`read ${key}`, async () => {
        try {
          return await readFile(pathOf(key), 'utf8');
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        }
      });
    },

    async list(prefix, after = '') {
      requireKeyStart(after);
      const slash = requireKeyStart(prefix).lastIndexOf('/');
      const start = slash < 0 ? '' : prefix.slice(0, slash);
      return attempt(`list ${prefix || 'everything'}`, async () => {
        const keys = await filesBelow(start);
        return keys
          .filter((key) => isRecordKey(key) && key.startsWith(prefix) && key > after)
          .sort();
      });
    },
  };

  function pathOf(key: string): string {
    return join(folder, ...requireRecordKey(key).split('/'));
  }

  async function filesBelow(start: string): Promise<string[]> {
    let entries: Dirent[];
    try {
      entries = await readdir(join(folder, start), { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
    const keys: string[] = [];
    for (const entry of entries) {
      const key = start === '' ? entry.name : `${start}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) keys.push(...(await filesBelow(key)));
      else keys.push(key);
    }
    return keys;
  }

  async function attempt<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof RecordStoreError) throw error;
      throw new RecordStoreError(
        `cannot ${what} in the record folder ${folder}: ${explain(error)}`,
        { cause: error },
      );
    }
  }
}

/** Writes a file that must not exist yet, down to the disk. */
async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

const NO_PERMISSION = 'no permission; make the folder writable, or name another one';
const NOWHERE = 'no folder can be made there; name another one';
const NOT_A_FOLDER = 'a part of the path is a file; name a folder';

/** How link fails on a file system without hard links (link(2)). */
const UNSUPPORTED = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  EROFS: 'the file system is read-only; name a folder that can be written',
  EFBIG: 'files may not grow so large here; raise the limit (ulimit -f), or name another folder',
  EDQUOT: 'the disk quota is used up; free some space, or name another folder',
  ENOSPC: 'the disk is full; free some space, or name a folder on another disk',
  ENOENT: NOWHERE,
  ENOTDIR: NOT_A_FOLDER,
  EEXIST: NOT_A_FOLDER,
  EISDIR: 'the record is a folder; name another one',
};

function explain(error: unknown): string {
  return REMEDIES[codeOf(error) ?? ''] ?? (error as Error).message;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
