import picocolors from 'picocolors';

/**
 * Whether standard output gets colors: `--color` and `--no-color` decide, then NO_COLOR, then FORCE_COLOR,
 * then whether it is a terminal that can show them.
 */
export function wantsColor(
  parameters: readonly string[],
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  const said = parameters.filter((each) => each === '--color' || each === '--no-color').at(-1);
  if (said !== undefined) return said === '--color';
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb';
}

/** The colors of this process. */
export const colors = picocolors.createColors(
  wantsColor(process.argv, process.env, process.stdout.isTTY === true),
);
