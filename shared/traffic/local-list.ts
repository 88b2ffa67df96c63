import { type Box, boxContains, intersect } from './box';
import type { Entry } from './decision-list';
import { Grid } from './grid';
import { STRIDE, UncoveredSearch, type Visit } from './uncovered';
import type { WorkMeter } from './work';

/** One entry's part in a local list: its boxes are `from` up to, not including, `to` of the grid. */
export interface Contender {
  readonly entry: Entry;
  /** What a match hangs on beyond what is given for every packet of the list. */
  readonly unknowns: readonly string[];
  readonly from: number;
  readonly to: number;
}

/**
 * A decision list cut down to the packets of one box: only the entries that can matter there, their
 * boxes clipped and laid out in a grid.
 */
export interface LocalList {
  readonly contenders: readonly Contender[];
  readonly grid: Grid;
  readonly search: UncoveredSearch;
  /** The number of the first landmark in the grid; the others follow. */
  readonly landmarks: number;
}

/** What a local list is for, where it is not simply the deciders of a box. */
export interface CutOptions {
  /** Unknowns that hold for every packet of interest. */
  readonly given?: readonly string[];
  /** Boxes whose edges the grid shall have as well. */
  readonly landmarks?: readonly Box[];
  /** Keep entries that no packet reaches because a stronger one takes the whole box. */
  readonly keepUnreached?: boolean;
}

/** Cuts a decision list to a box. Throws WorkLimitReached. */
export function cutToBox(
  entries: readonly Entry[],
  within: Box,
  work: WorkMeter,
  { given = [], landmarks = [], keepUnreached = false }: CutOptions = {},
): LocalList {
  const contenders: Contender[] = [];
  const boxes: Box[] = [];
  for (const entry of entries) {
    work.spend(entry.boxes.length);
    const from = boxes.length;
    for (const box of entry.boxes) {
      const part = intersect(box, within);
      if (part) boxes.push(part);
    }
    if (boxes.length === from) continue;
    const unknowns = entry.unknowns.filter((name) => !given.includes(name));
    contenders.push({ entry, unknowns, from, to: boxes.length });
    if (keepUnreached || unknowns.length > 0) continue;
    if (boxes.slice(from).some((box) => boxContains(box, within))) break;
  }
  const grid = new Grid(within.family, [...boxes, ...landmarks]);
  const search = new UncoveredSearch(grid.cells, work);
  return { contenders, grid, search, landmarks: boxes.length };
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
): number[] {
  return boxNumbers(
    list.contenders,
    (other) => other.from < contender.from && isSubset(other.unknowns, holding),
  );
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
    if (list.search.visit(list.grid.cells, box * STRIDE, covers, visit)) return true;
    covers.push(box);
  }
  return false;
}

/** The numbers of the boxes of the contenders chosen. */
export function boxNumbers(
  contenders: readonly Contender[],
  choose: (contender: Contender) => boolean,
): number[] {
  const numbers: number[] = [];
  for (const contender of contenders) {
    if (!choose(contender)) continue;
    for (let box = contender.from; box < contender.to; box++) numbers.push(box);
  }
  return numbers;
}

/** Whether all names of `part` are in `whole`. */
export function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.length === 0 || part.every((name) => whole.includes(name));
}
