import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palisade-make-folder-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('makes a folder with those above it, whether or not it is there, several at a time', async () => {
  const deep = join(folder, 'a', 'b', 'c');
  await Promise.all([deep, join(deep, 'd'), deep, join(folder, 'a')].map(makeFolder));
  await makeFolder(deep);
  expect((await stat(join(deep, 'd'))).isDirectory()).toBe(true);
});

it('says that a file is in the way', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(folder, 'file', 'x', 'y'))).rejects.toMatchObject({
    code: 'ENOTDIR',
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux('comes to an end where nothing can be made', async () => {
  await expect(makeFolder('/proc/palisade/x')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOENT|EACCES|EPERM|EROFS)$/),
  });
});
