import fc from 'fast-check';
import { hostileText } from './testing/results';
import { oneLine, withoutMeaning } from './text';

test('a text is on one line, without what cannot be seen or turns the writing around', () => {
  expect(oneLine(' a\r\nb\tc\u2028d\0e ', 99)).toBe('a b c d e');
  expect(oneLine('abc\u202edef\u200b\ufeff', 99)).toBe('abcdef');
  expect(oneLine('half \ud83d', 99)).toBe('half \ufffd');
});

test('a long text is cut, never within a character', () => {
  expect(oneLine('abcdef', 6)).toBe('abcdef');
  expect(oneLine('abcdefg', 6)).toBe('abcde…');
  expect(oneLine('abcd😀😀', 6)).toBe('abcd…');
});

test('whatever the text, the line is well-formed, short enough and the same when made again', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 100 }), (text, most) => {
      const line = oneLine(text, most);
      expect(line.length).toBeLessThanOrEqual(most);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(oneLine(line, most)).toBe(line);
    }),
  );
});

test('characters lose their meaning and can still be read', () => {
  expect(withoutMeaning('[x](https://a.example) @all', '[]()@')).toBe(
    '［x］（https：//a.example） ＠all',
  );
  expect(withoutMeaning('see www.evil.example at 10:00', '')).toBe(
    'see www．evil.example at 10:00',
  );
});

test('none of the characters is left, and compatibility normalization gives the text back', () => {
  const characters = '\\`*_{}[]()#+!<>|~@&$';
  fc.assert(
    fc.property(hostileText, (text) => {
      const line = oneLine(text, 1000);
      const safe = withoutMeaning(line, characters);
      for (const character of `${characters}`) expect(safe).not.toContain(character);
      expect(safe).not.toMatch(/:\/\/|\bwww\./i);
      expect(safe.normalize('NFKC')).toBe(line.normalize('NFKC'));
    }),
  );
});
