import fc from 'fast-check';
import { withoutSecrets } from './without-secrets';

it.each([
  [
    'GET http://ecs.example/?AccessKeyId=abc&Signature=x%2By failed',
    'GET http://ecs.example/?… failed',
  ],
  ['key LTAI5tExample123 is unknown', 'key … is unknown'],
  ['STS.NUexample expired', '… expired'],
  ['"securityToken": "CAISexample/abc"', '"securityToken": …'],
  ['Signature: a/b+c=', 'Signature: …'],
  [`token ${'A1b2'.repeat(12)} is old`, 'token … is old'],
])('%j is kept as %j', (text, kept) => {
  expect(withoutSecrets(text)).toBe(kept);
});

it('the reason of a failure is kept as it is, on one line and not too long', () => {
  expect(withoutSecrets('Function timed out after 600 seconds\n(maxMemoryUsage: 0MB)')).toBe(
    'Function timed out after 600 seconds (maxMemoryUsage: 0MB)',
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      const kept = withoutSecrets(text);
      expect(kept.length).toBeLessThanOrEqual(300);
      expect(kept).not.toMatch(/[\r\n]/);
    }),
  );
});
