import fc from 'fast-check';
import { matchesWildcard, wildcardsOverlap } from './wildcard';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 6 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 6 });

test.each([
  ['cn-*', 'cn-hangzhou', true],
  ['cn-*', 'cn-', true],
  ['cn-*', 'us-west-1', false],
  ['*', '', true],
  ['', 'a', false],
  ['', '', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*b*b', 'b', false],
  ['a.c', 'abc', false],
  ['(a|b)*', '(a|b)c', true],
  ['prod', 'Prod', false],
  ['*\\d', '5', false],
])('the pattern "%s" and the text "%s": %p', (form, value, matched) => {
  expect(matchesWildcard(form, value)).toBe(matched);
});

test('a star stands for any run of characters and everything else for itself', () => {
  fc.assert(
    fc.property(pattern, text, (form, value) => {
      const source = form.replaceAll('.', '\\.').replaceAll('*', '.*');
      expect(matchesWildcard(form, value)).toBe(new RegExp(`^${source}$`, 's').test(value));
    }),
    { numRuns: 2000 },
  );
});

test('a pattern of many stars takes no longer than it should', () => {
  expect(matchesWildcard(`${'*a'.repeat(40)}b`, 'a'.repeat(20_000))).toBe(false);
});

test('two patterns overlap whenever one text has both forms, and in either order', () => {
  fc.assert(
    fc.property(pattern, pattern, text, (one, other, value) => {
      expect(wildcardsOverlap(one, other)).toBe(wildcardsOverlap(other, one));
      if (matchesWildcard(one, value) && matchesWildcard(other, value)) {
        expect(wildcardsOverlap(one, other)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('two patterns do not overlap unless a short text has both forms', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 3 });
  const texts = [''];
  for (let length = 0; length < 6; length += 1) {
    const longest = texts.filter((value) => value.length === length);
    texts.push(...longest.flatMap((value) => [`${value}a`, `${value}b`]));
  }
  fc.assert(
    fc.property(short, short, (one, other) => {
      const shared = texts.some((value) =>
        [one, other].every((form) => matchesWildcard(form, value)),
      );
      expect(wildcardsOverlap(one, other)).toBe(shared);
    }),
    { numRuns: 500 },
  );
});
