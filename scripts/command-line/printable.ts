/** A text that anyone can have written, such as a rule's description, fit for a line of a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}
