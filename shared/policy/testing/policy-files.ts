/** Small policy files for tests, and what is wrong with them. */
import { loadPolicies } from '../load';
import type { PolicySet } from '../policy';
import { PolicyFileError } from '../policy-file-error';

/** The time at which files are loaded. */
const NOW = Date.parse('2026-11-23T12:00:00Z');

export function load(source: string): PolicySet {
  return loadPolicies(source, 'policies.yaml', NOW);
}

/** The problems of a file, a line each, without the file's name. */
export function problems(source: string): string[] {
  try {
    load(source);
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^policies\.yaml:/, ''));
  }
  return [];
}

/** A file with one policy about descriptions; `lines` are added to the policy from line 7 on. */
export function describing(...lines: string[]): string {
  return [
    'version: 1',
    'policies:',
    '  - id: a',
    '    kind: describe-rules',
    "    template: '{owner} | {text}'",
    '    fields: { owner: { tag: owner } }',
    ...lines,
  ].join('\n');
}

/** A file with one policy that denies traffic; `deny` is its one entry, on line 6. */
export function denying(deny: string, ...lines: string[]): string {
  return [
    'version: 1',
    'policies:',
    '  - id: a',
    '    kind: deny-egress',
    '    deny:',
    `      - ${deny}`,
    ...lines,
  ].join('\n');
}

/** Mail, as an entry for `denying`. */
export const SMTP = "{ to: ['0.0.0.0/0'], protocol: tcp, ports: [25] }";
