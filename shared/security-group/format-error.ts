/** Text that does not have the form its name promises. The message names the text and what is expected. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
