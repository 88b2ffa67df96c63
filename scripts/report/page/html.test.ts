import fc from 'fast-check';
import { html } from './html';

const plain = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

test('no text opens an element, an entity or the end of an attribute, and none is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const markup = html`${text}`.text;
      expect(markup).not.toMatch(/[<>"']|&(?!(?:lt|gt|quot|#39|amp);)/);
      const shown = text.replace(/(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, '\ufffd');
      expect(plain(markup)).toBe(shown);
    }),
  );
});

test('markup inside markup stays as it is, also in lists; numbers are written out', () => {
  const items = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}</ul>${0}`.text).toBe('<ul><li>&lt;a&gt;</li><li>b</li></ul>0');
});

test('what turns the direction of writing, and what is no character, is shown as such', () => {
  expect(html`a${'\u202egro.live\u2066\u0000\ud800'}b`.text).toBe(
    'a\ufffdgro.live\ufffd\ufffd\ufffdb',
  );
});
