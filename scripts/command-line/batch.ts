import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Permission, parseRule } from '../../shared/security-group';
import type { RuleSet } from '../../shared/traffic';
import { EXIT_CODES } from './exit-code';

/** One line of a batch: a group's rules as DescribeSecurityGroupAttribute returns them. */
export interface BatchLine {
  readonly rules: readonly Permission[];
  readonly groupType?: string;
  readonly innerAccessPolicy?: string;
}

/**
 * Answers every line of a file of JSON lines (`-`: standard input) with one line, in order. A line that
 * cannot be answered gives `{"error"}` and the exit code 1, and the others are answered all the same.
 */
export async function answerBatch<Line extends BatchLine>(
  file: string,
  answer: (ruleSet: RuleSet, line: Line) => object,
): Promise<number> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  // A stream reports a missing file only by an event, which readline does not pass on.
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error: Error) =>
      reject(new Error(`${file} cannot be read: ${error.message}`)),
    );
  });
  let exitCode: number = EXIT_CODES.compliant;
  const work = async () => {
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() === '') continue;
      try {
        const line = JSON.parse(text) as Line;
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
    innerAccessPolicy: oneOf('innerAccessPolicy', (innerAccessPolicy ?? 'Accept').toLowerCase(), [
      'accept',
      'drop',
    ]),
    rules: rules.map(parseRule),
  };
}

function oneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === value);
  if (found === undefined) throw new Error(`"${name}" is "${value}": write ${values.join(' or ')}`);
  return found;
}
