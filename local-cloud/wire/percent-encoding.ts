/** Names and values in the order sent; a name may occur more than once. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * Percent-encodes everything but the unreserved characters of RFC 3986, as both signature
 * mechanisms ask for; encodeURIComponent alone leaves five more characters.
 * @throws URIError when the text holds half of a surrogate pair
 */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Decodes a query or a form body; malformed escapes stay as they are, `+` is a space. */
export function decodePairs(encoded: string): Pairs {
  // URLSearchParams drops one leading question mark, which here would belong to the first name.
  return [...new URLSearchParams(`?${encoded}`)];
}

/** The canonical form both signature mechanisms share: sorted by name, each side encoded again. */
export function canonicalQuery(pairs: Pairs): string {
  return [...pairs]
    .sort(([a, x], [b, y]) => compareCodeUnits(a, b) || compareCodeUnits(x, y))
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
    .join('&');
}

function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
