import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseRule } from '../../shared/security-group';
import type { RuleSet } from '../../shared/traffic';
import { readTrouble } from '../file-trouble';
import { EXIT_CODES } from './exit-code';
import { oneOf, permissionOf, recordOf } from './json-input';

/** One line of a batch, not checked yet but for being an object. */
export type BatchLine = Readonly<Record<string, unknown>>;

/**
 * Answers every line of a file of JSON lines (`-`: standard input) with one line, in order. A line that
 * cannot be answered gives `{"error"}` and the exit code 1, and the others are answered all the same.
 */
export async function answerBatch(
  file: string,
  answer: (ruleSet: RuleSet, line: BatchLine) => object,
): Promise<number> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  // A stream reports a missing file only by an event, which readline does not pass on.
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error: Error) =>
      reject(new Error(`${file} cannot be read: ${readTrouble(error)}`)),
    );
  });
  let exitCode: number = EXIT_CODES.compliant;
  const work = async () => {
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (process.stdout.errored) break;
      number += 1;
      if (text.trim() === '') continue;
      try {
        const line = recordOf('the line', JSON.parse(text));
        console.log(JSON.stringify(answer(ruleSetOf(line), line)));
      } catch (error) {
        exitCode = EXIT_CODES.error;
        console.log(JSON.stringify({ error: `line ${number}: ${(error as Error).message}` }));
      }
    }
  };
  await Promise.race([work(), failed]);
  return exitCode;
}

function ruleSetOf({ rules, groupType, innerAccessPolicy }: BatchLine): RuleSet {
  if (!Array.isArray(rules))
    throw new Error('"rules" is missing: write a list of Permission objects');
  return {
    groupType: oneOf('groupType', groupType ?? 'normal', ['normal', 'enterprise']),
    innerAccessPolicy: oneOf('innerAccessPolicy', innerAccessPolicy ?? 'accept', [
      'accept',
      'drop',
    ]),
    rules: rules.map((rule) => parseRule(permissionOf(rule))),
  };
}
