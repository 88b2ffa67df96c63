import { ApiError } from '../action';
import { type ErrorRow, PAGE_ERRORS } from './errors';
import { OTHER_ERRORS } from './other-errors';

/** Names one way to refuse a call: a row of the pages or another error. */
export type ErrorKey = keyof typeof PAGE_ERRORS | keyof typeof OTHER_ERRORS;

const ROWS: Readonly<Record<ErrorKey, ErrorRow>> = { ...OTHER_ERRORS, ...PAGE_ERRORS };

/** Throws the ApiError of a row; `detail` takes the place of `%s` in its code and message. */
export function refuse(key: ErrorKey, detail = ''): never {
  const { status, code, message } = ROWS[key];
  // A function as replacement: a `$` in the detail must not be read as a pattern.
  const fill = (text: string) => text.replace('%s', () => detail);
  throw new ApiError(status, fill(code), fill(message));
}
