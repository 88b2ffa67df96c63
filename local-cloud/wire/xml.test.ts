import fc from 'fast-check';
import { xmlElement } from './xml';

test('objects become nested elements and arrays repeated ones', () => {
  const body = { Tags: { Tag: [{ Key: 'a' }, { Key: 'b' }] }, Flat: [1, 2], Count: 0, On: false };
  expect(xmlElement('R', body)).toBe(
    '<R><Tags><Tag><Key>a</Key></Tag><Tag><Key>b</Key></Tag></Tags><Flat>1</Flat><Flat>2</Flat><Count>0</Count><On>false</On></R>',
  );
});

test('empty text is an empty element, absent values and empty arrays are no element', () => {
  expect(xmlElement('R', { A: '', B: null, C: undefined, D: [], E: {} })).toBe(
    '<R><A></A><E></E></R>',
  );
});

test('markup is escaped and what XML cannot spell is replaced', () => {
  expect(xmlElement('A', `<a b="c">&'\r\n\t\u0000\u001b\ud800\uffff\u{1f600}`)).toBe(
    '<A>&lt;a b=&quot;c&quot;&gt;&amp;&apos;&#13;\n\t\ufffd\ufffd\ufffd\ufffd\u{1f600}</A>',
  );
});

test('any text XML can spell comes back from its escaped form', () => {
  const spellable = fc
    .string({ unit: 'grapheme' })
    .filter((text) => !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text));
  fc.assert(
    fc.property(spellable, (text) => {
      const escaped = xmlElement('A', text).slice('<A>'.length, -'</A>'.length);
      expect(escaped).not.toMatch(/[<>\r]|&(?!(amp|lt|gt|quot|apos|#13);)/);
      const unescaped = escaped
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&apos;', "'")
        .replaceAll('&#13;', '\r')
        .replaceAll('&amp;', '&');
      expect(unescaped).toBe(text);
    }),
  );
});
