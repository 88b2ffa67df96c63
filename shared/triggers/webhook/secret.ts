const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * Reads the secrets that requests are signed with, divided by commas or white space: one, or several while
 * they are rotated. Each is `whsec_` and the base64 of 24 to 64 random bytes (Standard Webhooks 1.0.0,
 * signature scheme). Throws an Error that says which one is wrong and why, and shows none of them.
 */
export function parseSecrets(text: string): [string, ...string[]] {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '');
  for (const [index, secret] of secrets.entries()) {
    const problem = problemOf(secret);
    if (problem !== undefined) {
      throw new Error(`webhook secret ${index + 1} of ${secrets.length} ${problem}: write ${FORM}`);
    }
  }
  const [first, ...others] = secrets;
  if (first === undefined) throw new Error(`there is no webhook secret: write ${FORM}`);
  return [first, ...others];
}

const FORM = `${PREFIX} followed by the base64 of ${LEAST_BYTES} to ${MOST_BYTES} random bytes`;

/** The key of a secret. Throws an Error that does not show it. */
export function keyOf(secret: string): Buffer {
  const problem = problemOf(secret);
  if (problem !== undefined) throw new Error(`the webhook secret ${problem}: write ${FORM}`);
  return decode(secret);
}

function problemOf(secret: string): string | undefined {
  if (!secret.startsWith(PREFIX)) return `does not begin with ${PREFIX}`;
  const key = decode(secret);
  // Node skips what is not base64, so that a mistyped secret would pass as a shorter one.
  if (key.toString('base64') !== secret.slice(PREFIX.length))
    return 'is not base64 with its padding';
  if (key.length < LEAST_BYTES) return `has fewer than ${LEAST_BYTES} bytes`;
  if (key.length > MOST_BYTES) return `has more than ${MOST_BYTES} bytes`;
  return undefined;
}

function decode(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
