import fc from 'fast-check';
import { compileWildcard } from './wildcard';

test.each([
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*', 'a', true],
  ['a?', 'a', false],
  ['a?c', 'abc', true],
  ['*b*', 'abc', true],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbYbZ', false],
  ['acs:ecs:*:*:securitygroup/*', 'acs:ecs:cn-hangzhou:1:securitygroup/sg-1', true],
  ['acs:ecs:*:*:securitygroup/*', 'acs:vpc:cn-hangzhou:1:vpc/vpc-1', false],
  ['sg-1', 'sg-*', false],
  ['*a', '*b', false],
  ['a.c', 'abc', false],
  ['?', '😀', true],
])('the pattern %j matches %j: %s', (pattern, text, expected) => {
  expect(compileWildcard(pattern)(text)).toBe(expected);
});

test('a wildcard means what the regular expression of the same form means', () => {
  const character = fc.constantFrom('a', 'b', '*', '?', '.', '/');
  const text = fc.string({ unit: character, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (pattern, given) => {
      const form = pattern.replace(/[./]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
      expect(compileWildcard(pattern)(given)).toBe(new RegExp(`^${form}$`).test(given));
    }),
  );
});

test('many stars against a long text take no time to speak of', () => {
  const pattern = `${'a*'.repeat(200)}b`;
  expect(compileWildcard(pattern)('a'.repeat(5000))).toBe(false);
});
