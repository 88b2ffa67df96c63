/** One thing that is wrong with a policy file, where it stands (1-based), and what to write instead. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  /** The key, such as `policies[0].deny[0].ports[1]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A policy file that was refused. The message lists every problem as `file:line:column: path: …`. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
  constructor(
    readonly file: string,
    readonly problems: readonly PolicyProblem[],
  ) {
    super(
      problems
        .map(
          ({ line, column, path, message }) =>
            `${file}:${line}:${column}: ${path ? `${path}: ` : ''}${message}`,
        )
        .join('\n'),
    );
  }
}
