import { type RecordStore, verifyChain } from './index';
import { GENESIS, linkKey } from './link';
import { chainOf, fill, folderPlace, type Place, recordOf, writeRecord } from './testing/places';

const recordKey = (sequence: number) => recordOf(sequence).record;

describe('a store', () => {
  let place: Place;
  beforeEach(async () => {
    place = await folderPlace();
  });
  afterEach(() => place.close());

  it('without any record is intact, and its head is none', async () => {
    expect(await verifyChain(place.open())).toEqual({
      isIntact: true,
      entries: 0,
      records: 0,
      head: { sequence: 0, digest: GENESIS },
      problems: [],
      unlinked: [],
      interrupted: [],
    });
  });

  it('shows records that are not in the chain, which is not the same as tampering', async () => {
    await fill(place.open(), 1, 3);
    await writeRecord(place.open(), recordOf(4));
    await place.write('runs/run-5/notes.txt', 'by hand');
    expect(await verifyChain(place.open())).toMatchObject({
      isIntact: false,
      problems: [],
      unlinked: [recordKey(4), 'runs/run-5/notes.txt'],
    });
  });

  it('shows what lies among the links and is none', async () => {
    await fill(place.open(), 1, 2);
    await place.write('chain/000000001.json.bak', 'x');
    await place.write('chain/000000003.json', 'x');
    const { problems } = await verifyChain(place.open());
    expect(problems).toMatchObject([
      { kind: 'altered', sequence: 3, expected: 'a link in canonical form' },
      { kind: 'inserted', key: 'chain/000000001.json.bak' },
    ]);
    expect(problems[1]).not.toHaveProperty('sequence');
  });

  it('shows a record that is linked twice', async () => {
    await fill(place.open(), 1, 2);
    const store = place.open();
    await chainOf(store).append(recordOf(1));
    await chainOf(store).append(await writeRecord(store, recordOf(3)));
    expect((await verifyChain(store)).problems).toEqual([
      {
        kind: 'inserted',
        sequence: 3,
        key: linkKey(3),
        expected: 'a record that no other entry links',
        found: `${recordKey(1)}, which entry 1 links`,
      },
    ]);
  });

  it('shows a link that says other than its record', async () => {
    const store = place.open();
    await chainOf(store).append(await writeRecord(store, { ...recordOf(1), runId: 'run-2' }));
    expect((await verifyChain(store)).problems).toEqual([
      {
        kind: 'altered',
        sequence: 1,
        key: linkKey(1),
        expected: 'runId run-1, as its record says',
        found: 'runId run-2',
      },
    ]);
  });

  it('goes on after the first problem', async () => {
    await fill(place.open(), 1, 30);
    await place.remove(linkKey(4));
    await place.remove(linkKey(5));
    await place.write(recordKey(10), 'x');
    await place.write(linkKey(20), 'x');
    expect((await verifyChain(place.open())).problems).toMatchObject([
      { kind: 'removed', sequence: 4, found: 'none up to chain/000000005.json' },
      { kind: 'altered', sequence: 10, key: recordKey(10) },
      { kind: 'altered', sequence: 20, key: linkKey(20) },
    ]);
  });

  it('does not take a run for tampering that was recorded while it was verified', async () => {
    await fill(place.open(), 1, 3);
    const store = place.open();
    const chain = chainOf(store);
    let isFirst = true;
    const busy: RecordStore = {
      ...store,
      async list(prefix, after) {
        const keys = await store.list(prefix, after);
        if (prefix === 'chain/' && isFirst) {
          isFirst = false;
          await chain.append(recordOf(4));
        }
        return keys;
      },
    };
    await writeRecord(store, recordOf(4));
    expect(await verifyChain(busy)).toMatchObject({ isIntact: true, entries: 4, records: 4 });
  });

  it('lists runs that announced changes and did not say what became of them', async () => {
    const store = place.open();
    const chain = chainOf(store);
    for (const key of ['a/whole.1.intent', 'a/whole.2.intent', 'a/whole.2.outcome']) {
      const entry = recordOf(1);
      const record = `runs/${key}.json`;
      await chain.append(await writeRecord(store, { ...entry, record }));
    }
    await chain.append(await writeRecord(store, recordOf(7, 'intent')));
    await chain.append(await writeRecord(store, recordOf(8)));
    expect(await verifyChain(store)).toMatchObject({
      isIntact: true,
      interrupted: [
        { runId: 'a', part: 'whole', attempt: 1, resumedBy: 2 },
        { runId: 'run-7', part: 'whole', attempt: 1 },
      ],
    });
  });
});
