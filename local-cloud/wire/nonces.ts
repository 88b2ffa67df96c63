const GENERATION_MS = 30 * 60 * 1000;
const GENERATION_SIZE = 500_000;

/** Remembers the signature nonces that have been used. */
export interface NonceMemory {
  /** Takes note of a nonce; false when the same access key has used it before. */
  use(accessKeyId: string, nonce: string, now: number): boolean;
}

/**
 * A memory in two generations: nonces are kept for at least as long as a request carrying them could
 * still pass the timestamp check (15 minutes ahead to 15 minutes behind), unless half a million newer
 * ones push them out, which bounds the memory.
 */
export function createNonceMemory(): NonceMemory {
  let current = new Set<string>();
  let previous = new Set<string>();
  let startedAt = Number.NEGATIVE_INFINITY;
  return {
    use(accessKeyId, nonce, now) {
      if (now - startedAt >= GENERATION_MS || current.size >= GENERATION_SIZE) {
        previous = current;
        current = new Set();
        startedAt = now;
      }
      const key = `${accessKeyId} ${nonce}`;
      if (current.has(key) || previous.has(key)) return false;
      current.add(key);
      return true;
    },
  };
}
