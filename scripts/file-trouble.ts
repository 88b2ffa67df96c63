const OF_READING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the name and the folder',
  ENOTDIR: 'a part of the path is a file; check the name',
  EISDIR: 'it is a folder; name a file',
  EACCES: 'no permission; let your user read it',
  EPERM: 'no permission; let your user read it',
};

const OF_WRITING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder; make it first, or name another one',
  ENOTDIR: 'a part of the path is a file; name another folder',
  EEXIST: 'a part of the path is a file; name another folder',
  EISDIR: 'it is a folder; name a file',
  EACCES: 'no permission; make its folder writable, or name another file',
  EPERM: 'no permission; make its folder writable, or name another file',
  EROFS: 'the file system is read-only; name a file in a folder that can be written',
  ENOSPC: 'the disk is full; free some space, or name a file on another disk',
  EDQUOT: 'the disk quota is used up; free some space, or name a file elsewhere',
  EFBIG: 'files may not grow so large here; raise the limit (ulimit -f), or name a file elsewhere',
};

/** Why a file cannot be read and what to do, as the end of a sentence; for other errors, what they say. */
export function readTrouble(error: unknown): string {
  return troubleIn(OF_READING, error);
}

/** The same for a file that cannot be written. */
export function writeTrouble(error: unknown): string {
  return troubleIn(OF_WRITING, error);
}

function troubleIn(known: typeof OF_READING, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return known[code] ?? message;
}
