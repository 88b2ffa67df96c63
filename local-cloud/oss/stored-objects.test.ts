import fc from 'fast-check';
import { compareBytes, StoredObjects } from './stored-objects';

const object = { content: Buffer.alloc(0), contentType: '', etag: '""', lastModified: 0 };
const key = fc.string({ unit: 'grapheme', maxLength: 4 });

describe('the objects of a bucket', () => {
  it('are walked in the order of their bytes from any point, whatever was written and deleted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key, isKept: fc.boolean() }), { maxLength: 40 }),
        key,
        (changes, start) => {
          const objects = new StoredObjects();
          const expected = new Set<string>();
          for (const change of changes) {
            if (change.isKept) objects.set(change.key, object);
            else objects.delete(change.key);
            if (change.isKept) expected.add(change.key);
            else expected.delete(change.key);
          }

          expect([...objects.keysFrom(start)]).toEqual(
            [...expected].filter((each) => compareBytes(each, start) >= 0).sort(compareBytes),
          );
        },
      ),
    );
  });
});
