/** Characters of a reason that are kept. */
const LONGEST = 300;

/**
 * The text of an error that somebody else made, fit for a record: without the query of an address, which may
 * be signed, and without anything that looks like a key or a token.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\?\S*=\S*/g, '?…')
    .replace(/\b(?:LTAI|STS\.|whsec_)[A-Za-z0-9+/=._-]*/g, '…')
    .replace(/(signature|secret|token|password)(["']?\s*[=:]\s*)\S+/gi, '$1$2…')
    .replace(/[A-Za-z0-9+/]{40,}={0,2}/g, '…')
    .slice(0, LONGEST);
}
