import type { Cidr } from '../../security-group';

/** Blocks in order, halves of a block made one and blocks within others left out. */
export function mergeBlocks(cidrs: readonly Cidr[]): Cidr[] {
  const merged: Cidr[] = [];
  const ordered = [...cidrs].sort(
    (a, b) =>
      a.family - b.family ||
      (a.first === b.first ? a.prefixLength - b.prefixLength : a.first < b.first ? -1 : 1),
  );
  for (const cidr of ordered) {
    let block = cidr;
    let previous = merged.at(-1);
    if (previous && previous.family === block.family && block.last <= previous.last) continue;
    while (previous && areHalves(previous, block)) {
      block = { ...previous, prefixLength: previous.prefixLength - 1, last: block.last };
      merged.pop();
      previous = merged.at(-1);
    }
    merged.push(block);
  }
  return merged;
}

function areHalves(lower: Cidr, upper: Cidr): boolean {
  const size = lower.last - lower.first + 1n;
  return (
    lower.family === upper.family &&
    lower.prefixLength === upper.prefixLength &&
    lower.last + 1n === upper.first &&
    lower.first % (2n * size) === 0n
  );
}

/** The fewest blocks that hold what is in one block and in none of some others. */
export function without(block: Cidr, others: readonly Cidr[]): Cidr[] {
  const touching = others.filter(
    ({ family, first, last }) =>
      family === block.family && first <= block.last && block.first <= last,
  );
  if (touching.length === 0) return [block];
  if (touching.some(({ first, last }) => first <= block.first && block.last <= last)) return [];
  const prefixLength = block.prefixLength + 1;
  const middle = (block.first + block.last + 1n) / 2n;
  return [
    ...without({ ...block, prefixLength, last: middle - 1n }, touching),
    ...without({ ...block, prefixLength, first: middle }, touching),
  ];
}
