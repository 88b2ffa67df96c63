import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzip } from './testing/unzip';
import { zip } from './zip';

const entries = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[\w.-]{1,20}$/),
    content: fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);

test('whatever is packed comes out again, in the order of names', () => {
  fc.assert(
    fc.property(entries, (files) => {
      const sorted = [...files].sort((one, other) => (one.name < other.name ? -1 : 1));
      expect(unzip(zip(files)).map(({ name, content }) => ({ name, content }))).toEqual(sorted);
    }),
  );
});

test('the order in which files are given makes no difference', () => {
  fc.assert(
    fc.property(entries, (files) => {
      expect(zip([...files].reverse()).equals(zip(files))).toBe(true);
    }),
  );
});

test('an archive holds one fixed time and fixed permissions', () => {
  const [entry] = unzip(zip([{ name: 'a', content: Buffer.from('a') }]));
  expect(entry).toMatchObject({ modified: 0x0000_2100, mode: 0o100644 });
});

test('the checksum is that of the check value for CRC-32', () => {
  const [entry] = unzip(zip([{ name: 'a', content: Buffer.from('123456789') }]));
  expect(entry?.crc).toBe(0xcbf43926);
});

test.each(['é', 'a/b', '../a', 'a b', ''])('a file called "%s" is refused', (name) => {
  expect(() => zip([{ name, content: Buffer.alloc(0) }])).toThrow(/cannot be packed: give each/);
});

test('two files of one name are refused', () => {
  const content = Buffer.alloc(0);
  expect(() =>
    zip([
      { name: 'a', content },
      { name: 'b', content },
      { name: 'a', content },
    ]),
  ).toThrow(/"a" cannot be packed/);
});

// Most machines have it; the reader above is independent of it.
const hasUnzip = spawnSync('unzip', ['-v']).error === undefined;
(hasUnzip ? test : test.skip)('unzip of the system takes an archive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-zip-'));
  try {
    await writeFile(join(folder, 'a.zip'), zip([{ name: 'a.js', content: Buffer.from('1') }]));
    expect(spawnSync('unzip', ['-q', 'a.zip'], { cwd: folder }).status).toBe(0);
    expect(await readFile(join(folder, 'a.js'), 'utf8')).toBe('1');
  } finally {
    await rm(folder, { recursive: true });
  }
});
