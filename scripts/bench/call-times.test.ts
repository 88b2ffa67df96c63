import fc from 'fast-check';
import { covered, longestChain, quantile } from './call-times';

const spansArbitrary = fc.array(
  fc
    .tuple(fc.nat({ max: 60 }), fc.nat({ max: 20 }))
    .map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 8 },
);

test('the time that spans cover counts each moment once', () => {
  fc.assert(
    fc.property(spansArbitrary, fc.nat({ max: 90 }), (spans, until) => {
      const moments = Array.from({ length: until }, (_, moment) => moment);
      const during = moments.filter((moment) =>
        spans.some(({ start, end }) => start <= moment && moment < end),
      );
      expect(covered(spans, until)).toBe(during.length);
    }),
  );
});

test('two calls side by side count as one link of the chain', () => {
  expect(longestChain([])).toBe(0);
  expect(
    longestChain([
      { start: 0, end: 50 },
      { start: 1, end: 52 },
      { start: 53, end: 60 },
      { start: 60, end: 70 },
    ]),
  ).toBe(3);
});

test('no chain of spans that do not overlap is longer', () => {
  fc.assert(
    fc.property(
      spansArbitrary.map((spans) => spans.filter(({ start, end }) => start < end)),
      (spans) => {
        const apart = (chosen: typeof spans) =>
          chosen.every((one, index) =>
            chosen
              .slice(index + 1)
              .every((other) => one.end <= other.start || other.end <= one.start),
          );
        const subsets = Array.from({ length: 2 ** spans.length }, (_, bits) =>
          spans.filter((_span, index) => bits & (1 << index)),
        );
        const longest = Math.max(...subsets.filter(apart).map((subset) => subset.length));
        expect(longestChain(spans)).toBe(longest);
      },
    ),
  );
});

test('a quantile is one of the values', () => {
  const values = [5, 1, 4, 2, 3];
  expect(quantile(values, 0.5)).toBe(3);
  expect(quantile(values, 0.95)).toBe(5);
  expect(quantile([7], 0.5)).toBe(7);
  expect(() => quantile([], 0.5)).toThrow(/measure something first/);
});
