import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BUCKET, REGION, startOss } from '../../local-cloud/oss/testing';
import { createFolderStore, createOssStore, type RecordStore, RecordStoreError } from './index';

/** An empty place for records; `open` opens a store there, as another instance would. */
interface Place {
  open(): RecordStore;
  close(): Promise<void>;
}

async function folderPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'palisade-records-'));
  return {
    open: () => createFolderStore(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function bucketPlace(prefix?: string): Promise<Place> {
  const { endpoint, key, oss, close } = await startOss();
  // What lies around the records in a bucket is none of them.
  for (const stray of ['palisade/', 'palisade/records/', 'palisade/records/.x', 'runs/', 'a b']) {
    oss.put(BUCKET, stray, 'stray');
  }
  if (prefix !== undefined) oss.put(BUCKET, 'runs/stray', 'stray');
  const options = { bucket: BUCKET, region: REGION, endpoint, credentials: async () => key };
  return {
    open: () => createOssStore({ ...options, ...(prefix === undefined ? {} : { prefix }) }),
    close,
  };
}

describe.each([
  ['a folder', folderPlace],
  ['a bucket', () => bucketPlace()],
  ['a prefix in a bucket', () => bucketPlace('palisade/records')],
])('records in %s', (_name, makePlace) => {
  let place: Place;
  let store: RecordStore;
  beforeEach(async () => {
    place = await makePlace();
    store = place.open();
  });
  afterEach(() => place.close());

  test('a record is read back as it was written, and an absent one is undefined', async () => {
    expect(await store.get('runs/1/part.json')).toBeUndefined();
    expect(await store.list('')).toEqual([]);
    expect(await store.putIfAbsent('runs/1/part.json', '{"schön":"字"}')).toBe(true);
    expect(await place.open().get('runs/1/part.json')).toBe('{"schön":"字"}');
  });

  test('a record is never replaced, not even by the same content', async () => {
    expect(await store.putIfAbsent('a', 'first')).toBe(true);
    expect(await store.putIfAbsent('a', 'second')).toBe(false);
    expect(await store.putIfAbsent('a', 'first')).toBe(false);
    expect(await store.get('a')).toBe('first');
  });

  test('of 50 that write one record at a time exactly one wins', async () => {
    const stores = [store, place.open(), place.open()];
    const won = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (stores[index % 3] ?? store).putIfAbsent('runs/x', `writer ${index}`),
      ),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.get('runs/x')).toBe(`writer ${won.indexOf(true)}`);
  });

  test.each([
    ['empty', ''],
    ['1 MB long', 'aä字😀'.repeat(100_000)],
    ['with a byte order mark and line ends of all kinds', '\uFEFF a\r\nb\rc\n\u2028\0'],
  ])('content may be %s', async (_what, content) => {
    expect(await store.putIfAbsent('a', content)).toBe(true);
    expect((await store.get('a')) === content).toBe(true);
  });

  test('content may be any text', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (content) => {
        count += 1;
        await store.putIfAbsent(`text/${count}`, content);
        expect(await store.get(`text/${count}`)).toBe(content);
      }),
      { numRuns: 40 },
    );
  });

  test('keys are listed by prefix, in order, at any depth', async () => {
    for (const key of ['runs/b/2', 'runs/b/1', 'runs/a', 'runs-old/x', 'STOP']) {
      await store.putIfAbsent(key, '');
    }
    expect(await store.list('')).toEqual(['STOP', 'runs-old/x', 'runs/a', 'runs/b/1', 'runs/b/2']);
    expect(await store.list('runs')).toEqual(['runs-old/x', 'runs/a', 'runs/b/1', 'runs/b/2']);
    expect(await store.list('runs/')).toEqual(['runs/a', 'runs/b/1', 'runs/b/2']);
    expect(await store.list('runs/b/')).toEqual(['runs/b/1', 'runs/b/2']);
    expect(await store.list('runs/b/1')).toEqual(['runs/b/1']);
    expect(await store.list('changes/none/')).toEqual([]);
    expect(await store.list('runs/', 'runs/a')).toEqual(['runs/b/1', 'runs/b/2']);
    expect(await store.list('runs/', 'runs/b/1-and-a-half')).toEqual(['runs/b/2']);
    expect(await store.list('runs/', 'a')).toEqual(['runs/a', 'runs/b/1', 'runs/b/2']);
    expect(await store.list('runs/', 'z')).toEqual([]);
  });

  test('a list is what sorting and filtering all keys gives', async () => {
    // Two letters, so that keys share beginnings; the rest sorts on either side of the slash.
    const part = fc.stringMatching(/^[aZ][a.0_-]{0,2}$/);
    const keys = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `k-${parts.join('/')}`),
      { minLength: 30, maxLength: 30 },
    );
    const [sample = []] = fc.sample(keys, { numRuns: 1, seed: 7 });
    const written: string[] = [];
    for (const key of sample) {
      // A key that is the folder of another one is none in a folder.
      const clash = written.some(
        (each) => key.startsWith(`${each}/`) || each.startsWith(`${key}/`),
      );
      if (!clash && (await store.putIfAbsent(key, ''))) written.push(key);
    }
    expect(written.length).toBeGreaterThan(10);
    const start = fc
      .constantFrom(...written, 'k-', '')
      .chain((key) => fc.nat(key.length).map((length) => key.slice(0, length)))
      .filter((text) => !text.includes('//'));
    await fc.assert(
      fc.asyncProperty(start, start, async (prefix, after) => {
        const expected = written.filter((key) => key.startsWith(prefix) && key > after).sort();
        expect(await store.list(prefix, after)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('2,500 keys are listed, none missing or twice', async () => {
    const keys = Array.from({ length: 2500 }, (_, index) => `many/${10_000 + index}`);
    for (let start = 0; start < keys.length; start += 50) {
      const some = keys.slice(start, start + 50);
      await Promise.all(some.map((key) => store.putIfAbsent(key, '')));
    }
    expect(await store.list('many/')).toEqual(keys);
    expect(await store.list('many/', 'many/11499')).toEqual(keys.slice(1500));
  });

  test.each([
    '',
    '../x',
    'a/../../x',
    '/etc/x',
    'a//b',
    'a/',
    '.hidden',
    'a/.hidden',
    '..',
    'a\\b',
    'a b',
    'a\0b',
    'a\n',
    'ä',
  ])('the key %j is refused: not every place can keep it', async (key) => {
    await expect(store.putIfAbsent(key, 'x')).rejects.toThrow('is not a record key: write letters');
    await expect(store.get(key)).rejects.toThrow(RecordStoreError);
    expect(await store.list('')).toEqual([]);
  });

  test.each(['/', 'a//', '.', 'a/.', 'a b', 'ä', 'a\n'])(
    'a list by %j is refused: no key starts with it',
    async (text) => {
      await expect(store.list(text)).rejects.toThrow('no record key starts with');
      await expect(store.list('', text)).rejects.toThrow(RecordStoreError);
    },
  );
});
