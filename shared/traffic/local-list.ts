import type { Box } from './box';
import type { Entry } from './decision-list';
import type { Grid } from './grid';
import { type Layout, type LayoutOptions, layOut, type Part } from './layout';
import { STRIDE, UncoveredSearch, type Visit } from './uncovered';
import type { WorkMeter } from './work';

/** One entry's part in a local list. */
export interface Contender extends Part {
  /** What a match hangs on beyond what is given for every packet of the list. */
  readonly unknowns: readonly string[];
  /** How many boxes of stronger contenders hang on nothing. */
  readonly certainBefore: number;
}

/**
 * A decision list cut down to the packets of one box: only the entries that can matter there, their
 * boxes clipped and laid out in a grid.
 */
export interface LocalList {
  readonly contenders: readonly Contender[];
  readonly grid: Grid;
  /** The boxes of the contenders, then the landmarks: box n at n × STRIDE. */
  readonly cells: Int32Array<ArrayBuffer>;
  /** The numbers of the boxes that hang on nothing, strongest first. */
  readonly certain: Int32Array;
  readonly search: UncoveredSearch;
  /** The number of the first landmark in the cells. */
  readonly landmarks: number;
}

/** What a local list is for, where it is not simply the deciders of a box. */
export interface CutOptions extends LayoutOptions {
  /** Unknowns that hold for every packet of interest. */
  readonly given?: readonly string[];
}

/** Cuts a decision list to a box. Throws WorkLimitReached. */
export function cutToBox(
  entries: readonly Entry[],
  within: Box,
  work: WorkMeter,
  options: CutOptions = {},
): LocalList {
  return clip(layOut(entries, within, work, options), within, work, options);
}

/** Cuts a layout to a box whose addresses are edges of its grid. Throws WorkLimitReached. */
export function clip(
  layout: Layout,
  within: Box,
  work: WorkMeter,
  { given = [], landmarks = [], keepUnreached = false }: CutOptions = {},
): LocalList {
  const { parts, grid, cells: whole } = layout;
  work.spend(whole.length / STRIDE);
  const limits = grid.cellsOf([within]);
  const cells = new Int32Array(whole.length + landmarks.length * STRIDE);
  const certain = new Int32Array(whole.length / STRIDE);
  const contenders: Contender[] = [];
  let to = 0;
  let certainBefore = 0;
  for (const part of parts) {
    const { entry } = part;
    const from = to;
    let takesAll = false;
    for (let box = part.from; box < part.to; box++) {
      if (!clipBox(whole, box * STRIDE, limits, cells, to * STRIDE)) continue;
      takesAll ||= isWhole(cells, to * STRIDE, limits);
      to += 1;
    }
    if (to === from) continue;
    const unknowns =
      given.length === 0 ? entry.unknowns : entry.unknowns.filter((name) => !given.includes(name));
    contenders.push({ entry, unknowns, from, to, certainBefore });
    if (unknowns.length > 0) continue;
    for (let box = from; box < to; box++) certain[certainBefore++] = box;
    if (takesAll && !keepUnreached) break;
  }
  cells.set(grid.cellsOf(landmarks), to * STRIDE);
  const used = cells.subarray(0, (to + landmarks.length) * STRIDE);
  const search = new UncoveredSearch(used, work);
  return { contenders, grid, cells: used, certain, search, landmarks: to };
}

/** Writes what a box and the limits have in common; returns whether there is anything. */
function clipBox(
  boxes: Int32Array,
  box: number,
  limits: Int32Array,
  target: Int32Array,
  offset: number,
): boolean {
  for (let side = 0; side < STRIDE; side += 2) {
    const first = Math.max(boxes[box + side] as number, limits[side] as number);
    const last = Math.min(boxes[box + side + 1] as number, limits[side + 1] as number);
    if (first > last) return false;
    target[offset + side] = first;
    target[offset + side + 1] = last;
  }
  return true;
}

function isWhole(boxes: Int32Array, box: number, limits: Int32Array): boolean {
  for (let side = 0; side < STRIDE; side++) {
    if (boxes[box + side] !== limits[side]) return false;
  }
  return true;
}

/**
 * The boxes that take packets away from a contender: those of stronger contenders which hang on
 * nothing but `holding`, for they match whenever all of that holds. Any other unknown can be chosen
 * not to hold, so what is left is exactly what the contender decides for some contents of the unknowns.
 */
export function decidedCovers(
  list: LocalList,
  contender: Contender,
  holding: readonly string[] = contender.unknowns,
): ArrayLike<number> & Iterable<number> {
  const covers = certainCovers(list, contender);
  if (holding.length === 0) return covers;
  const numbers = [...covers];
  for (const { from, to, unknowns } of list.contenders) {
    if (from >= contender.from) break;
    if (unknowns.length === 0 || !isSubset(unknowns, holding)) continue;
    for (let box = from; box < to; box++) numbers.push(box);
  }
  return numbers;
}

/** The boxes of stronger contenders that hang on nothing. */
export function certainCovers(list: LocalList, contender: Contender): Int32Array {
  return list.certain.subarray(0, contender.certainBefore);
}

/**
 * Visits, each once, the packets that a contender decides for some contents of the unknowns in which
 * all of `holding` holds. `taken` gives more boxes of the grid to leave out.
 */
export function visitDecided(
  list: LocalList,
  contender: Contender,
  visit: Visit,
  holding: readonly string[] = contender.unknowns,
  taken: readonly number[] = [],
): boolean {
  const covers = [...decidedCovers(list, contender, holding), ...taken];
  for (let box = contender.from; box < contender.to; box++) {
    if (list.search.visit(list.cells, box * STRIDE, covers, visit)) return true;
    covers.push(box);
  }
  return false;
}

/** Whether all names of `part` are in `whole`. */
export function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.length === 0 || part.every((name) => whole.includes(name));
}
