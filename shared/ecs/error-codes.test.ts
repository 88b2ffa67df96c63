import { ERROR_CODES, kindOfAnswer } from './error-codes';

it('no code stands for two kinds', () => {
  const codes = Object.values(ERROR_CODES).flat();

  expect(codes).toEqual([...new Set(codes)]);
});

it.each([
  ['InvalidNicType.Mismatch', 400, 'state'],
  ['InvalidNicType.Mismatch', 403, 'validation'],
  ['InvalidDestGroupId.Mismatch', 400, 'validation'],
  ['InvalidDestGroupId.Mismatch', 403, 'validation'],
  ['MissingParameter', 400, 'validation'],
  ['MissingParameter', 403, 'validation'],
  ['InvalidDestGroup.NotFound', 400, 'not-found'],
  ['InvalidOperation.ResourceManagedByCloudProduct', 403, 'state'],
  ['AuthorizationLimitExceed', 400, 'quota'],
  ['InvalidOperation.SecurityGroupNotAuthorized', 401, 'permission'],
  ['Throttling', 400, 'throttled'],
  ['Throttling', 403, 'throttled'],
  ['InvalidGressFlow.Malformed', 500, 'transient'],
  ['OperationConflict', 409, 'transient'],
  ['IdempotentProcessing', 403, 'unknown-outcome'],
  ['InvalidIdempotenceParameter.Mismatch', 403, 'state'],
])('%s with status %i means %s', (code, status, kind) => {
  expect(kindOfAnswer(code, status)).toBe(kind);
});

it.each([
  ['Throttling.Somewhere', 403, 'throttled'],
  ['Forbidden.Anything', 400, 'permission'],
  ['InvalidSomething.NotFound', 400, 'not-found'],
  ['MissingSomething', 400, 'validation'],
  ['Whatever', 401, 'permission'],
  ['Whatever', 403, 'permission'],
  ['Whatever', 404, 'not-found'],
  ['Whatever', 408, 'transient'],
  ['Whatever', 409, 'state'],
  ['Whatever', 429, 'throttled'],
  ['Whatever', 502, 'transient'],
  ['Whatever.NotFound', 503, 'transient'],
  [undefined, 400, 'validation'],
])('a code that is not listed, %s with status %i, means %s', (code, status, kind) => {
  expect(kindOfAnswer(code, status)).toBe(kind);
});
