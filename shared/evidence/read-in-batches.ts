/** Read at the same time: enough to keep a disk or a bucket busy, few enough to hold in memory. */
const AT_ONCE = 64;

/** Reads items in their order, some at the same time, and gives what was read as it comes. */
export async function* readInBatches<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    yield* await Promise.all(items.slice(start, start + AT_ONCE).map(read));
  }
}
