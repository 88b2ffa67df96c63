import type { Box, Span } from './box';

const DIMENSIONS = ['peer', 'service', 'sourcePorts', 'own'] as const;

/**
 * The same packets in fewer boxes: boxes that differ in one dimension only, and touch or overlap
 * there, become one. Not the fewest possible.
 */
export function mergeBoxes(boxes: readonly Box[]): Box[] {
  let merged = [...boxes];
  let count: number;
  do {
    count = merged.length;
    for (const dimension of DIMENSIONS) merged = mergeAlong(merged, dimension);
  } while (merged.length < count);
  return merged;
}

function mergeAlong(boxes: readonly Box[], dimension: (typeof DIMENSIONS)[number]): Box[] {
  const alike = new Map<string, Box[]>();
  for (const box of boxes) {
    const rest = DIMENSIONS.filter((other) => other !== dimension);
    const key = [box.family, ...rest.map((other) => `${box[other].first}-${box[other].last}`)];
    const row = alike.get(key.join(' '));
    if (row) row.push(box);
    else alike.set(key.join(' '), [box]);
  }
  return [...alike.values()].flatMap((row) => {
    const joined: Box[] = [];
    for (const box of row.sort((a, b) => (a[dimension].first < b[dimension].first ? -1 : 1))) {
      const last = joined.at(-1);
      const span = last && join(last[dimension], box[dimension]);
      if (last && span) joined[joined.length - 1] = { ...last, [dimension]: span };
      else joined.push(box);
    }
    return joined;
  });
}

/** Two spans as one, the first of which begins no later; undefined if there is a gap between them. */
function join(
  a: Span<number> | Span<bigint>,
  b: Span<number> | Span<bigint>,
): Span<number | bigint> | undefined {
  if (BigInt(b.first) > BigInt(a.last) + 1n) return undefined;
  const longer = a.last > b.last ? a : b;
  return { first: a.first, last: longer.last };
}
