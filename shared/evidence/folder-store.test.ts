import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, RecordStoreError } from './index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the folder is made when the first record is written', async () => {
  const place = join(folder, 'made', 'when', 'needed');
  const store = createFolderStore(place);
  expect(await store.get('runs/1')).toBeUndefined();
  expect(await store.list('')).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
  await store.putIfAbsent('runs/1', 'x');
  expect(await readFile(join(place, 'runs', '1'), 'utf8')).toBe('x');
});

test('while many write one record, readers see it whole or not at all', async () => {
  const stores = [createFolderStore(folder), createFolderStore(folder)];
  const contents = Array.from({ length: 40 }, (_, index) => String(index % 10).repeat(200_000));
  const reads: (string | undefined)[] = [];
  const won = await Promise.all(
    contents.map(async (content, index) => {
      const store = stores[index % 2] ?? createFolderStore(folder);
      const [wrote, seen] = await Promise.all([
        store.putIfAbsent('runs/x', content),
        store.get('runs/x'),
      ]);
      reads.push(seen);
      return wrote;
    }),
  );
  const winner = contents[won.indexOf(true)];
  for (const seen of reads) expect([undefined, winner]).toContain(seen);
  expect(await readdir(join(folder, 'runs'))).toEqual(['x']);
});

test('nothing is left aside by writes, lost races included', async () => {
  const store = createFolderStore(folder);
  await store.putIfAbsent('a', '');
  await store.putIfAbsent('a', '');
  expect(await readdir(folder)).toEqual(['a']);
});

test('what a killed writer left aside is not listed', async () => {
  await writeFile(join(folder, '.half-written'), 'ha');
  const store = createFolderStore(folder);
  expect(await store.list('')).toEqual([]);
});

test('a list does not leave the folder', async () => {
  await mkdir(join(folder, 'inside'));
  await writeFile(join(folder, 'secret'), '');
  const store = createFolderStore(join(folder, 'inside'));
  for (const prefix of ['../', '..', '/', 'a/../../']) {
    await expect(store.list(prefix)).rejects.toThrow(RecordStoreError);
  }
});

describe('an error names the folder, the cause and the remedy', () => {
  test('when the folder is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'kept');
    const store = createFolderStore(file);
    const message = `in the record folder ${file}: a part of the path is a file; name a folder`;
    await expect(store.putIfAbsent('a', '')).rejects.toThrow(`cannot write a ${message}`);
    await expect(store.get('a')).rejects.toThrow(`cannot read a ${message}`);
    await expect(store.list('')).rejects.toThrow(`cannot list everything ${message}`);
    expect(await readFile(file, 'utf8')).toBe('kept');
  });

  test('when a folder on the way is a file', async () => {
    const store = createFolderStore(folder);
    await store.putIfAbsent('runs', 'a record');
    for (const key of ['runs/1', 'runs/1/2']) {
      await expect(store.putIfAbsent(key, '')).rejects.toThrow('a part of the path is a file');
    }
  });

  test('when the record is a folder', async () => {
    const store = createFolderStore(folder);
    await store.putIfAbsent('runs/1', '');
    await expect(store.get('runs')).rejects.toThrow('cannot read runs in');
    await expect(store.get('runs')).rejects.toThrow('is a folder');
  });

  test('when the folder may not be written', async () => {
    await chmod(folder, 0o555);
    const { geteuid, seteuid } = process;
    // The superuser may write anywhere, so that it has to step down for a moment.
    const isSuperuser = geteuid?.() === 0;
    if (isSuperuser) seteuid?.(65_534);
    try {
      const store = createFolderStore(join(folder, 'below'));
      const writing = store.putIfAbsent('a', '');
      await expect(writing).rejects.toThrow(RecordStoreError);
      await expect(writing).rejects.toThrow(
        'no permission; make the folder writable, or name another one',
      );
    } finally {
      if (isSuperuser) seteuid?.(0);
      await chmod(folder, 0o755);
    }
  });
});

describe('on a file system without hard links', () => {
  const refuseLink = async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  };

  it('still writes each record once, and leaves nothing aside', async () => {
    const store = createFolderStore(folder, refuseLink);
    const won = await Promise.all(['a', 'b', 'c'].map((text) => store.putIfAbsent('runs/x', text)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(['a', 'b', 'c'][won.indexOf(true)]).toBe(await store.get('runs/x'));
    expect(await readdir(join(folder, 'runs'))).toEqual(['x']);
  });
});
