import fc from 'fast-check';
import { type Problem, type Verification, verifyChain } from './index';
import { digestOf, linkKey, linkText } from './link';
import {
  bucketPlace,
  fill,
  folderPlace,
  linkAt,
  type Place,
  recordOf,
  writeRecord,
} from './testing/places';

/** Entries of the chain that is tampered with: few enough for many tries, more than are read at once. */
const ENTRIES = 70;

const recordKey = (sequence: number) => recordOf(sequence).record;

const sequence = fc.integer({ min: 1, max: ENTRIES });
const anEntry = fc.record({ sequence, isLink: fc.boolean() });
const keyOf = ({ sequence: number, isLink }: { sequence: number; isLink: boolean }) =>
  isLink ? linkKey(number) : recordKey(number);

describe.each([
  ['a folder', folderPlace, 60],
  ['a bucket', bucketPlace, 12],
])('a chain in %s', (_name, makePlace, numRuns) => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
    await fill(place.open(), 1, ENTRIES);
  });
  afterAll(() => place.close());

  const verify = (): Promise<Verification> => verifyChain(place.open());
  const firstOf = ({ problems }: Verification): Problem | undefined => problems[0];

  /** Tampers with some keys, looks, and puts everything back. */
  async function tampering<Result>(
    keys: readonly string[],
    tamper: (contents: readonly Buffer[]) => Promise<void>,
    look: () => Promise<Result>,
  ): Promise<Result> {
    const contents = await Promise.all(keys.map((key) => place.read(key)));
    try {
      await tamper(contents);
      return await look();
    } finally {
      await Promise.all(keys.map((key, index) => place.write(key, contents[index] ?? '')));
    }
  }

  it('is intact as it was written', async () => {
    expect(await verify()).toEqual({
      isIntact: true,
      entries: ENTRIES,
      records: ENTRIES,
      head: {
        sequence: ENTRIES,
        digest: digestOf((await place.read(linkKey(ENTRIES))).toString()),
      },
      problems: [],
      unlinked: [],
      interrupted: [],
    });
  });

  it('shows where any byte was changed', async () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(anEntry, change, async (entry, { at, by }) => {
        const key = keyOf(entry);
        const found = await tampering(
          [key],
          async ([content = Buffer.alloc(0)]) => {
            const changed = Buffer.from(content);
            const position = at % changed.length;
            changed[position] = ((changed[position] ?? 0) + by) % 256;
            await place.write(key, changed);
          },
          verify,
        );
        expect(found.isIntact).toBe(false);
        expect(firstOf(found)).toMatchObject({ kind: 'altered', sequence: entry.sequence });
        // The end of the chain has nothing after it to say which of link and record is right.
        if (entry.sequence < ENTRIES) expect(firstOf(found)).toMatchObject({ key });
      }),
      { numRuns },
    );
  });

  it('shows what was removed', async () => {
    await fc.assert(
      fc.asyncProperty(anEntry, async (entry) => {
        const key = keyOf(entry);
        const found = await tampering([key], () => place.remove(key), verify);
        const isEnd = entry.isLink && entry.sequence === ENTRIES;
        expect(found.isIntact).toBe(false);
        if (isEnd) expect(found.unlinked).toEqual([recordKey(ENTRIES)]);
        else
          expect(firstOf(found)).toMatchObject({ kind: 'removed', key, sequence: entry.sequence });
      }),
      { numRuns },
    );
  });

  it('shows where entries were removed and the rest moved up', async () => {
    const removed = fc.integer({ min: 1, max: ENTRIES - 2 });
    const count = fc.integer({ min: 1, max: 3 });
    await fc.assert(
      fc.asyncProperty(removed, count, async (first, most) => {
        const keys = Array.from({ length: ENTRIES - first + 1 }, (_, index) =>
          linkKey(first + index),
        );
        const gone = Math.min(most, keys.length - 2);
        const found = await tampering(
          keys,
          async (contents) => {
            for (const [index, key] of keys.entries()) {
              const moved = contents[index + gone];
              if (moved) await place.write(key, moved);
              else await place.remove(key);
            }
          },
          verify,
        );
        expect(found.problems).toEqual([
          expect.objectContaining({ kind: 'removed', sequence: first, key: linkKey(first) }),
        ]);
        expect(found.unlinked).toHaveLength(gone);
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it('shows where an entry was inserted and the rest moved down', async () => {
    const extra = recordOf(500);
    const styles = fc.constantFrom('moved', 'renumbered', 'copied');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: ENTRIES }), styles, async (at, style) => {
        const keys = Array.from({ length: ENTRIES - at + 1 }, (_, index) => linkKey(at + index));
        const found = await tampering(
          keys,
          async () => {
            const old = await Promise.all(keys.map((_, index) => linkAt(place, at + index)));
            const template = await linkAt(place, at);
            await writeRecord(place.open(), extra);
            const inserted = {
              ...template,
              record: extra.record,
              digest: digestOf(extra.content),
              runId: extra.runId,
              policyDigest: extra.policyDigest,
              time: extra.time,
            };
            await place.write(linkKey(at), linkText(style === 'copied' ? template : inserted));
            for (const link of old) {
              const next = link.sequence + 1;
              const moved = style === 'renumbered' ? { ...link, sequence: next } : link;
              await place.write(linkKey(next), linkText(moved));
            }
          },
          async () => {
            const result = await verify();
            await place.remove(extra.record).catch(() => undefined);
            await place.remove(linkKey(ENTRIES + 1));
            return result;
          },
        );
        expect(found.isIntact).toBe(false);
        const first = firstOf(found);
        if (style !== 'copied') {
          expect(first).toMatchObject({ kind: 'inserted', sequence: at, key: linkKey(at) });
        } else {
          // Two entries with the same bytes: either is as much the inserted one.
          expect([at, at + 1]).toContain(first?.sequence);
        }
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it('shows which entries were swapped', async () => {
    const two = fc.uniqueArray(sequence, { minLength: 2, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(two, fc.boolean(), async ([one = 1, other = 2], isLink) => {
        const keys = [one, other].map((each) => keyOf({ sequence: each, isLink }));
        const found = await tampering(
          keys,
          async (contents) => {
            await place.write(keys[0] ?? '', contents[1] ?? '');
            await place.write(keys[1] ?? '', contents[0] ?? '');
          },
          verify,
        );
        const first = Math.min(one, other);
        expect(firstOf(found)).toMatchObject({ kind: 'altered', sequence: first });
        expect(firstOf(found)?.key).toBe(keyOf({ sequence: first, isLink }));
      }),
      { numRuns },
    );
  });

  it('shows a record that was rewritten together with its link', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: ENTRIES - 1 }), async (at) => {
        const keys = [recordKey(at), linkKey(at)];
        const found = await tampering(
          keys,
          async ([content = Buffer.alloc(0)]) => {
            const forged = content.toString().replace('schön', 'schlecht');
            const link = await linkAt(place, at);
            await place.write(recordKey(at), forged);
            await place.write(linkKey(at), linkText({ ...link, digest: digestOf(forged) }));
          },
          verify,
        );
        // Of the last two links neither is confirmed by another one, so that both are named.
        const isNamed = at < ENTRIES - 1;
        const named = isNamed ? at : ENTRIES;
        expect(found.problems).toEqual([
          expect.objectContaining({ kind: 'altered', sequence: named, key: linkKey(named) }),
        ]);
        if (!isNamed) expect(firstOf(found)?.found).toContain(`or entry ${at} was rewritten`);
      }),
      { numRuns },
    );
  });

  it('does not show by itself that its end was cut off; a head that was kept does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: ENTRIES - 1 }), async (left) => {
        const { head } = await verify();
        const gone = Array.from({ length: ENTRIES - left }, (_, index) => left + 1 + index);
        const keys = gone.flatMap((each) => [linkKey(each), recordKey(each)]);
        const [alone, withHead] = await tampering(
          keys,
          async () => {
            for (const key of keys) await place.remove(key);
          },
          async () => [await verify(), await verifyChain(place.open(), { expectedHead: head })],
        );
        expect(alone).toMatchObject({ isIntact: true, entries: left });
        expect(withHead?.problems).toEqual([
          {
            kind: 'removed',
            sequence: left + 1,
            key: linkKey(left + 1),
            expected: `entries up to ${ENTRIES}, the head that was given`,
            found: `a chain that ends with entry ${left}`,
          },
        ]);
      }),
      { numRuns: numRuns / 6 },
    );
  });

  it('does not show by itself that it was rewritten to its end; a head that was kept does', async () => {
    const at = ENTRIES - 3;
    const rewritten = [at, at + 1, at + 2, at + 3];
    const keys = rewritten.flatMap((each) => [linkKey(each), recordKey(each)]);
    const kept = { sequence: at + 1, digest: (await linkAt(place, at + 2)).previous };
    const [alone, withHead] = await tampering(
      keys,
      async () => {
        for (const key of keys.filter((each) => each.startsWith('chain/'))) await place.remove(key);
        const forged = (await place.read(recordKey(at))).toString().replace('schön', 'schlecht');
        await place.write(recordKey(at), forged);
        let { previous } = await linkAt(place, at - 1);
        previous = digestOf((await place.read(linkKey(at - 1))).toString());
        for (const each of rewritten) {
          const { record, runId, policyDigest, time } = recordOf(each);
          const digest = digestOf((await place.read(record)).toString());
          const link = { version: 1 as const, sequence: each, previous, time, record, digest };
          const text = linkText({ ...link, runId, policyDigest });
          await place.write(linkKey(each), text);
          previous = digestOf(text);
        }
      },
      async () => [await verify(), await verifyChain(place.open(), { expectedHead: kept })],
    );
    expect(alone?.isIntact).toBe(true);
    expect(withHead?.problems).toEqual([
      expect.objectContaining({ kind: 'altered', sequence: at + 1, key: linkKey(at + 1) }),
    ]);
  });

  it('takes a head that was kept when the chain was shorter', async () => {
    const kept = { sequence: 5, digest: (await linkAt(place, 6)).previous };
    const found = await verifyChain(place.open(), { expectedHead: kept });
    expect(found.isIntact).toBe(true);
  });

  it('tells how far it is', async () => {
    const seen: (readonly [number, number])[] = [];
    await verifyChain(place.open(), { onRead: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual(Array.from({ length: ENTRIES }, (_, index) => [index + 1, ENTRIES]));
  });
});
