import { readFile } from 'node:fs/promises';
import { describeEnding, exemptionsEndingSoon, type PolicySet } from '../../shared/policy';
import { loadPolicies } from '../../shared/policy/load';
import { readTrouble } from '../file-trouble';
import { EXIT_CODES } from './exit-code';

/** Reads a policy file from disk. Throws PolicyFileError, or an Error that names the file. */
export async function readPolicyFile(file: string): Promise<PolicySet> {
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${readTrouble(error)}`);
  }
  return loadPolicies(source, file, Date.now());
}

/** Checks policy files and says what is wrong with them. Gives the exit code. */
export async function validate(files: readonly string[], json: boolean): Promise<number> {
  let exitCode: number = EXIT_CODES.compliant;
  for (const file of files) {
    try {
      const set = await readPolicyFile(file);
      const { policies, digest } = set;
      const endingSoon = exemptionsEndingSoon(set, Date.now());
      for (const ending of endingSoon) console.error(`${file}: warning: ${describeEnding(ending)}`);
      console.log(
        json
          ? JSON.stringify({ file, valid: true, policies: policies.length, digest, endingSoon })
          : `${file} is valid: ${policies.map((each) => `${each.id} (${each.kind}, ${each.mode})`).join(', ')}`,
      );
    } catch (error) {
      exitCode = EXIT_CODES.error;
      const { message } = error as Error;
      const problems = (error as { problems?: unknown }).problems ?? [{ message }];
      if (json) console.log(JSON.stringify({ file, valid: false, problems }));
      else console.error(message);
    }
  }
  return exitCode;
}
