import fc from 'fast-check';
import { canonicalQuery, decodePairs, encodeRfc3986 } from './percent-encoding';

const wellFormed = fc.string({ unit: 'binary' });

test('only unreserved characters stay as they are', () => {
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(encodeRfc3986(text)).toMatch(/^([A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
    }),
  );
});

test('what has been encoded decodes to the same names and values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(wellFormed, wellFormed), { minLength: 1 }), (pairs) => {
      const encoded = pairs
        .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
        .join('&');
      expect(decodePairs(encoded)).toEqual(pairs);
    }),
  );
});

test('the canonical query does not depend on the order sent or on what was escaped', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(wellFormed, wellFormed)), (pairs) => {
      const loose = new URLSearchParams([...pairs].reverse()).toString();
      expect(canonicalQuery(decodePairs(loose))).toBe(canonicalQuery(pairs));
    }),
  );
});

test('names are sorted as they are, not as they are joined to their values', () => {
  expect(
    canonicalQuery([
      ['Tag.10', ''],
      ['Tag.1', 'x'],
      ['Tag', 'y'],
    ]),
  ).toBe('Tag=y&Tag.1=x&Tag.10=');
});

test('malformed escapes and bytes that are no UTF-8 are taken without complaint', () => {
  expect(decodePairs('a=%zz&b=%&c=%ff&d&=e&&?f=1')).toEqual([
    ['a', '%zz'],
    ['b', '%'],
    ['c', '\ufffd'],
    ['d', ''],
    ['', 'e'],
    ['?f', '1'],
  ]);
});
