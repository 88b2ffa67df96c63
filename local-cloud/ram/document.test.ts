import fc from 'fast-check';
import { parsePolicyDocument } from '.';

const STATEMENT = { Effect: 'Allow', Action: 'ecs:*', Resource: '*' };
const withStatement = (changes: object) => ({
  Version: '1',
  Statement: [STATEMENT, { ...STATEMENT, ...changes }],
});

test('a document may hold lists and single values', () => {
  const document = withStatement({
    Effect: 'Deny',
    Action: ['oss:GetObject', '*'],
    Resource: ['acs:oss:*:*:bucket/*', '*'],
    Condition: { Bool: { 'acs:SecureTransport': ['false'] } },
  });
  expect(parsePolicyDocument(document).statements).toHaveLength(2);
});

test.each<[unknown, string]>([
  [null, 'The policy is no JSON object'],
  ['{}', 'The policy is no JSON object'],
  [{ Statement: [STATEMENT] }, 'Version is not "1"'],
  [{ Version: 1, Statement: [STATEMENT] }, 'Version is not "1"'],
  [{ Version: '1', Statement: STATEMENT }, 'Statement is no list'],
  [{ Version: '1', Statement: [] }, 'Statement is no list'],
  [{ Version: '1', Statement: ['*'] }, 'Statement[0] is no JSON object'],
  [withStatement({ Effect: 'allow' }), 'Statement[1]: Effect is neither Allow nor Deny'],
  [withStatement({ NotAction: 'ecs:*' }), 'NotAction is not supported'],
  [withStatement({ Principal: { RAM: '*' } }), 'Principal is not supported'],
  [withStatement({ NotResource: '*' }), 'NotResource is not supported'],
  [withStatement({ Action: undefined }), 'Action is missing or malformed'],
  [withStatement({ Action: [] }), 'Action is missing or malformed'],
  [withStatement({ Action: 'DescribeRegions' }), 'Action is missing or malformed'],
  [withStatement({ Action: ['ecs:*', 1] }), 'Action is missing or malformed'],
  [withStatement({ Resource: undefined }), 'Resource is missing or malformed'],
  [withStatement({ Resource: 'securitygroup/*' }), 'Resource is missing or malformed'],
  [withStatement({ Condition: {} }), 'Condition holds nothing to compare'],
  [withStatement({ Condition: { Bool: {} } }), 'Bool holds nothing to compare'],
  [
    withStatement({ Condition: { DateLessThan: { 'acs:CurrentTime': '2026-01-01T00:00:00Z' } } }),
    'Condition operator "DateLessThan" is not supported',
  ],
  [
    withStatement({ Condition: { StringEquals: { 'ecs:tag/env': 'prod' } } }),
    'Condition key "ecs:tag/env" is not supported',
  ],
  [
    withStatement({ Condition: { Bool: { 'acs:SecureTransport': true } } }),
    'has a value that is no text',
  ],
  [withStatement({ Condition: { Bool: { 'acs:SecureTransport': [] } } }), 'has no value'],
])('the document %j is refused: %s', (document, reason) => {
  expect(() => parsePolicyDocument(document)).toThrow(reason);
});

test('an error says which document is wrong', () => {
  expect(() => parsePolicyDocument({}, 'Policy 2 of role palisade')).toThrow(
    /^Policy 2 of role palisade: /,
  );
});

test('no JSON makes the reader fail in another way than by its own error', () => {
  const json = fc.jsonValue();
  const nearly = fc
    .record({ Effect: json, Action: json, Resource: json, Condition: json })
    .map(withStatement);
  fc.assert(
    fc.property(fc.oneof(json, nearly), (document) => {
      try {
        parsePolicyDocument(document);
      } catch (error) {
        expect((error as Error).message).toMatch(/^The policy/);
      }
    }),
  );
});
