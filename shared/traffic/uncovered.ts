import type { WorkMeter } from './work';

/** Numbers that a box takes in a grid: first and last of peer, service, own and source ports. */
export const STRIDE = 8;

/**
 * Told of each part of a target that no cover touches, as eight numbers at an offset that are valid
 * during the call only. True ends the search.
 */
export type Visit = (cells: Int32Array, offset: number) => boolean;

/** Pieces within pieces: more than rules within the quotas can make, and no risk to the stack. */
const MOST_DEPTH = 2_000;
/** Covers listed for all depths together: 32 MB. */
const MOST_LISTED = 8_000_000;

/**
 * Finds what is left of boxes when others are taken away. The largest cover is taken away first, and
 * only covers that overlap a piece go on to be compared with it, which keeps the number of pieces low
 * where going in rule order breaks the space into tens of thousands.
 */
export class UncoveredSearch {
  /** Pieces of the target under work, one for each depth. */
  private pieces = new Int32Array(16 * STRIDE);
  /** Covers that overlap the piece of each depth, one list after the other. */
  private listed = new Int32Array(256);

  constructor(
    private readonly cells: Int32Array,
    private readonly work: WorkMeter,
  ) {}

  /**
   * Visits disjoint boxes that make up the target minus the covers. The target is the eight numbers at
   * an offset of `cells`; covers are boxes by their numbers in the grid. Returns whether a visit ended
   * the search. `used`, when given, collects covers: if nothing was left they cover the target together.
   */
  visit(
    cells: ArrayLike<number>,
    offset: number,
    covers: ArrayLike<number>,
    visit: Visit,
    used?: Set<number>,
  ): boolean {
    this.reserve(covers.length);
    this.work.spend(covers.length);
    for (let n = 0; n < STRIDE; n++) this.pieces[n] = cells[offset + n] as number;
    // Most covers have other peers: they are not even listed.
    const first = cells[offset] as number;
    const last = cells[offset + 1] as number;
    let count = 0;
    for (let n = 0; n < covers.length; n++) {
      const cover = covers[n] as number;
      const at = cover * STRIDE;
      if ((this.cells[at] as number) > last || (this.cells[at + 1] as number) < first) continue;
      this.listed[count++] = cover;
    }
    return this.visitPiece(0, 0, count, visit, used);
  }

  /** Visits what is left of the piece of a depth by the covers listed. Unrolled: all time goes here. */
  private visitPiece(
    depth: number,
    from: number,
    to: number,
    visit: Visit,
    used: Set<number> | undefined,
  ): boolean {
    this.work.spend(to - from + 1);
    this.reserve(to + to - from);
    const { cells, pieces, listed } = this;
    const piece = depth * STRIDE;
    const p0 = pieces[piece] as number;
    const p1 = pieces[piece + 1] as number;
    const s0 = pieces[piece + 2] as number;
    const s1 = pieces[piece + 3] as number;
    const o0 = pieces[piece + 4] as number;
    const o1 = pieces[piece + 5] as number;
    const q0 = pieces[piece + 6] as number;
    const q1 = pieces[piece + 7] as number;
    const peers = p1 - p0 + 1;
    const services = s1 - s0 + 1;
    const owns = o1 - o0 + 1;
    const sources = q1 - q0 + 1;

    let end = to;
    let largest = -1;
    let largestSize = 0;
    let leastOffCenter = 0;
    for (let n = from; n < to; n++) {
      const cover = listed[n] as number;
      const at = cover * STRIDE;
      const cp0 = cells[at] as number;
      const cp1 = cells[at + 1] as number;
      if (cp0 > p1 || cp1 < p0) continue;
      const cs0 = cells[at + 2] as number;
      const cs1 = cells[at + 3] as number;
      if (cs0 > s1 || cs1 < s0) continue;
      const co0 = cells[at + 4] as number;
      const co1 = cells[at + 5] as number;
      if (co0 > o1 || co1 < o0) continue;
      const cq0 = cells[at + 6] as number;
      const cq1 = cells[at + 7] as number;
      if (cq0 > q1 || cq1 < q0) continue;
      const peer = Math.min(cp1, p1) - Math.max(cp0, p0) + 1;
      const service = Math.min(cs1, s1) - Math.max(cs0, s0) + 1;
      const own = Math.min(co1, o1) - Math.max(co0, o0) + 1;
      const source = Math.min(cq1, q1) - Math.max(cq0, q0) + 1;
      if (peer === peers && service === services && own === owns && source === sources) {
        used?.add(cover);
        return false;
      }
      listed[end++] = cover;
      const commonSize = peer * service * own * source;
      if (commonSize < largestSize) continue;
      // Of equal ones the most central, so that many small covers side by side are halved, not peeled.
      const offCenter =
        Math.abs(cp0 + cp1 - p0 - p1) +
        Math.abs(cs0 + cs1 - s0 - s1) +
        Math.abs(co0 + co1 - o0 - o1) +
        Math.abs(cq0 + cq1 - q0 - q1);
      if (commonSize === largestSize && offCenter >= leastOffCenter) continue;
      largest = cover;
      largestSize = commonSize;
      leastOffCenter = offCenter;
    }
    if (largest < 0) return visit(pieces, piece);
    used?.add(largest);
    return this.visitAround(largest, depth, to, end, visit, used);
  }

  /** Visits the parts of a piece on either side of a cover, in each dimension in turn. */
  private visitAround(
    cover: number,
    depth: number,
    from: number,
    to: number,
    visit: Visit,
    used: Set<number> | undefined,
  ): boolean {
    if (depth >= MOST_DEPTH) this.work.giveUp();
    const { cells } = this;
    const piece = depth * STRIDE;
    const next = piece + STRIDE;
    if (next + STRIDE > this.pieces.length) this.pieces = longer(this.pieces);
    for (let side = 0; side < STRIDE; side += 2) {
      const first = cells[cover * STRIDE + side] as number;
      const last = cells[cover * STRIDE + side + 1] as number;
      if (first > (this.pieces[piece + side] as number)) {
        this.pieces.copyWithin(next, piece, next);
        this.pieces[next + side + 1] = first - 1;
        if (this.visitPiece(depth + 1, from, to, visit, used)) return true;
        this.pieces[piece + side] = first;
      }
      if (last < (this.pieces[piece + side + 1] as number)) {
        this.pieces.copyWithin(next, piece, next);
        this.pieces[next + side] = last + 1;
        if (this.visitPiece(depth + 1, from, to, visit, used)) return true;
        this.pieces[piece + side + 1] = last;
      }
    }
    return false;
  }

  private reserve(length: number): void {
    if (length > MOST_LISTED) this.work.giveUp();
    while (length > this.listed.length) this.listed = longer(this.listed);
  }
}

function longer(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * numbers.length);
  copy.set(numbers);
  return copy;
}
