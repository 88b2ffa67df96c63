import { type Box, boxContains, boxesOverlap, EVERYTHING } from './box';
import type { Entry } from './decision-list';
import { Grid } from './grid';
import type { WorkMeter } from './work';

/** One entry's part in a layout: its boxes are `from` up to, not including, `to` of the cells. */
export interface Part {
  readonly entry: Entry;
  readonly from: number;
  readonly to: number;
}

/** The boxes of a decision list that hold packets of some box, whole, as numbers in a grid. */
export interface Layout {
  readonly parts: readonly Part[];
  readonly grid: Grid;
  readonly cells: Int32Array;
}

/** What a layout needs beyond the boxes of its entries. */
export interface LayoutOptions {
  /** Boxes whose edges the grid shall have as well. */
  readonly landmarks?: readonly Box[];
  /** Keep entries that no packet reaches because a stronger one takes the whole box. */
  readonly keepUnreached?: boolean;
}

/**
 * Lays out what a decision list says about the packets of a box, whose edges the grid has too. Throws
 * WorkLimitReached.
 */
export function layOut(
  entries: readonly Entry[],
  within: Box,
  work: WorkMeter,
  { landmarks = [], keepUnreached = false }: LayoutOptions = {},
): Layout {
  const parts: Part[] = [];
  const boxes: Box[] = [];
  for (const entry of entries) {
    work.spend(entry.boxes.length);
    const from = boxes.length;
    for (const box of entry.boxes) if (boxesOverlap(box, within)) boxes.push(box);
    if (boxes.length === from) continue;
    parts.push({ entry, from, to: boxes.length });
    if (keepUnreached || entry.unknowns.length > 0) continue;
    if (boxes.slice(from).some((box) => boxContains(box, within))) break;
  }
  const grid = new Grid(within.family, [...boxes, within, ...landmarks]);
  return { parts, grid, cells: grid.cellsOf(boxes) };
}

const remembered = new WeakMap<readonly Entry[], Map<string, Layout>>();
/** Layouts to remember: as many as the Internet has blocks without private networks, and some more. */
const MOST_LAYOUTS = 64;
/** Numbers that they may hold, give or take; the first may be longer. They take some 40 MB at most. */
const MOST_NUMBERS = 2_000_000;

/**
 * The layout for all services between the addresses of a box. It is remembered for each decision list,
 * as most questions are about the same few blocks and differ in services only; `landmarks` have to
 * follow from the box. Throws WorkLimitReached.
 */
export function layOutAddresses(
  entries: readonly Entry[],
  { family, peer, own }: Box,
  work: WorkMeter,
  landmarks: readonly Box[],
): Layout {
  const layouts = remembered.get(entries) ?? new Map<string, Layout>();
  remembered.set(entries, layouts);
  const key = `${peer.first} ${peer.last} ${own.first} ${own.last}`;
  const known = layouts.get(key);
  if (known) return known;
  const layout = layOut(entries, { ...EVERYTHING[family], peer, own }, work, { landmarks });
  const { size } = layouts;
  const isAffordable = size < MOST_LAYOUTS && size * layout.cells.length < MOST_NUMBERS;
  if (isAffordable) layouts.set(key, layout);
  return layout;
}
