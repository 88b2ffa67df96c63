import fc from 'fast-check';
import {
  fieldValue,
  parseDescription,
  parseTemplate,
  renderDescription,
  shorten,
} from './description-template';
import { standardDescription } from './kinds/describe-rules';

const TEMPLATES = [
  '{owner} | {ticket} | {text}',
  '{text} | {owner} | {ticket}',
  '{owner} | {text} | {ticket}',
  '[{owner}] {text} (by {ticket})',
  'owner={owner};ticket={ticket};{text}',
  'managed: {owner}/{text}/{ticket} end',
  '{owner}--{ticket}--{text}',
  '{text}',
  '{constructor} | {toString} | {text}',
].map(parseTemplate);

/** Texts made of what separators are made of, so that they meet them often. */
const words = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' | ',
        '|',
        ' ',
        '-',
        '--',
        '[',
        ']',
        ')',
        ' (by ',
        '=',
        ';',
        '/',
        'end',
        '\n',
      ),
      fc.constantFrom('a', 'owner', 'none', 'é', '安全', '😀', '\ud800', '\udc00', '\t', '\ufffd'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const text = fc.oneof(words, fc.string({ unit: 'binary' }));
const template = fc.constantFrom(...TEMPLATES);

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}

describe('a template', () => {
  test.each([
    ['{owner} | {text', 'do not pair up'],
    ['owner} | {text}', 'do not pair up'],
    ['{{owner}} | {text}', 'do not pair up'],
    ['{} | {text}', '"{}" is not a placeholder'],
    ['{Owner} | {text}', 'write a lower-case letter'],
    ['{the owner} | {text}', 'is not a placeholder'],
    ['{owner} | {owner} | {text}', '"{owner}" stands twice'],
    ['{owner}{text}', 'cannot tell two placeholders apart'],
    ['{owner} {text}', 'put a mark between them'],
    ['{owner} and {text}', 'put a mark between them'],
    ['{owner} \ud800| {text}', 'write the whole character'],
  ])('%s is refused with what to write', (source, message) => {
    expect(() => parseTemplate(source)).toThrow(message);
  });

  test('may be fixed text alone', () => {
    const fixed = parseTemplate('managed by palisade');
    expect(renderDescription(fixed, { fields: {}, text: 'x' })).toBe('managed by palisade');
    expect(parseDescription(fixed, ' managed by palisade ')).toEqual({ fields: {}, text: '' });
    expect(parseDescription(fixed, 'managed by palisades')).toBeUndefined();
  });
});

describe('rendering and parsing', () => {
  const parsed = parseTemplate('{owner} | {ticket} | {text}');

  test('are inverse for field values and trimmed texts', () => {
    fc.assert(
      fc.property(template, text, text, text, (form, one, two, words) => {
        const values = [one, two].map((value) => fieldValue(form, value) || 'none');
        const names = form.placeholders.filter((name) => name !== 'text');
        const fields = Object.fromEntries(names.map((name, n) => [name, values[n] ?? 'none']));
        const trimmed = words.trim();
        fc.pre(trimmed !== '-' && isWellFormed(trimmed));
        const parts = { fields, text: trimmed };
        expect(parseDescription(form, renderDescription(form, parts))).toEqual(parts);
      }),
      { numRuns: 2000 },
    );
  });

  test('agree on every description that parses: it renders to itself, but for white space', () => {
    fc.assert(
      fc.property(template, text, (form, description) => {
        const parts = parseDescription(form, description);
        fc.pre(parts !== undefined && parts.text !== '' && isWellFormed(description));
        const plain = (value: string) => value.replace(/\s+/g, '');
        expect(parts && plain(renderDescription(form, parts))).toBe(plain(description));
      }),
      { numRuns: 500 },
    );
  });

  test('write an empty text as a dash', () => {
    const fields = { owner: 'ann', ticket: 'T-1' };
    expect(renderDescription(parsed, { fields, text: '  ' })).toBe('ann | T-1 | -');
    expect(parseDescription(parsed, 'ann | T-1 | -')).toEqual({ fields, text: '' });
  });

  test('keep separators within the text, wherever the text stands', () => {
    const fields = { owner: 'ann', ticket: 'T-1' };
    for (const source of ['{owner} | {text} | {ticket}', '{text} | {owner} | {ticket}']) {
      const form = parseTemplate(source);
      const parts = { fields, text: 'a | b | c |' };
      expect(parseDescription(form, renderDescription(form, parts))).toEqual(parts);
    }
  });

  test.each([
    '',
    'ann',
    'ann | T-1',
    'ann |  | web',
    '| T-1 | web',
    'a|b | T-1 | web',
    'ann|T-1|web',
  ])('do not take "%s" for the standard: it would lose words', (description) => {
    expect(parseDescription(parsed, description)).toBeUndefined();
  });

  test('overlook other white space around separators only when told to', () => {
    const parts = { fields: { owner: 'ann', ticket: 'T-1' }, text: 'web' };
    for (const description of ['ann|T-1|web', 'ann  |\tT-1 |web', ' ann | T-1 |  web']) {
      expect(parseDescription(parsed, description, { lenient: true })).toEqual(parts);
    }
    expect(parseDescription(parsed, 'ann |  | web', { lenient: true })).toBeUndefined();
  });

  test('take time in proportion to the description, whatever it holds', () => {
    const form = parseTemplate('{a} | {b} | {c} | {d} | {e} | {text} | {f} | {g} | {h} end');
    for (const lenient of [false, true]) {
      for (const part of ['| ', ' | ', ' ', '|', 'a | ']) {
        const description = `x${part.repeat(20_000)}x`;
        expect(parseDescription(form, description, { lenient })).toBeUndefined();
      }
    }
  });
});

describe('a field value', () => {
  test('holds none of the marks of the template, no double spaces and no half characters', () => {
    fc.assert(
      fc.property(template, text, (form, value) => {
        const result = fieldValue(form, value);
        const marks = [...form.literals.join('')].filter((each) => /[^\p{L}\p{N}\s]/u.test(each));
        for (const mark of marks) expect(result).not.toContain(mark);
        expect(result).not.toMatch(/^\s|\s\s|\s$/);
        expect(isWellFormed(result)).toBe(true);
        expect(fieldValue(form, result)).toBe(result);
      }),
    );
  });

  test('is left alone if it holds no mark', () => {
    expect(fieldValue(parseTemplate('{a} | {text}'), '  Ann & Bob-7 ')).toBe('Ann & Bob-7');
  });
});

test('a description is shortened between characters', () => {
  expect(shorten('a'.repeat(600))).toHaveLength(512);
  expect(shorten(`${'a'.repeat(511)}😀`)).toBe('a'.repeat(511));
  expect(shorten(`${'a'.repeat(510)}😀b`)).toBe(`${'a'.repeat(510)}😀`);
  expect(shorten(`${'a'.repeat(510)}  b`)).toBe('a'.repeat(510));
  expect(shorten('short')).toBe('short');
});

describe('the standard description', () => {
  const sources = {
    owner: { tag: 'owner', default: 'unowned' },
    ticket: { existing: true, default: 'none' },
  };
  const standard = (form: string, description: string, owner = 'ann') =>
    standardDescription(parseTemplate(form), sources, { owner }, description);

  test('stated of its own result changes nothing, and has no empty part nor half character', () => {
    const owners = fc.oneof(text, fc.constant(''));
    fc.assert(
      fc.property(template, owners, text, (form, owner, description) => {
        const once = standardDescription(form, sources, { owner }, description);
        expect(standardDescription(form, sources, { owner }, once)).toBe(once);
        expect(() => encodeURIComponent(once)).not.toThrow();
        const parts = parseDescription(form, once);
        expect(parts).toBeDefined();
        for (const value of Object.values(parts?.fields ?? {})) expect(value).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  test('keeps the whole text of a description that does not have its form', () => {
    fc.assert(
      fc.property(template, text, (form, description) => {
        fc.pre(!parseDescription(form, description, { lenient: true }));
        const result = standardDescription(form, sources, { owner: 'ann' }, description);
        const kept = description.replace(/\p{Surrogate}/gu, '\ufffd').trim();
        expect(result).toContain(kept || '-');
        expect(parseDescription(form, result)?.text).toBe(kept === '-' ? '' : kept);
      }),
      { numRuns: 1000 },
    );
  });

  test('brings the fields of a description in its form up to date and keeps its text', () => {
    expect(standard('{owner} | {ticket} | {text}', 'bob | T-1 | web server')).toBe(
      'ann | T-1 | web server',
    );
  });

  test('mends white space only where the fields hold what they should', () => {
    expect(standard('{owner} | {ticket} | {text}', 'ann|T-1|web')).toBe('ann | T-1 | web');
    expect(standard('{owner} | {ticket} | {text}', 'tcp|udp|web')).toBe('ann | none | tcp|udp|web');
  });

  test.each(['ann |  | web', '| T-1 | web', 'ann | T-1', 'x|y | T-1 | web'])(
    'keeps the near miss "%s" whole',
    (description) => {
      expect(standard('{owner} | {ticket} | {text}', description)).toBe(
        `ann | none | ${description}`,
      );
    },
  );

  test('goes by no name that every object inherits', () => {
    const form = parseTemplate('{constructor} | {valueOf} | {text}');
    const inherited = { constructor: { tag: 'toString', default: 'none' } };
    expect(standardDescription(form, inherited, {}, 'web')).toBe('none | none | web');
  });
});
