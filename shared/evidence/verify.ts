import { createChainCheck, type Problem } from './check-chain';
import { GENESIS, linkKey, MOST_LINKS } from './link';
import { type OnRead, readChain } from './read-chain';
import type { RecordStore } from './record-store';
import { parseRunKey, RUNS } from './run-key';

/** The end of a chain, which pins down all of it: worth keeping where the store's writers cannot write. */
export interface ChainHead {
  /** 0 while nothing is linked. */
  readonly sequence: number;
  /** SHA-256 of the last link. */
  readonly digest: string;
}

/** An attempt at a part of a run that announced changes and has not said what became of them. */
export interface Interrupted {
  readonly runId: string;
  readonly part: string;
  readonly attempt: number;
  /** A later attempt at the same part that came to its end. */
  readonly resumedBy?: number;
}

/** What became of the records of a store. */
export interface Verification {
  /** No problems, and every record is in the chain. */
  readonly isIntact: boolean;
  /** Links that are there. */
  readonly entries: number;
  /** Records of runs that are there. */
  readonly records: number;
  readonly head: ChainHead;
  /** In the order of the chain, the first one first; what is no entry at all comes last. */
  readonly problems: readonly Problem[];
  /**
   * Records that no link names. A run that died, or is just now, between writing a record and linking it
   * leaves one; somebody who put it there does, too. From the store alone these cannot be told apart.
   */
  readonly unlinked: readonly string[];
  readonly interrupted: readonly Interrupted[];
}

/** What a verification may be given. */
export interface VerifyOptions {
  /**
   * The head that an earlier verification showed. A chain whose end was cut off is a shorter chain, and
   * one that was rewritten to its end is another chain: only this tells.
   */
  readonly expectedHead?: ChainHead;
  readonly onRead?: OnRead;
}

/**
 * Computes the chain of a store again, with every record, and says what was altered, removed or inserted.
 * Needs no network besides the store. Throws RecordStoreError if the store cannot be read.
 */
export async function verifyChain(
  store: RecordStore,
  { expectedHead, onRead }: VerifyOptions = {},
): Promise<Verification> {
  // Before the chain, so that a record of a run that is going on is linked by the time it is looked for.
  const records = await store.list(RUNS);
  const others: Problem[] = [];
  const onForeign = (key: string) => {
    others.push({ kind: 'inserted', key, expected: 'links only', found: 'something else' });
  };
  const check = createChainCheck();
  let entries = 0;
  let head: ChainHead = { sequence: 0, digest: GENESIS };
  const parts = readChain(store, onForeign, onRead);
  let next = await parts.next();
  while (!next.done) {
    const part = next.value;
    next = await parts.next();
    check.take(part, next.done ? undefined : next.value);
    entries += 1;
    head = { sequence: part.sequence, digest: part.digest };
    if (expectedHead?.sequence === head.sequence && expectedHead.digest !== head.digest) {
      others.push(rewritten(head, expectedHead));
    }
  }
  if (expectedHead && expectedHead.sequence > head.sequence) {
    others.push(cutOff(head, expectedHead));
  }
  const problems = [...check.problems, ...others].sort(
    (one, other) => (one.sequence ?? MOST_LINKS + 1) - (other.sequence ?? MOST_LINKS + 1),
  );
  const unlinked = records.filter((key) => !check.linked.has(key));
  return {
    isIntact: problems.length === 0 && unlinked.length === 0,
    entries,
    records: records.length,
    head,
    problems,
    unlinked,
    interrupted: interruptedOf(records),
  };
}

function rewritten({ sequence, digest }: ChainHead, expected: ChainHead): Problem {
  return {
    kind: 'altered',
    sequence,
    key: linkKey(sequence),
    expected: `SHA-256 ${expected.digest}, as the head that was given`,
    found: `SHA-256 ${digest}: this entry or one before it was rewritten`,
  };
}

function cutOff({ sequence }: ChainHead, expected: ChainHead): Problem {
  return {
    kind: 'removed',
    sequence: sequence + 1,
    key: linkKey(sequence + 1),
    expected: `entries up to ${expected.sequence}, the head that was given`,
    found: sequence === 0 ? 'no chain' : `a chain that ends with entry ${sequence}`,
  };
}

function interruptedOf(keys: readonly string[]): Interrupted[] {
  const runKeys = keys.flatMap((key) => parseRunKey(key) ?? []);
  const lastOutcomes = new Map<string, number>();
  const outcomes = new Set<string>();
  for (const { runId, part, attempt, step } of runKeys) {
    if (step !== 'outcome') continue;
    const name = `${runId}/${part}`;
    outcomes.add(`${name}/${attempt}`);
    lastOutcomes.set(name, Math.max(attempt, lastOutcomes.get(name) ?? 0));
  }
  return runKeys.flatMap(({ runId, part, attempt, step }) => {
    const name = `${runId}/${part}`;
    if (step !== 'intent' || outcomes.has(`${name}/${attempt}`)) return [];
    const last = lastOutcomes.get(name) ?? 0;
    return [{ runId, part, attempt, ...(last > attempt ? { resumedBy: last } : {}) }];
  });
}
