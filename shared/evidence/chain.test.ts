import fc from 'fast-check';
import { type Chain, createChain, type RecordStore, RecordStoreError, verifyChain } from './index';
import { digestOf, GENESIS, linkKey, linkText, parseLink } from './link';
import {
  bucketPlace,
  chainOf,
  counting,
  fill,
  folderPlace,
  type Place,
  recordOf,
  writeRecord,
} from './testing/places';

describe('a link', () => {
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
  const link = fc.record({
    version: fc.constant(1 as const),
    sequence: fc.integer({ min: 1, max: 999_999_999 }),
    previous: digest,
    digest,
    record: fc.constant('runs/a/whole.1.intent.json'),
    time: fc.string(),
    runId: fc.string({ unit: 'grapheme' }),
    policyDigest: fc.string(),
  });

  it('is read as it was written', () => {
    fc.assert(fc.property(link, (each) => expect(parseLink(linkText(each))).toEqual(each)));
  });

  it('is written as canonical JSON: keys sorted, no space', () => {
    fc.assert(
      fc.property(link, (each) => {
        const sorted = Object.fromEntries(Object.entries(each).sort());
        expect(linkText(each)).toBe(JSON.stringify(sorted));
      }),
    );
  });

  const sample = linkText({
    version: 1,
    sequence: 1,
    previous: GENESIS,
    time: '2026-03-01T00:00:00.000Z',
    record: 'runs/a/whole.1.intent.json',
    digest: digestOf('x'),
    runId: 'a',
    policyDigest: 'p',
  });
  it.each([
    ['nothing', ''],
    ['no object', '1'],
    ['null', 'null'],
    ['a space more', `${sample} `],
    ['a field more', sample.replace('{', '{"and":1,')],
    ['a field less', sample.replace('"runId":"a",', '')],
    ['another version', sample.replace('"version":1', '"version":2')],
    ['a record that has no key', sample.replace('runs/a/', 'runs/../')],
    ['a digest in capitals', sample.replace(digestOf('x'), digestOf('x').toUpperCase())],
  ])('is none with %s', (_what, text) => {
    expect(parseLink(sample)).toBeDefined();
    expect(parseLink(text)).toBeUndefined();
  });
});

describe.each([
  ['a folder', folderPlace],
  ['a bucket', bucketPlace],
])('a chain in %s', (_name, makePlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.close());

  it('links each record to the one before', async () => {
    const store = place.open();
    const chain = chainOf(store);
    const one = await chain.append(await writeRecord(store, recordOf(1)));
    const two = await chain.append(await writeRecord(store, recordOf(2)));
    expect(one).toEqual({
      version: 1,
      sequence: 1,
      previous: '0'.repeat(64),
      time: recordOf(1).time,
      record: 'runs/run-1/whole.1.outcome.json',
      digest: digestOf(recordOf(1).content),
      runId: 'run-1',
      policyDigest: recordOf(1).policyDigest,
    });
    const bytes = await place.read('chain/000000001.json');
    expect(bytes.toString()).toBe(linkText(one));
    expect(two).toMatchObject({ sequence: 2, previous: digestOf(bytes.toString()) });
  });

  it('needs one call when its end is known, three when empty, and four when it is not known', async () => {
    const { store, calls } = counting(place.open());
    const chain = chainOf(store);
    const callsOf = async (which: Chain, number: number) => {
      calls.length = 0;
      await which.append(recordOf(number));
      return [...calls];
    };
    expect(await callsOf(chain, 1)).toEqual([
      'list chain-heads/',
      'list chain/',
      'put chain/000000001.json',
    ]);
    expect(await callsOf(chain, 2)).toEqual(['put chain/000000002.json']);
    await fill(place.open(), 3, 120);
    expect(await callsOf(chainOf(store), 121)).toEqual([
      'list chain-heads/',
      'list chain/',
      'get chain/000000120.json',
      'put chain/000000121.json',
    ]);
    // The first one still believes that the chain ends with its own link.
    expect(await callsOf(chain, 122)).toEqual([
      'put chain/000000003.json',
      'get chain/000000003.json',
      'list chain/',
      'get chain/000000121.json',
      'put chain/000000122.json',
    ]);
  });

  it('finds its end from the last hint, without listing what lies before', async () => {
    await fill(place.open(), 1, 205);
    const store = place.open();
    const listed: number[] = [];
    const watched: RecordStore = {
      ...store,
      async list(prefix, after) {
        const keys = await store.list(prefix, after);
        listed.push(keys.length);
        return keys;
      },
    };
    await chainOf(watched).append(recordOf(206));
    expect(listed).toEqual([2, 6]);
  });

  it.each(['000000700', 'zzz', '000000000'])('is not misled by the hint %s', async (hint) => {
    const store = place.open();
    await fill(store, 1, 3);
    await place.write(`chain-heads/${hint}`, '');
    expect(await chainOf(store).append(await writeRecord(store, recordOf(4)))).toMatchObject({
      sequence: 4,
    });
    expect(await verifyChain(store)).toMatchObject({ isIntact: true, entries: 4 });
  });

  it('does not link a record again that its own earlier attempt has linked', async () => {
    const store = place.open();
    let isLost = true;
    const lossy: RecordStore = {
      ...store,
      async putIfAbsent(key, content) {
        const isWritten = await store.putIfAbsent(key, content);
        if (key !== linkKey(3) || !isLost) return isWritten;
        isLost = false;
        throw new RecordStoreError('no answer; the record may have been written');
      },
    };
    const chain = chainOf(lossy);
    await fill(store, 1, 2, chain);
    const entry = await writeRecord(store, recordOf(3));
    await expect(chain.append(entry)).rejects.toThrow('no answer');
    expect(await chain.append(entry)).toMatchObject({ sequence: 3 });
    await fill(store, 4, 4, chain);
    expect(await verifyChain(store)).toMatchObject({ isIntact: true, entries: 4 });
  });

  it('finds the link that an instance left which died, among those made since', async () => {
    const store = place.open();
    await fill(store, 1, 60);
    const again = await chainOf(place.open()).append({ ...recordOf(10), mayBeLinked: true });
    expect(again).toMatchObject({ sequence: 10, record: recordOf(10).record });
    const added = await chainOf(place.open()).append({
      ...(await writeRecord(store, recordOf(61))),
      mayBeLinked: true,
    });
    expect(added).toMatchObject({ sequence: 61 });
    expect(await verifyChain(store)).toMatchObject({ isIntact: true, entries: 61 });
  });

  it('looks no further back for a link than it can have been made', async () => {
    const { store, calls } = counting(place.open());
    await fill(store, 1, 60);
    const late = recordOf(60 * 60);
    await chainOf(store).append(await writeRecord(store, late));
    calls.length = 0;
    await chainOf(store).append({ ...late, mayBeLinked: true });
    const { time } = recordOf(2 * 60 * 60);
    await chainOf(store).append({ ...recordOf(62), time, mayBeLinked: true });
    // For each of the two the end, and 20 links before it.
    expect(calls.filter((call) => call.startsWith('get chain/'))).toHaveLength(42);
  });
});

it('stays one line, without loss, whoever links at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 50, maxLength: 50 }),
      async (counts) => {
        const place = await folderPlace();
        try {
          await Promise.all(
            counts.map(async (count, writer) => {
              const store = place.open();
              const chain = chainOf(store);
              const entries = Array.from({ length: count }, (_, index) =>
                recordOf(writer * 10 + index),
              );
              await Promise.all(
                entries.map(async (entry) => chain.append(await writeRecord(store, entry))),
              );
            }),
          );
          const total = counts.reduce((sum, count) => sum + count, 0);
          expect(await verifyChain(place.open())).toMatchObject({
            isIntact: true,
            entries: total,
            records: total,
            head: { sequence: total },
          });
        } finally {
          await place.close();
        }
      },
    ),
    { numRuns: 3 },
  );
});

describe('when it cannot go on', () => {
  let place: Place;
  beforeEach(async () => {
    place = await folderPlace();
  });
  afterEach(() => place.close());

  it('says so after 60 attempts that others won, with waits of up to a second', async () => {
    const store = place.open();
    const waits: number[] = [];
    const beaten: RecordStore = { ...store, putIfAbsent: async () => false };
    const chain = createChain(beaten, {
      random: () => 0.5,
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
    await expect(chain.append(recordOf(1))).rejects.toThrow(
      'cannot link runs/run-1/whole.1.outcome.json to the chain: in each of 60 attempts another record',
    );
    expect(waits).toHaveLength(60);
    expect(waits.slice(0, 7)).toEqual([10, 20, 40, 80, 160, 320, 500]);
  });

  it('lets the next record be linked after one that failed', async () => {
    const store = place.open();
    let failures = 1;
    const failing: RecordStore = {
      ...store,
      async putIfAbsent(key, content) {
        if (failures > 0) {
          failures -= 1;
          throw new RecordStoreError('the disk is full');
        }
        return store.putIfAbsent(key, content);
      },
    };
    const chain = chainOf(failing);
    const [one, two] = await Promise.allSettled([
      chain.append(recordOf(1)),
      chain.append(recordOf(2)),
    ]);
    expect(one).toMatchObject({ status: 'rejected' });
    expect(two).toMatchObject({ status: 'fulfilled', value: { sequence: 1 } });
  });

  it('does without a hint that cannot be written', async () => {
    const store = place.open();
    const refused: string[] = [];
    const hintless: RecordStore = {
      ...store,
      async putIfAbsent(key, content) {
        if (!key.startsWith('chain-heads/')) return store.putIfAbsent(key, content);
        refused.push(key);
        throw new RecordStoreError('no permission');
      },
    };
    await fill(store, 1, 101, chainOf(hintless));
    expect(refused).toEqual(['chain-heads/000000100']);
    expect(await verifyChain(store)).toMatchObject({ isIntact: true, entries: 101 });
  });

  it('refuses to go on after the last number there is', async () => {
    await place.write('chain/999999999.json', '');
    await expect(chainOf(place.open()).append(recordOf(1))).rejects.toThrow(
      'its last link is chain/999999999.json, and there are no numbers after that',
    );
  });
});
