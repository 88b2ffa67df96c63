import { colors as pc } from '../color';
import { printable } from '../printable';
import type { Check, CheckResult, CheckStatus } from './check';

const MARKS: Readonly<Record<CheckStatus, string>> = {
  ok: pc.green('✔'),
  warning: pc.yellow('!'),
  failed: pc.red('✖'),
  skipped: pc.dim('·'),
};
const WIDTH = 14;

/** Shows each check once it is over, in their order, or all of them as one JSON object. Gives how they went. */
export async function printChecks(
  checks: readonly Check[],
  json: boolean,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { title, result } of checks) {
    if (!json) showWaiting(`  ${title} …`);
    const found = await result;
    results.push(found);
    if (!json) {
      showWaiting('');
      console.log(textOf(title, found));
    }
  }
  if (json) {
    const shown = checks.map(({ id, title }, index) => ({ id, title, ...results[index] }));
    const isGood = results.every(({ status }) => status !== 'failed');
    console.log(JSON.stringify({ ok: isGood, checks: shown }));
  } else {
    console.log(closing(results));
  }
  return results;
}

function textOf(title: string, { status, saw, fix }: CheckResult): string {
  const [first = '', ...rest] = saw.split('\n').map(printable);
  const indent = ' '.repeat(WIDTH + 2);
  return [
    `${MARKS[status]} ${title.padEnd(WIDTH)}${status === 'skipped' ? pc.dim(first) : first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(fix === undefined ? [] : [`${indent}→ ${printable(fix)}`]),
  ].join('\n');
}

function closing(results: readonly CheckResult[]): string {
  const count = (status: CheckStatus) => results.filter((each) => each.status === status).length;
  const failures = count('failed');
  const warnings = count('warning');
  if (failures > 0) {
    return pc.red(`${failures} of ${results.length} checks failed: mend the first one first.`);
  }
  return warnings === 0
    ? pc.green('Nothing is amiss.')
    : pc.yellow(`Nothing is broken; ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`);
}

/** What is being waited for, on a terminal's standard error only. */
function showWaiting(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
