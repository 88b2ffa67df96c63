import fc from 'fast-check';
import { columnsOf, cut, pad, widthOf, wrap } from './text-width';

const text = fc.string({
  unit: fc.constantFrom('a', 'B', ' ', '安', '全', '…', '-', '😀'),
  maxLength: 60,
});

describe('wrap', () => {
  it('gives lines that fit, and loses nothing but spaces at their ends', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (sentence, width) => {
        const lines = wrap(sentence, width);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        const plain = (some: string) => some.replaceAll(' ', '');
        expect(plain(lines.join(''))).toBe(plain(sentence));
      }),
    );
  });

  it('parts words that are longer than a line, as Chinese without spaces', () => {
    expect(wrap('安全组规则', 4)).toEqual(['安全', '组规', '则']);
  });

  it('leaves a text alone where there is no limit', () => {
    expect(wrap('a  b c', Number.POSITIVE_INFINITY)).toEqual(['a  b c']);
  });
});

describe('cut', () => {
  it('gives at most the width, and the text itself if it fits', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (sentence, width) => {
        const short = cut(sentence, width);
        expect(widthOf(short)).toBeLessThanOrEqual(width);
        if (widthOf(sentence) <= width) expect(short).toBe(sentence);
        else expect(short.endsWith('…')).toBe(true);
      }),
    );
  });
});

it('pad counts a CJK character as two columns', () => {
  expect([pad('安全', 6), pad('ab', 6), pad('toolong', 3)]).toEqual([
    '安全  ',
    'ab    ',
    'toolong',
  ]);
});

it.each([
  [{ COLUMNS: '60' }, 200, 60],
  [{ COLUMNS: 'wide' }, 100, 100],
  [{}, undefined, undefined],
  [{ COLUMNS: '3' }, undefined, 40],
  [{ COLUMNS: '0' }, 90, undefined],
])('with %j in a terminal of %s columns, lines may have %s', (environment, terminal, columns) => {
  expect(columnsOf(environment, terminal)).toBe(columns);
});
