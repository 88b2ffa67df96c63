/** Whether a text has the form of a pattern in which `*` stands for any run of characters. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [start = '', ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return pattern === text;
  if (!text.startsWith(start)) return false;
  let position = start.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - end.length >= position && text.endsWith(end);
}

/** Whether some text has the form of both patterns. */
export function wildcardsOverlap(one: string, other: string): boolean {
  // Row by row: whether what is left of `one` from here and of `other` from each place can be the same.
  let below: boolean[] = [];
  for (let i = one.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = other.length; j >= 0; j -= 1) {
      const [a, b] = [one[i], other[j]];
      if (a === undefined && b === undefined) row[j] = true;
      else if (a === '*') row[j] = below[j] === true || (b !== undefined && row[j + 1] === true);
      else if (b === '*') row[j] = row[j + 1] === true || (a !== undefined && below[j] === true);
      else row[j] = a === b && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}
