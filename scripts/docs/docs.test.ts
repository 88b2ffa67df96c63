import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyJsonSchema } from '../../shared/policy/json-schema';
import { withGeneratedParts } from './generated-parts';
import { policyTables, type SchemaNode } from './policy-tables';

const tables = () => policyTables(policyJsonSchema() as SchemaNode);

it('docs/policies.md has the tables of the schema; `npm run docs` writes them anew', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'policies.md'), 'utf8');
  expect(page).toBe(withGeneratedParts(page, tables()));
});

it('every key of the schema has a meaning', () => {
  for (const table of tables().values()) {
    for (const row of table.split('\n').slice(2)) expect(row).toMatch(/\| [^|]*\w[^|]*\|$/);
  }
});

describe('a table', () => {
  const policies = {
    items: {
      oneOf: [
        {
          properties: { kind: { const: 'one' }, own: { type: 'string' } },
          required: ['kind', 'own'],
        },
        { properties: { kind: { const: 'other' } }, required: ['kind'] },
      ],
    },
  };

  it('says which kinds of policies have a key, where not all do', () => {
    expect(policyTables({ properties: { policies } }).get('policies[]')).toBe(
      [
        '| key    | in    | form           | default  | meaning |',
        '| ------ | ----- | -------------- | -------- | ------- |',
        '| `kind` | all   | `one`, `other` | required |         |',
        '| `own`  | `one` | text           | required |         |',
      ].join('\n'),
    );
  });

  it('keeps bars from parting its cells', () => {
    const node = { type: 'string', default: 'a | b', description: 'c | d' };
    expect(
      policyTables({ properties: { key: node } })
        .get('file')
        ?.split('\n')[2],
    ).toBe('| `key` | text | `a \\| b` | c \\| d  |');
  });
});

describe('a page', () => {
  const page = 'before\n<!-- generated: x -->\n\nold\n\n<!-- end of x -->\nafter\n';

  it('gets its parts anew, and nothing else of it changes', () => {
    const made = page.replace('old', 'new $1\nlines');
    expect(withGeneratedParts(page, new Map([['x', 'new $1\nlines']]))).toBe(made);
  });

  it('is refused with a part of which nothing is generated', () => {
    expect(() => withGeneratedParts(page, new Map())).toThrow('remove it from the page');
  });

  it('is refused without a place for what is generated', () => {
    const contents = new Map([
      ['x', ''],
      ['y', ''],
    ]);
    expect(() => withGeneratedParts(page, contents)).toThrow('"y" is on no page');
  });
});
