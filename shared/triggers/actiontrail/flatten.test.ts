import fc from 'fast-check';
import { flatten, listed, parameter, repeated } from './flatten';
import { eventOf } from './testing/events';

const names = fc.constantFrom('IpProtocol', 'PortRange', 'Policy', '__proto__', 'constructor');
const values = fc.string({ minLength: 1 });
const lists = fc.array(fc.dictionary(names, values, { minKeys: 1 }), { maxLength: 20 });

test('lists and objects become dotted names that count from 1', () => {
  const { parameters, complete } = flatten({
    Permissions: [{ IpProtocol: 'TCP', Priority: 1 }, { IpProtocol: 'UDP' }],
    'ResourceId.1': 'sg-a',
    Tag: { 1: { Key: 'env' } },
    All: false,
  });
  expect(complete).toBe(true);
  expect(Object.fromEntries(parameters)).toEqual({
    'Permissions.1.IpProtocol': 'TCP',
    'Permissions.1.Priority': '1',
    'Permissions.2.IpProtocol': 'UDP',
    'ResourceId.1': 'sg-a',
    'Tag.1.Key': 'env',
    All: 'false',
  });
});

test('flattening and listing are inverse', () => {
  fc.assert(
    fc.property(lists, (list) => {
      const entries = listed(flatten({ Permissions: list }).parameters, 'Permissions');
      expect(entries.map((entry) => [...entry].sort())).toEqual(
        list.map((fields) => Object.entries(fields).sort()),
      );
    }),
  );
});

test('flat names are what nested ones become', () => {
  fc.assert(
    fc.property(lists, (list) => {
      const nested = flatten({ Permissions: list }).parameters;
      expect(flatten(Object.fromEntries(nested)).parameters).toEqual(nested);
    }),
  );
});

test('what is empty is left out', () => {
  expect([...flatten({ a: '', b: null, c: [], d: {}, e: 0 }).parameters]).toEqual([['e', '0']]);
  expect([...flatten('text').parameters]).toEqual([['', 'text']]);
});

test.each([
  [
    'more parameters than a call can have',
    Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`P${index}`, 'x'])),
  ],
  ['a name that is too long', { ['x'.repeat(201)]: 'x' }],
  ['a value that is too long', { x: 'x'.repeat(4_097) }],
])('%s are cut off, and that is said', (_what, value) => {
  const { parameters, complete } = flatten(value);
  expect(complete).toBe(false);
  expect(parameters.size).toBeLessThanOrEqual(2_000);
});

test('names multiplied by nesting stay within bounds', () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [index, 'x']));
  const { parameters, complete } = flatten({ ['x'.repeat(200_000)]: wide });
  expect({ size: parameters.size, complete }).toEqual({ size: 0, complete: false });
});

test('parameters are found in any case, by the documented spelling first', () => {
  const { parameters } = flatten({
    securitygroupid: 'sg-b',
    SecurityGroupId: 'sg-a',
    regionId: 'cn-hangzhou',
    'permissions.1.ipProtocol': 'TCP',
  });
  expect(parameter(parameters, 'SecurityGroupId')).toBe('sg-a');
  expect(parameter(parameters, 'RegionId')).toBe('cn-hangzhou');
  expect(listed(parameters, 'Permissions').map((entry) => [...entry])).toEqual([
    [['ipProtocol', 'TCP']],
  ]);
  expect(parameter(parameters, 'toString')).toBeUndefined();
});

test('repeated values come in the order of their numbers, or are the one without a number', () => {
  const texts = Array.from({ length: 12 }, (_, index) => `sg-${index}`);
  expect(repeated(flatten({ ResourceId: texts }).parameters, 'ResourceId')).toEqual(texts);
  expect(repeated(flatten({ ResourceId: 'sg-a' }).parameters, 'ResourceId')).toEqual(['sg-a']);
  expect(repeated(flatten({ ResourceIds: 'sg-a' }).parameters, 'ResourceId')).toEqual([]);
});

test('requestParameters win over requestParameterJson, which fills what they lack', () => {
  const { parameters } = eventOf({
    requestParameters: { SecurityGroupId: 'sg-a' },
    requestParameterJson: '{"SecurityGroupId":"sg-b","Permissions":[{"IpProtocol":"TCP"}]}',
  });
  expect(Object.fromEntries(parameters)).toEqual({
    SecurityGroupId: 'sg-a',
    'Permissions.1.IpProtocol': 'TCP',
  });
});

test.each(['{', '[1]', '7', 5, null, '"text"'])('requestParameterJson %j says nothing', (json) => {
  expect(eventOf({ requestParameterJson: json })).toEqual(eventOf());
});
