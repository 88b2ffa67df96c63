import { GENESIS, linkKey } from './link';
import type { ChainPart } from './read-chain';

/** One entry, a link with its record, that is not as it was written. */
export interface Problem {
  /** `removed` and `inserted` may be about several entries in a row, of which the first is named. */
  readonly kind: 'altered' | 'removed' | 'inserted';
  /** Number of the entry; absent for what is no entry at all. */
  readonly sequence?: number;
  /** Key of the link or of the record. */
  readonly key: string;
  readonly expected: string;
  readonly found: string;
}

/** Follows a chain, one part after the other. */
export interface ChainCheck {
  /** `next` is the part after it, if there is one: what it says of this one tells which is right. */
  take(part: ChainPart, next: ChainPart | undefined): void;
  readonly problems: readonly Problem[];
  /** Records that are linked, each with the number of its entry. */
  readonly linked: ReadonlyMap<string, number>;
}

/**
 * Checks a chain while it is read. A link is known to be as it was written when the next one has its
 * digest. Entries that were rewritten together with all that follow them cannot be told from others.
 */
export function createChainCheck(): ChainCheck {
  const problems: Problem[] = [];
  const linked = new Map<string, number>();
  const sequenceByDigest = new Map([[GENESIS, 0]]);
  /** How many keys further on entries lie than their numbers say, once some were inserted or removed. */
  let shift = 0;
  let nextKey = 1;
  /** Undefined where the link before is gone or not as it was written: then nothing follows from it. */
  let previous: string | undefined = GENESIS;

  function report(
    kind: Problem['kind'],
    sequence: number,
    expected: string,
    found: string,
    key = linkKey(sequence),
  ): void {
    problems.push({ kind, sequence, key, expected, found });
  }

  /** Whether the link itself can be relied on. */
  function checkLink(part: ChainPart, isConfirmed: boolean, isLast: boolean): boolean {
    const { sequence, digest, link } = part;
    if (!link) {
      report('altered', sequence, 'a link in canonical form', `SHA-256 ${part.digest}`);
      return false;
    }
    const expected = sequence - shift;
    if (link.sequence !== expected) {
      const isPushedBack =
        isLast && sequenceByDigest.has(link.previous) && !sequenceByDigest.has(digest);
      if (!isConfirmed && !isPushedBack) {
        report('altered', sequence, `entry ${expected}`, `entry ${link.sequence}`);
        return false;
      }
      // The entries from here on are as they were, but lie under other keys.
      shift = sequence - link.sequence;
      if (link.sequence > expected) {
        report('removed', sequence, `entry ${expected}`, `entry ${link.sequence} after it`);
      } else {
        const first = sequence - (expected - link.sequence);
        const belongs = `entry ${link.sequence}, which lies at ${linkKey(sequence)}`;
        report('inserted', first, belongs, 'another one before it');
      }
      return true;
    }
    return previous === undefined || link.previous === previous
      ? true
      : checkBreak(part, link.previous, previous, isConfirmed, isLast);
  }

  /** A link that does not follow from the one before it: which of them is wrong? */
  function checkBreak(
    { sequence }: ChainPart,
    says: string,
    before: string,
    isConfirmed: boolean,
    isLast: boolean,
  ): boolean {
    const follows = sequenceByDigest.get(says);
    if (follows !== undefined) {
      const belongs = `the entry after ${says}, which lies at ${linkKey(sequence)}`;
      report('inserted', follows + 1, belongs, 'another one before it');
      return true;
    }
    if (isConfirmed && sequence > 1) {
      report('altered', sequence - 1, `SHA-256 ${says}`, `SHA-256 ${before}`);
      return true;
    }
    const either =
      isLast && sequence > 1 ? `: it was changed, or entry ${sequence - 1} was rewritten` : '';
    report('altered', sequence, `previous ${before}`, `previous ${says}${either}`);
    return isConfirmed;
  }

  /** Whether what the link says of its record can be relied on. */
  function checkRecord({ sequence, link, record }: ChainPart, mayBeRight: boolean): boolean {
    if (!link || !record) return false;
    const reportRecord = (kind: Problem['kind'], expected: string, found: string) =>
      report(kind, sequence, expected, found, mayBeRight ? link.record : linkKey(sequence));
    switch (record.kind) {
      case 'as-linked':
        break;
      case 'missing':
        reportRecord(
          mayBeRight ? 'removed' : 'altered',
          `a record ${link.record} with SHA-256 ${link.digest}`,
          'none',
        );
        return mayBeRight;
      case 'other-content':
        reportRecord(
          'altered',
          `${link.record} with SHA-256 ${link.digest}`,
          `SHA-256 ${record.digest}`,
        );
        return mayBeRight;
      case 'contradiction':
        report(
          'altered',
          sequence,
          `${record.field} ${record.inRecord}, as its record says`,
          `${record.field} ${record.inLink}`,
        );
        return false;
      default:
        return record satisfies never;
    }
    const first = linked.get(link.record);
    if (first === undefined) return true;
    report(
      'inserted',
      sequence,
      'a record that no other entry links',
      `${link.record}, which entry ${first} links`,
    );
    return true;
  }

  return {
    problems,
    linked,
    take(part, next) {
      const { sequence, digest, link } = part;
      if (sequence > nextKey) {
        const last = sequence - 1;
        const found = last === nextKey ? 'none' : `none up to ${linkKey(last)}`;
        report('removed', nextKey, 'a link', found);
        previous = undefined;
      }
      nextKey = sequence + 1;
      const isConfirmed = next?.sequence === nextKey && next.link?.previous === digest;
      const isLinkRight = checkLink(part, isConfirmed, next === undefined);
      // The last link is taken at its word: nothing comes after it that says otherwise.
      const isRight = isLinkRight && checkRecord(part, isConfirmed || next === undefined);
      if (link && isRight && !linked.has(link.record)) linked.set(link.record, sequence);
      previous = isRight || isConfirmed ? digest : undefined;
      sequenceByDigest.set(digest, sequence);
    },
  };
}
