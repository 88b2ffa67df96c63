import fc from 'fast-check';
import { compileEventPattern } from './event-pattern';

const EVENT = {
  source: 'acs.ecs',
  type: 'ecs:ActionTrail:ApiCall',
  subject: null,
  time: '',
  data: {
    eventName: 'AuthorizeSecurityGroup',
    eventVersion: 1,
    isGlobal: false,
    sourceIpAddress: '10.0.0.7',
    ids: ['sg-1', 'sg-2'],
  },
};
const matches = (pattern: unknown, event: unknown = EVENT) => compileEventPattern(pattern)(event);

test.each<[unknown, boolean]>([
  [{}, true],
  [{ source: ['acs.ecs'] }, true],
  [{ source: ['acs.ec'] }, false],
  [{ source: ['ACS.ECS'] }, false],
  [{ source: ['acs.oss', 'acs.ecs'] }, true],
  [{ source: ['acs.ecs'], type: ['other'] }, false],
  [{ source: [{ prefix: 'acs.' }] }, true],
  [{ source: [{ prefix: 'ecs' }] }, false],
  [{ type: [{ suffix: ':ActionTrail:ApiCall' }] }, true],
  [{ type: [{ suffix: ':ActionTrail:ConsoleOperation' }] }, false],
  [{ type: [{ suffix: ':ConsoleOperation' }, { suffix: ':ApiCall' }] }, true],
  [{ type: [{ contains: 'Trail' }] }, true],
  [{ type: [{ contains: 'trail' }] }, false],
  [{ data: { eventName: ['AuthorizeSecurityGroup'] } }, true],
  [{ data: { eventName: [{ prefix: 'Revoke' }] } }, false],
  [{ data: { eventVersion: [1] } }, true],
  [{ data: { eventVersion: ['1'] } }, false],
  [{ data: { eventVersion: [{ prefix: '1' }] } }, false],
  [{ data: { eventVersion: [{ numeric: ['>', 0, '<=', 1] }] } }, true],
  [{ data: { eventVersion: [{ numeric: ['<', 1] }] } }, false],
  [{ data: { eventName: [{ numeric: ['>', 0] }] } }, false],
  [{ data: { isGlobal: [false] } }, true],
  [{ subject: [null] }, true],
  [{ time: [''] }, true],
  [{ data: { eventName: [{ 'anything-but': 'RunInstances' }] } }, true],
  [
    { data: { eventName: [{ 'anything-but': ['RunInstances', 'AuthorizeSecurityGroup'] }] } },
    false,
  ],
  [{ data: { eventName: [{ 'anything-but': { prefix: 'Authorize' } }] } }, false],
  [{ data: { eventName: [{ 'anything-but': { prefix: 'Revoke' } }] } }, true],
  [{ data: { eventVersion: [{ 'anything-but': 1 }] } }, false],
  [{ data: { errorCode: [{ 'anything-but': 'x' }] } }, false],
  [{ data: { errorCode: [{ exists: false }] } }, true],
  [{ data: { eventName: [{ exists: true }] } }, true],
  [{ data: { errorCode: [{ exists: true }] } }, false],
  [{ data: { errorCode: [{ exists: false }, ''] } }, true],
  [{ data: { ids: ['sg-2'] } }, true],
  [{ data: { ids: ['sg-3'] } }, false],
  [{ data: { sourceIpAddress: [{ cidr: '10.0.0.0/24' }] } }, true],
  [{ data: { sourceIpAddress: [{ cidr: '10.0.1.0/24' }] } }, false],
  [{ data: { eventName: [{ cidr: '0.0.0.0/0' }] } }, false],
  [{ data: { eventName: { deeper: ['x'] } } }, false],
  [{ toString: [{ exists: true }] }, false],
])('the pattern %j matches: %s', (pattern, expected) => {
  expect(matches(pattern)).toBe(expected);
});

test.each([
  [null, '$ is no object'],
  [[], '$ is no object'],
  [{ source: 'acs.ecs' }, '$.source has no array'],
  [{ source: [] }, '$.source has no value'],
  [{ data: { a: [['x']] } }, '$.data.a[0] is an array in an array'],
  [{ a: [{ wildcard: '*' }] }, '$.a[0] has an unknown operator "wildcard"'],
  [{ a: [{ prefix: 'a', suffix: 'b' }] }, '$.a[0] does not have exactly one operator'],
  [{ a: [{}] }, '$.a[0] does not have exactly one operator'],
  [{ a: [{ prefix: 1 }] }, 'prefix that is no text'],
  [{ a: [{ exists: 'no' }] }, 'is no boolean'],
  [{ a: [{ numeric: ['>'] }] }, 'numeric operator without comparisons'],
  [{ a: [{ numeric: ['~', 1] }] }, 'numeric comparison that is none'],
  [{ a: [{ numeric: ['>', '1'] }] }, 'numeric comparison that is none'],
  [{ a: [{ 'anything-but': [null] }] }, 'neither text nor number'],
  [{ a: [{ 'anything-but': { suffix: 'x' } }] }, 'more than a prefix'],
  [{ a: [{ cidr: '10.0.0.0' }] }, 'no IPv4 block'],
])('the pattern %j is refused: %s', (pattern, reason) => {
  expect(() => compileEventPattern(pattern)).toThrow(reason);
});

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

test('every event matches the pattern of its own values', () => {
  const event = fc.dictionary(
    fc.string(),
    fc.oneof(scalar, fc.dictionary(fc.string(), scalar, { minKeys: 1 })),
  );
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  const patternOf = (value: unknown): unknown =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, patternOf(v)]))
      : [value];
  fc.assert(fc.property(event, (given) => matches(patternOf(given), given)));
});

test('of two values in an array, a field matches when it matches either', () => {
  fc.assert(
    fc.property(scalar, scalar, scalar, (a, b, field) => {
      const event = { field };
      expect(matches({ field: [a, b] }, event)).toBe(
        matches({ field: [a] }, event) || matches({ field: [b] }, event),
      );
    }),
  );
});

test('a compiled pattern answers about any JSON', () => {
  const matcher = compileEventPattern({ data: { a: [{ prefix: 'x' }, { numeric: ['>', 1] }] } });
  fc.assert(fc.property(fc.jsonValue(), (event) => typeof matcher(event) === 'boolean'));
});
