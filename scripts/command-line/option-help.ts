import { InvalidArgumentError } from 'commander';

/** The part of a command's help that shows how it is called. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** Reads a number without a fraction. Throws InvalidArgumentError, which commander shows. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Write a whole number.');
  return Number(value);
}

/** Reads the number of a TCP port. Throws InvalidArgumentError, which commander shows. */
export function portNumber(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new InvalidArgumentError('Write a port, from 0 to 65535.');
  }
  return Number(value);
}
