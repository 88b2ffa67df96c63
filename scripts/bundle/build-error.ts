/** A build that would give functions that do not work, or are too large. The message says what to do. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}
