import type { AddressFamily } from '../security-group';
import type { Box, Span } from './box';
import { STRIDE } from './uncovered';

/**
 * Boxes of one family as small whole numbers, so that inner loops need no bigint: addresses are
 * replaced by the positions of the elementary spans that all edges of the grid's boxes make.
 */
export class Grid {
  private readonly peers: AddressRanks;
  private readonly owns: AddressRanks;

  constructor(
    private readonly family: AddressFamily,
    boxes: readonly Box[],
  ) {
    this.peers = new AddressRanks(family, boxes, 'peer');
    this.owns = new AddressRanks(family, boxes, 'own');
  }

  /** Boxes of the grid, or others with the same edges, in one flat array: box n at n × STRIDE. */
  cellsOf(boxes: readonly Box[]): Int32Array<ArrayBuffer> {
    const cells = new Int32Array(boxes.length * STRIDE);
    let at = 0;
    for (const { service, sourcePorts, peer, own } of boxes) {
      cells[at++] = this.peers.rank(peer.first);
      cells[at++] = this.peers.rank(peer.last);
      cells[at++] = service.first;
      cells[at++] = service.last;
      cells[at++] = this.owns.rank(own.first);
      cells[at++] = this.owns.rank(own.last);
      cells[at++] = sourcePorts.first;
      cells[at++] = sourcePorts.last;
    }
    return cells;
  }

  /** The position of the elementary span that holds a peer address. */
  peerPosition(address: bigint): number {
    return this.peers.rank(address);
  }

  /** The box that eight numbers at an offset stand for. */
  toBox(cells: Int32Array, offset: number): Box {
    const number = (index: number) => cells[offset + index] ?? 0;
    return {
      family: this.family,
      peer: this.peers.span(number(0), number(1)),
      service: { first: number(2), last: number(3) },
      own: this.owns.span(number(4), number(5)),
      sourcePorts: { first: number(6), last: number(7) },
    };
  }
}

/** The addresses at which spans begin, and those right after their ends, in order. */
class AddressRanks {
  private readonly starts: (number | bigint)[] = [];

  constructor(
    private readonly family: AddressFamily,
    boxes: readonly Box[],
    side: 'peer' | 'own',
  ) {
    const ends: bigint[] = [];
    let previous: Span<bigint> | undefined;
    for (const box of boxes) {
      const span = box[side];
      // Nearly all rules share the span of all own addresses.
      if (span !== previous) ends.push(span.first, span.last + 1n);
      previous = span;
    }
    for (const start of family === 4 ? sortNumbers(ends) : sortBigints(ends)) {
      if (start !== this.starts.at(-1)) this.starts.push(start);
    }
  }

  /** The position of the elementary span that holds an address. */
  rank(address: bigint): number {
    const wanted = this.family === 4 ? Number(address) : address;
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The addresses from one position to another. */
  span(first: number, last: number): Span<bigint> {
    return {
      first: BigInt(this.starts[first] ?? 0),
      last: BigInt(this.starts[last + 1] ?? 0) - 1n,
    };
  }
}

/** IPv4 addresses are exact as floating-point numbers, several times as fast to sort as bigints. */
function sortNumbers(addresses: readonly bigint[]): Float64Array {
  const numbers = new Float64Array(addresses.length);
  for (let n = 0; n < numbers.length; n++) numbers[n] = Number(addresses[n]);
  return numbers.sort();
}

function sortBigints(addresses: bigint[]): bigint[] {
  return addresses.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
